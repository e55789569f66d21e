/** @odoo-module **/

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { NewVisitDialog } from "./new_visit_dialog";

// As the browser names it; on a Mac, Control stands for Alt.
const HOTKEY = "alt+shift+b";

/** The page for a new visit, from anywhere: a shortcut, the command palette, a menu, a button. */
export const newVisitService = {
    // The words of the command are there once the user's language is.
    dependencies: ["command", "dialog", "localization"],
    start(env, { command, dialog }) {
        let isOpen = false;

        /**
         * @param {Object} [values] what is known already, see `load` of `support.quick.visit`
         * @returns {Promise<number|false>} the id of the visit that was made, once the page closes
         */
        function open(values = {}) {
            return new Promise((resolve) => {
                if (isOpen) {
                    resolve(false);
                    return;
                }
                isOpen = true;
                let made = false;
                const onDone = (id) => (made = id);
                const onClose = () => {
                    isOpen = false;
                    resolve(made);
                };
                dialog.add(NewVisitDialog, { values, onDone }, { onClose });
            });
        }

        if (session.support_center_books_visits) {
            command.add(
                _t("New Visit"),
                () => {
                    open();
                },
                {
                    category: "default",
                    global: true,
                    hotkey: HOTKEY,
                    hotkeyOptions: { bypassEditableProtection: true },
                }
            );
        }
        return { open };
    },
};

registry.category("services").add("support_center.new_visit", newVisitService);

registry.category("actions").add("support_center.new_visit", async (env, action) => {
    await env.services["support_center.new_visit"].open(action.params || {});
    // Where it was opened from a form, that is read again.
    return { type: "ir.actions.act_window_close" };
});
