from odoo import fields, models

MAIL_STATES = [
    ("outgoing", "Waiting"),
    ("sent", "Sent"),
    ("received", "Received"),
    ("exception", "Failed"),
    ("cancel", "Withdrawn"),
]
# Whose mails are looked into; those about anything else are none of ours.
MODELS = ("support.appointment", "support.ticket")


class MailMessage(models.Model):
    _inherit = "mail.message"

    # What became of a mail of ours; the queue itself is for administrators only.
    support_mail_state = fields.Selection(
        MAIL_STATES,
        "Mail",
        compute="_compute_support_mail",
        groups="support_center.group_support_technician",
        help="Empty for what was sent so long ago that the queue has forgotten it.",
    )
    # Not “To”: a mail in the queue has a field of that name beside it.
    support_mail_to = fields.Char(
        "Sent To", compute="_compute_support_mail", groups="support_center.group_support_technician"
    )
    support_mail_failure = fields.Char(
        "Why Not",
        compute="_compute_support_mail",
        groups="support_center.group_support_technician",
    )

    def _compute_support_mail(self):
        ours = self.filtered(lambda message: message.model in MODELS)
        # sudo: whoever may read the message may know what became of it.
        mails = self.env["mail.mail"].sudo().search([("mail_message_id", "in", ours.ids)])
        by_message = {mail.mail_message_id.id: mail for mail in mails}
        for message in self:
            mail = by_message.get(message.id, mails.browse())
            recipients = [mail.email_to, *mail.recipient_ids.mapped("email_formatted")]
            message.support_mail_state = mail.state
            message.support_mail_to = ", ".join(filter(None, recipients))
            message.support_mail_failure = mail.failure_reason
