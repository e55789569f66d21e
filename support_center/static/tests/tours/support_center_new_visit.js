/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, count, counts, see, start } from "./counted_steps";

const tours = registry.category("web_tour.tours");
const PAGE = ".o_sc_new_visit";
const PHONE = ".o_form_view .o_field_widget[name=phone] input";

function fill(content, selector, value) {
    return {
        content,
        trigger: selector,
        run() {
            counts.fields++;
            const field = document.querySelector(selector);
            if (field.tagName === "SELECT") {
                const options = [...field.options];
                field.value = options.find((each) => each.textContent.trim() === value).value;
                field.dispatchEvent(new Event("change", { bubbles: true }));
            } else {
                field.value = value;
                field.dispatchEvent(new Event("input", { bubbles: true }));
            }
        },
    };
}

function pressShortcut() {
    return {
        content: "Alt, Shift and B",
        trigger: ".o_list_view, .o_form_view",
        run() {
            const target = document.activeElement || document.body;
            const keys = { key: "b", code: "KeyB", altKey: true, shiftKey: true };
            target.dispatchEvent(
                new KeyboardEvent("keydown", { ...keys, bubbles: true, cancelable: true })
            );
        },
    };
}

const GO_AHEAD = [1, 2, 3].map((number) => ({
    content: `Ahead to day ${number}`,
    trigger: `.o_sc_title[data-ahead="${number - 1}"]`,
    run() {
        document.querySelector(".o_sc_next").click();
    },
}));

/** A click on a free time of the first technician. */
function clickOnBoard() {
    return {
        content: "A free time of the first technician",
        trigger: '.o_sc_title[data-ahead="3"]',
        run() {
            counts.clicks++;
            const heads = [...document.querySelectorAll(".ec-row-head")];
            const head = heads
                .find((each) => each.textContent.includes("First Technician"))
                .getBoundingClientRect();
            const { right } = document.querySelector(".o_sc_timeline").getBoundingClientRect();
            const point = {
                clientX: (head.right + right) / 2,
                clientY: head.top + head.height / 2,
            };
            const target = document.elementFromPoint(point.clientX, point.clientY);
            for (const type of ["pointerdown", "click"]) {
                target.dispatchEvent(new MouseEvent(type, { ...point, bubbles: true }));
            }
        },
    };
}

tours.add("support_center_new_visit_board", {
    test: true,
    steps: () => [
        see("The board is there", ".o_sc_timeline .ec-row-head:contains(First Technician)"),
        ...GO_AHEAD,
        start("The caller is on the line", "body"),
        clickOnBoard(),
        see("Whose time it is", `${PAGE}:contains(with First Technician)`),
        {
            content: "Nothing is booked for nobody",
            trigger: PAGE,
            run() {
                if (!document.querySelector(`${PAGE} .o_sc_chosen`).disabled) {
                    throw new Error("A visit could be booked without a customer");
                }
            },
        },
        fill("Who is calling", `${PAGE} .o_sc_caller`, "+32 (0)2 555-0100"),
        click("The one found by the number", `${PAGE} .o_sc_candidate`, ":contains(Known Customer)"),
        see("Where they live", `${PAGE} .o_sc_customer:contains(Usual technician: First Technician)`),
        see("And what there was", `${PAGE} .o_sc_last_visits li:contains(Done)`),
        fill("What for", `${PAGE} .o_sc_type`, "Repair"),
        see("Other free times", `${PAGE} .o_sc_offer`),
        click("The time on the board", `${PAGE} .o_sc_chosen`, ":not(:disabled)"),
        see("It is booked", ".o_notification:contains(is confirmed: Known Customer)"),
        see("And on the board", "body:not(.modal-open) .o_sc_visit.o_sc_state_confirmed"),
        count(3, 2),
    ],
});

tours.add("support_center_new_visit_shortcut", {
    test: true,
    steps: () => [
        start("The caller is on the line", "body"),
        pressShortcut(),
        fill(
            "All that the caller says",
            `${PAGE} .o_sc_caller`,
            "Bakery Miller, Oven Street 12, 20095 Hamburg, 040 1234567"
        ),
        click("Nobody is known by that", `${PAGE} .o_sc_new_contact`, ":contains(Bakery Miller)"),
        {
            content: "It is a contact already",
            trigger: `${PAGE} .o_sc_contact`,
            run() {
                const value = (name) => document.querySelector(`${PAGE} .o_sc_${name}`).value;
                const found = [value("name"), value("phone"), value("place")].join(" / ");
                const wanted = "Bakery Miller / 040 1234567 / Oven Street 12, 20095 Hamburg";
                if (found !== wanted) {
                    throw new Error(found);
                }
            },
        },
        fill("What for", `${PAGE} .o_sc_type`, "Repair"),
        fill("In words", `${PAGE} .o_sc_words`, "The oven is cold"),
        click("A free time", `${PAGE} .o_sc_offer`),
        see("It is booked", ".o_notification:contains(is confirmed: Bakery Miller)"),
        count(2, 3),
        {
            content: "See it",
            trigger: ".o_notification:contains(is confirmed) button:contains(Open)",
            run: "click",
        },
        see("It is confirmed", ".o_form_view button[name=action_start]"),
    ],
});

/** What somebody else does meanwhile. */
async function callServer(model, method, args) {
    const response = await fetch(`/web/dataset/call_kw/${model}/${method}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
            jsonrpc: "2.0",
            method: "call",
            params: { model, method, args, kwargs: {} },
        }),
    });
    const { result, error } = await response.json();
    if (error) {
        throw new Error(error.data.message);
    }
    return result;
}

tours.add("support_center_new_visit_taken", {
    test: true,
    steps: () => [
        pressShortcut(),
        fill("Who is calling", `${PAGE} .o_sc_caller`, "known@exam"),
        click("They are found", `${PAGE} .o_sc_candidate`),
        click("They have another number now", `${PAGE} .o_sc_edit_contact`),
        {
            content: "The contact in full",
            trigger: PHONE,
            run() {
                const field = document.querySelector(PHONE);
                field.value = "+32 2 555 01 77";
                field.dispatchEvent(new Event("input", { bubbles: true }));
                field.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        click("It is saved", ".o_form_button_save"),
        see("And shown", `${PAGE} .o_sc_reached:contains(+32 2 555 01 77)`),
        click("It is about a ticket", `${PAGE} .o_sc_tickets input`),
        fill("What for", `${PAGE} .o_sc_type`, "Repair"),
        fill("In words", `${PAGE} .o_sc_words`, "No light"),
        {
            content: "Somebody else books all of the near times",
            trigger: `${PAGE} .o_sc_offer`,
            async run() {
                const technicians = await callServer("support.technician", "search", [[]]);
                const [partner] = await callServer("res.partner", "search", [
                    [["email", "=", "known@example.com"]],
                ]);
                const now = luxon.DateTime.utc().plus({ minutes: 5 });
                for (const technician of technicians) {
                    const visit = await callServer("support.appointment", "create", [
                        {
                            partner_id: partner,
                            technician_id: technician,
                            start: now.toFormat("yyyy-MM-dd HH:mm:ss"),
                            duration: 24 * 12,
                        },
                    ]);
                    await callServer("support.appointment", "action_confirm", [[visit]]);
                }
            },
        },
        click("The time that is taken by now", `${PAGE} .o_sc_offer`),
        see("It says so", `${PAGE} .o_sc_refusal:contains(already booked)`),
        {
            content: "What was typed is still there",
            trigger: `${PAGE} .o_sc_customer:contains(Known Customer)`,
            run() {
                if (document.querySelector(`${PAGE} .o_sc_words`).value !== "No light") {
                    throw new Error("The words are lost");
                }
            },
        },
        click("One of the fresh times", `${PAGE} .o_sc_offer`),
        see("It is booked", ".o_notification:contains(is confirmed: Known Customer)"),
    ],
});

tours.add("support_center_new_visit_ticket", {
    test: true,
    steps: () => [
        start("The caller is on the line", "body"),
        click("A visit for the ticket", "button[name=action_new_visit]"),
        see("Whose ticket it is", `${PAGE} .o_sc_customer:contains(Known Customer)`),
        fill("What for", `${PAGE} .o_sc_type`, "Repair"),
        click("A free time", `${PAGE} .o_sc_offer`),
        see("It is booked", ".o_notification:contains(is confirmed: Known Customer)"),
        see(
            "The ticket has it",
            "button[name=action_view_appointments] .o_stat_value:contains(1)"
        ),
        count(2, 1),
    ],
});

tours.add("support_center_new_visit_palette", {
    test: true,
    steps: () => [
        {
            content: "The command palette",
            trigger: ".o_list_view",
            run() {
                document.body.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true })
                );
            },
        },
        see("It is there", ".o_command_palette .o_command:contains(New Visit)"),
        {
            content: "Take it",
            trigger: ".o_command_palette .o_command:contains(New Visit)",
            run: "click",
        },
        see("The page", `${PAGE} .o_sc_caller`),
    ],
});

tours.add("support_center_new_visit_not_for_technicians", {
    test: true,
    steps: () => [
        pressShortcut(),
        {
            content: "The command palette",
            trigger: "body:not(.modal-open) .o_list_view",
            run() {
                document.body.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true })
                );
            },
        },
        {
            content: "It is not offered",
            trigger: ".o_command_palette .o_command",
            run() {
                const names = [...document.querySelectorAll(".o_command")];
                if (names.some((each) => each.textContent.includes("New Visit"))) {
                    throw new Error("New Visit is offered to a technician");
                }
            },
        },
    ],
});
