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
                preview="_describe_weeks_to_count",
                is_on=False,
            ),
            "cron_send_day_sheets": Automation(
                model="support.technician",
                sequence=60,
                description=_(
                    "Sends each technician who has visits the sheet of the day, at the hour in "
                    "the settings; once a day."
                ),
                effect=_("Mail with the day's visits to the technician"),
                domain="_get_backlog_day_sheets_domain",
                audience="day_sheet",
                is_on=False,
            ),
        }
