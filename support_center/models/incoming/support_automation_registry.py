from odoo import _, api, models

from ..automation.support_automation_registry import Automation, MailTemplate
from .support_appointment_answer import ANSWER
from .support_appointment_messages import ACKNOWLEDGEMENT
from .support_appointment_review import REJECTION
from .support_appointment_understood import UNDERSTOOD


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_automations(self):
        return super()._get_automations() | {
            "cron_acknowledge_customers": Automation(
                model="support.appointment",
                sequence=20,
                description=_(
                    "Tells customers who wrote about a visit that a person will read it, if nobody "
                    "has answered within the working day; once each."
                ),
                effect=_("Mail to the customer that a person will read it"),
                domain="_get_backlog_acknowledge_domain",
                audience="sender",
                template=ACKNOWLEDGEMENT,
            ),
            "automation_process_email": Automation(
                model="support.appointment",
                sequence=110,
                description=_(
                    "Reads a request that came by mail: complete ones are accepted, the "
                    "others wait under “To Review”."
                ),
                effect=_("Read: accepted, or put up for review"),
                domain="_get_backlog_mail_domain",
                handler="action_process_email",
                audience="sender",
            ),
            "automation_intake_answer": Automation(
                model="support.appointment",
                sequence=120,
                description=_(
                    "Answers a request that came by mail: with what was understood, or with "
                    "each wrong line marked. The customer corrects it by replying."
                ),
                effect=_("Answer to the sender of a request"),
                domain="_get_backlog_answer_domain",
                handler="_rule_answer_request",
                audience="sender",
                template=ANSWER,
            ),
            "automation_understand_reply": Automation(
                model="support.appointment",
                sequence=125,
                description=_(
                    "Does what customers answer in a few words: a yes, a no, a cancellation, the "
                    "number of an offered time, another time. It says by mail what was done. All "
                    "else is for a dispatcher to read."
                ),
                effect=_("Done what the customer's reply asks for"),
                handler="_rule_understand_reply",
                audience="sender",
                template=UNDERSTOOD,
            ),
            "automation_webhook_create": Automation(
                model="support.appointment",
                sequence=190,
                description=_(
                    "Makes draft appointments of the JSON that other systems post to the "
                    "address of this rule."
                ),
                effect=_("Read: accepted, or put up for review"),
                domain="_get_backlog_webhook_in_domain",
                handler="_rule_read_webhook",
                audience="sender",
                is_on=False,
            ),
        }

    @api.model
    def _get_templates(self):
        return super()._get_templates() | {
            ANSWER: MailTemplate("Support Request Answer", 20, sample="request", is_answer=True),
            REJECTION: MailTemplate("Support Request Rejected", 30, is_answer=True),
            ACKNOWLEDGEMENT: MailTemplate("Support Message Received", 40, is_answer=True),
            UNDERSTOOD: MailTemplate("Support Reply Understood", 45, is_answer=True),
        }
