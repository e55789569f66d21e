/** @odoo-module **/

/**
 * Beside a time in the customer's zone, what the clock of the reader's device shows at that
 * moment, where it is another hour. Without this script the page says the same, less that line.
 */

function getHour(moment, zone) {
    const options = { day: "numeric", hour: "numeric", minute: "numeric", timeZone: zone };
    return new Intl.DateTimeFormat("en", options).format(moment);
}

function isOtherClock(moment, zone) {
    try {
        return getHour(moment, zone) !== getHour(moment);
    } catch {
        // A zone that this browser does not know.
        return false;
    }
}

function showOwnTime(page) {
    const time = page.querySelector("time.o_support_start");
    const line = page.querySelector(".o_support_own_time");
    if (!time || !line) {
        return;
    }
    const moment = new Date(time.dateTime);
    if (!isOtherClock(moment, time.dataset.zone)) {
        return;
    }
    const words = new Intl.DateTimeFormat(document.documentElement.lang || undefined, {
        dateStyle: "full",
        timeStyle: "short",
    });
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    line.querySelector(".o_support_own_value").textContent = `${words.format(moment)} (${zone})`;
    line.hidden = false;
}

function showOtherZone(page) {
    for (const note of page.querySelectorAll(".o_support_other_zone")) {
        note.hidden = !isOtherClock(new Date(), note.parentElement.dataset.zone);
    }
}

function start() {
    const page = document.querySelector(".o_support_page");
    if (page) {
        showOwnTime(page);
        showOtherZone(page);
    }
}

if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", start);
} else {
    start();
}
