/** @odoo-module **/

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Told on the bus of the web client, with `{ids}`: the appointments are as they were before. */
export const UNDONE_EVENT = "SUPPORT_CENTER:UNDONE";

/** Offers *Undo* after a change, in a message that stays until it is used or too late. */
export const undoService = {
    dependencies: ["notification", "orm"],
    start(env, { notification, orm }) {
        /** Take a change back, and say what came of it. */
        async function take(id) {
            const { ok, message, ids } = await orm.call("support.undo.step", "undo", [id]);
            notification.add(message, { type: ok ? "success" : "danger", sticky: !ok });
            env.bus.trigger(UNDONE_EVENT, { ids });
            return ok;
        }

        /**
         * @param {Object} step id, message and seconds, as the server describes it
         * @param {Array} [buttons] more of them, each with `name` and `onClick`
         * @param {Function} [onTaken] called once it was used
         * @returns {Function} closes the message
         */
        function offer({ id, message, seconds }, buttons = [], onTaken = () => {}) {
            let timer = null;
            let isOpen = true;
            const done = () => {
                if (isOpen) {
                    isOpen = false;
                    browser.clearTimeout(timer);
                    close();
                }
            };
            const own = {
                name: _t("Undo"),
                primary: !buttons.length,
                onClick: async () => {
                    if (isOpen) {
                        done();
                        onTaken();
                        await take(id);
                    }
                },
            };
            const others = buttons.map((button) => ({
                ...button,
                onClick: () => {
                    done();
                    return button.onClick();
                },
            }));
            const close = notification.add(message, {
                type: "success",
                sticky: true,
                className: "o_sc_undo",
                buttons: [...others, own],
            });
            timer = browser.setTimeout(done, seconds * 1000);
            return done;
        }

        return { offer, take };
    },
};

registry.category("services").add("support_center.undo", undoService);

registry.category("actions").add("support_center.undo", (env, { params }) => {
    env.services["support_center.undo"].offer(params);
    return params.next;
});
