/** @odoo-module **/

import { _t } from "@web/core/l10n/translation";
import { BoardDialog } from "./board_dialog";
import { callBoard } from "./times";

/** Moves of visits: asks the server, and says what it answers. */
export class BoardMoves {
    /**
     * @param {Object} services orm, dialog, notification
     * @param {Function} services.onDone called with the visit, moved or refused
     */
    constructor({ orm, dialog, notification, onDone }) {
        Object.assign(this, { orm, dialog, notification, onDone });
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

    tell({ visit, warnings }, vals) {
        for (const warning of warnings) {
            this.notification.add(warning, { type: "warning" });
        }
        if (vals.technician_id && visit.can_confirm) {
            const onClick = () => {
                close();
                return this.confirm(visit);
            };
            const close = this.notification.add(
                _t("%s is planned. It is still a draft.", visit.name),
                { type: "success", buttons: [{ name: _t("Confirm"), primary: true, onClick }] }
            );
        } else if (vals.tell) {
            this.notification.add(_t("%s is moved. The customer is told.", visit.name), {
                type: "success",
            });
        }
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
        if (answer.code === "tell") {
            actions.push({
                label: _t("Move and Tell the Customer"),
                isMain: true,
                run: () => this.move(visit, { ...vals, tell: true }),
            });
        }
        if (answer.can_overrule) {
            actions.push({
                label: _t("Plan Outside Working Hours"),
                isMain: false,
                run: () => this.move(visit, { ...vals, overrule: true }),
            });
        }
        this.dialog.add(BoardDialog, {
            title:
                answer.code === "tell"
                    ? _t("Tell the customer?")
                    : _t("%s cannot be moved there", visit.name),
            reason: answer.reason,
            actions,
            cancelLabel: actions.length ? _t("Put Back") : _t("Close"),
            alternatives: answer.alternatives.map(({ label, start, stop, technician_id }) => ({
                label,
                run: () => this.move(visit, { start, stop, technician_id }),
            })),
        });
    }
}
