from odoo import api, fields, models


class SupportNoticeMixin(models.AbstractModel):
    """What the customer is told, and what he was told last."""

    _name = "support.notice.mixin"
    _description = "Notices to the Customer"

    announced_start = fields.Datetime(readonly=True, copy=False)

    def _rule_send_confirmation(self):
        return None

    def _rule_send_rescheduled(self):
        return None

    def _rule_send_updated(self):
        return None

    def _rule_send_cancelled(self):
        return None

    @api.model
    def _cron_send_reminders(self):
        return None
