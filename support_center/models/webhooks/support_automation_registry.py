from odoo import _, api, models

from ..automation.support_automation_registry import Automation


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "cron_deliver_webhooks": Automation(
                model="support.webhook.delivery",
                sequence=30,
                description=_("Sends what waits for the system outside, and tries again."),
                effect=_("Message sent to the system outside"),
                domain="_get_backlog_deliveries_domain",
                hold="held",
                held_domain="_get_held_deliveries_domain",
                asks_on="appointment_id",
            ),
            "automation_webhook_response": Automation(
                model="support.appointment",
                sequence=200,
                description=_(
                    "Tells another system what becomes of an appointment. Needs the address "
                    "under Support Center, Configuration, Settings."
                ),
                effect=_("Message to the system outside"),
                domain="_get_backlog_webhook_out_domain",
                handler="_rule_webhook_response",
                audience="webhook",
                is_on=False,
            ),
        }
