from odoo import api, models


class SupportAppointment(models.Model):
    """The deliveries about a visit are erased with it."""

    _inherit = "support.appointment"

    @api.model
    def _get_fields_kept_in_erasure(self):
        # Marks that tell the automation what is done already.
        return super()._get_fields_kept_in_erasure() | {"webhook_told", "webhook_sequence"}

    def _erase_related(self):
        super()._erase_related()
        deliveries = self.env["support.webhook.delivery"]
        deliveries.search([("appointment_id", "in", self.ids)])._erase_personal_data()
