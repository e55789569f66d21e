/** @odoo-module **/

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("support_center_review", {
    test: true,
    steps: () => [
        {
            content: "Open the request that waits for review",
            trigger: ".o_data_row .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "The form says what is wrong",
            trigger: ".alert-warning [name=intake_note]:contains(requested_date is missing)",
            run() {},
        },
        {
            content: "Accept it",
            trigger: "button[name=action_accept_request]",
            run: "click",
        },
        {
            content: "The warning is gone and it can be confirmed",
            trigger: "button[name=action_confirm]",
            run() {},
        },
    ],
});
