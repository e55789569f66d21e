/** @odoo-module **/
/* global EventCalendar */

import { loadCSS, loadJS } from "@web/core/assets";
import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";
import { Component, onMounted, onPatched, onWillStart, onWillUnmount, useRef } from "@odoo/owl";
import { getHourCycle } from "../datetime/moments";
import { findFirstHour, findHours, makeContent, makeEvents, makeLoads } from "./board_events";
import { element } from "./looks";
import { formatHours, fromTimeline, isoDay, locale, offset } from "./times";

const LIBRARY = "/support_center/static/lib/event_calendar/event-calendar.min";
const VIEWS = { day: "boardDay", week: "boardWeek" };
const DROP = "board-drop";
// A hand that presses does not hold still to the pixel.
const CLICK_RADIUS = 5;
// The component's table has rows without cells and cells without rows. Each visit says in words
// whose it is and when, so a reader does without a table rather than with a broken one.
const TABLE = ["table", "row", "rowgroup", "rowheader", "columnheader", "cell"];
const TABLE_ROLES = TABLE.map((role) => `[role=${role}]`).join();
// Narrower, and a visit of an hour has no room for its customer.
const MIN_SLOT = { large: 30, small: 44 };
const MIN_DAY = { large: "7.5rem", small: "8.5rem" };

/**
 * Technicians down, time across: the component EventCalendar in Odoo's clothes.
 *
 * It knows nothing of the server: what was dragged where goes to the board, which decides.
 */
export class BoardTimeline extends Component {
    static template = "support_center.BoardTimeline";
    static props = {
        api: Object,
        technicians: Array,
        visits: Array,
        scale: String,
        coloring: String,
        allHours: Boolean,
        isSmall: Boolean,
        start: Object,
        stop: Object,
        changedIds: Array,
        // Which visits somebody else is dragging: `{id: name}`.
        dragged: Object,
        onMove: Function,
        onOpen: Function,
        onNew: Function,
        onFindTime: Function,
        isOverPanel: Function,
        onDragging: Function,
    };

    setup() {
        this.root = useRef("root");
        onWillStart(() => Promise.all([loadJS(`${LIBRARY}.js`), loadCSS(`${LIBRARY}.css`)]));
        onMounted(() => this.create());
        onPatched(() => this.update());
        onWillUnmount(() => this.destroy());
    }

    // ------------------------------------------------------------------
    // The component's life
    // ------------------------------------------------------------------

    create() {
        // The component asks the document, where Odoo turns its body only.
        this.documentDir = document.documentElement.dir;
        document.documentElement.dir = localization.direction;
        this.calendar = EventCalendar.create(this.root.el, this.makeOptions());
        this.observer = new ResizeObserver(() => this.fit());
        this.observer.observe(this.root.el);
        this.roles = new MutationObserver(() => this.dropTable());
        this.roles.observe(this.root.el, { childList: true, subtree: true });
        this.dropTable();
        Object.assign(this.props.api, {
            pointAt: (x, y) => this.pointAt(x, y),
            showDrop: (drop) => this.showDrop(drop),
        });
    }

    update() {
        const options = this.makeData();
        this.calendar.setOption("view", VIEWS[this.props.scale]);
        for (const [name, value] of Object.entries(options)) {
            this.calendar.setOption(name, value);
        }
    }

    destroy() {
        this.observer.disconnect();
        this.roles.disconnect();
        EventCalendar.destroy(this.calendar);
        document.documentElement.dir = this.documentDir;
    }

    dropTable() {
        for (const part of this.root.el.querySelectorAll(TABLE_ROLES)) {
            part.removeAttribute("role");
        }
        for (const part of this.root.el.querySelectorAll("[aria-colindex]")) {
            part.removeAttribute("aria-colindex");
            part.removeAttribute("aria-colspan");
        }
        for (const part of this.root.el.querySelectorAll("aside:not([role])")) {
            part.setAttribute("role", "presentation");
        }
    }

    get size() {
        return this.props.isSmall ? "small" : "large";
    }

    makeOptions() {
        return {
            view: VIEWS[this.props.scale],
            views: {
                boardDay: { type: "resourceTimelineDay" },
                boardWeek: {
                    type: "resourceTimelineMonth",
                    duration: { weeks: 1 },
                    columnWidth: `minmax(${MIN_DAY[this.size]}, 1fr)`,
                    dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
                },
            },
            headerToolbar: { start: "", center: "", end: "" },
            firstDay: localization.weekStart % 7,
            locale: locale(),
            timeZone: offset(),
            nowIndicator: true,
            // With its minutes an American hour would not fit.
            slotLabelFormat: { hour: "numeric", hourCycle: getHourCycle() },
            eventTimeFormat: {
                hour: "numeric",
                minute: "2-digit",
                hourCycle: getHourCycle(),
            },
            snapDuration: "00:15",
            editable: false,
            displayEventEnd: false,
            eventLongPressDelay: 400,
            buttonText: (text) => ({ ...text, close: _t("Close") }),
            resourceLabelContent: ({ resource }) => this.makeLabel(resource),
            eventContent: (info) => makeContent(info, this.props.scale),
            eventClassNames: ({ event }) =>
                event.extendedProps.visit &&
                this.props.changedIds.includes(event.extendedProps.visit.id)
                    ? ["o_sc_changed"]
                    : [],
            eventClick: ({ event }) => {
                if (event.extendedProps.visit) {
                    this.props.onOpen(event.extendedProps.visit.id);
                }
            },
            eventDragStart: ({ event }) => this.onDragStart(event),
            eventDragStop: ({ jsEvent }) => this.onDragStop(jsEvent),
            eventDrop: (info) => this.onDrop(info),
            eventResizeStart: ({ event }) => this.onDragStart(event),
            eventResizeStop: () => this.props.onDragging(false),
            eventResize: (info) => this.onResize(info),
            ...this.makeData(),
        };
    }

    makeData() {
        const { technicians, start, scale, allHours } = this.props;
        this.loads = makeLoads(this.props);
        const hours = allHours || scale === "week" ? [0, 24] : findHours(this.props);
        this.hours = hours;
        return {
            date: isoDay(start),
            slotMinTime: `${hours[0]}:00:00`,
            slotMaxTime: `${hours[1]}:00:00`,
            scrollTime: `${this.findScrollHour()}:00:00`,
            slotWidth: this.findSlotWidth(),
            slotDuration: scale === "day" ? "00:30" : { days: 1 },
            resources: technicians.map((technician) => ({
                id: technician.id,
                title: technician.name,
                extendedProps: { technician, load: this.loads[technician.id] },
            })),
            events: makeEvents(this.props).map((event) => this.markDragged(event)),
        };
    }

    /** What somebody else has in hand is seen as such. */
    markDragged(event) {
        const name = this.props.dragged[event.extendedProps.visit?.id];
        return name
            ? {
                  ...event,
                  classNames: [...event.classNames, "o_sc_dragged"],
                  extendedProps: { ...event.extendedProps, draggedBy: name },
              }
            : event;
    }

    /** Where a screen that is too narrow for the day begins: at work, or an hour ago. */
    findScrollHour() {
        const now = luxon.DateTime.now();
        const isToday = this.props.start <= now && now < this.props.stop;
        return isToday ? Math.max(now.hour - 1, 0) : findFirstHour(this.props);
    }

    findSlotWidth() {
        const sidebar = this.root.el.querySelector(".ec-sidebar");
        const width = this.root.el.clientWidth - (sidebar ? sidebar.offsetWidth : 0) - 4;
        const slots = (this.hours[1] - this.hours[0]) * 2;
        return Math.max(MIN_SLOT[this.size], Math.floor(width / slots));
    }

    fit() {
        const width = this.findSlotWidth();
        if (this.calendar.getOption("slotWidth") !== width) {
            this.calendar.setOption("slotWidth", width);
        }
    }

    // ------------------------------------------------------------------
    // Technicians
    // ------------------------------------------------------------------

    makeLabel(resource) {
        const { technician, load } = resource.extendedProps;
        const planned = formatHours(load.planned, 1);
        const body = element("div", "o_sc_technician");
        body.append(element("div", "o_sc_technician_name", technician.name));
        const text =
            load.capacity === null
                ? _t("%s h planned", planned)
                : _t("%s of %s h", planned, formatHours(load.capacity, 1));
        const line = element("div", "o_sc_technician_load", text);
        body.append(line);
        if (load.capacity) {
            const bar = element("div", "o_sc_load_bar");
            const part = element("div", "o_sc_load_part");
            const share = Math.min(load.planned / load.capacity, 1);
            part.style.inlineSize = `${Math.round(share * 100)}%`;
            part.classList.toggle("o_sc_load_full", load.planned > load.capacity);
            bar.append(part);
            body.append(bar);
        }
        if (technician.note) {
            body.append(element("div", "o_sc_technician_note", technician.note));
        }
        if (offset() !== this.offsetOf(technician.zone)) {
            body.append(element("div", "o_sc_technician_zone", technician.zone));
        }
        body.title = [
            technician.name,
            technician.note,
            text,
            technician.zone,
            technician.skills.join(", "),
            technician.areas.join(", "),
        ]
            .filter(Boolean)
            .join("\n");
        return { domNodes: [body] };
    }

    offsetOf(zone) {
        const now = luxon.DateTime.now().setZone(zone);
        return now.isValid ? now.toFormat("ZZ", { locale: "en", numberingSystem: "latn" }) : zone;
    }

    // ------------------------------------------------------------------
    // Dragging
    // ------------------------------------------------------------------

    onDragStart(event) {
        this.props.onDragging(true, event.extendedProps.visit?.id);
    }

    onDragStop(jsEvent) {
        this.isTakenOff = this.props.isOverPanel(jsEvent.clientX, jsEvent.clientY);
        this.props.onDragging(false);
    }

    onDrop({ event, oldEvent, revert }) {
        const { visit } = event.extendedProps;
        if (this.isTakenOff) {
            revert();
            this.props.onMove(visit, { technician_id: false });
            return;
        }
        const vals = {};
        if (event.start.getTime() !== oldEvent.start.getTime()) {
            vals.start = fromTimeline(event.start);
            vals.stop = fromTimeline(event.end);
        }
        if (event.resourceIds[0] !== oldEvent.resourceIds[0]) {
            vals.technician_id = Number(event.resourceIds[0]);
        }
        if (Object.keys(vals).length) {
            this.props.onMove(visit, vals, revert);
        }
    }

    onResize({ event, oldEvent, revert }) {
        if (event.end.getTime() !== oldEvent.end.getTime()) {
            const vals = { start: fromTimeline(event.start), stop: fromTimeline(event.end) };
            this.props.onMove(event.extendedProps.visit, vals, revert);
        }
    }

    /** Whose time and which lies under a point of the screen, or null. */
    pointAt(x, y) {
        const point = this.calendar.dateFromPoint(x, y);
        if (!point || !point.resource || !this.root.el.contains(point.dayEl)) {
            return null;
        }
        return {
            technicianId: Number(point.resource.id),
            date: point.date,
            start: this.props.scale === "day" ? fromTimeline(point.date) : false,
        };
    }

    /** Where something that is dragged from outside would go; null for nowhere. */
    showDrop(drop) {
        if (!drop) {
            this.calendar.removeEventById(DROP);
            return;
        }
        const pad = (number) => String(number).padStart(2, "0");
        const wall = (date) =>
            `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}` +
            `T${pad(date.getHours())}:${pad(date.getMinutes())}:00`;
        const until = new Date(drop.date.getTime() + drop.hours * 3600 * 1000);
        const event = {
            id: DROP,
            resourceIds: [drop.technicianId],
            start: wall(drop.date),
            end: wall(until),
            classNames: ["o_sc_drop"],
            editable: false,
            extendedProps: { drop: drop.name, hasTime: Boolean(drop.start) },
        };
        if (this.calendar.getEventById(DROP)) {
            this.calendar.updateEvent(event);
        } else {
            this.calendar.addEvent(event);
        }
    }

    // ------------------------------------------------------------------
    // Mouse and keyboard
    // ------------------------------------------------------------------

    onPointerDown(ev) {
        this.pressedAt = { x: ev.clientX, y: ev.clientY };
    }

    onClick(ev) {
        if (ev.target.closest(".o_sc_visit, .ec-sidebar, .ec-header, .ec-popup, button, a")) {
            return;
        }
        // The end of dragging something is no click on a free time.
        const { x, y } = this.pressedAt || { x: ev.clientX, y: ev.clientY };
        if (Math.hypot(ev.clientX - x, ev.clientY - y) > CLICK_RADIUS) {
            return;
        }
        const point = this.pointAt(ev.clientX, ev.clientY);
        if (point) {
            this.props.onNew(point);
        }
    }

    onKeydown(ev) {
        const visit = ev.target.closest(".o_sc_visit");
        if (visit && ev.key.toLowerCase() === "m" && !ev.ctrlKey && !ev.altKey && !ev.metaKey) {
            ev.preventDefault();
            this.props.onFindTime(Number(visit.className.match(/o_sc_visit_(\d+)/)[1]));
        }
    }
}
