/** @odoo-module **/

import { Component, onWillStart, useChildSubEnv, useRef, useState } from "@odoo/owl";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { View } from "@web/views/view";
import { formatMoment } from "../datetime/moments";

const MODEL = "support.appointment";
const SPECIFICATION = {
    name: {},
    who: {},
    intake_subject: {},
    intake_state: {},
    intake_errors: {},
    create_date: {},
    customer_waiting_since: {},
    attendance: {},
    booking_state: {},
    state: {},
    priority: {},
};
// More than anybody looks through; the others follow as these are done.
const LIMIT = 50;
// After this button the request is out of the queue, but is planned at once.
const KEEPING_BUTTON = "action_accept_and_plan";

/** Requests that wait for a look, beside the one that is looked at. */
export class ReviewInbox extends Component {
    static template = "support_center.ReviewInbox";
    static components = { Layout, View };
    static props = { "*": true };

    setup() {
        this.orm = useService("orm");
        this.listRef = useRef("list");
        this.state = useState({ requests: [], total: 0, resId: false, keptId: false });
        this.form = null;
        useChildSubEnv({
            // The page keeps its own name, whatever request is looked at.
            config: { ...this.env.config, setDisplayName: () => {} },
            supportReview: {
                register: (form) => {
                    this.form = form;
                },
                onChange: () => this.refresh(),
                onPress: (name, id) => this.onPress(name, id),
            },
        });
        onWillStart(async () => {
            this.viewId = await this.orm.call(MODEL, "get_review_view_id", []);
            await this.refresh();
        });
    }

    get display() {
        return { controlPanel: {} };
    }

    /** Made once for each request: other props would make the form read it again. */
    makeViewProps(id) {
        return {
            type: "form",
            resModel: MODEL,
            resId: id,
            resIds: [id],
            viewId: this.viewId,
            context: {},
            display: { controlPanel: false },
            loadActionMenus: false,
            __beforeLeave__: this.env.__beforeLeave__,
        };
    }

    get position() {
        return this.state.requests.findIndex((request) => request.id === this.state.resId);
    }

    get heading() {
        const waiting = this.state.total - (this.isPlanned(this.state.resId) ? 1 : 0);
        return _t("%s to review", waiting);
    }

    get domain() {
        return [
            "|",
            ["customer_waiting_since", "!=", false],
            "&",
            ["state", "=", "draft"],
            "|",
            ["intake_state", "in", ["received", "review"]],
            ["id", "=", this.state.keptId || 0],
        ];
    }

    isPlanned(id) {
        const request = this.state.requests.find((each) => each.id === id);
        return (
            Boolean(request) &&
            request.intake_state === "accepted" &&
            !request.customer_waiting_since
        );
    }

    describeFaults(request) {
        if (request.customer_waiting_since) {
            return _t("The customer is waiting for an answer");
        }
        if (request.intake_state === "accepted") {
            return _t("Accepted, not confirmed yet");
        }
        if (request.booking_state === "unverified") {
            return _t("Address not confirmed yet");
        }
        const count = (request.intake_errors || []).length;
        if (!count) {
            return request.intake_state === "received" ? _t("Not read yet") : _t("To read");
        }
        return count === 1 ? _t("1 doubtful value") : _t("%s doubtful values", count);
    }

    /** What a customer has said of coming to a confirmed visit, in words; nothing without it. */
    describeAttendance(request) {
        return request.state === "confirmed"
            ? {
                  confirmed: _t("Will Be There"),
                  declined: _t("Will Not Be There"),
              }[request.attendance]
            : "";
    }

    formatDate(request) {
        // When a person wrote last, as far as nobody has answered.
        const moment = request.customer_waiting_since || request.create_date;
        return formatMoment(deserializeDateTime(moment));
    }

    // ------------------------------------------------------------------
    // Queue
    // ------------------------------------------------------------------

    /** Read the queue, and open the next request where the current one is done. */
    async refresh() {
        const call = (this.lastCall = {});
        const { records, length } = await this.orm.webSearchRead(MODEL, this.domain, {
            specification: SPECIFICATION,
            limit: LIMIT,
            order: "priority desc, create_date, id",
        });
        if (call !== this.lastCall) {
            return; // a later one tells more
        }
        const before = this.position;
        this.state.requests = records;
        this.state.total = length;
        if (!records.some((request) => request.id === this.state.resId)) {
            const next = records[Math.min(Math.max(before, 0), records.length - 1)];
            this.show(next ? next.id : false);
        }
    }

    show(id) {
        this.form = null;
        this.viewProps = id && this.makeViewProps(id);
        this.state.keptId = false;
        this.state.resId = id;
    }

    /** Open another request, having saved what was typed into the current one. */
    async select(id) {
        if (id === this.state.resId) {
            return;
        }
        if (this.form && (await this.form.beforeLeave()) === false) {
            return;
        }
        const wasKept = this.state.keptId;
        this.show(id);
        if (wasKept) {
            await this.refresh();
        }
    }

    onPress(name, id) {
        if (name === KEEPING_BUTTON) {
            this.state.keptId = id;
        }
    }

    // ------------------------------------------------------------------
    // Keyboard
    // ------------------------------------------------------------------

    onKeydown(ev) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (!step) {
            return;
        }
        const buttons = [...this.listRef.el.querySelectorAll("button")];
        const target = buttons[buttons.indexOf(document.activeElement) + step];
        if (target) {
            ev.preventDefault();
            target.focus();
        }
    }
}

registry.category("actions").add("support_center.review_inbox", ReviewInbox);
