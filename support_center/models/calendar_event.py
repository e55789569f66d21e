from odoo import fields, models


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    support_appointment_id = fields.Many2one(
        "support.appointment", copy=False, readonly=True, index="btree_not_null"
    )
