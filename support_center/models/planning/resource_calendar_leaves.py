from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    """Whose working time a leave or a holiday takes."""

    _inherit = "resource.calendar.leaves"

    def _is_absence_of(self, technician):
        """Whether this leave or holiday keeps ``technician`` from working."""
        self.ensure_one()
        if self.resource_id:
            return self.resource_id == technician.resource_id
        calendar = technician.resource_calendar_id
        company = technician.company_id or calendar.company_id
        return self._is_holiday_of(self.calendar_id.id, self.company_id.id, calendar.id, company.id)

    @api.model
    def _is_holiday_of(self, calendar_id, company_id, own_calendar_id, own_company_id):
        """Whether a holiday of this schedule and company is one of somebody with those.

        :param calendar_id: id, or None or False for the holiday of every schedule
        :param own_company_id: the technician's company, else that of the technician's schedule
        """
        if calendar_id and calendar_id != own_calendar_id:
            return False
        # Odoo gives each holiday a company. A technician who works for all of them has the
        # holidays of the company whose schedule they have; where the schedule is of none, or
        # there is none, those of every company.
        return not company_id or not own_company_id or company_id == own_company_id
