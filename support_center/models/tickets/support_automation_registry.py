from odoo import _, api, models

from ..automation.support_automation_registry import Automation


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "automation_sync_ticket_status": Automation(
                model="support.appointment",
                sequence=180,
                description=_(
                    "Moves the ticket to the stage that fits what became of its visits; a "
                    "stage that was set by hand afterwards stays."
                ),
                effect=_("Stage of the ticket set"),
                domain="_get_backlog_ticket_domain",
                handler="_rule_sync_ticket_status",
                audience="ticket",
            ),
        }
