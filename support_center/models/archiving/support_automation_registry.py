from odoo import _, api, models

from ..automation.support_automation_registry import Automation


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "cron_cleanup_old_appointments": Automation(
                model="support.appointment",
                sequence=40,
                description=_("Archives visits that are long over; nothing is deleted."),
                effect=_("Archived; nothing is deleted"),
                domain="_get_backlog_cleanup_domain",
                is_on=False,
            ),
        }
