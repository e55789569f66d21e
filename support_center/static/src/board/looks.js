/** @odoo-module **/

import { _t } from "@web/core/l10n/translation";

/**
 * How a visit looks. A colour never stands alone: each state and priority has its own icon, and a
 * visit says its type in words.
 */

export const STATES = {
    draft: { icon: "fa-pencil", label: _t("Draft") },
    confirmed: { icon: "fa-check", label: _t("Confirmed") },
    in_progress: { icon: "fa-play", label: _t("In Progress") },
    done: { icon: "fa-flag-checkered", label: _t("Done") },
    no_show: { icon: "fa-user-times", label: _t("No Show") },
};

export const PRIORITIES = {
    0: { icon: "fa-angle-down", label: _t("Low") },
    1: { icon: "fa-minus", label: _t("Normal") },
    2: { icon: "fa-angle-up", label: _t("High") },
    3: { icon: "fa-angle-double-up", label: _t("Urgent") },
};

/** What a customer has said of coming; nothing stands for those who were not asked yet. */
export const ATTENDANCES = {
    confirmed: { icon: "fa-thumbs-up", label: _t("The customer will be there") },
    declined: { icon: "fa-ban", label: _t("The customer will not be there") },
};

export const COLORINGS = {
    state: _t("State"),
    priority: _t("Priority"),
    type: _t("Type"),
};

const TYPE_COLORS = 8;

function typeColor(typeId) {
    return typeId ? `o_sc_color_type_${typeId % TYPE_COLORS}` : "o_sc_color_type_none";
}

export function colorClass(visit, coloring) {
    if (coloring === "priority") {
        return `o_sc_color_priority_${visit.priority}`;
    }
    if (coloring === "type") {
        return typeColor(visit.type && visit.type[0]);
    }
    return `o_sc_color_state_${visit.state}`;
}

/** What the colours on the board mean: `[{key, color, icon, label}]`. */
export function makeLegend(coloring, visits) {
    if (coloring === "priority") {
        return Object.entries(PRIORITIES).map(([key, { icon, label }]) => ({
            key,
            color: `o_sc_color_priority_${key}`,
            icon,
            label,
        }));
    }
    if (coloring === "type") {
        const types = new Map();
        for (const { type } of visits) {
            types.set(type ? type[0] : 0, type ? type[1] : _t("No type"));
        }
        return [...types].map(([id, label]) => ({
            key: id,
            color: typeColor(id),
            icon: "fa-tag",
            label,
        }));
    }
    return Object.entries(STATES).map(([key, { icon, label }]) => ({
        key,
        color: `o_sc_color_state_${key}`,
        icon,
        label,
    }));
}

export const SHADINGS = {
    off: { icon: "fa-moon-o", label: _t("Off work") },
    leave: { icon: "fa-plane", label: _t("On leave") },
    holiday: { icon: "fa-calendar-times-o", label: _t("Holiday") },
    meeting: { icon: "fa-users", label: _t("Meeting") },
    buffer: { icon: "fa-road", label: _t("Buffer") },
};

export function element(tag, className, text = "") {
    const node = document.createElement(tag);
    node.className = className;
    node.textContent = text;
    // A Latin name on an Arabic board, and the other way round, is cut at its own end.
    node.dir = "auto";
    return node;
}

export function icon(name) {
    const node = document.createElement("i");
    node.className = `fa ${name}`;
    node.setAttribute("aria-hidden", "true");
    return node;
}
