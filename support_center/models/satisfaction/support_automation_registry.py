from odoo import _, api, models

from ..automation.support_automation_registry import Automation, MailTemplate
from ..notifications.support_notifier import NOTIFICATIONS


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "cron_ask_for_ratings": Automation(
                model="support.appointment",
                sequence=12,
                description=_(
                    "Asks customers how the visit was, some hours after it and once; not who was "
                    "asked lately."
                ),
                effect=_("Question to the customer how the visit was"),
                domain="_get_backlog_ratings_domain",
                hold="rating_held",
                held_domain="_get_held_ratings_domain",
                audience="customer",
                notice="rating",
                template=NOTIFICATIONS["rating"].template,
                is_on=False,
            ),
        }

    @api.model
    def _get_templates(self):
        return super()._get_templates() | {
            NOTIFICATIONS["rating"].template: MailTemplate(
                "Support Appointment Rating", 8, sample="visit"
            ),
        }
