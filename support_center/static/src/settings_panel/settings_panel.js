/** @odoo-module **/

import { Component, EventBus, onWillDestroy, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

// What is switched in one panel is shown in another.
const bus = new EventBus();

/**
 * A panel of `support.settings.panel`: rows with their state and their buttons. What they are
 * and what a button does is decided there; here they are drawn and pressed.
 */
export class SupportSettingsPanel extends Component {
    static template = "support_center.SettingsPanel";
    static props = { "*": true };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({
            intro: false,
            rows: [],
            is_folded: false,
            is_opened: false,
            busy: false,
        });
        const reload = () => this.load();
        bus.addEventListener("changed", reload);
        onWillDestroy(() => bus.removeEventListener("changed", reload));
        onWillStart(reload);
    }

    // Beside the words, so that colour is not the only sign; the words keep the text's colour,
    // which can be read on any ground.
    get icons() {
        return {
            success: "fa-check-circle",
            warning: "fa-exclamation-triangle",
            danger: "fa-times-circle",
            secondary: "fa-circle-o",
        };
    }

    async load() {
        const shown = await this.orm.call("support.settings.panel", "load", [this.props.panel]);
        Object.assign(this.state, shown);
    }

    async press(row, button) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = `${row.key}/${button}`;
        try {
            const action = await this.orm.call("support.settings.panel", "press", [
                this.props.panel,
                row.key,
                button,
            ]);
            if (action) {
                await this.action.doAction(action, { onClose: () => bus.trigger("changed") });
            }
        } finally {
            this.state.busy = false;
        }
        if (button !== "open") {
            bus.trigger("changed");
        }
    }

    async copy(text) {
        try {
            await browser.navigator.clipboard.writeText(text);
            this.notification.add(_t("Copied."), { type: "success" });
        } catch {
            this.notification.add(_t("The browser does not allow it: select the text instead."), {
                type: "warning",
            });
        }
    }

    unfold() {
        this.state.is_opened = true;
    }

    selectAll(ev) {
        ev.target.select();
    }
}

registry.category("view_widgets").add("support_settings_panel", {
    component: SupportSettingsPanel,
    extractProps: ({ attrs }) => ({ panel: attrs.panel }),
});
