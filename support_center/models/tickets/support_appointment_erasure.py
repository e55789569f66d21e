from odoo import api, models


class SupportAppointment(models.Model):
    """The mark of the last step with the ticket says nothing of a person."""

    _inherit = "support.appointment"

    @api.model
    def _get_fields_kept_in_erasure(self):
        return super()._get_fields_kept_in_erasure() | {"ticket_sync_mark"}
