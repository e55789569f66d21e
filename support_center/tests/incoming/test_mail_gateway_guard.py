"""The gateway's methods are the gateway's alone, over real XML-RPC."""

import xmlrpc.client

from odoo.exceptions import AccessError
from odoo.tests import get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SupportCase, SupportHttpCase, SupportMailCase

FORGED = {
    "subject": "Forged",
    "email_from": "known@example.com",
    "message_id": "<forged@example.com>",
    "body": "customer_email: thief@example.com",
}
VALUES = {"state": "confirmed", "access_token": "guessed", "location": "elsewhere"}


@tagged("post_install", "-at_install")
class TestMailGatewayOverRpc(SupportHttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.portal = new_test_user(cls.env, login="gateway_portal", groups="base.group_portal")

    def _call(self, user, model, method, *args, **kwargs):
        return self.xmlrpc_object.execute_kw(
            get_db_name(), user.id, user.login, model, method, list(args), kwargs
        )

    def _assert_refused(self, user, model, method, *args, **kwargs):
        with (
            mute_logger("odoo.http"),
            self.assertRaisesRegex(xmlrpc.client.Fault, "Only the mail gateway may call this"),
        ):
            self._call(user, model, method, *args, **kwargs)

    def test_nobody_makes_or_changes_a_record_as_the_gateway(self):
        draft = self.env["support.appointment"].create({"partner_id": self.customer.id})
        ticket = self.env["support.ticket"].create({"name": "Ticket"})
        counts = [self.env[m].search_count([]) for m in ("support.appointment", "support.ticket")]
        contexts = (
            {},
            {"support_center_mail_kind": "human"},
            {"support_center_gateway_mail": {"kind": "human", "is_automatic": False}},
            {"support_center_gateway_mail": ["human", False]},
        )
        for user in (self.portal, self.user_employee, self.user_technician, self.user_manager):
            for context in contexts:
                with self.subTest(user=user.login, context=context):
                    for record in (draft, ticket):
                        self._assert_refused(
                            user, record._name, "message_new", FORGED, VALUES, context=context
                        )
                        self._assert_refused(
                            user, record._name, "message_update", record.ids, FORGED, VALUES,
                            context=context,
                        )  # fmt: skip
                    for model in ("support.technician", "support.team"):
                        self._assert_refused(user, model, "message_new", FORGED, context=context)
        self.assertEqual(
            [self.env[m].search_count([]) for m in ("support.appointment", "support.ticket")],
            counts,
        )
        self.assertEqual((draft.state, draft.location), ("draft", False))

    def test_a_mail_handed_over_is_a_mail_and_no_more(self):
        raw = (
            "From: Somebody <somebody@example.com>\nTo: nobody@example.com\nSubject: Hello\n"
            "Message-Id: <handed@example.com>\nContent-Type: text/plain\n\nHello\n"
        )
        record_id = self._call(
            self.user_employee, "mail.thread", "message_process", "support.appointment", raw,
            {**VALUES, "technician_id": self.technician.id},
        )  # fmt: skip
        draft = self.env["support.appointment"].browse(record_id)
        self.assertEqual((draft.state, draft.source), ("draft", "email"))
        self.assertNotEqual(draft.access_token, "guessed")
        self.assertFalse(draft.location or draft.technician_id)

    def test_a_mail_handed_over_makes_no_technician_and_no_team(self):
        raw = (
            "From: A <a@example.com>\nTo: nobody@example.com\nSubject: X\nMessage-Id: <t@x>\n\nX\n"
        )
        for model in ("support.technician", "support.team"):
            with (
                self.subTest(model=model),
                mute_logger("odoo.http"),
                self.assertRaisesRegex(xmlrpc.client.Fault, "No mail becomes a record of"),
            ):
                self._call(
                    self.user_employee, "mail.thread", "message_process", model, raw,
                    {"name": "Forged", "company_id": self.env.company.id},
                )  # fmt: skip

    def test_nobody_posts_to_a_record_that_they_may_not_read(self):
        visit = self.env["support.appointment"].create({"partner_id": self.customer.id})
        raw = (
            "From: Known <known@example.com>\nTo: nobody@example.com\nSubject: Hello\n"
            "Message-Id: <posted@example.com>\nContent-Type: text/plain\n\nForged words\n"
        )
        with (
            mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"),
            self.assertRaisesRegex(xmlrpc.client.Fault, "not allowed|access"),
        ):
            self._call(
                self.user_employee, "mail.thread", "message_process", "support.appointment", raw,
                thread_id=visit.id,
            )  # fmt: skip
        self.assertNotIn("Forged words", "".join(visit.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestMailGatewayGuard(SupportCase):
    def test_who_is_superuser_needs_no_gateway(self):
        draft = self.env["support.appointment"].message_new(dict(FORGED))
        self.assertEqual(draft.source, "email")
        with self.assertRaisesRegex(AccessError, "Only the mail gateway"):
            self.env["support.appointment"].with_user(self.user_manager).message_new(dict(FORGED))


@tagged("post_install", "-at_install")
class TestAliasDefaults(SupportMailCase):
    def test_an_alias_plans_and_marks_nothing(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        alias.alias_defaults = str(
            {
                "type_id": self.type.id,
                "priority": "2",
                "state": "confirmed",
                "access_token": "guessed",
                "confirmation_sent": True,
                "intake_state": "accepted",
                "source": "api",
                "announced_start": "2026-03-05 10:00:00",
                "active": False,
            }
        )
        # As it is stored, before it is read.
        self.env.ref("support_center.automation_process_email").active = False
        draft = self._send_mail()
        self.assertEqual((draft.type_id, draft.priority), (self.type, "2"))
        self.assertEqual((draft.state, draft.source, draft.active), ("draft", "email", True))
        self.assertEqual(draft.intake_state, "received")
        self.assertNotEqual(draft.access_token, "guessed")
        self.assertFalse(draft.confirmation_sent or draft.announced_start)
