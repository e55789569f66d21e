from odoo import api, models


class SupportWebhookMixin(models.AbstractModel):
    """Requests that come by webhook, and what is told to the system that sent them."""

    _name = "support.webhook.mixin"
    _description = "Webhooks of an Appointment"

    @api.model
    def _receive_webhook(self, payload):
        return self

    def _rule_read_webhook(self):
        return None

    def _rule_webhook_response(self):
        return None
