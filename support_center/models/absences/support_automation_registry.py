from odoo import _, api, models

from ..automation.support_automation_registry import Automation


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "automation_tell_hit_visits": Automation(
                model="resource.calendar.leaves",
                sequence=220,
                description=_(
                    "Asks a dispatcher, with an activity on the technician, to move planned "
                    "visits that fall into a new or moved leave or holiday."
                ),
                effect=_("Activity about visits that fall into an absence"),
            ),
            "automation_tell_schedule_conflicts": Automation(
                model="support.technician",
                sequence=230,
                description=_(
                    "Asks a dispatcher, with an activity on the technician, to move planned "
                    "visits that changed working hours, another time zone, an archived "
                    "technician or user leave undone."
                ),
                effect=_("Activity about visits in conflict"),
            ),
        }
