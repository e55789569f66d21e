/** @odoo-module **/

import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("support_center_statistics", {
    test: true,
    steps: () => [
        {
            content: "The graph is drawn",
            trigger: ".o_graph_renderer canvas",
            run() {},
        },
        {
            content: "Switch to the pivot",
            trigger: "button.o_switch_view.o_pivot",
            run: "click",
        },
        {
            content: "Four of eight visits were on time: the share of all is no sum of shares",
            trigger: ".o_pivot .o_pivot_cell_value:contains(50.00)",
            run() {},
        },
        {
            content: "Switch to the list",
            trigger: "button.o_switch_view.o_list",
            run: "click",
        },
        {
            content: "A row for each technician",
            trigger: ".o_data_row:contains(First Technician)",
            run() {},
        },
    ],
});
