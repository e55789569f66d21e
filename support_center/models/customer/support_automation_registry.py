from odoo import _, api, models

from ..automation.support_automation_registry import Automation, MailTemplate
from ..notifications.support_notifier import NOTIFICATIONS


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "cron_pass_on_offers": Automation(
                model="support.slot.offer",
                sequence=15,
                description=_(
                    "Closes offers that nobody has answered in time, and offers a freed time to "
                    "the next who waits, where the rule “Reoffer Freed Slot” is on."
                ),
                effect=_("Offer of the freed time to the next who waits"),
                template=NOTIFICATIONS["offer"].template,
            ),
        }

    @api.model
    def _get_templates(self):
        return super()._get_templates() | {
            NOTIFICATIONS["offer"].template: MailTemplate(
                "Support Appointment Offer", 9, sample="visit"
            ),
        }
