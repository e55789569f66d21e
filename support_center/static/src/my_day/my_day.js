/** @odoo-module **/

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { Component, onWillStart, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { locale } from "../board/times";
import { formatHour } from "../datetime/moments";
import { UNDONE_EVENT } from "../undo/undo_service";
import { AbsentDialog, SignatureDialog, SlipDialog } from "./dialogs";
import { Outbox } from "./outbox";

const { DateTime } = luxon;

// Longer edges are scaled down before a photo leaves the phone.
const MAX_PHOTO_EDGE = 1920;

function readAsDataUrl(blob) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(blob);
    });
}

// A picture that the browser cannot draw goes out as it is: the server decides.
async function shrink(file) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(file);
    } catch {
        return { name: file.name, blob: file };
    }
    const scale = MAX_PHOTO_EDGE / Math.max(bitmap.width, bitmap.height);
    if (scale >= 1) {
        return { name: file.name, blob: file };
    }
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
    return { name: file.name.replace(/\.\w+$/, "") + ".jpg", blob: blob || file };
}

/** What waits to be sent is shown as if it had been done, and marked as waiting. */
function applyEntry(visit, entry, labels) {
    const states = { start: "in_progress", done: "done", no_show: "no_show" };
    if (states[entry.kind]) {
        visit.state = states[entry.kind];
        visit.state_label = labels[visit.state];
    } else if (entry.kind === "on_the_way") {
        visit.is_on_the_way = true;
    } else if (entry.kind === "work") {
        Object.assign(visit, entry.values);
    } else if (entry.kind === "signature") {
        visit.signed_by = entry.values.name;
    }
}

/** A technician's visits of one day, with large buttons: made for a phone held in one hand. */
export class MyDay extends Component {
    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.undo = useService("support_center.undo");
        this.state = useState({
            data: { visits: [], state_labels: {} },
            // Which visit has which part open: its note, its work, or how late it is.
            open: { visitId: false, part: "" },
            notes: {},
            works: {},
            busy: false,
            // When the day was loaded that is shown from the phone; 0 with a signal.
            loadedAt: 0,
            entries: [],
        });
        this.outbox = new Outbox(this.orm);
        this.outbox.bus.addEventListener("changed", () => this.showEntries());
        // What waited is shown as done only while it waits: then the server has to say so.
        this.outbox.bus.addEventListener("sent", () => this.reload());
        onWillStart(async () => {
            await this.outbox.start();
            this.showEntries();
            await this.load();
        });
        onWillUnmount(() => this.outbox.stop());
        // A phone is taken out of the pocket again and again, and dispatchers do not sleep.
        useExternalListener(document, "visibilitychange", () => this.refresh());
        useExternalListener(window, "online", () => this.refresh());
        useBus(this.env.bus, UNDONE_EVENT, () => this.reload());
    }

    async refresh() {
        if (document.visibilityState === "visible" && !this.state.busy && !this.state.open.part) {
            await this.outbox.send();
            await this.reload();
        }
    }

    /** The own day that is shown, on paper; dispatchers print everybody's from the board. */
    async printDay() {
        const { day } = this.state.data;
        const action = await this.orm.call("support.day.sheet", "print_own_day", [day]);
        return this.action.doAction(action);
    }

    showEntries() {
        this.state.entries = this.outbox.entries.map((entry) => ({ ...entry }));
    }

    async load(day = false) {
        // What is asked for last is shown, whichever answer comes last.
        this.day = day;
        let data;
        try {
            data = await this.orm.silent.call("support.my.day", "load", [day]);
        } catch (error) {
            if (error?.name === "RPC_ERROR") {
                throw error;
            }
            if (this.day === day) {
                this.showKeptDay(day);
            }
            return;
        }
        if (this.day === day) {
            this.state.data = data;
            this.state.loadedAt = 0;
            // Past midnight, today is another day.
            this.day = data.is_today ? false : day;
            this.outbox.saveDay(data);
        }
    }

    /** Without a signal: the day that was seen last, with its age. */
    showKeptDay(day) {
        const kept = this.outbox.loadDay();
        if (kept && (!day || kept.data.day === day)) {
            this.state.data = kept.data;
            this.state.loadedAt = kept.at;
            return;
        }
        this.state.loadedAt ||= Date.now();
        this.notification.add(_t("No signal: this day is not on the phone."), { type: "warning" });
    }

    async show(day) {
        this.close();
        await this.load(day);
    }

    reload() {
        return this.load(this.day);
    }

    // ------------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------------

    get visits() {
        const { visits, state_labels: labels } = this.state.data;
        const shown = visits.map((visit) => {
            const copy = { ...visit, entries: this.entriesOf(visit) };
            copy.entries
                .filter((entry) => !entry.error)
                .forEach((entry) => applyEntry(copy, entry, labels));
            return copy;
        });
        if (this.waitingCount) {
            // The next one is another one, once what waits is counted in.
            const next =
                shown.find((visit) => visit.state === "in_progress") ||
                shown.find((visit) => visit.state === "confirmed");
            shown.forEach((visit) => (visit.is_next = this.state.data.is_today && visit === next));
        }
        return shown;
    }

    entriesOf(visit) {
        return this.state.entries.filter((entry) => entry.visitId === visit.id);
    }

    /** What was refused for a visit of another day, which has no card here. */
    get otherRefused() {
        const shown = new Set(this.state.data.visits.map((visit) => visit.id));
        return this.state.entries.filter((entry) => entry.error && !shown.has(entry.visitId));
    }

    get waitingCount() {
        return this.state.entries.filter((entry) => !entry.error).length;
    }

    get waitingText() {
        return this.waitingCount === 1
            ? _t("1 entry waits to be sent")
            : _t("%(count)s entries wait to be sent").replace("%(count)s", this.waitingCount);
    }

    get age() {
        const moment = formatHour(DateTime.fromMillis(this.state.loadedAt));
        return _t("No signal. The day as it was at %(moment)s.").replace("%(moment)s", moment);
    }

    describeArrival(visit) {
        return _t("Late: expected at %s", visit.arrival);
    }

    describeDelay(minutes) {
        return _t("%(minutes)s minutes later").replace("%(minutes)s", minutes);
    }

    describeSignature(visit) {
        return _t("Signed by %s", visit.signed_by);
    }

    isOpen(visit, part) {
        return this.state.open.visitId === visit.id && this.state.open.part === part;
    }

    /** What is written stays: a tap on the button beside it is quickly done. */
    toggle(visit, part) {
        const isOpen = this.isOpen(visit, part);
        this.state.open = isOpen ? { visitId: false, part: "" } : { visitId: visit.id, part };
        this.state.notes[visit.id] ||= "";
        this.state.works[visit.id] ||= {
            work_done: visit.work_done,
            parts_used: visit.parts_used,
            time_used: visit.time_used || "",
        };
    }

    close() {
        this.state.open = { visitId: false, part: "" };
    }

    // ------------------------------------------------------------------
    // What is tapped
    // ------------------------------------------------------------------

    // One thing at a time: a second tap while the first is on its way does nothing.
    async work(task) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            return await task();
        } finally {
            this.state.busy = false;
        }
    }

    /**
     * Send what was tapped, or keep it on the phone until there is a signal.
     *
     * @returns {Promise<Object|undefined>} as `Outbox.add`; nothing where it was refused, which is
     *     said
     */
    tap(visit, kind, label, values = {}, thanks = "") {
        return this.work(async () => {
            const entry = { kind, label, values, visitId: visit.id };
            entry.visit = visit.customer || visit.name;
            const outcome = await this.outbox.add(entry);
            if (outcome.error) {
                this.notification.add(outcome.error, { type: "danger", sticky: true });
            } else if (outcome.isWaiting) {
                this.notification.add(_t("No signal: it is sent later."), { type: "warning" });
            } else if (thanks) {
                this.notification.add(thanks, { type: "success" });
            }
            if (outcome.answer?.undo) {
                this.undo.offer(outcome.answer.undo);
            }
            if (!outcome.isWaiting) {
                await this.reload();
            }
            return outcome.error ? undefined : outcome;
        });
    }

    async sendNow() {
        await this.work(() => this.outbox.send());
        await this.reload();
    }

    async retry(entry) {
        await this.work(() => this.outbox.retry(entry.key));
        await this.reload();
    }

    discard(entry) {
        return this.outbox.forget(entry.key);
    }

    onMyWay(visit) {
        return this.tap(visit, "on_the_way", _t("On my way"));
    }

    start(visit) {
        return this.tap(visit, "start", _t("Start Visit"));
    }

    // Asked, since it is final, and stands where “Start Visit” stood a moment ago.
    done(visit) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Is the visit done?"),
            body: this.describe(visit),
            confirmLabel: _t("Visit Done"),
            confirm: () => {
                this.tap(visit, "done", _t("Visit Done"));
            },
            cancelLabel: _t("Not Yet"),
            cancel: () => {},
        });
    }

    noShow(visit) {
        this.dialog.add(AbsentDialog, {
            body: this.describe(visit),
            save: async (file) => {
                const values = file ? { photo: await this.readPhoto(file) } : {};
                await this.tap(visit, "no_show", _t("Customer Absent (No-Show)"), values);
            },
        });
    }

    describe(visit) {
        return [visit.start, visit.customer, visit.name].filter(Boolean).join(" · ");
    }

    async late(visit, minutes) {
        const outcome = await this.tap(visit, "late", this.describeDelay(minutes), { minutes });
        this.close();
        if (outcome?.answer?.length) {
            this.dialog.add(SlipDialog, {
                visits: outcome.answer,
                save: (ids) => this.slip(visit, ids, minutes),
            });
        }
    }

    async slip(visit, ids, minutes) {
        if (!ids.length) {
            return;
        }
        const outcome = await this.tap(visit, "slip", _t("Following visits later"), { ids, minutes });
        const { moved = 0, refused = [] } = outcome?.answer || {};
        if (moved) {
            const words =
                moved === 1
                    ? _t("1 visit begins later.")
                    : _t("%(count)s visits begin later.").replace("%(count)s", moved);
            this.notification.add(words, { type: "success" });
        }
        for (const words of refused) {
            this.notification.add(words, { type: "danger", sticky: true });
        }
    }

    async saveNote(visit) {
        const text = this.state.notes[visit.id];
        const done = await this.tap(visit, "note", _t("Note"), { text }, _t("The note is saved."));
        if (done) {
            this.close();
            delete this.state.notes[visit.id];
        }
    }

    async saveWork(visit) {
        const { work_done, parts_used, time_used } = this.state.works[visit.id];
        const values = { work_done, parts_used, time_used: Math.round(Number(time_used)) || 0 };
        const thanks = _t("The work is saved.");
        const done = await this.tap(visit, "work", _t("Work and parts"), values, thanks);
        if (done) {
            this.close();
            delete this.state.works[visit.id];
        }
    }

    sign(visit) {
        this.dialog.add(SignatureDialog, {
            name: visit.signed_by || visit.customer,
            save: (values) => {
                this.tap(visit, "signature", _t("Signature"), values, _t("Thank you for signing."));
            },
        });
    }

    async readPhoto(file) {
        const { name, blob } = await shrink(file);
        return { name, content: (await readAsDataUrl(blob)).split(",")[1] };
    }

    async addPhoto(visit, ev) {
        const [file] = ev.target.files;
        // The same picture can be chosen again, where the first try failed.
        ev.target.value = "";
        if (!file) {
            return;
        }
        const values = await this.readPhoto(file);
        await this.tap(visit, "photo", _t("Photo"), values, _t("The photo is saved."));
    }

    report(visit) {
        return this.work(async () => {
            const action = await this.orm.call("support.appointment", "action_visit_report", [
                [visit.id],
            ]);
            await this.action.doAction(action);
        });
    }

    open(visit) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "support.appointment",
            res_id: visit.id,
            views: [[false, "form"]],
        });
    }

    /** The day as it is written in the user's language. */
    get title() {
        return DateTime.fromISO(this.state.data.day || DateTime.now().toISODate())
            .reconfigure({ locale: locale() })
            .toLocaleString({ weekday: "long", day: "numeric", month: "long" });
    }

    get summary() {
        const { visits } = this;
        const done = visits.filter((visit) => visit.state === "done").length;
        return _t("%(done)s of %(count)s done")
            .replace("%(done)s", done)
            .replace("%(count)s", visits.length);
    }
}

MyDay.template = "support_center.MyDay";
MyDay.props = ["*"];

registry.category("actions").add("support_center.my_day", MyDay);
