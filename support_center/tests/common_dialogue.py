from email import message_from_string
from email.message import EmailMessage

from .common import SupportMailCase

# Two lines of it are wrong.
WRONG_MAIL = """\
customer_email: customer@example.com
customer_name: John Doe
requested_date: 2026-02-30 14:00
description: Network issue
priority: asap
"""


class DialogueCase(SupportMailCase):
    """Mails to and fro: what is answered, and what a reply does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.email = "office@company.example.com"

    def _get_answers(self, drafts):
        """The answers to ``drafts`` on the queue, the oldest first."""
        return self.env["mail.mail"].search(
            [("model", "=", drafts._name), ("res_id", "in", drafts.ids)], order="id"
        )

    def _get_text(self, mail):
        """The text part of a mail, as its reader sees it."""
        (sent,) = mail._prepare_outgoing_list()
        return str(sent["body_alternative"])

    def _build(self, mail):
        """Let the queue send ``mail`` and return the message handed to the mail server."""
        with self.mock_smtplib_connection():
            mail.send()
        (sent,) = self.emails
        return message_from_string(sent["message"])

    def _reply(
        self,
        body,
        answer,
        *,
        number=1,
        sender="John Doe <customer@example.com>",
        headers=(),
        subtype="plain",
    ):
        """Answer our answer; return the drafts that this made, of which there should be none."""
        message = EmailMessage()
        message["From"] = sender
        message["To"] = answer.reply_to
        message["Subject"] = f"Re: {answer.subject}"
        message["Message-Id"] = f"<reply-{number}@example.com>"
        message["In-Reply-To"] = answer.message_id
        message["References"] = f"<request-1@example.com> {answer.message_id}"
        message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
        for name, value in headers:
            message[name] = value
        message.set_content(body, subtype=subtype)
        return self._send_mail(message=message)
