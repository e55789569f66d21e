from odoo import fields, models


class SupportAppointmentType(models.Model):
    """Whose customers hear that the technician is on the way."""

    _inherit = "support.appointment.type"

    notify_on_the_way = fields.Boolean(
        "Announce the Technician",
        help="Write to the customer, with the expected arrival, when the technician says in My Day "
        "that they are on the way.",
    )
