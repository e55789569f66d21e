from odoo import api, fields, models


class SupportSlotFinderLine(models.TransientModel):
    """One time that can be had, in words."""

    _name = "support.slot.finder.line"
    _description = "Free Time"
    _inherit = "support.ids.mixin"
    _order = "sequence, id"

    finder_id = fields.Many2one(
        "support.slot.finder", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer()
    name = fields.Char("When and Who", readonly=True)
    customer_time = fields.Char("For the Customer", readonly=True)
    reasons = fields.Text("Why", readonly=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)
    technician_id = fields.Many2one("support.technician", required=True, readonly=True)
    change = fields.Text("What Changes", compute="_compute_change")

    @api.depends("start", "stop", "technician_id")
    @api.depends_context("tz")
    def _compute_change(self):
        """Both times in one sentence, before a confirmed visit is moved by one click."""
        for line in self:
            visit = line.finder_id.appointment_id
            line.change = visit.state == "confirmed" and visit._describe_move(
                {
                    "start": line.start,
                    "duration": line._get_hours(),
                    "technician": line.technician_id,
                }
            )

    def _get_hours(self):
        return (self.stop - self.start).total_seconds() / 3600

    def action_plan(self):
        """Give the visit this time and technician; one that is confirmed is rescheduled.

        :raise ValidationError: says why not, where the time was taken meanwhile
        """
        self._plan()
        return self.finder_id._get_next_page()

    def action_plan_and_confirm(self):
        """Give the draft this time and technician, and confirm it.

        :raise ValidationError: as above
        """
        self._plan(confirm=True)
        return self.finder_id._get_next_page()

    def _plan(self, *, confirm=False):
        """
        :return: the ``support.appointment``
        """
        self._check_one()
        return self.finder_id._plan(self._prepare_planned_vals(), confirm=confirm)

    def _prepare_planned_vals(self):
        vals = {
            "start": self.start,
            "duration": self._get_hours(),
            "technician_id": self.technician_id.id,
        }
        if self.reasons:
            vals["assignment_note"] = self.env["support.offers"]._describe_taken(
                self.technician_id, self.reasons
            )
        return vals
