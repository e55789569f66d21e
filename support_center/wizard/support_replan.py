from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..models.planning.support_replanner import PROPOSAL_DAYS

# So many are looked at in one go; the rest once these are done.
MAX_LINES = 200


class SupportReplan(models.TransientModel):
    """Visits that cannot stay where they are, each with another time or technician."""

    _name = "support.replan"
    _description = "Propose New Times"
    _inherit = "support.ids.mixin"

    line_ids = fields.One2many("support.replan.line", "replan_id")
    count = fields.Integer(compute="_compute_count")
    has_errors = fields.Boolean(compute="_compute_count")
    left_out = fields.Integer(readonly=True)
    done_count = fields.Integer(readonly=True)

    @api.depends("line_ids.error")
    def _compute_count(self):
        for replan in self:
            replan.count = len(replan.line_ids)
            replan.has_errors = any(replan.line_ids.mapped("error"))

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    def _open(self, visits, left_out=0):
        """Propose something for each visit and show it.

        :param visits: ``support.appointment`` that are drafts or confirmed
        :param int left_out: how many of a selection cannot be planned
        :return: window action
        """
        waiting = max(len(visits) - MAX_LINES, 0)
        replan = self.create({"left_out": left_out + waiting})
        replan._propose(visits[:MAX_LINES])
        return replan._show()

    def _show(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Propose New Times"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _propose(self, visits):
        """Make the lines anew.

        :param visits: ``support.appointment``
        """
        proposals = self.env["support.replanner"]._propose(visits)
        ordered = visits.sorted(lambda visit: (visit.start or fields.Datetime.now(), visit.id))
        self.line_ids.unlink()
        self.env["support.replan.line"].create(
            [
                {
                    "replan_id": self.id,
                    "sequence": sequence,
                    "appointment_id": visit.id,
                    **self._prepare_line_vals(visit, proposals[visit.id]),
                }
                for sequence, visit in enumerate(ordered)
            ]
        )

    @api.model
    def _prepare_line_vals(self, visit, proposal):
        """
        :param proposal: ``Proposal`` or None
        """
        if not proposal:
            return {
                "is_selected": False,
                "start": visit.start,
                "technician_id": visit.technician_id.id,
                "proposal": _("Nobody is free within %(days)s days", days=PROPOSAL_DAYS),
            }
        labels = {
            "same_time": _("Same time, other technician"),
            "same_technician": _("Next free time, same technician"),
            "other": _("Next free time of anybody"),
        }
        label = labels[proposal.kind]
        if visit.ignore_working_hours:
            # Somebody meant it so: it moves only if somebody says so.
            label = _("%(proposal)s (is planned outside working hours on purpose)", proposal=label)
        return {
            "is_selected": not visit.ignore_working_hours,
            "start": proposal.start,
            "technician_id": proposal.technician_id,
            "proposal": label,
        }

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_propose(self):
        """Look again for times of the visits that are left.

        :return: window action
        """
        self._check_one()
        visits = self.line_ids.appointment_id
        self._propose(visits.filtered(lambda visit: not visit._find_planning_fault()))
        return self._show()

    def action_offer_times(self):
        """Offer the customers of the ticked visits three times each, by mail.

        :return: action that shows what was offered, see ``support.appointment``
        :raise UserError: if nothing is ticked, or nobody could be offered anything
        """
        self._check_one()
        ticked = self.line_ids.filtered("is_selected")
        if not ticked:
            raise UserError(_("Tick the visits whose customers are to choose another time."))
        return ticked.appointment_id.action_offer_times()

    def action_apply(self):
        """Move the visits that are ticked, each by itself.

        Those that cannot be moved stay here with the reason; the others are
        done, and their customers are told by the rules as of any other move.

        :return: window action
        :raise UserError: if nothing is ticked
        """
        self._check_one()
        ticked = self.line_ids.filtered("is_selected")
        if not ticked:
            raise UserError(_("Tick the visits that are to be moved."))
        before = ticked.appointment_id.technician_id
        # All at once: one after the other could wait for somebody who does the same.
        self.env["support.booking"]._lock(ticked.technician_id)
        done = self.env["support.replan.line"]
        for line in ticked:
            line.error = line._apply()
            if not line.error:
                done |= line
        self.done_count += len(done)
        done.unlink()
        # Their visits may all be out of the absence now. The guard keeps what was moved.
        before._run_automation(
            # sudo: the activity may be another dispatcher's.
            "tell_hit_visits",
            lambda technicians: technicians.sudo()._notify_time_off_conflicts(),
        )
        return self._show() if self.line_ids else {"type": "ir.actions.act_window_close"}
