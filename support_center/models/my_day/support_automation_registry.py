from odoo import _, api, models

from ..automation.support_automation_registry import Automation, MailTemplate
from ..notifications.support_notifier import NOTIFICATIONS


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "automation_send_on_the_way": Automation(
                model="support.appointment",
                sequence=162,
                description=_(
                    "Queues the mail “Support Technician on the Way” when a technician sets off, "
                    "for appointment types that announce the technician."
                ),
                effect=_("Mail with the expected arrival to the customer"),
                domain="_get_backlog_on_the_way_domain",
                handler="_rule_send_on_the_way",
                audience="customer",
                notice="on_the_way",
                template=NOTIFICATIONS["on_the_way"].template,
            ),
            "automation_send_report": Automation(
                model="support.appointment",
                sequence=164,
                description=_(
                    "Queues the mail “Support Visit Report” with the report of a visit that is "
                    "done, and files the report in the ticket."
                ),
                effect=_("Mail with the visit report to the customer"),
                domain="_get_backlog_report_domain",
                handler="_rule_send_report",
                audience="customer",
                notice="report",
                template=NOTIFICATIONS["report"].template,
                is_on=False,
            ),
        }

    @api.model
    def _get_templates(self):
        return super()._get_templates() | {
            NOTIFICATIONS["on_the_way"].template: MailTemplate(
                "Support Technician on the Way", 6, sample="visit"
            ),
            NOTIFICATIONS["report"].template: MailTemplate(
                "Support Visit Report", 7, sample="visit"
            ),
        }
