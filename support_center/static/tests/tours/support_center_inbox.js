/** @odoo-module **/

import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function click(content, trigger) {
    return { content, trigger, run: "click" };
}

function see(content, trigger) {
    return { content, trigger, run() {} };
}

tours.add("support_center_inbox", {
    test: true,
    steps: () => [
        see("The requests wait", ".o_support_review_count:contains(2 to review)"),
        click("The one that came by mail", ".o_support_review_item:contains(Tour Customer)"),
        see("It opens", ".o_support_review_form h1:contains(Tour Customer)"),
        see("Its own words, with the doubtful line marked", ".o_support_doubt:contains(Sweeping)"),
        see(
            "The reason stands beside the value too",
            ".o_support_faults:contains(type):contains(is not known here)"
        ),
        click("First click", "button[name=action_accept_and_plan]"),
        see("It is still open", ".o_support_review_item.o_selected:contains(Tour Customer)"),
        click("Second click", "button[name=action_assign]"),
        see("Somebody goes", ".o_field_widget[name=technician_id] input"),
        click("Third click", "button[name=action_confirm]"),
        see("The next one is open", ".o_support_review_form h1:contains(Other Customer)"),
        see("One less", ".o_support_review_count:contains(1 to review)"),
        click("Nobody will go there", "button[name=action_reject_request]"),
        see("Whom the mail goes to", ".modal-body:contains(other@example.com)"),
        {
            content: "The reason",
            trigger: ".modal-body .o_field_widget[name=reason] textarea",
            run: "text We do not repair this make.",
        },
        click("Reject", ".modal-footer button[name=action_reject]"),
        see("All is done", ".o_support_review:contains(Nothing to review)"),
    ],
});

tours.add("support_center_inbox_waits", {
    test: true,
    steps: () => [
        see("The customer waits", ".o_support_review_item:contains(waiting for an answer)"),
        see("It says so", ".o_support_waits:contains(waiting for an answer since)"),
        see("With what they wrote", ".o_support_waits:contains(Please cancel)"),
        click("Answered by telephone", ".o_support_waits button[name=action_customer_answered]"),
        see("All is done", ".o_support_review:contains(Nothing to review)"),
    ],
});

/** As a dispatcher without a mouse: the browser itself presses a button that has the focus. */
function press(content, trigger, key = "Enter") {
    return {
        content,
        trigger,
        run() {
            const element = document.querySelector(trigger);
            element.focus();
            if (document.activeElement !== element) {
                throw new Error(`${trigger} cannot have the focus`);
            }
            element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
            if (key === "Enter") {
                element.click();
            }
        },
    };
}

tours.add("support_center_inbox_keyboard", {
    test: true,
    steps: () => [
        press("Down the list", ".o_support_review_item.o_selected", "ArrowDown"),
        {
            content: "The next one has the focus; open it",
            trigger: ".o_support_review_item:not(.o_selected)",
            run() {
                const item = document.activeElement;
                if (!item.matches(".o_support_review_item:not(.o_selected)")) {
                    throw new Error("The arrow key did not go down the list");
                }
                item.click();
            },
        },
        see("It is open", "li:nth-child(2) .o_support_review_item.o_selected"),
        press("Accept", "button[name=action_accept_and_plan]"),
        press("Assign", "button[name=action_assign]"),
        see("Somebody goes", ".o_field_widget[name=technician_id] input"),
        press("Confirm", "button[name=action_confirm]"),
        see("One less", ".o_support_review_count:contains(1 to review)"),
    ],
});

tours.add("support_center_edit_conflict", {
    test: true,
    steps: () => [
        {
            content: "Somebody else moves it meanwhile",
            trigger: ".o_field_widget[name=location] input",
            async run() {
                const params = new URLSearchParams(window.location.hash.slice(1));
                // Odoo 19 has it in the path.
                const id = params.get("id") || window.location.pathname.match(/\d+$/)[0];
                const response = await fetch("/web/dataset/call_kw/support.appointment/write", {
                    method: "POST",
                    headers: { "Content-Type": "application/json" },
                    body: JSON.stringify({
                        jsonrpc: "2.0",
                        method: "call",
                        params: {
                            model: "support.appointment",
                            method: "write",
                            args: [[Number(id)], { location: "Side Street" }],
                            kwargs: {},
                        },
                    }),
                });
                const answer = await response.json();
                if (answer.error) {
                    throw new Error(answer.error.data.message);
                }
            },
        },
        {
            content: "And this one changes it too",
            trigger: ".o_field_widget[name=description] textarea",
            run: "text Bring a ladder",
        },
        click("Save", ".o_form_button_save"),
        see("It says who was faster", ".modal-body:contains(was changed while you had it open)"),
        see("And of what", ".modal-body:contains(Location)"),
        click("Reload", ".modal-footer .btn-primary"),
        see(
            "What the other one wrote is here",
            ".o_field_widget[name=map_url] a[href*='Side%20Street']"
        ),
        {
            content: "Once more",
            trigger: ".o_field_widget[name=description] textarea",
            run: "text Bring a ladder",
        },
        click("Save", ".o_form_button_save"),
        see("Saved", ".o_form_saved, .o_form_view:not(:has(.o_form_button_save:visible))"),
    ],
});
