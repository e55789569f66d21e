/** @odoo-module **/

import { Dialog } from "@web/core/dialog/dialog";
import { Component, useState } from "@odoo/owl";

/** Why a move is not possible, or what it brings about; and what can be done instead. */
export class BoardDialog extends Component {
    static template = "support_center.BoardDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        title: String,
        // What changes, in one sentence; empty where nothing does.
        change: { type: String, optional: true },
        reason: String,
        // Who can be told, `{key: label}`; all of them are, unless somebody takes the tick off.
        choices: { type: Object, optional: true },
        cancelLabel: String,
        // Each {label, run, isMain}; the first two are functions of what was chosen.
        actions: Array,
        alternatives: Array,
    };

    setup() {
        const keys = Object.keys(this.props.choices || {});
        this.choices = useState(Object.fromEntries(keys.map((key) => [key, true])));
    }

    async run(action) {
        this.props.close();
        await action.run({ ...this.choices });
    }
}
