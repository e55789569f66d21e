/** @odoo-module **/

import { registry } from "@web/core/registry";
import { click, count, counts, see, start } from "./counted_steps";

const tours = registry.category("web_tour.tours");
const PAGE = ".o_support_reporting";

function choose(content, selector, value) {
    return {
        content,
        trigger: selector,
        run() {
            counts.fields++;
            const field = document.querySelector(selector);
            field.value = value;
            field.dispatchEvent(new Event("change", { bubbles: true }));
        },
    };
}

/** What the server answers to a download is noted on the page, where a step can see it. */
function watchDownloads() {
    return {
        content: "What is downloaded is noted",
        trigger: PAGE,
        run() {
            const { open } = XMLHttpRequest.prototype;
            XMLHttpRequest.prototype.open = function (method, url, ...more) {
                if (String(url).includes("export_xlsx")) {
                    this.addEventListener("load", () => {
                        document.body.dataset.downloaded = this.response.type;
                    });
                }
                return open.call(this, method, url, ...more);
            };
        },
    };
}

const FIGURE = `${PAGE} tbody tr:first-child td[data-figure=no_show_rate] button`;

tours.add("support_center_reporting", {
    test: true,
    steps: () => [
        start("The question comes up", `${PAGE} .o_support_figures`),
        see("By technician, of the last month", `${PAGE} th:contains(First Technician)`),
        see("One of two customers was absent", `${FIGURE}:contains(50)`),
        click("The figure opens its visits", FIGURE),
        see("Two of them", ".o_list_view .o_data_row:eq(1)"),
        count(1, 0),
        click("Back", ".o_back_button, .breadcrumb-item:first-child a"),
        start("The question comes up", `${PAGE} .o_support_figures`),
        click("By team", `${PAGE} [data-group=team]`),
        see("The visits belong to no ticket", `${PAGE} th:contains(No Team)`),
        count(1, 0),
        click("By type", `${PAGE} [data-group=type]`),
        see("Nor to a type", `${PAGE} th:contains(No Type)`),
        click("By month", `${PAGE} [data-group=month]`),
        see("It is chosen", `${PAGE} [data-group=month].active`),
        count(3, 0),
        start("The question comes up", `${PAGE} .o_support_figures`),
        choose("Of the last three months", `${PAGE} select`, "last_3_months"),
        see("Both months", `${PAGE} tbody tr:eq(2).o_support_all`),
        count(0, 1),
        watchDownloads(),
        start("The question comes up", `${PAGE} .o_support_figures`),
        click("As a spreadsheet", `${PAGE} .o_support_reporting_sheet`),
        see("It is one", "body[data-downloaded*=spreadsheetml]"),
        count(1, 0),
        start("The question comes up", `${PAGE} .o_support_figures`),
        click("As a graph", `${PAGE} .o_support_reporting_explore`),
        see("The graph is drawn", ".o_graph_renderer canvas"),
        count(1, 0),
    ],
});

tours.add("support_center_day_sheet", {
    test: true,
    steps: () => [
        start("The question comes up", ".o_sc_board .o_sc_scale_day"),
        click("The day", ".o_sc_board .o_sc_scale_day"),
        click("On paper", ".o_sc_board .o_sc_print"),
        {
            content: "The sheet has the visit",
            trigger: ".o_action iframe:not(:visible), .o_action iframe",
            run() {
                const [frame] = document.querySelectorAll(".o_action iframe");
                const look = () =>
                    frame.contentDocument?.body?.textContent.includes("1 Main Street") &&
                    (document.body.dataset.printed = "yes");
                frame.addEventListener("load", look);
                look();
            },
        },
        see("It is there to be printed", "body[data-printed=yes]"),
        count(2, 0),
    ],
});
