/** @odoo-module **/

import { Dialog } from "@web/core/dialog/dialog";
import { Component } from "@odoo/owl";

/** Why a move is not possible, or what it brings about; and what can be done instead. */
export class BoardDialog extends Component {
    static template = "support_center.BoardDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        title: String,
        reason: String,
        cancelLabel: String,
        // Each {label, run, isMain}.
        actions: Array,
        alternatives: Array,
    };

    async run(action) {
        this.props.close();
        await action.run();
    }
}
