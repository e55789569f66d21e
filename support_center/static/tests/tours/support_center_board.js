/** @odoo-module **/

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const FIRST = "First Technician";
const SECOND = "Second Technician";

function click(content, trigger) {
    return { content, trigger, run: "click" };
}

function see(content, trigger) {
    return { content, trigger, run() {} };
}

/** Three days ahead, where the tests put their visits. */
const GO_AHEAD = [1, 2, 3].map((number) => ({
    content: `Ahead to day ${number}`,
    trigger: `.o_sc_title[data-ahead="${number - 1}"]`,
    run() {
        document.querySelector(".o_sc_next").click();
    },
}));

function middle(element) {
    const { left, top, width, height } = element.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
}

function row(name) {
    const rows = [...document.querySelectorAll(".ec-row-head")];
    return rows.find((each) => each.textContent.includes(name));
}

/** A point at somebody's row, where it is seen. */
function pointAt(name) {
    const { right } = document.querySelector(".o_sc_timeline").getBoundingClientRect();
    const head = row(name).getBoundingClientRect();
    return { x: (head.right + right) / 2, y: head.top + head.height / 2 };
}

async function nextFrames() {
    for (let number = 0; number < 3; number++) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
    }
}

/** Press, move and let go, as a mouse does. */
async function drag(element, to) {
    const from = middle(element);
    const fire = (target, type, { x, y }, buttons) =>
        target.dispatchEvent(
            new PointerEvent(type, {
                bubbles: true,
                cancelable: true,
                pointerType: "mouse",
                isPrimary: true,
                button: 0,
                buttons,
                clientX: x,
                clientY: y,
            })
        );
    fire(element, "pointerdown", from, 1);
    for (const share of [0.1, 0.5, 1]) {
        const point = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
        fire(window, "pointermove", point, 1);
        await nextFrames();
    }
    fire(window, "pointerup", to, 0);
    await nextFrames();
}

function press(element, key) {
    element.focus();
    element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

tours.add("support_center_board_waits", {
    test: true,
    steps: () => [
        see("Something to look at", ".o_sc_review:contains(2 to review)"),
        see("On the card of a request", ".o_sc_card .o_sc_waits"),
        ...GO_AHEAD,
        see("On the visit", ".o_sc_visit .o_sc_waits"),
        see("In words too", ".o_sc_visit .visually-hidden:contains(waiting for an answer)"),
    ],
});

tours.add("support_center_board_plan", {
    test: true,
    steps: () => [
        see("The board is there", ".o_sc_timeline .ec-row-head:contains(First Technician)"),
        ...GO_AHEAD,
        see("Three days ahead", '.o_sc_title[data-ahead="3"]'),
        {
            content: "Drag the request to a technician",
            trigger: ".o_sc_card:contains(Known Customer)",
            run: () => drag(document.querySelector(".o_sc_card"), pointAt(FIRST)),
        },
        see("It is on the board", ".o_sc_visit.o_sc_state_draft:contains(Known Customer)"),
        see("And waits for nobody any more", ".o_sc_nothing"),
        click("Confirm it", ".o_notification button:contains(Confirm)"),
        see("It is confirmed", ".o_sc_visit.o_sc_state_confirmed:contains(Known Customer)"),
    ],
});

tours.add("support_center_board_collide", {
    test: true,
    steps: () => [
        see("The board is there", ".o_sc_timeline .ec-row-head:contains(First Technician)"),
        ...GO_AHEAD,
        {
            content: "Drag one visit onto the other",
            trigger: ".o_sc_technician_load:contains(1 h planned)",
            run() {
                const second = [...document.querySelectorAll(".o_sc_visit")].find(
                    (each) => middle(each).y > row(SECOND).getBoundingClientRect().top
                );
                return drag(second, { x: middle(second).x, y: middle(row(FIRST)).y });
            },
        },
        see("It is said why not", ".modal-body .o_sc_reason:contains(already booked)"),
        see("And when else", ".modal-body .o_sc_alternative"),
        {
            content: "The visit is back where it was",
            trigger: ".modal-body .o_sc_reason",
            run() {
                const bottom = row(FIRST).getBoundingClientRect().bottom;
                const below = [...document.querySelectorAll(".o_sc_visit")].filter(
                    (each) => middle(each).y > bottom
                );
                if (below.length !== 1) {
                    throw new Error("The visit did not snap back.");
                }
            },
        },
        click("Take the first time that is free", ".modal-body .o_sc_alternative:first"),
        {
            content: "Both are the first technician's now",
            trigger: ".o_sc_technician_load:contains(3 h planned)",
            run() {},
        },
    ],
});

tours.add("support_center_board_tell", {
    test: true,
    steps: () => [
        see("The board is there", ".o_sc_timeline .ec-row-head:contains(First Technician)"),
        ...GO_AHEAD,
        {
            content: "Drag the visit to the other technician",
            trigger: ".o_sc_visit",
            run() {
                const visit = document.querySelector(".o_sc_visit");
                return drag(visit, { x: middle(visit).x, y: middle(row(SECOND)).y });
            },
        },
        see("The customer will be told", ".modal-body:contains(will get a mail)"),
        click("Rather not", ".modal-footer button:contains(Put Back)"),
        {
            content: "Drag it again",
            trigger: "body:not(.modal-open) .o_sc_visit",
            run() {
                const visit = document.querySelector(".o_sc_visit");
                return drag(visit, { x: middle(visit).x, y: middle(row(SECOND)).y });
            },
        },
        click("Yes", ".modal-footer button:contains(Tell the Customer)"),
        see("It is said", ".o_notification:contains(The customer is told)"),
    ],
});

/** Where a visit lies: in the row of the one technician, or of the other. */
function isAt(name) {
    const { top, bottom } = row(name).getBoundingClientRect();
    const { y } = middle(document.querySelector(".o_sc_visit"));
    return top < y && y < bottom;
}

function expectAt(content, trigger, name) {
    return {
        content,
        trigger,
        run() {
            if (!isAt(name)) {
                throw new Error(`The visit is not ${name}'s`);
            }
        },
    };
}

/** What axe-core says of a part of the page; the test has put it where it is read from. */
function checkAccess(content, selector) {
    return {
        content,
        trigger: selector,
        async run() {
            if (!window.axe) {
                await new Promise((resolve, reject) => {
                    const script = document.createElement("script");
                    script.src = "/support_center_tests/axe.min.js";
                    script.onload = resolve;
                    script.onerror = () => reject(new Error("axe-core cannot be loaded"));
                    document.head.appendChild(script);
                });
            }
            // What fades in has no contrast yet.
            const fading = document.getAnimations().map((each) => each.finished);
            await Promise.all(fading.map((each) => each.catch(() => {})));
            const { violations } = await window.axe.run(
                { include: [selector] },
                { resultTypes: ["violations"] }
            );
            if (violations.length) {
                const lines = violations.flatMap(({ id, nodes }) =>
                    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)
                );
                throw new Error(lines.join("\n"));
            }
        },
    };
}

let clicks = 0;

function choose(content, trigger) {
    return {
        content,
        trigger,
        run(helpers) {
            clicks++;
            return helpers ? helpers.click() : this.anchor.click();
        },
    };
}

function expectClicks(number) {
    return {
        content: `${number} clicks`,
        trigger: "body",
        run() {
            if (clicks !== number) {
                throw new Error(`${clicks} clicks, not ${number}`);
            }
            clicks = 0;
        },
    };
}

tours.add("support_center_board_undo", {
    test: true,
    steps: () => [
        see("The board is there", ".o_sc_timeline .ec-row-head:contains(First Technician)"),
        ...GO_AHEAD,
        {
            content: "Drag the request by its name, as any part of the card",
            trigger: '.o_sc_title[data-ahead="3"]',
            run() {
                clicks = 1;
                return drag(document.querySelector(".o_sc_card_open"), pointAt(SECOND));
            },
        },
        see("The message says who goes", ".o_sc_undo:contains(Second Technician goes)"),
        choose("It was a mistake", ".o_sc_undo button:contains(Undo)"),
        see("The request waits again", ".o_sc_card:contains(Known Customer)"),
        see("It is said", ".o_notification:contains(Undone)"),
        expectClicks(2),
        {
            content: "Drag the visit to the other technician",
            trigger: ".o_sc_visit:not(.o_sc_state_draft)",
            run() {
                clicks = 1;
                const visit = document.querySelector(".o_sc_visit");
                return drag(visit, { x: middle(visit).x, y: middle(row(SECOND)).y });
            },
        },
        see("What changes", ".modal-body .o_sc_change:contains(Second Technician goes instead)"),
        see("Who is told", ".modal-body label:contains(Tell Known Customer)"),
        see("And who else", ".modal-body label:contains(Tell First Technician)"),
        // The body itself is of any dialog of Odoo's.
        checkAccess("The page can be used by everybody", ".o_sc_board_dialog .modal-body > *"),
        choose("Not the customer", ".modal-body .o_sc_tell_customer"),
        choose("Do it", ".modal-footer button:contains(Move):not(:contains(Tell))"),
        see("It can be taken back", ".o_sc_undo:contains(instead of First Technician) button:contains(Undo)"),
        expectAt("It is the other one's", "body:not(.modal-open) .o_sc_visit", SECOND),
        {
            content: "Ctrl and Z",
            trigger: "body:not(.modal-open) .o_sc_visit",
            run() {
                const keys = { key: "z", code: "KeyZ", ctrlKey: true, bubbles: true };
                document.body.dispatchEvent(new KeyboardEvent("keydown", keys));
            },
        },
        see("The message is gone", "body:not(:has(.o_sc_undo))"),
        see("It is said, too", ".o_notification:contains(Undone):contains(APT)"),
        {
            content: "It is the first one's again",
            trigger: ".ec-row-head:contains(First Technician) .o_sc_technician_load:contains(1 h planned)",
            run() {},
        },
        expectAt("And drawn there", ".o_sc_visit", FIRST),
        expectClicks(3),
    ],
});

tours.add("support_center_board_keyboard", {
    test: true,
    steps: () => [
        see("The board is there", ".o_sc_timeline .ec-row-head:contains(First Technician)"),
        ...GO_AHEAD,
        {
            content: "M looks for another time",
            trigger: ".o_sc_visit[tabindex='0'][role=button]",
            run: () => press(document.querySelector(".o_sc_visit"), "m"),
        },
        see("The best ones say who comes", ".modal-body .o_data_row:contains(with)"),
        click("Leave it", ".modal-header .btn-close"),
        {
            content: "Enter opens the visit",
            trigger: "body:not(.modal-open) .o_sc_visit",
            run: () => press(document.querySelector(".o_sc_visit"), "Enter"),
        },
        click("Confirm it there", ".modal-body button[name=action_confirm]"),
        see("It is confirmed", ".modal-body button[name=action_start]"),
        {
            content: "Close the form",
            trigger: ".modal-header .btn-close",
            run: "click",
        },
        see("The board knows", "body:not(.modal-open) .o_sc_visit.o_sc_state_confirmed"),
    ],
});

tours.add("support_center_board_empty", {
    test: true,
    steps: () => [
        see("What to do first", ".o_sc_empty:contains(Add your first technician)"),
        see("Nothing waits", ".o_sc_nothing:contains(Every request has its technician)"),
        click("Do it", ".o_sc_add_technician"),
        see("The technicians", ".o_breadcrumb:contains(Technicians), .breadcrumb:contains(Technicians)"),
    ],
});

tours.add("support_center_board_week", {
    test: true,
    steps: () => [
        see("The board is there", ".o_sc_timeline .ec-row-head:contains(First Technician)"),
        ...GO_AHEAD,
        click("The week", ".o_sc_scale_week"),
        see("Seven days", '.o_sc_timeline[data-scale=week] .ec-col-head:eq(6)'),
        see("The visit is on it", ".o_sc_visit.o_sc_color_state_draft"),
        {
            content: "Colours by priority",
            trigger: ".o_sc_coloring",
            run() {
                const select = document.querySelector(".o_sc_coloring");
                select.value = "priority";
                select.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        see("Urgent", ".o_sc_visit.o_sc_color_priority_3"),
        see("And the legend says so", ".o_sc_legend:contains(Urgent)"),
        {
            content: "Look for somebody else",
            trigger: ".o_sc_filter_name",
            run() {
                const input = document.querySelector(".o_sc_filter_name");
                input.value = "Nobody";
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        click("There is none", ".o_sc_empty:contains(No technician matches) .o_sc_clear"),
        see("All are back", ".o_sc_timeline .ec-row-head:contains(Second Technician)"),
        click("Back to the day", ".o_sc_scale_day"),
        see("A day", ".o_sc_timeline[data-scale=day]"),
    ],
});

tours.add("support_center_board_words", {
    test: true,
    steps: () => [
        ...GO_AHEAD,
        {
            content: "A space between time and place",
            trigger: ".o_sc_visit .o_sc_details:contains(7 Long Street)",
            run() {
                const { textContent } = document.querySelector(".o_sc_visit .o_sc_details");
                if (!/ 7 Long Street/.test(textContent)) {
                    throw new Error(`Time and place run into one another: ${textContent}`);
                }
            },
        },
        {
            content: "Numbers as the language writes them, and all of the card within the card",
            trigger: ".o_sc_card:contains('0,5 h')",
            run() {
                const card = document.querySelector(".o_sc_card").getBoundingClientRect();
                const link = document.querySelector(".o_sc_card_find").getBoundingClientRect();
                if (link.right > card.right) {
                    throw new Error(`The link ends ${link.right - card.right} px too far right`);
                }
            },
        },
    ],
});
