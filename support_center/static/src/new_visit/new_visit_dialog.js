/** @odoo-module **/

import { browser } from "@web/core/browser/browser";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { Component, onWillStart, onWillUnmount, useState } from "@odoo/owl";

const { DateTime } = luxon;

const MODEL = "support.quick.visit";
const APPOINTMENT = "support.appointment";
// Typing is not interrupted by an answer to each letter.
const DELAY = 250;

/** A visit for somebody who is on the phone: who calls, what for, and one click on a free time. */
export class NewVisitDialog extends Component {
    static template = "support_center.NewVisitDialog";
    static components = { Dialog };
    static props = {
        close: Function,
        /** What is known already: `start`, `technician_id`, `ticket_id`, `partner_id`. */
        values: { type: Object, optional: true },
        /** Called once a visit was made. */
        onDone: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        useAutofocus();
        this.title = _t("New Visit");
        this.state = useState({
            types: [],
            chosen: "",
            zone: "",
            text: "",
            candidates: [],
            typed: null,
            customer: null,
            isNew: false,
            contact: { name: "", phone: "", email: "" },
            typeId: 0,
            place: "",
            words: "",
            ticketId: 0,
            isUrgent: false,
            day: "",
            part: "",
            times: [],
            message: "",
            similar: "",
            chosenNote: "",
            reason: "",
            isLooking: false,
            isBooking: false,
        });
        onWillStart(() => this.load());
        onWillUnmount(() => {
            browser.clearTimeout(this.searchTimer);
            browser.clearTimeout(this.timesTimer);
        });
    }

    /** In the zone of the screen, as the board. */
    call(method, args) {
        const zone = DateTime.now().zoneName;
        return this.orm.call(MODEL, method, args, { context: zone ? { tz: zone } : {} });
    }

    async load() {
        const { types, customer, words, ticket_id, chosen, zone } = await this.call("load", [
            this.props.values || {},
        ]);
        Object.assign(this.state, { types, words, ticketId: ticket_id || 0, chosen, zone });
        if (types.length === 1) {
            this.state.typeId = types[0].id;
        }
        if (customer) {
            this.setCustomer(customer);
        } else {
            this.lookForTimes();
        }
    }

    // ------------------------------------------------------------------
    // Who calls
    // ------------------------------------------------------------------

    get hasCustomer() {
        return Boolean(this.state.customer || this.state.isNew);
    }

    /** How the customer is reached. */
    get reachedBy() {
        const { phone, email } = this.state.customer;
        return [phone, email].filter(Boolean).join(" · ");
    }

    get zoneNote() {
        return _t("Times are in %s.", this.state.zone);
    }

    get newLabel() {
        const { name, phone, email, place } = this.state.typed;
        return _t("New contact: %s", name || phone || email || place);
    }

    onType(ev) {
        this.state.text = ev.target.value;
        browser.clearTimeout(this.searchTimer);
        this.searchTimer = browser.setTimeout(() => this.search(), DELAY);
    }

    async search() {
        const text = this.state.text;
        if (text.trim().length < 2) {
            Object.assign(this.state, { candidates: [], typed: null });
            return;
        }
        const { candidates, typed } = await this.call("find_customers", [text]);
        // A user who types faster than the server answers sees the last word's answer.
        if (text === this.state.text && !this.hasCustomer) {
            Object.assign(this.state, { candidates, typed });
        }
    }

    async onEnter() {
        browser.clearTimeout(this.searchTimer);
        await this.search();
        const { candidates, typed } = this.state;
        if (candidates.length === 1) {
            return this.choose(candidates[0].id);
        }
        if (!candidates.length && typed && typed.name) {
            this.makeNew();
        }
    }

    async choose(id) {
        this.setCustomer(await this.call("load_customer", [id]));
    }

    /** A number or an address that the customer has now. */
    editContact() {
        const { id, place } = this.state.customer;
        this.dialog.add(FormViewDialog, {
            resModel: "res.partner",
            resId: id,
            title: _t("Contact"),
            onRecordSaved: async () => {
                const typed = this.state.place;
                await this.choose(id);
                if (typed && typed !== place) {
                    // A place that was meant for this visit alone stays.
                    this.state.place = typed;
                }
            },
        });
    }

    setCustomer(customer) {
        Object.assign(this.state, { customer, isNew: false, candidates: [], typed: null });
        this.state.place = customer.place || this.state.place;
        this.lookForTimes();
    }

    makeNew() {
        const { name, phone, email, place } = this.state.typed;
        Object.assign(this.state, {
            isNew: true,
            customer: null,
            contact: { name, phone, email },
            place: place || this.state.place,
            candidates: [],
        });
        this.lookForTimes();
    }

    changeCustomer() {
        Object.assign(this.state, { customer: null, isNew: false, similar: "", place: "" });
        this.state.ticketId = (this.props.values || {}).ticket_id || 0;
        return this.search();
    }

    // ------------------------------------------------------------------
    // When
    // ------------------------------------------------------------------

    get values() {
        const { customer, isNew, contact, place, typeId, words, ticketId } = this.state;
        return {
            partner_id: customer ? customer.id : false,
            contact: isNew ? { ...contact, place } : {},
            type_id: typeId,
            place,
            words,
            ticket_id: ticketId,
            is_urgent: this.state.isUrgent,
            day: this.state.day,
            part_of_day: this.state.part,
            ...this.chosenTime,
        };
    }

    /** The free time on the board from which the page was opened, unless it is over. */
    get chosenTime() {
        const { start, technician_id } = this.props.values || {};
        return this.state.chosen ? { start, technician_id } : null;
    }

    get mayLook() {
        return Boolean(this.state.typeId || (!this.state.types.length && this.hasCustomer));
    }

    pickType(ev) {
        this.set("typeId", Number(ev.target.value));
    }

    /** The tickets of the customer, and that it is about none of them. */
    get ticketChoices() {
        return [...this.state.customer.tickets, { id: 0, label: _t("None of these") }];
    }

    pickTicket(id) {
        this.state.ticketId = id;
    }

    /** The two that weigh most, to be read to the customer. */
    describeReasons({ reasons }) {
        const text = reasons.split("\n").slice(0, 2).join(" · ");
        return text.charAt(0).toUpperCase() + text.slice(1);
    }

    set(name, value) {
        this.state[name] = value;
        this.lookForTimes();
    }

    setLater(name, value) {
        this.state[name] = value;
        browser.clearTimeout(this.timesTimer);
        this.timesTimer = browser.setTimeout(() => this.lookForTimes(), DELAY);
    }

    async lookForTimes() {
        if (!this.mayLook) {
            return;
        }
        const request = (this.request = {});
        this.state.isLooking = true;
        try {
            const answer = await this.call("find_times", [this.values]);
            if (request === this.request) {
                this.showTimes(answer);
            }
        } finally {
            if (request === this.request) {
                this.state.isLooking = false;
            }
        }
    }

    showTimes({ times, message, similar, chosen_note }) {
        Object.assign(this.state, { times, message, similar, chosenNote: chosen_note });
    }

    // ------------------------------------------------------------------
    // Booking
    // ------------------------------------------------------------------

    book(time) {
        const { start, technician_id, details } = time;
        return this.create({ start, technician_id, details, confirm: true });
    }

    saveDraft() {
        return this.create({ confirm: false });
    }

    async create(more) {
        if (this.state.isBooking) {
            return;
        }
        Object.assign(this.state, { isBooking: true, reason: "" });
        let answer;
        try {
            answer = await this.call("create_visit", [{ ...this.values, ...more }]);
        } finally {
            this.state.isBooking = false;
        }
        if (!answer.ok) {
            // What was typed stays; the times are those that are free now.
            this.state.reason = answer.reason;
            if (this.mayLook) {
                const isChosen = more.start === (this.chosenTime || {}).start;
                const note = isChosen ? answer.chosen_note : this.state.chosenNote;
                this.showTimes({ ...answer, chosen_note: note });
            }
            return;
        }
        this.tell(answer);
        if (this.props.onDone) {
            this.props.onDone(answer.id);
        }
        this.props.close();
    }

    tell({ id, message }) {
        const action = this.action;
        const open = () => {
            close();
            return action.doAction({
                type: "ir.actions.act_window",
                res_model: APPOINTMENT,
                res_id: id,
                views: [[false, "form"]],
            });
        };
        const close = this.notification.add(message, {
            type: "success",
            buttons: [{ name: _t("Open"), onClick: open }],
        });
    }
}
