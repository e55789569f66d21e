/** @odoo-module **/

import { registry } from "@web/core/registry";

const { luxon } = window;
const tours = registry.category("web_tour.tours");
// What can be done tells the state; the bar with its name folds away on a small screen.
const CONFIRMED = "button[name=action_start]";
const FELL_THROUGH = "button[name=action_rebook]";

function click(content, trigger) {
    return { content, trigger, run: "click" };
}

function see(content, trigger) {
    return { content, trigger, run() {} };
}

function cancel(...more) {
    return [
        click("Call the visit off", "button[name=action_open_cancel]"),
        see("It says who is told", ".modal-body .o_field_widget[name=summary]:contains(by mail)"),
        click("The technician cannot come", ".modal-body .o_field_widget[name=reason] input[data-value=technician]"),
        {
            content: "In words",
            trigger: ".modal-body .o_field_widget[name=note] input",
            run: "text The van broke down",
        },
        ...more,
        click("Do it", ".modal-footer button[name=action_apply]:visible"),
        see("It is off", FELL_THROUGH),
        see("The reason stays", ".o_field_widget[name=cancel_reason]:contains(The van broke down), .o_field_widget[name=cancel_reason] input"),
    ];
}

tours.add("support_center_cancel_and_tell", { test: true, steps: () => cancel() });

tours.add("support_center_cancel_silently", {
    test: true,
    steps: () =>
        cancel(
            click("I tell the customer myself", ".modal-body .o_field_widget[name=tell_customer] input"),
            see("Nobody is written to", ".modal-body .o_field_widget[name=summary]:contains(No mail is sent)")
        ),
});

tours.add("support_center_reschedule", {
    test: true,
    steps: () => [
        click("Put it elsewhere", "button[name=action_find_time]"),
        see("What the customer knows", ".modal-body .o_field_widget[name=notice_note]:contains(told of the new time)"),
        {
            content: "A time at which the technician is booked",
            trigger: ".modal-body .o_field_widget[name=own_start] input",
            run() {
                const input = document.querySelector(
                    ".modal-body .o_field_widget[name=own_start] input"
                );
                const soon = luxon.DateTime.now().plus({ hours: 1 });
                input.value = soon.toFormat("MM/dd/yyyy HH:mm");
                input.dispatchEvent(new Event("input", { bubbles: true }));
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        click("Try it", ".modal-body button[name=action_take_own_time]"),
        see("Why not, and when else", ".modal-body .o_field_widget[name=refusal]:contains(already booked):contains(The next free times)"),
        click("Take the first free one", ".modal-body .o_data_row:first button[name=action_plan]"),
        see("It is confirmed as before", CONFIRMED),
        see("And the page is closed", "body:not(:has(.modal))"),
    ],
});

tours.add("support_center_bulk_confirm", {
    test: true,
    steps: () => [
        click("All of them", ".o_list_view .o_list_record_selector:first input"),
        click("Confirm", ".o_control_panel button[name=action_confirm_selected]"),
        see("What was done", ".modal-body .o_field_widget[name=done_count]:contains(2)"),
        see("What was not, and why", ".modal-body .o_data_row:contains(a customer)"),
        click("Open it", ".modal-body .o_data_row:first button[name=action_open]"),
        see("It is a draft still", ".o_form_view button[name=action_confirm]"),
    ],
});

tours.add("support_center_merge", {
    test: true,
    steps: () => [
        click("What else may be the same", "button[name=action_merge_duplicates]"),
        see("Both are there", ".modal-body .o_data_row:nth-child(2)"),
        click("Merge", ".modal-footer button[name=action_merge]"),
        see("No duplicate is left", ".o_form_view:not(:has(button[name=action_merge_duplicates]))"),
        see("What was merged is told", ".o-mail-Message:contains(Merged with)"),
    ],
});

tours.add("support_center_merge_undo", {
    test: true,
    steps: () => [
        click("What else may be the same", "button[name=action_merge_duplicates]"),
        see("Side by side", ".modal-body .o_support_comparison th:contains(After the merge)"),
        click("Merge", ".modal-footer button[name=action_merge]"),
        click("No, they are two", ".o_sc_undo:contains(is merged into) button:contains(Undo)"),
        see("They are two again", ".o_form_view button[name=action_merge_duplicates]"),
    ],
});

tours.add("support_center_move_on_the_page", {
    test: true,
    steps: () => [
        {
            content: "It takes longer",
            trigger: `.o_form_view:has(${CONFIRMED}) .o_field_widget[name=duration] input`,
            run() {
                const input = document.querySelector(".o_field_widget[name=duration] input");
                input.value = "01:30";
                input.dispatchEvent(new Event("input", { bubbles: true }));
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        click("Save it", ".o_form_button_save"),
        see("What changes", ".modal-body .o_sc_change:contains(lasts until)"),
        click("Not the customer", ".modal-body .o_sc_tell_customer"),
        click("Move it", ".modal-footer button:contains(Move)"),
        see("It can be taken back", ".o_sc_undo button:contains(Undo)"),
    ],
});

tours.add("support_center_my_day", {
    test: true,
    steps: () => [
        see("The next visit", ".o_support_visit_next:contains(Known Customer):contains(Next)"),
        see("How to get there", ".o_support_visit_next a.o_support_map[href*=openstreetmap]"),
        see("And how to call", ".o_support_visit_next a.o_support_call[href^='tel:']"),
        click("Begin", ".o_support_visit_next .o_support_start"),
        see("It is going on", ".o_support_visit_next .o_support_visit_state:contains(In Progress)"),
        click("Write something down", ".o_support_visit_next .o_support_note"),
        {
            content: "A note",
            trigger: ".o_support_visit_next .o_support_note_text",
            run: "text A part is missing",
        },
        click("Look at the visit again", ".o_support_visit_next .o_support_note"),
        click("Go on writing", ".o_support_visit_next .o_support_note[aria-expanded=false]"),
        click("Save it", ".o_support_visit_next .o_support_note_save:enabled"),
        see("It is saved", ".o_support_my_day:not(:has(.o_support_note_text))"),
        {
            content: "Take a picture",
            trigger: ".o_support_visit_next .o_support_photo",
            run() {
                const input = document.querySelector(
                    ".o_support_visit_next .o_support_photo_input"
                );
                const canvas = document.createElement("canvas");
                canvas.width = canvas.height = 8;
                canvas.toBlob((blob) => {
                    const transfer = new DataTransfer();
                    transfer.items.add(new File([blob], "part.png", { type: "image/png" }));
                    input.files = transfer.files;
                    input.dispatchEvent(new Event("change", { bubbles: true }));
                });
            },
        },
        {
            content: "It is there, and the same one could be chosen again",
            trigger: ".o_support_visit_next .fa-paperclip",
            run() {
                const input = document.querySelector(
                    ".o_support_visit_next .o_support_photo_input"
                );
                if (input.value) {
                    throw new Error("A browser tells of no change to the file it has already");
                }
            },
        },
        click("Finish", ".o_support_visit_next .o_support_done"),
        click("Yes", ".modal-footer .btn-primary"),
        see("It is done", ".o_support_visit_over .o_support_visit_state:contains(Done)"),
        click("Nobody at the other one", ".o_support_visit_next .o_support_no_show"),
        click("Really", ".modal-footer .btn-primary"),
        see("It is over", ".o_support_visit_state:contains(No Show)"),
        see("Nothing is left", ".o_support_my_day:not(:has(.o_support_visit_next))"),
        click("What of tomorrow", ".o_support_my_day header button:last-child"),
        see("Nothing yet", ".o_support_day_empty"),
    ],
});

tours.add("support_center_my_day_title", {
    test: true,
    steps: () => [
        {
            content: "The day as French writes it",
            trigger: ".o_support_my_day h1",
            run() {
                const { textContent } = document.querySelector(".o_support_my_day h1");
                if (!/^[a-z]+ \d+ [a-zéû]+$/.test(textContent)) {
                    throw new Error(`Not as French writes a day: ${textContent}`);
                }
            },
        },
    ],
});

function tick(name) {
    return click(`Tick ${name}`, `.o_data_row:contains(${name}) .o_list_record_selector input`);
}

tours.add("support_center_edit_many", {
    test: true,
    steps: () => [
        tick("First visit"),
        tick("Second visit"),
        click("Where", ".o_data_row:contains(First visit) td[name=location]"),
        {
            content: "Another place for both",
            trigger: ".o_data_row:contains(First visit) td[name=location] input",
            run() {
                const input = document.querySelector(".o_data_row td[name=location] input");
                input.value = "Back Office";
                input.dispatchEvent(new Event("input", { bubbles: true }));
                input.dispatchEvent(new Event("change", { bubbles: true }));
            },
        },
        click("Both, yes", ".modal-footer .btn-primary"),
        see("The other one too", ".o_data_row:contains(Second visit):contains(Back Office)"),
    ],
});
