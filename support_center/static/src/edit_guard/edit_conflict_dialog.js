/** @odoo-module **/

import { Component } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

export const EDIT_CONFLICT = "odoo.addons.support_center.exceptions.EditConflict";
// The view that shows the record drops what was typed and reads it again.
export const RELOAD_EVENT = "SUPPORT_CENTER:RELOAD";

/** Says who was faster, and offers to read the record again. */
export class EditConflictDialog extends Component {
    static template = "support_center.EditConflictDialog";
    static components = { Dialog };
    static props = { "*": true };

    get title() {
        return _t("Somebody else was faster");
    }

    get message() {
        const { data, message } = this.props;
        return data?.arguments?.length ? data.arguments[0] : data?.message || message;
    }

    reload() {
        this.props.close();
        if (this.props.onReload) {
            this.props.onReload();
        } else {
            this.env.bus.trigger(RELOAD_EVENT);
        }
    }
}

registry.category("error_dialogs").add(EDIT_CONFLICT, EditConflictDialog);
