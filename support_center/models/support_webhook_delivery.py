from odoo import api, fields, models

STATES = [("pending", "Waiting"), ("delivered", "Delivered"), ("dead", "Given Up")]


class SupportWebhookDelivery(models.Model):
    _name = "support.webhook.delivery"
    _description = "Webhook Delivery"
    _order = "id desc"

    event = fields.Char(required=True, readonly=True)
    url = fields.Char("Address", readonly=True)
    appointment_id = fields.Many2one("support.appointment", readonly=True)
    state = fields.Selection(STATES, required=True, default="pending", readonly=True, index=True)
    next_try = fields.Datetime(readonly=True)
    held = fields.Boolean(
        readonly=True,
        help="It waited already when the job was switched on, and waits until a manager decides.",
    )

    @api.model
    def _cron_deliver(self):
        return None

    # ------------------------------------------------------------------
    # Backlog
    # ------------------------------------------------------------------

    @api.model
    def _get_backlog_deliveries_domain(self):
        """What the cron would deliver now."""
        return [
            ("state", "=", "pending"),
            ("held", "=", False),
            ("next_try", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _get_held_deliveries_domain(self):
        return [("state", "=", "pending"), ("held", "=", True)]
