from odoo import api, fields, models

# Whose leave or holiday it is, and whether it is one.
WHOSE_FIELDS = {"resource_id", "calendar_id", "time_type"}


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    def write(self, vals):
        result = super().write(vals)
        if WHOSE_FIELDS & vals.keys():
            self._bring_told_up_to_date()
        return result

    def unlink(self):
        result = super().unlink()
        self._bring_told_up_to_date()
        return result

    @api.model
    def _bring_told_up_to_date(self):
        """Close what was asked of a dispatcher because of a leave that is gone or another's.

        The rule below hears of what is a leave, and of whose it is, after the change only.
        """
        # sudo: as below
        told = self.env["support.technician"].sudo().search([("hit_activity_id", "!=", False)])
        told._run_automation(
            "tell_hit_visits", lambda technicians: technicians.sudo()._tell_of_hits()
        )

    def _rule_tell_hit_visits(self):
        """Tell a dispatcher which planned visits fall into new or moved leaves and holidays."""
        # sudo: whoever enters a leave need not be one who plans visits.
        leaves = self.sudo().filtered(
            lambda leave: leave.time_type == "leave" and leave.date_to > fields.Datetime.now()
        )
        if not leaves:
            return
        # A holiday is everybody's until its schedule and company are looked at.
        is_public = not all(leave.resource_id for leave in leaves)
        domain = [] if is_public else [("resource_id", "in", leaves.resource_id.ids)]
        leaves.env["support.technician"].search(domain)._run_automation(
            "tell_hit_visits",
            # sudo: as above; the guard has put the rights of whoever saved back.
            lambda technicians: technicians.sudo()._tell_of_hits(leaves),
        )

    def _is_absence_of(self, technician):
        """Whether this leave or holiday keeps ``technician`` from working."""
        self.ensure_one()
        if self.resource_id:
            return self.resource_id == technician.resource_id
        if self.calendar_id and self.calendar_id != technician.resource_calendar_id:
            return False
        # Odoo gives each holiday a company. Somebody who works for all of them has those that
        # stand in his own schedule.
        return (
            not self.company_id
            or self.company_id == technician.company_id
            or bool(self.calendar_id and not technician.company_id)
        )
