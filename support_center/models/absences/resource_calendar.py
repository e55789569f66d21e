from odoo import _, api, models
from odoo.exceptions import UserError

from ...formatting import format_names


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_of_technicians(self):
        """Refuse to delete a technician's schedule: without one they would be free day and night.

        :raise UserError: names the schedules and the technicians
        """
        # sudo: a user who deletes a schedule need not know of our technicians.
        technicians = self.env["support.technician"].sudo().with_context(active_test=False)
        technicians = technicians.search([("resource_id.calendar_id", "in", self.ids)])
        if technicians:
            raise UserError(
                _(
                    "%(schedules)s: these technicians work by it: %(names)s. Give them another "
                    "working schedule first, or archive this one.",
                    schedules=format_names(technicians.resource_calendar_id.mapped("name")),
                    names=format_names(technicians.mapped("name")),
                )
            )
