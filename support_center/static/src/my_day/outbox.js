/** @odoo-module **/

import { browser } from "@web/core/browser/browser";
import { session } from "@web/session";
import { EventBus } from "@odoo/owl";

const STORE = "entries";
const PREFIX = "support_center.my_day.";
// A browser that does not say when the signal is back is asked again so often, in milliseconds.
const RETRY = 20000;

/** Another key for each entry; `randomUUID` is there on secure pages alone. */
export function makeKey() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Whether the server has answered, with a refusal; else it may never have heard of the call. */
function isRefusal(error) {
    return (
        error?.name === "RPC_ERROR" &&
        // After the next log-in it is sent.
        error.exceptionName !== "odoo.http.SessionExpiredException"
    );
}

function getWords(error) {
    return error.data?.message || error.message;
}

/**
 * What is kept by the browser itself, so that a page that is loaded again still has it.
 *
 * Of one user and one database: phones are handed on.
 */
class Kept {
    constructor(name) {
        this.name = name;
    }

    open() {
        this.opened ||= new Promise((resolve, reject) => {
            const request = indexedDB.open(this.name, 1);
            request.onupgradeneeded = () =>
                request.result.createObjectStore(STORE, { keyPath: "key" });
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
        return this.opened;
    }

    async run(mode, work) {
        const store = (await this.open()).transaction(STORE, mode).objectStore(STORE);
        const request = work(store);
        return new Promise((resolve, reject) => {
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
        });
    }

    getAll() {
        return this.run("readonly", (store) => store.getAll());
    }

    put(entry) {
        return this.run("readwrite", (store) => store.put(entry));
    }

    remove(key) {
        return this.run("readwrite", (store) => store.delete(key));
    }
}

/**
 * What was tapped and is on its way to the server, in order.
 *
 * Each entry is `{key, kind, visitId, visit, values, label, at}`, and once the server has refused it
 * `{error}` in words. The key makes the server do it once, also if its answer was lost.
 */
export class Outbox {
    constructor(orm) {
        this.orm = orm;
        this.bus = new EventBus();
        this.entries = [];
        // What came of those that somebody waits for, by key: another call may have sent them.
        this.outcomes = new Map();
        this.hasSignal = true;
        this.user = session.support_center_user;
        this.name = `${PREFIX}${this.user}`;
        this.kept = new Kept(this.name);
        this.sending = null;
    }

    async start() {
        this.forgetOthers();
        try {
            const entries = await this.kept.getAll();
            this.entries = entries.sort((a, b) => a.at - b.at);
        } catch {
            // A private window keeps nothing: what is tapped there lives as long as the page.
            this.kept = null;
        }
        this.onSignal = () => this.send();
        browser.addEventListener("online", this.onSignal);
        this.timer = browser.setInterval(() => this.waiting.length && this.send(), RETRY);
        // Not waited for: the page is there first.
        this.send();
    }

    stop() {
        browser.removeEventListener("online", this.onSignal);
        browser.clearInterval(this.timer);
    }

    get waiting() {
        return this.entries.filter((entry) => !entry.error);
    }

    get refused() {
        return this.entries.filter((entry) => entry.error);
    }

    of(visitId) {
        return this.entries.filter((entry) => entry.visitId === visitId);
    }

    async keep(entry) {
        try {
            // A plain copy: what OWL watches cannot be stored. After the page is loaded again nobody
            // looks at it any more, so that a refusal has to be kept.
            await this.kept?.put(JSON.parse(JSON.stringify({ ...entry, isNew: undefined })));
        } catch {
            this.kept = null;
        }
    }

    async forget(key) {
        this.entries = this.entries.filter((entry) => entry.key !== key);
        this.bus.trigger("changed");
        try {
            await this.kept?.remove(key);
        } catch {
            this.kept = null;
        }
    }

    /**
     * Send something, or keep it until it can be sent.
     *
     * @returns {Object} `{answer}` of the server, `{error}` in words, or `{isWaiting: true}`
     */
    async add(entry) {
        const added = { ...entry, key: makeKey(), at: Date.now(), isNew: true };
        this.entries.push(added);
        await this.keep(added);
        this.bus.trigger("changed");
        await this.send();
        const outcome = this.outcomes.get(added.key) || { isWaiting: true };
        this.outcomes.delete(added.key);
        delete added.isNew;
        return outcome;
    }

    /** Send all that waits, one by one: a visit is begun before it is done. */
    async send() {
        // One who comes later sends what has come in meanwhile.
        const before = this.sending;
        this.sending = (async () => {
            await before;
            await this.sendAll();
        })();
        await this.sending;
    }

    async sendAll() {
        let isLate = false;
        for (const entry of [...this.waiting]) {
            if (!this.entries.includes(entry)) {
                continue;
            }
            try {
                const answer = await this.call(entry);
                this.hasSignal = true;
                this.settle(entry, { answer });
                isLate ||= !entry.isNew;
                await this.forget(entry.key);
            } catch (error) {
                if (!isRefusal(error)) {
                    this.hasSignal = false;
                    break;
                }
                this.hasSignal = true;
                const words = getWords(error);
                this.settle(entry, { error: words });
                if (entry.isNew) {
                    // They are looking at it: it is said, and nothing is kept.
                    await this.forget(entry.key);
                } else {
                    entry.error = words;
                    await this.keep(entry);
                }
            }
        }
        this.bus.trigger("changed");
        if (isLate) {
            this.bus.trigger("sent");
        }
    }

    settle(entry, outcome) {
        if (entry.isNew) {
            this.outcomes.set(entry.key, outcome);
        }
    }

    call(entry) {
        const delay = Math.round((Date.now() - entry.at) / 1000);
        return this.orm.silent.call("support.my.day", "submit", [
            entry.key,
            entry.kind,
            entry.visitId,
            { ...entry.values, delay: Math.max(0, delay), user: this.user },
        ]);
    }

    retry(key) {
        const entry = this.entries.find((each) => each.key === key);
        delete entry.error;
        return this.send();
    }

    // ------------------------------------------------------------------
    // The day as it was seen last
    // ------------------------------------------------------------------

    /**
     * Phones are handed on: the day of who had this one before, with its names and addresses, is
     * nobody else's to find. What waits to be sent is kept until they are back.
     */
    forgetOthers() {
        try {
            Object.keys(browser.localStorage)
                .filter((key) => key.startsWith(PREFIX) && key !== this.name)
                .forEach((key) => browser.localStorage.removeItem(key));
        } catch {
            // Forbidden: then there is none.
        }
    }

    saveDay(data) {
        if (data.user !== this.user) {
            // Somebody else has logged in, in another window.
            return;
        }
        try {
            browser.localStorage.setItem(this.name, JSON.stringify({ data, at: Date.now() }));
        } catch {
            // Full, or forbidden: then there is no day to show without a signal.
        }
    }

    loadDay() {
        try {
            return JSON.parse(browser.localStorage.getItem(this.name));
        } catch {
            return null;
        }
    }
}
