from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportHttpCase

MAIL = """\
Return-Path: <tour@example.com>
To: appointments@%(domain)s
From: Tour Customer <tour@example.com>
Subject: APPOINTMENT_REQUEST
Message-Id: <%(number)s@tour.example.com>
Content-Type: text/plain; charset=utf-8

customer_email: %(email)s
customer_name: %(name)s
requested_date: %(when)s
type: Sweeping
description: The chimney
"""


@tagged("post_install", "-at_install")
class TestReviewTours(SupportHttpCase):
    """Two mails through the real gateway, which a dispatcher works off in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        domain = cls.env["mail.alias.domain"].search([], limit=1)
        if not domain:
            domain = cls.env["mail.alias.domain"].create({"name": "tour.example.com"})
        cls.env.company.alias_domain_id = domain
        cls.env.ref("support_center.mail_alias_appointments").alias_domain_id = domain
        cls.domain = domain.name
        cls.technician_2.active = False
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        cls.start = now + timedelta(days=3)
        # What waits in the database besides would be in the queue, too.
        cls.env["support.appointment"].search(
            [("intake_state", "in", ["received", "review"]), ("state", "=", "draft")]
        ).active = False

    def _send(self, number, name, email):
        raw = MAIL % {
            "domain": self.domain,
            "number": number,
            "name": name,
            "email": email,
            "when": fields.Datetime.to_string(self.start),
        }
        self.env["mail.thread"].message_process(None, raw.replace("tour@example.com", email))
        return self.env["support.appointment"].search(
            [("customer_name", "=", name), ("state", "=", "draft")], limit=1
        )

    def _send_both(self):
        other = self._send(1, "Other Customer", "other@example.com")
        draft = self._send(2, "Tour Customer", "tour@example.com")
        self.assertEqual((draft | other).mapped("intake_state"), ["review", "review"])
        return draft, other

    def _walk(self, tour):
        action = self.env.ref("support_center.support_review_inbox_action")
        self.start_tour(f"/web#action={action.id}", tour, login=self.user_dispatcher.login)
        self.env.invalidate_all()

    def test_accept_assign_and_confirm_in_three_clicks(self):
        draft, other = self._send_both()
        self._walk("support_center_inbox")
        self.assertEqual((draft.intake_state, draft.state), ("accepted", "confirmed"))
        self.assertEqual(draft.technician_id, self.technician)
        self.assertEqual(draft.start, self.start)
        self.assertEqual((other.state, other.cancel_reason), (
            "cancelled", "We do not repair this make."
        ))  # fmt: skip
        mails = self.env["mail.mail"].search([("res_id", "=", other.id)])
        self.assertTrue(mails.filtered(lambda m: "cannot take" in m.subject))

    def test_the_same_without_a_mouse(self):
        draft, other = self._send_both()
        self._walk("support_center_inbox_keyboard")
        self.assertEqual(sorted((draft | other).mapped("state")), ["confirmed", "draft"])

    def test_a_customer_who_waits_for_an_answer(self):
        visit = self._create_appointment(start=self.start)
        visit.action_confirm()
        raw = MAIL % {
            "domain": self.domain, "number": 3, "email": "", "name": "", "when": "",
        }  # fmt: skip
        raw = raw.partition("\n\n")[0].replace("tour@example.com", "known@example.com")
        raw = raw.replace("APPOINTMENT_REQUEST", f"Re: {visit.name}")
        self.env["mail.thread"].message_process(None, f"{raw}\n\nPlease cancel.\n")
        self.assertTrue(visit.customer_waiting_since)
        self._walk("support_center_inbox_waits")
        self.assertFalse(visit.customer_waiting_since)
        self.assertFalse(visit.activity_ids)

    def test_a_stale_form_is_told_who_was_faster(self):
        visit = self._create_appointment(start=self.start, location="Main Street")
        action = self.env.ref("support_center.support_appointment_action")
        with mute_logger("odoo.http"):  # the refusal, which the tour reads
            self.start_tour(
                f"/web#action={action.id}&id={visit.id}&view_type=form&model=support.appointment",
                "support_center_edit_conflict",
                login=self.user_dispatcher.login,
            )
        self.env.invalidate_all()
        self.assertEqual(visit.location, "Side Street")
        self.assertEqual(visit.description, "Bring a ladder")
