/** @odoo-module **/

import { download } from "@web/core/network/download";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Component, onWillStart, useState } from "@odoo/owl";

// What was looked at last stands there again when the list behind a figure is left.
const last = {};

/** The manager's figures of a period, each a click away from the visits behind it. */
export class Reporting extends Component {
    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: { columns: [], rows: [] }, figure: "done_count" });
        onWillStart(() => this.load(last));
    }

    async load(choice) {
        const { period, group_by } = { ...this.state.data, ...choice };
        const data = await this.orm.call("support.reporting", "load", [], {
            ...(period && { period }),
            ...(group_by && { group_by }),
        });
        this.state.data = data;
        Object.assign(last, { period: data.period, group_by: data.group_by });
    }

    choosePeriod(ev) {
        return this.load({ period: ev.target.value });
    }

    get choice() {
        const { period, group_by } = this.state.data;
        return { period, group_by };
    }

    async openVisits(row, cell) {
        const action = await this.orm.call("support.reporting", "open_visits", [], {
            figure: cell.name,
            key: row.key,
            ...this.choice,
        });
        return this.action.doAction(action);
    }

    async explore() {
        const action = await this.orm.call("support.reporting", "explore", [], {
            figure: this.state.figure,
            ...this.choice,
        });
        return this.action.doAction(action);
    }

    getLabel(list, name) {
        return list.find((each) => each.name === name)?.label || "";
    }

    get rows() {
        return [...this.state.data.rows, this.state.data.total];
    }

    describe(row, cell) {
        return [this.getLabel(this.state.data.columns, cell.name), row.label, cell.text, cell.of]
            .filter(Boolean)
            .join(", ");
    }

    /** What is on the screen, as Odoo's pivot tables make a spreadsheet of it. */
    downloadSheet() {
        const { columns, groups, group_by, period, periods, span } = this.state.data;
        const title = `${this.getLabel(periods, period)}, ${span}`;
        const table = {
            // A name of a sheet has no more letters, and none of these.
            title: title.replace(/[[\]:*?/\\]/g, "-").slice(0, 31),
            model: _t("Reporting"),
            measure_count: columns.length,
            origin_count: 1,
            col_group_headers: [[{ title, width: columns.length, height: 1 }]],
            measure_headers: columns.map(({ label }) => ({
                title: label,
                is_bold: false,
                width: 1,
                height: 1,
            })),
            origin_headers: [],
            rows: this.rows.map((row) => ({
                title: row.label || this.getLabel(groups, group_by),
                indent: 0,
                values: row.cells.map(({ value }) => ({
                    is_bold: row.key === "all",
                    value: value === null || value === false ? "" : value,
                })),
            })),
        };
        return download({ url: "/web/pivot/export_xlsx", data: { data: JSON.stringify(table) } });
    }
}

Reporting.template = "support_center.Reporting";
Reporting.props = ["*"];

registry.category("actions").add("support_center.reporting", Reporting);
