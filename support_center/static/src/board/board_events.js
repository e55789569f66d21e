/** @odoo-module **/

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { formatHour } from "../datetime/moments";
import {
    ATTENDANCES,
    PRIORITIES,
    SHADINGS,
    STATES,
    colorClass,
    element,
    icon,
} from "./looks";
import { hoursWithin, isoDay, locale, toWall, without } from "./times";

/** Visits and shading as the timeline wants them. */

function times(item) {
    return [deserializeDateTime(item.start), deserializeDateTime(item.stop)];
}

function makeVisit(visit, technician, coloring, scale) {
    const classes = ["o_sc_visit", `o_sc_visit_${visit.id}`, `o_sc_state_${visit.state}`];
    return {
        id: `visit-${visit.id}`,
        resourceIds: [visit.technician_id],
        start: toWall(visit.start),
        end: toWall(visit.stop),
        startEditable: visit.is_movable,
        // A week shows days, not hours.
        durationEditable: visit.is_movable && scale === "day",
        classNames: [...classes, colorClass(visit, coloring)],
        extendedProps: { visit, technician },
    };
}

function makeShade(id, technicianId, kind, start, end, name = "", allDay = false) {
    return {
        id,
        resourceIds: [technicianId],
        start,
        end,
        allDay,
        display: "background",
        classNames: ["o_sc_shade", `o_sc_shade_${kind}`],
        extendedProps: { kind, name },
    };
}

function makeBuffers(visit) {
    const buffers = [];
    for (const [side, start, end] of [
        ["before", visit.busy_start, visit.start],
        ["after", visit.stop, visit.busy_stop],
    ]) {
        if (start && end && start < end) {
            const id = `buffer-${visit.id}-${side}`;
            buffers.push(
                makeShade(id, visit.technician_id, "buffer", toWall(start), toWall(end))
            );
        }
    }
    return buffers;
}

/** Whole days on which somebody is not at work, in a view that shows no hours. */
function makeFreeDays(technician, start) {
    const shades = [];
    for (const [day, hours] of Object.entries(technician.capacity)) {
        const from = start.set({
            year: Number(day.slice(0, 4)),
            month: Number(day.slice(5, 7)),
            day: Number(day.slice(8, 10)),
        });
        const to = from.plus({ days: 1 });
        const absences = technician.shading.filter(
            (shade) =>
                ["leave", "holiday"].includes(shade.kind) &&
                hoursWithin([times(shade)], from, to) > 0
        );
        const id = `day-${technician.id}-${day}`;
        // Somebody without a schedule is free for a day only by an absence that fills it.
        const isFree =
            hours === null
                ? absences.some((shade) => hoursWithin([times(shade)], from, to) > 23)
                : hours === 0;
        if (isFree) {
            const { kind, name } = absences[0] || { kind: "off", name: "" };
            shades.push(
                makeShade(id, technician.id, kind, isoDay(from), isoDay(to), name, true)
            );
        } else {
            absences.forEach((shade, number) =>
                shades.push({
                    id: `${id}-${number}`,
                    resourceIds: [technician.id],
                    start: toWall(shade.start),
                    end: toWall(shade.stop),
                    editable: false,
                    classNames: ["o_sc_absence"],
                    extendedProps: { absence: shade },
                })
            );
        }
    }
    return shades;
}

export function makeEvents({ technicians, visits, coloring, scale, start }) {
    const names = Object.fromEntries(technicians.map(({ id, name }) => [id, name]));
    const events = visits.map((visit) =>
        makeVisit(visit, names[visit.technician_id], coloring, scale)
    );
    for (const technician of technicians) {
        if (scale === "day") {
            technician.shading.forEach(({ kind, name, start, stop }, number) => {
                const id = `shade-${technician.id}-${number}`;
                events.push(
                    makeShade(id, technician.id, kind, toWall(start), toWall(stop), name)
                );
            });
        } else {
            events.push(...makeFreeDays(technician, start));
        }
    }
    if (scale === "day") {
        for (const visit of visits) {
            if (["draft", "confirmed", "in_progress"].includes(visit.state)) {
                events.push(...makeBuffers(visit));
            }
        }
    }
    return events;
}

/** Hours planned and hours at work of each technician: `{id: {planned, capacity}}`. */
export function makeLoads({ technicians, visits, start, stop }) {
    const loads = {};
    for (const technician of technicians) {
        const hours = Object.values(technician.capacity);
        loads[technician.id] = {
            planned: 0,
            capacity: hours.includes(null) ? null : hours.reduce((sum, each) => sum + each, 0),
        };
    }
    for (const visit of visits) {
        if (visit.state !== "no_show" && loads[visit.technician_id]) {
            loads[visit.technician_id].planned += hoursWithin([times(visit)], start, stop);
        }
    }
    return loads;
}

/** When somebody works or is booked, as pairs of moments. */
function listBusy({ technicians, visits, start, stop }) {
    const busy = [];
    for (const technician of technicians) {
        if (Object.values(technician.capacity).some((hours) => hours)) {
            const off = technician.shading.filter((shade) => shade.kind === "off").map(times);
            busy.push(...without(start, stop, off.sort((one, other) => one[0] - other[0])));
        }
    }
    busy.push(...visits.map(times));
    return busy;
}

/** The hour at which a day begins for those who are not on duty since the night before. */
export function findFirstHour(props) {
    const hours = listBusy(props)
        .filter(([since]) => since > props.start)
        .map(([since]) => since.hour);
    return Math.min(...hours, 8);
}

/** The hours of a day that are worth showing: everybody's work and all visits, an hour around. */
export function findHours(props) {
    const { start, stop } = props;
    const bounds = listBusy(props);
    let first = 24;
    let last = 0;
    for (const [since, until] of bounds) {
        const from = since > start ? since : start;
        first = Math.min(first, from.hour);
        last = Math.max(last, until < stop ? until.hour + (until.minute ? 1 : 0) : 24);
    }
    if (first >= last) {
        return [7, 19];
    }
    return [Math.max(first - 1, 0), Math.min(last + 1, 24)];
}

// ---------------------------------------------------------------------
// What is in an event
// ---------------------------------------------------------------------

function makeVisitContent(visit, technician, timeText, scale, draggedBy) {
    const state = STATES[visit.state];
    const priority = PRIORITIES[visit.priority];
    const first = element("div", "o_sc_line");
    first.append(icon(state.icon));
    if (visit.priority > "1") {
        first.append(icon(`${priority.icon} o_sc_priority`));
    }
    if (visit.customer_waits) {
        first.append(icon("fa-commenting o_sc_waits"));
    }
    const attendance = ATTENDANCES[visit.attendance];
    if (attendance) {
        first.append(icon(`${attendance.icon} o_sc_attendance_${visit.attendance}`));
    }
    if (visit.arrival) {
        first.append(icon("fa-clock-o o_sc_late"));
    }
    if (draggedBy) {
        first.append(icon("fa-hand-rock-o o_sc_hand"));
    }
    const time = element("time", "o_sc_time", timeText);
    // A space keeps time and text apart in any direction, and for people who hear them.
    const gap = " ";
    const customer = element("b", "", visit.customer);
    const details = [visit.place, visit.type && visit.type[1]].filter(Boolean).join(" · ");
    const second = element("div", "o_sc_line o_sc_details");
    // On a day the place of a visit tells its time already, and its width may be small.
    if (scale === "day") {
        first.append(customer);
        second.append(time, gap, details || visit.name);
    } else {
        first.append(time, gap, customer);
        second.append(details || visit.name);
    }
    const body = element("div", "o_sc_body");
    body.append(first, second);
    const [start, stop] = times(visit).map((moment) => moment.reconfigure({ locale: locale() }));
    const day = start.toLocaleString({ weekday: "long", day: "numeric", month: "long" });
    const span = `${formatHour(start)} – ${formatHour(stop)}`;
    const facts = [
        `${day}, ${span}`,
        technician,
        visit.name,
        state.label,
        _t("Priority: %s", priority.label),
    ];
    if (visit.is_overruled) {
        facts.push(_t("Outside working hours"));
    }
    if (draggedBy) {
        facts.push(_t("%s is moving this visit", draggedBy));
    }
    if (visit.arrival) {
        const moment = formatHour(deserializeDateTime(visit.arrival));
        facts.push(_t("Late: expected at %s", moment));
    }
    if (attendance) {
        facts.push(attendance.label);
    }
    if (visit.customer_waits) {
        facts.push(_t("The customer is waiting for an answer"));
    }
    body.title = [visit.customer, details, ...facts].filter(Boolean).join("\n");
    body.append(element("span", "visually-hidden", `. ${facts.join(", ")}.`));
    return body;
}

function makeShadeContent(kind, name) {
    const { icon: symbol, label } = SHADINGS[kind];
    const body = element("div", "o_sc_shade_label");
    if (["leave", "holiday", "meeting"].includes(kind)) {
        body.append(icon(symbol), element("span", "", name || label));
    }
    body.title = name || label;
    return body;
}

export function makeContent({ event, timeText }, scale) {
    const { visit, technician, kind, name, absence, drop, hasTime, draggedBy } =
        event.extendedProps;
    if (visit) {
        return {
            domNodes: [makeVisitContent(visit, technician, timeText, scale, draggedBy)],
        };
    }
    if (kind) {
        return { domNodes: [makeShadeContent(kind, name)] };
    }
    if (absence) {
        const body = makeShadeContent(absence.kind, absence.name);
        body.prepend(element("time", "o_sc_time", timeText), " ");
        return { domNodes: [body] };
    }
    const body = element("div", "o_sc_line");
    body.append(element("time", "o_sc_time", hasTime ? timeText : ""), " ", element("b", "", drop));
    return { domNodes: [body] };
}
