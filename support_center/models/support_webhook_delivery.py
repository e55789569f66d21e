from odoo import api, fields, models


class SupportWebhookDelivery(models.Model):
    _name = "support.webhook.delivery"
    _description = "Webhook Delivery"
    _order = "id desc"

    event = fields.Char(required=True, readonly=True)

    @api.model
    def _cron_deliver(self):
        return None
