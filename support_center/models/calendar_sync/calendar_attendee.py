from odoo import models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    def write(self, vals):
        """Tell a dispatcher of a visit whose technician declines it in the calendar."""
        declined = self.browse()
        if vals.get("state") == "declined":
            declined = self.filtered(lambda attendee: attendee.state != "declined")
        result = super().write(vals)
        # sudo: the appointment is named to those who look after it.
        for event in declined.event_id._get_mirrored().sudo():
            if event._is_visit_live():
                event.support_appointment_id._report_calendar_refusal("declined")
        return result
