from odoo import models


class ResourceCalendarLeaves(models.Model):
    """Whose working time a leave or a holiday takes."""

    _inherit = "resource.calendar.leaves"

    def _is_absence_of(self, technician):
        """Whether this leave or holiday keeps ``technician`` from working."""
        self.ensure_one()
        if self.resource_id:
            return self.resource_id == technician.resource_id
        if self.calendar_id and self.calendar_id != technician.resource_calendar_id:
            return False
        # Odoo gives each holiday a company. A technician who works for all of them has the
        # holidays of the company whose schedule they have; where the schedule is of none, or
        # there is none, those of every company.
        company = technician.company_id or technician.resource_calendar_id.company_id
        return not self.company_id or not company or self.company_id == company
