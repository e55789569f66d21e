/** @odoo-module **/

import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What the intake found wrong with one or more keys, shown beside the value it is about. */
export class FaultsField extends Component {
    static template = "support_center.FaultsField";
    static props = { ...standardFieldProps, keys: { type: Array, optional: true } };
    static defaultProps = { keys: [] };

    get messages() {
        const faults = this.props.record.data[this.props.name] || [];
        return faults
            .filter((fault) => this.props.keys.includes(fault.field))
            .map((fault) => fault.text || fault.message);
    }
}

registry.category("fields").add("support_faults", {
    component: FaultsField,
    supportedTypes: ["json"],
    isEmpty: () => false,
    extractProps: ({ options }) => ({ keys: options.keys || [] }),
});
