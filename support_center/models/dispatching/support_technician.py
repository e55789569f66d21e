from odoo import _, api, fields, models

from ...compat import check_access
from ...formatting import format_title
from ..appointment.states import LIVE_STATES


class SupportTechnician(models.Model):
    """What belongs to a technician, one click away."""

    _inherit = "support.technician"

    visit_count = fields.Integer(compute="_compute_visit_count")
    absence_count = fields.Integer(
        compute="_compute_absence_count", groups="support_center.group_support_manager"
    )
    log_count = fields.Integer(
        compute="_compute_log_count", groups="support_center.group_support_dispatcher"
    )

    def _compute_visit_count(self):
        counts = dict(
            self.env["support.appointment"]._read_group(
                [
                    ("technician_id", "in", self.ids),
                    ("state", "in", LIVE_STATES),
                    ("stop", ">", fields.Datetime.now()),
                ],
                ["technician_id"],
                ["__count"],
            )
        )
        for technician in self:
            technician.visit_count = counts.get(technician, 0)

    def _compute_absence_count(self):
        counts = dict(
            self.env["resource.calendar.leaves"]._read_group(
                [*self._get_absences_domain(), ("date_to", ">", fields.Datetime.now())],
                ["resource_id"],
                ["__count"],
            )
        )
        for technician in self:
            technician.absence_count = counts.get(technician.resource_id, 0)

    def _compute_log_count(self):
        counts = self.env["support.automation.log"]._count_of(self)
        for technician in self:
            technician.log_count = counts.get(technician.id, 0)

    def _get_absences_domain(self):
        return [("resource_id", "in", self.resource_id.ids)]

    def action_view_log(self):
        """Open what was done automatically about these technicians."""
        check_access(self, "read")
        log = self.env["support.automation.log"]
        return log._open(log._get_domain_of(self), self)

    def action_view_absences(self):
        """Open the leaves of these technicians, where new ones are entered too."""
        check_access(self, "read")
        single = self.resource_id if len(self) == 1 else self.resource_id.browse()
        return {
            "type": "ir.actions.act_window",
            "name": format_title(_("Time Off"), self),
            "res_model": "resource.calendar.leaves",
            "view_mode": "tree,form",
            "views": [[False, "list"], [False, "form"]],
            "domain": self._get_absences_domain(),
            # The day, the technician's own, comes with the form: see resource.calendar.leaves.
            "context": {
                "default_resource_id": single.id,
                "default_calendar_id": single.calendar_id.id,
            },
        }

    # ------------------------------------------------------------------
    # Conflicts with time off and working hours
    # ------------------------------------------------------------------

    @api.model
    def action_replan_all_hits(self):
        """Propose new times for all visits that somebody cannot make as planned.

        :return: window action
        """
        check_access(self.browse(), "read")
        # Archived technicians count, archived visits do not; and a technician who works for
        # another company by now is found by the visits that are left in this one.
        groups = self.env["support.appointment"]._read_group(
            [("technician_id", "!=", False), *self._get_planned_domain()], ["technician_id"]
        )
        return self.browse([technician.id for (technician,) in groups])._replan_conflicts()

    def action_replan_hits(self):
        """Propose new times for the visits that these technicians cannot make as planned.

        :return: window action
        """
        check_access(self, "read")
        return self._replan_conflicts()

    def _replan_conflicts(self):
        visits = self.env["support.appointment"]
        return self.env["support.replan"]._open(
            visits.union(*self._find_conflicting_visits().values())
        )
