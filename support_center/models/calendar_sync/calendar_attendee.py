from odoo import fields, models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    # Odoo has no index for the one thing that every change of an event asks: who attends it. With
    # an event for each visit, each of these questions would read all attendees there have been.
    event_id = fields.Many2one(index=True)

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
