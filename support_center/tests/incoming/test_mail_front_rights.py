import uuid
import xmlrpc.client
from email.message import EmailMessage

from odoo.tests import get_db_name, tagged

from ..common import SupportHttpCase


@tagged("post_install", "-at_install")
class TestMailFrontRights(SupportHttpCase):
    """A mail front hands mails over by XML-RPC, as an internal user without any other right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.front = cls.env["res.users"].create(
            {
                "name": "Mail front",
                "login": "mailfront",
                "password": "mailfront",
                "groups_id": [(6, 0, cls.env.ref("base.group_user").ids)],
            }
        )
        domain = cls.env["mail.alias.domain"].search([], limit=1)
        domain = domain or domain.create({"name": "front.example.com"})
        cls.env.company.alias_domain_id = domain
        cls.alias = cls.env.ref("support_center.mail_alias_appointments")
        cls.team = cls.env["support.team"].create(
            {"name": "Front desk", "alias_name": "front-desk", "alias_domain_id": domain.id}
        )
        (cls.alias | cls.team.alias_id).write({"alias_status": "not_tested"})
        cls.env.flush_all()

    def _hand_over(self, recipient, subject, text, **headers):
        mail = EmailMessage()
        mail["From"] = "Ana Keller <ana.keller@example.com>"
        mail["To"] = recipient
        mail["Subject"] = subject
        mail["Message-Id"] = f"<{uuid.uuid4().hex}@example.com>"
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        try:
            return self.xmlrpc_object.execute_kw(
                get_db_name(),
                self.front.id,
                "mailfront",
                "mail.thread",
                "message_process",
                [False, xmlrpc.client.Binary(mail.as_bytes())],
            )
        except xmlrpc.client.Fault as fault:
            # Odoo has committed, and cannot say "nothing" in XML-RPC.
            self.assertIn("cannot marshal None", fault.faultString)
            return None

    def _get_address(self, alias):
        return f"{alias.alias_name}@{alias.alias_domain or 'example.com'}"

    def test_a_request_arrives(self):
        made = self._hand_over(
            self._get_address(self.alias), "APPOINTMENT_REQUEST", "description: The router restarts"
        )
        draft = self.env["support.appointment"].browse(made)
        self.assertIn("ana.keller@example.com", draft.intake_sender)
        self.assertEqual(draft.create_uid, self.env.ref("base.user_root"))
        self.assertEqual(self.alias.alias_status, "valid")

    def test_a_ticket_mail_and_its_reply_arrive(self):
        address = self._get_address(self.team.alias_id)
        made = self._hand_over(address, "Router", "It restarts every hour")
        ticket = self.env["support.ticket"].browse(made)
        self.assertEqual(ticket.team_id, self.team)
        self.assertEqual(self.team.alias_id.alias_status, "valid")
        first = ticket.message_ids.filtered("message_id").sorted("id")[:1]
        self._hand_over(address, "Re: Router", "It still does", In_Reply_To=first.message_id)
        self.assertIn("It still does", "".join(ticket.message_ids.mapped("body")))
