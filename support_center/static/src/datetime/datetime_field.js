/** @odoo-module **/

import { registry } from "@web/core/registry";
import { DateTimeField, dateTimeField } from "@web/views/fields/datetime/datetime_field";
import { useSubEnv } from "@odoo/owl";
import { formatMoment, getMomentFormat } from "./moments";

// Odoo 19's own field shows no seconds; 17's always does.
const SHOWS_SECONDS = !("showSeconds" in DateTimeField.props);

/** A day and hour without seconds. */
export class SupportDateTimeField extends DateTimeField {
    setup() {
        if (SHOWS_SECONDS) {
            const { datetime_picker: picker } = this.env.services;
            const create = (params, ...rest) => {
                params.format = getMomentFormat();
                return picker.create(params, ...rest);
            };
            useSubEnv({
                services: { ...this.env.services, datetime_picker: { ...picker, create } },
            });
        }
        super.setup();
    }

    getFormattedValue(index, ...rest) {
        const value = this.values[index];
        if (SHOWS_SECONDS && value && this.field.type === "datetime") {
            return formatMoment(value);
        }
        return super.getFormattedValue(index, ...rest);
    }
}

registry
    .category("fields")
    .add("support_datetime", { ...dateTimeField, component: SupportDateTimeField });
