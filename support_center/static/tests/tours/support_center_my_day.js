/** @odoo-module **/

import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function click(content, trigger) {
    return { content, trigger, run: "click" };
}

function see(content, trigger) {
    return { content, trigger, run() {} };
}

function write(content, trigger, words) {
    return { content, trigger, run: `text ${words}` };
}

/** So many clicks and no more: the person has one hand, and a tool in the other. */
function within(most, steps) {
    const count = steps.filter((step) => step.run === "click").length;
    if (count > most) {
        throw new Error(`The day takes ${count} clicks, ${most} were enough before`);
    }
    return steps;
}

const NEXT = ".o_support_visit_next";
const OTHERS_DAY = "support_center.my_day.before:1";
const real = {};

/**
 * No call of the page reaches the server, as in a cellar. Those of Odoo's own services do: what
 * they report about a lost signal is theirs.
 */
function loseSignal() {
    const { open, send } = XMLHttpRequest.prototype;
    const { fetch } = browser;
    const isOurs = (url) => String(url).includes("support.my.day");
    Object.assign(real, { open, send, fetch });
    XMLHttpRequest.prototype.open = function (method, url, ...more) {
        this.isLost = isOurs(url);
        return open.call(this, method, url, ...more);
    };
    XMLHttpRequest.prototype.send = function (...args) {
        if (this.isLost) {
            setTimeout(() => this.dispatchEvent(new ProgressEvent("error")));
        } else {
            send.apply(this, args);
        }
    };
    browser.fetch = (url, ...more) =>
        isOurs(url) ? Promise.reject(new TypeError("Failed to fetch")) : fetch(url, ...more);
}

function findSignal() {
    Object.assign(XMLHttpRequest.prototype, { open: real.open, send: real.send });
    browser.fetch = real.fetch;
}

function draw() {
    const pad = document.querySelector(".o_support_pad");
    const box = pad.getBoundingClientRect();
    const point = (type, x, y) =>
        pad.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                pointerId: 1,
                clientX: box.left + x,
                clientY: box.top + y,
            })
        );
    // A pointer that the browser knows nothing of cannot be captured.
    pad.setPointerCapture = () => {};
    point("pointerdown", 10, 10);
    point("pointermove", 60, 40);
    point("pointermove", 110, 15);
    point("pointerup", 110, 15);
}

// The smallest picture that there is.
const PIXEL =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function give(selector, name) {
    const input = document.querySelector(selector);
    const bytes = Uint8Array.from(atob(PIXEL), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: "image/png" }));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

tours.add("support_center_technician_day", {
    test: true,
    steps: () =>
        within(13, [
            see("The app opens on the day", `${NEXT}:contains(Known Customer)`),
            click("Nobody is at the first customer's", `${NEXT} .o_support_no_show:enabled`),
            {
                content: "The closed door",
                trigger: ".modal-body .o_support_proof",
                run: () => give(".modal-body .o_support_proof", "door.png"),
            },
            click("Really", ".modal-footer .o_support_absent_save"),
            see("It is over", ".o_support_visit_state:contains(No Show)"),
            see("With the photo", ".o_support_visit .fa-paperclip"),
            see("The way there", `${NEXT} a.o_support_route[href*='maps/dir']`),
            click("Set off", `${NEXT} .o_support_on_my_way`),
            see("It is said", `${NEXT} .o_support_is_on_the_way`),
            click("A traffic jam", `${NEXT} .o_support_late`),
            click("A quarter of an hour", `${NEXT} .o_support_late_steps button[data-minutes='15']`),
            see("Which visits follow", ".modal-body .o_support_slip:contains(too late)"),
            click("They begin later, too", ".modal-footer .o_support_slip_save"),
            see("When they are expected", `${NEXT} .o_support_arrival:contains(expected at)`),
            click("Begin", `${NEXT} .o_support_start`),
            click("What was done", `${NEXT} .o_support_work`),
            write("In words", `${NEXT} .o_support_work_text`, "A new fan"),
            write("The parts", `${NEXT} .o_support_parts_text`, "1 fan"),
            click("Save it", `${NEXT} .o_support_work_save:enabled`),
            see("It is saved", ".o_support_my_day:not(:has(.o_support_work_form))"),
            click("The customer signs", `${NEXT} .o_support_sign:enabled`),
            { content: "With a finger", trigger: ".modal-body .o_support_pad", run: draw },
            click("That is all", ".modal-footer .o_support_sign_save:enabled"),
            see("Who has signed", `${NEXT} .o_support_signed:contains(Known Customer)`),
            click("Finish", `${NEXT} .o_support_done:enabled`),
            click("Yes", ".modal-footer .btn-primary"),
            see("It is done", ".o_support_visit_over .o_support_visit_state:contains(Done)"),
            see("It can be taken back", ".o_sc_undo button:contains(Undo)"),
        ]),
});

tours.add("support_center_my_day_offline", {
    test: true,
    steps: () => [
        { content: "The signal goes", trigger: NEXT, run: loseSignal },
        click("Begin all the same", `${NEXT} .o_support_start`),
        see("It counts as begun", `${NEXT} .o_support_visit_state:contains(In Progress)`),
        see("And waits", `${NEXT} .o_support_entry:contains(Start Visit)`),
        click("A note", `${NEXT} .o_support_note`),
        write("In words", `${NEXT} .o_support_note_text`, "Written in the cellar"),
        click("Keep it", `${NEXT} .o_support_note_save:enabled`),
        see("How many wait", ".o_support_waiting:contains(2 entries wait)"),
        click("The other one is late", ".o_support_visit:last .o_support_late"),
        click("Half an hour", ".o_support_visit:last .o_support_late_steps button[data-minutes='30']"),
        see("It waits as well", ".o_support_waiting:contains(3 entries wait)"),
        {
            content: "The page is opened anew, still without a signal",
            trigger: ".o_support_waiting",
            run() {
                browser.localStorage.setItem(OTHERS_DAY, "{}");
                document.querySelector(".o_support_my_day").classList.add("o_before");
                odoo.__WOWL_DEBUG__.root.env.services.action.doAction({
                    type: "ir.actions.client",
                    tag: "support_center.my_day",
                });
            },
        },
        see("What is kept", ".o_support_my_day:not(.o_before) .o_support_waiting:contains(3 entries)"),
        see("How old the day is", ".o_support_my_day .o_support_signal:contains(No signal)"),
        see("What was begun", `${NEXT} .o_support_visit_state:contains(In Progress)`),
        {
            content: "The day of who had the phone before is gone, and the signal back",
            trigger: ".o_support_waiting",
            run() {
                if (browser.localStorage.getItem(OTHERS_DAY)) {
                    throw new Error("Somebody else's day is still on the phone");
                }
                findSignal();
            },
        },
        click("Send it", ".o_support_waiting .o_support_send:enabled"),
        see("Nothing waits", ".o_support_my_day:not(:has(.o_support_waiting))"),
        see("What was refused is said", ".o_support_refused:contains(call the dispatcher)"),
        see("It is begun", `${NEXT} .o_support_visit_state:contains(In Progress)`),
        click("It is of no use", ".o_support_refused .o_support_discard"),
        see("It is gone", ".o_support_my_day:not(:has(.o_support_refused))"),
    ],
});
