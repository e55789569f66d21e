/** @odoo-module **/

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
// Each tap loads a page: what was counted is kept beside the pages.
const COUNTED = "support_center_taps";

function tap(content, trigger) {
    return {
        content,
        trigger,
        expectUnloadPage: true,
        run() {
            sessionStorage[COUNTED] = Number(sessionStorage[COUNTED] || 0) + 1;
            document.querySelector(trigger).click();
        },
    };
}

function see(content, trigger) {
    return { content, trigger, run() {} };
}

function checkTaps(taps) {
    return {
        content: `${taps} taps`,
        trigger: ".o_support_page .alert-success",
        run() {
            // The first one was on the link in the mail, which has brought us here.
            const counted = Number(sessionStorage[COUNTED]) + 1;
            if (counted !== taps) {
                throw new Error(`${counted} taps, not ${taps}`);
            }
        },
    };
}

function checkWidth() {
    return {
        content: "Nothing is wider than the screen",
        trigger: ".o_support_page",
        run() {
            const { scrollWidth, clientWidth } = document.documentElement;
            if (scrollWidth > clientWidth) {
                throw new Error(`${scrollWidth} pixels on a screen of ${clientWidth}`);
            }
        },
    };
}

tours.add("support_center_move_by_mail", {
    test: true,
    steps: () => [
        checkWidth(),
        see("How many times each day has", ".o_support_days a .o_support_count"),
        {
            content: "A day leads to its times, and the keyboard with it",
            trigger: ".o_support_days li:last-child, .o_support_days a",
            run() {
                const link = [...document.querySelectorAll(".o_support_days a")].pop();
                link.click();
                const heading = document.querySelector(link.getAttribute("href"));
                if (document.activeElement !== heading) {
                    throw new Error("The focus is elsewhere");
                }
            },
        },
        tap("A time", ".o_support_times button"),
        see("It is kept for some minutes", ".o_support_page button[value=move]"),
        checkWidth(),
        tap("Take it", ".o_support_page button[value=move]"),
        see("It is moved", ".o_support_page .alert-success"),
        checkTaps(3),
        checkWidth(),
        see("The script tells the time of this device", ".o_support_own_time:not([hidden])"),
    ],
});
