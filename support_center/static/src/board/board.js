/** @odoo-module **/

import { browser } from "@web/core/browser/browser";
import { serializeDateTime, deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDraggable } from "@web/core/utils/draggable";
import { Layout } from "@web/search/layout";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import {
    Component,
    onMounted,
    onWillStart,
    onWillUnmount,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { UNDONE_EVENT } from "../undo/undo_service";
import { BoardMoves } from "./board_moves";
import { BoardPanel } from "./panel";
import { BoardPresence, listDragged, listPresent } from "./presence";
import { BoardTimeline } from "./timeline";
import { COLORINGS, SHADINGS, makeLegend } from "./looks";
import { getUserId } from "./user";
import { callBoard, endOfView, fromTimeline, locale, startOfView } from "./times";

const { DateTime } = luxon;
const MODEL = "support.appointment";
const PREFERENCES = "support_center.board";
// Several changes of one moment are read at once.
const LIVE_DELAY = 250;
const CHANGED_FOR = 4000;
// When somebody double-clicks a day of a view that shows no hours.
const FIRST_HOUR = 9;

/**
 * The dispatch board: who does what when, what waits for somebody, and drag and drop between.
 */
export class Board extends Component {
    static template = "support_center.Board";
    static components = { Layout, BoardPanel, BoardTimeline };
    static props = ["*"];

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.ui = useService("ui");
        this.live = useService("support_center.live");
        this.newVisit = useService("support_center.new_visit");
        this.uid = getUserId();
        this.moves = new BoardMoves({
            orm: this.orm,
            dialog: this.dialog,
            notification: useService("notification"),
            undo: useService("support_center.undo"),
            onDone: (visit) => this.refresh([visit.id]),
        });
        this.moveVisit = (...args) => this.moves.move(...args);
        this.previousDay = _t("Previous day");
        this.previousWeek = _t("Previous week");
        this.nextDay = _t("Next day");
        this.nextWeek = _t("Next week");
        this.display = { controlPanel: {} };
        this.colorings = COLORINGS;
        this.shadings = SHADINGS;
        this.root = useRef("root");
        this.panel = useRef("panel");
        this.timeline = {};
        this.state = useState({
            ...this.readPreferences(),
            date: DateTime.now(),
            allHours: false,
            showsFilters: false,
            name: "",
            areaId: 0,
            skillId: 0,
            search: "",
            offset: 0,
            data: null,
            changedIds: [],
            message: "",
            others: {},
        });
        this.presence = new BoardPresence({
            orm: this.orm,
            getWindow: () => this.window,
            others: this.state.others,
        });
        this.pending = new Set();
        this.isDragging = false;
        useBus(this.live.changes, "changed", ({ detail }) => this.onChanged(detail));
        useBus(this.live.changes, "missed", () => Promise.all([this.load(), this.presence.forget()]));
        useBus(this.live.changes, "presence", ({ detail }) => this.presence.hear(detail));
        useExternalListener(window, "pointerdown", () => this.presence.stir());
        useBus(this.env.bus, UNDONE_EVENT, ({ detail }) => this.refresh(detail.ids));
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev));
        useDraggable({
            ref: this.root,
            elements: ".o_sc_card",
            // The name, which opens the request on a click, is part of the card.
            ignore: ".o_sc_card_find, a, input",
            onDragStart: ({ element }) => this.onDragging(true, Number(element.dataset.id)),
            onDrag: ({ element, x, y }) => this.onCardDrag(element, x, y),
            onDrop: ({ element, x, y }) => this.onCardDrop(element, x, y),
            onDragEnd: () => {
                this.timeline.showDrop?.(null);
                this.onDragging(false);
            },
        });
        onWillStart(async () => {
            this.live.listen();
            await this.load();
        });
        onMounted(() => this.presence.tell(true));
        onWillUnmount(() => {
            this.presence.leave();
            browser.clearTimeout(this.liveTimer);
            browser.clearTimeout(this.changedTimer);
        });
    }

    // ------------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------------

    get start() {
        return startOfView(this.state.date, this.state.scale);
    }

    get stop() {
        return endOfView(this.state.date, this.state.scale);
    }

    get title() {
        const format = { day: "numeric", month: "short", year: "numeric" };
        const start = this.start.reconfigure({ locale: locale() });
        if (this.state.scale === "day") {
            return start.toLocaleString({ weekday: "long", ...format });
        }
        const last = this.stop.minus({ days: 1 }).reconfigure({ locale: locale() });
        return `${start.toLocaleString(format)} – ${last.toLocaleString(format)}`;
    }

    /** How many days from today the view begins. */
    get ahead() {
        return Math.round(this.start.diff(DateTime.now().startOf("day"), "days").days);
    }

    get isToday() {
        const now = DateTime.now();
        return this.start <= now && now < this.stop;
    }

    get legend() {
        const { data, coloring } = this.state;
        return makeLegend(coloring, [...data.visits, ...data.unassigned.records]);
    }

    /** Who else plans on the days shown. */
    get present() {
        return listPresent(this.state.others, this.uid, this.start, this.stop);
    }

    get dragged() {
        return listDragged(this.state.others, this.uid);
    }

    get isFiltered() {
        return Boolean(this.state.name || this.state.areaId || this.state.skillId);
    }

    get filters() {
        const { name, areaId, skillId, search, offset } = this.state;
        return {
            name,
            area_ids: areaId ? [areaId] : [],
            skill_ids: skillId ? [skillId] : [],
            search,
            offset,
        };
    }

    get window() {
        return [serializeDateTime(this.start), serializeDateTime(this.stop), this.filters];
    }

    // ------------------------------------------------------------------
    // Loading
    // ------------------------------------------------------------------

    async load() {
        const request = (this.request = callBoard(this.orm, "load", this.window));
        const data = await request;
        // A user who clicks faster than the server answers sees the last click's answer.
        if (request === this.request) {
            this.state.data = data;
            this.state.offset = data.unassigned.offset;
        }
    }

    /** Read some appointments again; the others stay as they are. */
    async refresh(ids) {
        const window = this.window;
        const data = await callBoard(this.orm, "refresh", [ids, ...window]);
        if (JSON.stringify(window) !== JSON.stringify(this.window)) {
            return;
        }
        const { visits, technicians } = this.state.data;
        const rows = technicians.map(({ id }) => id);
        // Of a technician who has come since, or has left and had no visit to be seen.
        if (data.visits.some((visit) => !rows.includes(visit.technician_id))) {
            return this.load();
        }
        this.state.data.visits = [
            ...visits.filter((visit) => !ids.includes(visit.id)),
            ...data.visits,
        ];
        this.state.data.unassigned = data.unassigned;
        this.state.data.review_count = data.review_count;
        this.state.offset = data.unassigned.offset;
    }

    onChanged({ ids }) {
        ids.forEach((id) => this.pending.add(id));
        browser.clearTimeout(this.liveTimer);
        this.liveTimer = browser.setTimeout(() => this.readChanges(), LIVE_DELAY);
    }

    async readChanges() {
        // What is being dragged must not be replaced under the hand.
        if (this.isDragging || !this.pending.size) {
            return;
        }
        const ids = [...this.pending];
        this.pending.clear();
        // What is on its way was read before, and is not to be shown after.
        await this.request.catch(() => {});
        if (!this.state.data) {
            return;
        }
        await this.refresh(ids);
        this.state.changedIds = ids;
        const names = this.state.data.visits
            .filter((visit) => ids.includes(visit.id))
            .map((visit) => visit.name);
        this.state.message = names.length ? _t("Updated: %s", names.join(", ")) : "";
        browser.clearTimeout(this.changedTimer);
        this.changedTimer = browser.setTimeout(() => {
            this.state.changedIds = [];
        }, CHANGED_FOR);
    }

    /** Ctrl+Z takes the last move back; where somebody types or a dialog is open, it is theirs. */
    onKeydown(ev) {
        const isUndo = (ev.ctrlKey || ev.metaKey) && !ev.shiftKey && !ev.altKey;
        if (!isUndo || ev.key.toLowerCase() !== "z") {
            return;
        }
        const isTyping = ev.target.closest?.("input, textarea, select, [contenteditable=true]");
        if (isTyping || document.querySelector(".modal.show, .o_dialog .modal")) {
            return;
        }
        ev.preventDefault();
        return this.moves.takeBack();
    }

    onDragging(isDragging, id = false) {
        this.isDragging = isDragging;
        this.presence.drag(isDragging && id);
        if (!isDragging) {
            this.readChanges();
        }
    }

    // ------------------------------------------------------------------
    // Moving about
    // ------------------------------------------------------------------

    readPreferences() {
        const preferences = JSON.parse(browser.localStorage.getItem(PREFERENCES) || "{}");
        return {
            scale: preferences.scale === "week" ? "week" : "day",
            coloring: preferences.coloring in COLORINGS ? preferences.coloring : "state",
        };
    }

    setPreference(name, value) {
        this.state[name] = value;
        const { scale, coloring } = this.state;
        browser.localStorage.setItem(PREFERENCES, JSON.stringify({ scale, coloring }));
    }

    async setScale(scale) {
        this.setPreference("scale", scale);
        await this.show();
    }

    async go(step) {
        this.state.date = step
            ? this.start.plus({ days: step * (this.state.scale === "day" ? 1 : 7) })
            : DateTime.now();
        await this.show();
    }

    async pickDate(ev) {
        const date = DateTime.fromISO(ev.target.value);
        if (date.isValid) {
            this.state.date = date;
            await this.show();
        }
    }

    /** Load other days, and tell the others that it is these now. */
    async show() {
        await Promise.all([this.load(), this.presence.tell(true)]);
    }

    async filter(name, value) {
        this.state[name] = value;
        await this.load();
    }

    async clearFilters() {
        Object.assign(this.state, { name: "", areaId: 0, skillId: 0 });
        await this.load();
    }

    async search(text) {
        Object.assign(this.state, { search: text, offset: 0 });
        await this.load();
    }

    async page(offset) {
        this.state.offset = offset;
        await this.load();
    }

    // ------------------------------------------------------------------
    // Opening
    // ------------------------------------------------------------------

    open(id) {
        this.dialog.add(
            FormViewDialog,
            { resModel: MODEL, resId: id, title: _t("Appointment"), size: "xl" },
            { onClose: () => this.refresh([id]) }
        );
    }

    /** @param {Object} [point] whose time and which, as the timeline's `pointAt` gives it */
    create(point = {}) {
        const values = {};
        if (point.date) {
            const date = new Date(point.date);
            if (!point.start) {
                date.setHours(FIRST_HOUR);
            }
            values.start = point.start || fromTimeline(date);
            values.technician_id = point.technicianId;
        }
        return this.newVisit.open(values).then((id) => id && this.load());
    }

    async findTime(id) {
        const action = await this.orm.call(MODEL, "action_find_time", [[id]]);
        await this.action.doAction(action, { onClose: () => this.refresh([id]) });
    }

    /** The sheets of the day that is shown, one page for each technician with visits. */
    async printDay() {
        const day = this.start.toISODate();
        const action = await this.orm.call("support.day.sheet", "print_day", [day]);
        return this.action.doAction(action);
    }

    openReview() {
        return this.action.doAction("support_center.support_review_inbox_action");
    }

    openTechnicians() {
        return this.action.doAction("support_center.support_technician_action");
    }

    // ------------------------------------------------------------------
    // Dragging
    // ------------------------------------------------------------------

    isOverPanel(x, y) {
        const { left, right, top, bottom } = this.panel.el.getBoundingClientRect();
        return left <= x && x <= right && top <= y && y <= bottom;
    }

    findCard(element) {
        const id = Number(element.dataset.id);
        return this.state.data.unassigned.records.find((record) => record.id === id);
    }

    onCardDrag(element, x, y) {
        const point = this.timeline.pointAt(x, y);
        const record = this.findCard(element);
        this.timeline.showDrop(
            point && record && { ...point, hours: record.duration, name: record.customer }
        );
    }

    onCardDrop(element, x, y) {
        const point = this.timeline.pointAt(x, y);
        const record = this.findCard(element);
        this.timeline.showDrop(null);
        if (!point || !record) {
            return;
        }
        const vals = { technician_id: point.technicianId };
        if (point.start) {
            vals.start = point.start;
            vals.stop = serializeDateTime(
                deserializeDateTime(point.start).plus({ minutes: record.duration * 60 })
            );
        } else {
            vals.day_start = fromTimeline(point.date);
            vals.day_stop = serializeDateTime(
                deserializeDateTime(vals.day_start).plus({ days: 1 })
            );
        }
        return this.moves.move(record, vals);
    }
}

registry.category("actions").add("support_center.board", Board);
