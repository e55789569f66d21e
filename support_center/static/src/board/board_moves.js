/** @odoo-module **/

import { _t } from "@web/core/l10n/translation";
import { BoardDialog } from "./board_dialog";
import { callBoard } from "./times";

/** Moves of visits: asks the server, and says what it answers. */
export class BoardMoves {
    /**
     * @param {Object} services orm, dialog, notification, undo
     * @param {Function} services.onDone called with the visit, moved or refused
     */
    constructor({ orm, dialog, notification, undo, onDone }) {
        Object.assign(this, { orm, dialog, notification, undo, onDone });
        // The moves made here, the last one at the end, each with what closes its message.
        this.steps = [];
    }

    /**
     * @param {Object} visit as the board has it
     * @param {Object} vals what is to change, see `move` of `support.board`
     * @param {Function} [revert] puts the visit back where it was
     */
    async move(visit, vals, revert = () => {}) {
        let answer;
        try {
            answer = await callBoard(this.orm, "move", [visit.id, vals, visit.version]);
        } catch (error) {
            revert();
            throw error;
        }
        if (!answer.ok) {
            revert();
            this.explain(visit, vals, answer);
            if (["gone", "changed"].includes(answer.code)) {
                await this.onDone(visit);
            }
            return;
        }
        await this.onDone(visit);
        this.tell(answer, vals);
    }

    tell({ visit, warnings, undo }, vals) {
        for (const warning of warnings) {
            this.notification.add(warning, { type: "warning" });
        }
        const buttons = [];
        let message = undo.message;
        if (vals.technician_id && visit.can_confirm) {
            message = _t("%s It is still a draft.", message);
            const onClick = () => this.confirm(visit);
            buttons.push({ name: _t("Confirm"), primary: true, onClick });
        } else if (vals.tell_customer) {
            message = _t("%s The customer is told.", message);
        }
        const step = { id: undo.id };
        step.close = this.undo.offer({ ...undo, message }, buttons, () => this.forget(step));
        this.steps.push(step);
    }

    forget(step) {
        this.steps = this.steps.filter((each) => each !== step);
    }

    /** Take the last move back, and then the one before. */
    async takeBack() {
        const step = this.steps.pop();
        if (!step) {
            this.notification.add(_t("There is no move to take back."), { type: "info" });
            return;
        }
        step.close();
        await this.undo.take(step.id);
    }

    async confirm(visit) {
        const answer = await callBoard(this.orm, "confirm", [visit.id, visit.version]);
        await this.onDone(visit);
        if (answer.ok) {
            this.notification.add(_t("%s is confirmed.", visit.name), { type: "success" });
        } else {
            this.explain(visit, {}, answer);
        }
    }

    /** The visit is back where it was; this says why, and what can be done. */
    explain(visit, vals, answer) {
        const actions = [];
        const isQuestion = answer.code === "tell";
        if (isQuestion) {
            actions.push({
                label: ({ tell_customer }) =>
                    tell_customer ? _t("Move and Tell the Customer") : _t("Move"),
                isMain: true,
                run: (choices) => this.move(visit, { ...vals, ...choices, tell: true }),
            });
        }
        if (answer.can_overrule) {
            actions.push({
                label: () => _t("Plan Outside Working Hours"),
                isMain: false,
                run: () => this.move(visit, { ...vals, overrule: true }),
            });
        }
        this.dialog.add(BoardDialog, {
            title: isQuestion
                ? _t("Move %s?", visit.name)
                : _t("%s cannot be moved there", visit.name),
            change: answer.change || "",
            reason: answer.reason,
            choices: answer.choices || {},
            actions,
            cancelLabel: actions.length ? _t("Put Back") : _t("Close"),
            alternatives: answer.alternatives.map(({ label, start, stop, technician_id }) => ({
                label,
                run: () => this.move(visit, { start, stop, technician_id }),
            })),
        });
    }
}
