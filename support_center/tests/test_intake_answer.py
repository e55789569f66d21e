from email import message_from_string, policy

from odoo.tests import tagged

from .common import GUIDE_MAIL, SupportMailCase, at

WRONG_MAIL = """\
customer_email: customer@example.com
customer_name: John Doe
requested_date: 2026-02-30 14:00
description: Network issue
priority: asap
"""


@tagged("post_install", "-at_install")
class TestIntakeAnswer(SupportMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.email = "office@company.example.com"

    def _get_answers(self, draft):
        """The answers on the queue, the oldest first."""
        return self.env["mail.mail"].search(
            [("model", "=", draft._name), ("res_id", "=", draft.id)], order="id"
        )

    def _build(self, mail):
        """The message that the queue hands to the mail server."""
        with self.mock_mail_gateway():
            mail.send()
        (sent,) = self._mails
        return sent

    def test_dump(self):
        import os
        for body, name in ((WRONG_MAIL, "review"), (GUIDE_MAIL, "accepted")):
            draft = self._send_mail(body, message_id=f"<{name}@example.com>")
            mail = self._get_answers(draft)
            print(draft.intake_state, draft.intake_note, mail)
            from odoo.tools import html2plaintext
            print(mail.subject, mail.email_from, mail.email_to, mail.reply_to, mail.headers, mail.references)
            print(html2plaintext(mail.body_html))
            with open(f"/tmp/answer_{name}.html", "w") as f: f.write(mail.body_html)
