/** @odoo-module **/

import { deserializeDateTime, serializeDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";

const { DateTime } = luxon;

/**
 * The server speaks UTC, the timeline wall-clock times without a zone; between the two stands the
 * browser's zone, which is luxon's default one.
 */

/** "2026-03-05 09:00:00" in UTC to "2026-03-05T10:00:00" on the viewer's clock. */
export function toWall(utc) {
    return deserializeDateTime(utc).toISO({ includeOffset: false, suppressMilliseconds: true });
}

/** What the timeline gives, a date whose local parts are the viewer's clock, to UTC. */
export function fromTimeline(date) {
    const moment = DateTime.fromObject({
        year: date.getFullYear(),
        month: date.getMonth() + 1,
        day: date.getDate(),
        hour: date.getHours(),
        minute: date.getMinutes(),
        second: date.getSeconds(),
    });
    return serializeDateTime(moment);
}

/** First moment of the view that shows `date`, on the viewer's clock. */
export function startOfView(date, scale) {
    const day = date.startOf("day");
    if (scale === "day") {
        return day;
    }
    return day.minus({ days: (day.weekday - localization.weekStart + 7) % 7 });
}

export function endOfView(date, scale) {
    return startOfView(date, scale).plus({ days: scale === "day" ? 1 : 7 });
}

/** The viewer's present offset, so that the timeline's "now" and "today" are theirs. */
export function offset() {
    return DateTime.now().toFormat("ZZ", { locale: "en", numberingSystem: "latn" });
}

/** The user's language as browsers spell it. */
export function locale() {
    return localization.code.replace("@latin", "-Latn").replace(/_/g, "-");
}

/** A number of hours as the user writes numbers. */
export function formatHours(hours, digits) {
    return hours.toLocaleString(locale(), { maximumFractionDigits: digits });
}

export function isoDay(moment) {
    return moment.toISODate();
}

/** Hours of `times` that lie in `[start, stop)`; all of them luxon's. */
export function hoursWithin(times, start, stop) {
    let hours = 0;
    for (const [since, until] of times) {
        const from = since > start ? since : start;
        const to = until < stop ? until : stop;
        hours += Math.max(to.diff(from, "hours").hours, 0);
    }
    return hours;
}

/** What of `[start, stop)` lies in none of the sorted `holes`. */
export function without(start, stop, holes) {
    const left = [];
    let since = start;
    for (const [from, to] of holes) {
        if (from > since) {
            left.push([since, from < stop ? from : stop]);
        }
        since = to > since ? to : since;
    }
    if (since < stop) {
        left.push([since, stop]);
    }
    return left.filter(([from, to]) => from < to);
}

/**
 * Ask the board's service, telling it the zone of the screen: that of the browser, as everywhere
 * in Odoo, and not that of the user's settings.
 */
export function callBoard(orm, method, args) {
    const zone = DateTime.now().zoneName;
    return orm.call("support.board", method, args, { context: zone ? { tz: zone } : {} });
}
