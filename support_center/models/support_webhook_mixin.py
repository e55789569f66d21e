from odoo import api, fields, models


class SupportWebhookMixin(models.AbstractModel):
    """Requests that come by webhook, and what is told to the system that sent them."""

    _name = "support.webhook.mixin"
    _description = "Webhooks of an Appointment"

    webhook_told = fields.Json(readonly=True, copy=False, groups="base.group_user")

    @api.model
    def _receive_webhook(self, payload):
        return self

    def _rule_read_webhook(self):
        return None

    def _rule_webhook_response(self):
        return None
