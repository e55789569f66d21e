/** @odoo-module **/

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");
// What can be done tells the state; the bar with its name folds away on a small screen.
const CONFIRMED = "button[name=action_start]";
const DRAFT = "button[name=action_confirm]";

function click(content, trigger) {
    return { content, trigger, run: "click" };
}

function see(content, trigger) {
    return { content, trigger, run() {} };
}

tours.add("support_center_find_time", {
    test: true,
    steps: () => [
        click("Look for a time", "button[name=action_find_time]"),
        see("The best ones say who comes", ".modal-body .o_data_row:contains(with)"),
        click("Take the first", ".modal-body .o_data_row:first button[name=action_plan_and_confirm]"),
        see("It is confirmed", CONFIRMED),
        see("And somebody goes", ".o_field_widget[name=technician_id] input"),
    ],
});

tours.add("support_center_assign", {
    test: true,
    steps: () => [
        click("Let the best one be found", "button[name=action_assign]"),
        click("Why this technician", ".o_notebook a:contains(Assignment)"),
        see("It is written down", ".o_field_widget[name=assignment_note]:contains(Technician)"),
    ],
});

tours.add("support_center_collide", {
    test: true,
    steps: () => [
        click("Confirm where somebody is already", "button[name=action_confirm]"),
        see("Who is booked", ".modal-body:contains(already booked):contains(First Technician)"),
        see("And when else", ".modal-body:contains(The next free times)"),
        click("Understood", ".modal-footer .btn-primary"),
        see("It is still a draft", DRAFT),
        click("Look for another time", "button[name=action_find_time]"),
        click("Take it", ".modal-body .o_data_row:first button[name=action_plan_and_confirm]"),
        see("It is confirmed", CONFIRMED),
    ],
});

tours.add("support_center_overrule", {
    test: true,
    steps: () => [
        click("Confirm on a day off", "button[name=action_confirm]"),
        see("The reason", ".modal-body:contains(does not work on that day)"),
        click("Understood", ".modal-footer .btn-primary"),
        click("Plan it all the same", ".o_field_widget[name=ignore_working_hours] input"),
        click("Confirm again", "button[name=action_confirm]"),
        see("It is confirmed", CONFIRMED),
        see(
            "The chatter says what was set aside",
            ".o-mail-Message:contains(Planned outside working hours)"
        ),
    ],
});

tours.add("support_center_rebook", {
    test: true,
    steps: () => [
        click("Plan the missed visit anew", "button[name=action_rebook]"),
        click("At the first time", ".modal-body .o_data_row:first button[name=action_plan_and_confirm]"),
        see("The new visit is confirmed", CONFIRMED),
        see("And says which one it replaces", ".o_field_widget[name=rebooked_from_id]"),
    ],
});

tours.add("support_center_undo_cancel", {
    test: true,
    steps: () => [
        click("It was called off by mistake", "button[name=action_undo_cancel]"),
        see("It is confirmed again", CONFIRMED),
    ],
});
