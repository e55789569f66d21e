/** @odoo-module **/

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("support_center_health", {
    test: true,
    steps: () => [
        {
            content: "The page says that something is wrong",
            trigger: ".alert-danger:contains(problem)",
            run() {},
        },
        {
            content: "A rule that is off can be tried before it is switched on",
            trigger:
                ".o_data_row:contains(Webhook Response) button[name=action_dry_run]",
            run: "click",
        },
        {
            content: "The dry run lists what waits",
            trigger: ".o_data_row:contains(Tour Customer)",
            run() {},
        },
        {
            content: "Nothing is done",
            trigger: "button:contains(Do Nothing)",
            run: "click",
        },
        {
            content: "The deleted template is a line of its own, with a button",
            trigger:
                ".o_data_row:contains(Support Appointment Reminder):contains(was deleted) button[name=action_open]",
            run: "click",
        },
        {
            content: "The module can be upgraded here, which brings the template back",
            trigger: "button[name=button_immediate_upgrade]",
            run() {},
        },
    ],
});
