from datetime import timedelta

from odoo import api, fields, models

CLOSED_STATES = ("done", "cancelled", "no_show")


class SupportCleanupMixin(models.AbstractModel):
    """Old appointments leave the lists."""

    _name = "support.cleanup.mixin"
    _description = "Cleanup of Old Appointments"

    @api.model
    def _cron_cleanup_old_appointments(self):
        days = self.env["ir.config_parameter"]._get_support_number("support_center.cleanup_days")
        limit = fields.Datetime.now() - timedelta(days=days)
        self.search(self._get_cleanup_domain(limit)).write({"active": False})

    @api.model
    def _get_cleanup_domain(self, limit):
        return [("active", "=", True), ("state", "in", CLOSED_STATES), ("stop", "<", limit)]
