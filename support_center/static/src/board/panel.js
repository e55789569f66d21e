/** @odoo-module **/

import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useDebounced } from "@web/core/utils/timing";
import { Component } from "@odoo/owl";
import { getHourCycle } from "../datetime/moments";
import { ATTENDANCES, PRIORITIES, STATES, colorClass } from "./looks";
import { formatHours, locale } from "./times";

/** The requests that wait for a technician, beside the board. */
export class BoardPanel extends Component {
    static template = "support_center.BoardPanel";
    static props = {
        unassigned: Object,
        reviewCount: Number,
        coloring: String,
        search: String,
        onSearch: Function,
        onPage: Function,
        onOpen: Function,
        onFindTime: Function,
        onReview: Function,
    };

    setup() {
        this.search = useDebounced((text) => this.props.onSearch(text), 300);
    }

    get last() {
        const { offset, limit, total } = this.props.unassigned;
        return Math.min(offset + limit, total);
    }

    attendance(record) {
        return ATTENDANCES[record.attendance];
    }

    priority(record) {
        return PRIORITIES[record.priority];
    }

    state(record) {
        return STATES[record.state];
    }

    colorClass(record) {
        return colorClass(record, this.props.coloring);
    }

    duration(record) {
        return _t("%s h", formatHours(record.duration, 2));
    }

    /** When it is planned, or when the customer would like it. */
    when(record) {
        const moment = record.start || record.requested_date;
        if (!moment) {
            return _t("Any time");
        }
        const text = deserializeDateTime(moment)
            .reconfigure({ locale: locale() })
            .toLocaleString({
                weekday: "short",
                day: "numeric",
                month: "short",
                hour: "numeric",
                minute: "2-digit",
                hourCycle: getHourCycle(),
            });
        return record.start ? text : _t("Requested: %s", text);
    }

    page(step) {
        const { offset, limit } = this.props.unassigned;
        this.props.onPage(offset + step * limit);
    }
}
