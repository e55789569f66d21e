/** @odoo-module **/

import { formatDateTime } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";

const SECONDS = /\W?ss/;

/** The reader's own format of a day and hour, without its seconds: nobody plans by them. */
export function getMomentFormat() {
    return localization.dateTimeFormat.replace(SECONDS, "");
}

/** The reader's own format of an hour, without its seconds. */
export function getHourFormat() {
    return localization.timeFormat.replace(SECONDS, "");
}

/** How many hours the reader's day counts, in the words of `Intl.DateTimeFormat`. */
export function getHourCycle() {
    return getHourFormat().includes("H") ? "h23" : "h12";
}

/** @param {luxon.DateTime} moment */
export function formatHour(moment) {
    return moment.toFormat(getHourFormat());
}

/** @param {luxon.DateTime} moment */
export function formatMoment(moment) {
    return formatDateTime(moment, { format: getMomentFormat() });
}
