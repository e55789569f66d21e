from odoo import _, api, models

from ..automation.support_automation_registry import Automation


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "cron_generate_appointment_statistics": Automation(
                model="support.statistics",
                sequence=50,
                description=_("Counts each complete week for Reporting."),
                effect=_("A row of figures for each past week"),
                is_on=False,
            ),
        }
