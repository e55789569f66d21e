from odoo import api, models


class SupportAutomationBacklog(models.AbstractModel):
    _inherit = "support.automation.backlog"

    @api.model
    def _hold_old_work(self, crons):
        """Of reminders beside the first one, nothing is sent whose moment passed meanwhile."""
        names = self._get_registry()._get_names(crons).values()
        if "cron_send_appointment_reminders" in names:
            self.env["support.reminder"]._restart_further()
        return super()._hold_old_work(crons)
