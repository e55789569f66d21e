/** @odoo-module **/

import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, onWillStart, useExternalListener, useState } from "@odoo/owl";
import { locale } from "../board/times";

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

/** A technician's visits of one day, with large buttons: made for a phone held in one hand. */
export class MyDay extends Component {
    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.state = useState({ data: { visits: [] }, noteOn: false, notes: {}, busy: false });
        onWillStart(() => this.load());
        // A phone is taken out of the pocket again and again, and dispatchers do not sleep.
        useExternalListener(document, "visibilitychange", () => this.refresh());
    }

    async refresh() {
        if (document.visibilityState === "visible" && !this.state.busy && !this.state.noteOn) {
            await this.reload();
        }
    }

    async load(day = false) {
        this.state.data = await this.orm.call("support.my.day", "load", [day]);
    }

    async show(day) {
        this.state.noteOn = false;
        await this.load(day);
    }

    reload() {
        return this.load(this.state.data.is_today ? false : this.state.data.day);
    }

    // One thing at a time: a second tap while the first is on its way does nothing.
    async work(task) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            await task();
        } finally {
            this.state.busy = false;
            await this.reload();
        }
    }

    change(visit, method) {
        return this.work(() => this.orm.call("support.appointment", method, [[visit.id]]));
    }

    start(visit) {
        return this.change(visit, "action_start");
    }

    // Asked, since it is final, and stands where “Start Visit” stood a moment ago.
    done(visit) {
        this.ask(_t("Is the visit done?"), visit, _t("Visit Done"), "action_done");
    }

    noShow(visit) {
        this.ask(_t("Was the customer absent?"), visit, _t("Customer Absent (No-Show)"), "action_no_show");
    }

    ask(title, visit, label, method) {
        this.dialog.add(ConfirmationDialog, {
            title,
            body: [visit.start, visit.customer, visit.name].filter(Boolean).join(" · "),
            confirmLabel: label,
            confirm: () => this.change(visit, method),
            cancelLabel: _t("Not Yet"),
            cancel: () => {},
        });
    }

    toggleNote(visit) {
        // What is written stays: a tap on the button beside it is quickly done.
        this.state.noteOn = this.state.noteOn === visit.id ? false : visit.id;
        this.state.notes[visit.id] ||= "";
    }

    saveNote(visit) {
        return this.work(async () => {
            await this.orm.call("support.my.day", "add_note", [
                visit.id,
                this.state.notes[visit.id],
            ]);
            this.state.noteOn = false;
            delete this.state.notes[visit.id];
            this.notification.add(_t("The note is saved."), { type: "success" });
        });
    }

    addPhoto(visit, ev) {
        const [file] = ev.target.files;
        // The same picture can be chosen again, where the first try failed.
        ev.target.value = "";
        if (!file) {
            return;
        }
        return this.work(async () => {
            const { name, blob } = await shrink(file);
            const content = (await readAsDataUrl(blob)).split(",")[1];
            await this.orm.call("support.my.day", "add_photo", [visit.id, name, content]);
            this.notification.add(_t("The photo is saved."), { type: "success" });
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
        return DateTime.fromISO(this.state.data.day)
            .reconfigure({ locale: locale() })
            .toLocaleString({ weekday: "long", day: "numeric", month: "long" });
    }

    get summary() {
        const { visits, done_count: done } = this.state.data;
        return _t("%(done)s of %(count)s done")
            .replace("%(done)s", done)
            .replace("%(count)s", visits.length);
    }
}

MyDay.template = "support_center.MyDay";
MyDay.props = ["*"];

registry.category("actions").add("support_center.my_day", MyDay);
