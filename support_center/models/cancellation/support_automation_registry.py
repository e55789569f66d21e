from odoo import _, api, models

from ..automation.support_automation_registry import Automation


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "automation_reoffer_slot": Automation(
                model="support.appointment",
                sequence=210,
                description=_(
                    "Offers the time that a cancelled visit has freed to the customer who waits, "
                    "by mail, one at a time; where no mail reaches them, a dispatcher is asked."
                ),
                effect=_("Offer of the freed time to a waiting request"),
                domain="_get_backlog_reoffer_domain",
                handler="_rule_reoffer_slot",
                is_on=False,
            ),
        }
