from odoo import _, api, models

from ..automation.support_automation_registry import Automation, MailTemplate
from .support_notifier import NOTIFICATIONS


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "cron_send_appointment_reminders": Automation(
                model="support.appointment",
                sequence=10,
                description=_("Reminds customers of confirmed visits, once each."),
                effect=_("Reminder mail to the customer"),
                domain="_get_backlog_reminders_domain",
                hold="reminder_held",
                held_domain="_get_held_reminders_domain",
                audience="customer",
                notice="reminder",
                template=NOTIFICATIONS["reminder"].template,
            ),
            "automation_send_confirmation": Automation(
                model="support.appointment",
                sequence=130,
                description=_(
                    "Queues the mail “Support Appointment Confirmation” when a visit is "
                    "confirmed, once each."
                ),
                effect=_("Confirmation mail to the customer"),
                domain="_get_backlog_confirmation_domain",
                handler="_rule_send_confirmation",
                audience="customer",
                notice="confirmation",
                template=NOTIFICATIONS["confirmation"].template,
            ),
            "automation_send_rescheduled": Automation(
                model="support.appointment",
                sequence=140,
                description=_(
                    "Queues the mail “Support Appointment Rescheduled” when a confirmed visit "
                    "has another time than the customer was told."
                ),
                effect=_("Mail about the new time to the customer"),
                domain="_get_backlog_rescheduled_domain",
                handler="_rule_send_rescheduled",
                audience="customer",
                notice="rescheduled",
                template=NOTIFICATIONS["rescheduled"].template,
            ),
            "automation_send_updated": Automation(
                model="support.appointment",
                sequence=150,
                description=_(
                    "Queues the mail “Support Appointment Updated” when place, technician, "
                    "type or length differ from what the customer was told."
                ),
                effect=_("Mail about the changes to the customer"),
                domain="_get_backlog_updated_domain",
                handler="_rule_send_updated",
                audience="customer",
                notice="updated",
                template=NOTIFICATIONS["updated"].template,
            ),
            "automation_send_cancelled": Automation(
                model="support.appointment",
                sequence=160,
                description=_(
                    "Queues the mail “Support Appointment Cancelled” when a visit that the "
                    "customer expects is called off."
                ),
                effect=_("Mail about the cancellation to the customer"),
                domain="_get_backlog_cancelled_domain",
                handler="_rule_send_cancelled",
                audience="customer",
                notice="cancelled",
                template=NOTIFICATIONS["cancelled"].template,
            ),
            "automation_notify_technician": Automation(
                model="support.appointment",
                sequence=170,
                description=_(
                    "Tells technicians, in the inbox or by mail as each prefers, of confirmed "
                    "visits that are new to them, moved, taken from them or cancelled, and of "
                    "what customers write."
                ),
                effect=_("Notification to the technician"),
                domain="_get_backlog_technician_domain",
                handler="_rule_notify_technician",
                audience="technician",
            ),
        }

    @api.model
    def _get_templates(self):
        names = {
            "confirmation": "Support Appointment Confirmation",
            "reminder": "Support Appointment Reminder",
            "rescheduled": "Support Appointment Rescheduled",
            "cancelled": "Support Appointment Cancelled",
            "updated": "Support Appointment Updated",
        }
        return super()._get_templates() | {
            NOTIFICATIONS[kind].template: MailTemplate(
                name, sequence, sample="visit", method=NOTIFICATIONS[kind].method
            )
            for sequence, (kind, name) in enumerate(names.items(), start=1)
        }
