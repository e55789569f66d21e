/** @odoo-module **/

import { formatDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";
import { registry } from "@web/core/registry";
import { DateTimeField, dateTimeField } from "@web/views/fields/datetime/datetime_field";
import { useSubEnv } from "@odoo/owl";

// Odoo 19's own field shows no seconds; 17's always does.
const SHOWS_SECONDS = !("showSeconds" in DateTimeField.props);

/** The reader's own format, without its seconds. */
function getFormat() {
    return localization.dateTimeFormat.replace(/\W?ss/, "");
}

/** A day and hour without seconds: nobody plans by them. */
export class SupportDateTimeField extends DateTimeField {
    setup() {
        if (SHOWS_SECONDS) {
            const { datetime_picker: picker } = this.env.services;
            const create = (params, ...rest) => {
                params.format = getFormat();
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
            return formatDateTime(value, { format: getFormat() });
        }
        return super.getFormattedValue(index, ...rest);
    }
}

registry
    .category("fields")
    .add("support_datetime", { ...dateTimeField, component: SupportDateTimeField });
