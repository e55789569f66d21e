/** @odoo-module **/

import { browser } from "@web/core/browser/browser";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { callBoard } from "./times";

// Who gives no sign for so long has left without a word, as a computer does that loses its network.
const LIFE = 10 * 60 * 1000;
// Who works on gives a sign so often at most.
const SIGN = 5 * 60 * 1000;

/**
 * Who else plans on the days that are shown, and which visit somebody is dragging.
 *
 * Everybody says when they come, go to another day, drag or leave; who is there answers those who
 * come. So nothing is asked again and again.
 */
export class BoardPresence {
    /**
     * @param {Object} orm
     * @param {Function} getWindow returns start and stop of the days shown, in UTC as texts
     * @param {Object} others reactive: `{token: {uid, name, start, stop, draggingId}}`
     */
    constructor({ orm, getWindow, others }) {
        Object.assign(this, { orm, getWindow, others });
        this.token = `${Date.now()}-${Math.random().toString(36).slice(2)}`;
        this.timers = {};
        this.draggingId = false;
        this.tellLeaving = () => this.sendLeaving();
        browser.addEventListener("pagehide", this.tellLeaving);
    }

    get sign() {
        const [start, stop] = this.getWindow();
        return { token: this.token, start, stop, dragging_id: this.draggingId };
    }

    /** @param {boolean} [asks] whether those who are there are to answer */
    async tell(asks = false) {
        this.toldAt = Date.now();
        await callBoard(this.orm, "announce", [{ ...this.sign, is_here: true, asks }]);
    }

    drag(id) {
        if (id !== this.draggingId) {
            this.draggingId = id;
            return this.tell();
        }
    }

    /** Somebody works here; said now and then only. */
    stir() {
        if (Date.now() - this.toldAt > SIGN) {
            return this.tell();
        }
    }

    hear({ token, uid, name, start, stop, dragging_id, is_here, asks }) {
        if (token === this.token) {
            return;
        }
        browser.clearTimeout(this.timers[token]);
        if (!is_here) {
            delete this.others[token];
            return;
        }
        this.others[token] = { uid, name, start, stop, draggingId: dragging_id };
        this.timers[token] = browser.setTimeout(() => delete this.others[token], LIFE);
        if (asks) {
            return this.tell();
        }
    }

    /** After the connection was lost, anybody may have come or left. */
    forget() {
        Object.values(this.timers).forEach((timer) => browser.clearTimeout(timer));
        Object.keys(this.others).forEach((token) => delete this.others[token]);
        return this.tell(true);
    }

    leave() {
        browser.removeEventListener("pagehide", this.tellLeaving);
        Object.values(this.timers).forEach((timer) => browser.clearTimeout(timer));
        this.sendLeaving();
    }

    /** A beacon arrives also when the page is gone before there is an answer. */
    sendLeaving() {
        const params = {
            model: "support.board",
            method: "announce",
            args: [{ ...this.sign, is_here: false, asks: false }],
            kwargs: {},
        };
        const body = JSON.stringify({ id: 1, jsonrpc: "2.0", method: "call", params });
        browser.navigator.sendBeacon(
            "/web/dataset/call_kw/support.board/announce",
            new Blob([body], { type: "application/json" })
        );
    }
}

/** Those among the others who look at a moment of `[start, stop)`, each person once. */
export function listPresent(others, uid, start, stop) {
    const people = {};
    for (const other of Object.values(others)) {
        const isThere =
            deserializeDateTime(other.start) < stop && start < deserializeDateTime(other.stop);
        if (isThere && other.uid !== uid) {
            people[other.uid] = other;
        }
    }
    return Object.values(people);
}

/** Which visits the others drag: `{id: name}`. */
export function listDragged(others, uid) {
    const dragging = Object.values(others).filter(
        (other) => other.draggingId && other.uid !== uid
    );
    return Object.fromEntries(dragging.map(({ draggingId, name }) => [draggingId, name]));
}
