from odoo import api, models


class SupportCleanupMixin(models.AbstractModel):
    """Old appointments leave the lists."""

    _name = "support.cleanup.mixin"
    _description = "Cleanup of Old Appointments"

    @api.model
    def _cron_cleanup_old_appointments(self):
        return None
