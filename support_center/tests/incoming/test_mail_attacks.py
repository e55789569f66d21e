from email.message import EmailMessage
from email.utils import parseaddr

from odoo.tests import tagged

from ..common import GUIDE_MAIL
from .test_calendar_mail import CalendarCase, ics

REVIEW_MAIL = "customer_name: John Doe\nrequested_date: 2026-02-30 14:00\npriority: asap\n"


@tagged("post_install", "-at_install")
class TestMailAttacks(CalendarCase):
    """What somebody sends to use us against others, or to keep us busy."""

    def _reply_with(self, *calendar, number=1, sender="John Doe <customer@example.com>"):
        message = EmailMessage()
        message["From"] = sender
        message["To"] = self.address
        message["Subject"] = "Re: APPOINTMENT_REQUEST"
        message["Message-Id"] = f"<forged-{number}@example.com>"
        message["References"] = "<request-1@example.com>"
        message.set_content("")
        message.add_alternative(
            ics(*calendar, method="REQUEST", organizer=None), subtype="calendar"
        )
        return self._process_raw(message.as_bytes())

    def test_an_invitation_in_a_reply_takes_no_request_to_somebody_else(self):
        draft = self._send_mail(REVIEW_MAIL)
        self.assertEqual(draft.intake_state, "review")
        made = self._reply_with(
            'ORGANIZER;SENT-BY="mailto:customer@example.com":mailto:thief@example.net'
        )
        self.assertFalse(made)
        draft.action_process_email()
        self.assertEqual(draft._get_asker(), "customer@example.com")
        self.assertNotIn("thief@example.net", [draft.customer_email, draft.partner_id.email])
        answers = self._get_answers(draft)
        self.assertEqual(
            {parseaddr(each.email_to)[1] for each in answers}, {"customer@example.com"}
        )

    def test_a_stranger_learns_nothing_of_visits(self):
        visit = self._confirm()
        draft = self._send_mail(GUIDE_MAIL, subject=f"About {visit.name}")
        self.assertIn(visit.name, draft.intake_note)
        (answer,) = self._get_answers(draft)
        self.assertNotIn(visit.name, self._get_text(answer).replace(answer.subject, ""))

    def test_many_senders_do_not_make_us_write_to_one_victim(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "5")
        drafts = self.env["support.appointment"]
        for number in range(8):
            drafts |= self._send_mail(
                GUIDE_MAIL,
                sender=f"Somebody <s{number}@example.net>",
                message_id=f"<r-{number}@example.net>",
            )
        self.assertEqual(len(drafts), 8)
        self.assertEqual(len(self._get_answers(drafts)), 5)

    def test_what_a_customer_writes_is_kept_within_bounds(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", "5")
        visit = self._confirm()
        for number in range(8):
            self._send_mail(
                "word " * 2000,
                sender="Known Customer <known@example.com>",
                subject=f"Re: {visit.name}",
                message_id=f"<w-{number}@example.net>",
            )
        self.assertEqual(len(visit.activity_ids), 1)
        self.assertLess(len(visit.activity_ids.note), 10_000)
        self.assertLessEqual(len(visit.customer_message), 4000)
        told = self.env["mail.message"].search(
            [
                ("model", "=", visit._name),
                ("res_id", "=", visit.id),
                ("message_type", "=", "user_notification"),
                ("subject", "=", f"{visit.name}: the customer has written"),
            ]
        )
        self.assertEqual(len(told), 5)

    def test_headers_without_end_lose_no_mail(self):
        deep = "a:" * 1500
        for number, headers in enumerate(
            (
                [("X-Original-From", deep)],
                [("Envelope-To", deep), ("Reply-To", "x@example.org")],
                [("Reply-To", deep)],
            )
        ):
            draft = self._send_mail(
                GUIDE_MAIL,
                sender="Ana via List <list@example.net>",
                message_id=f"<deep-{number}@example.net>",
                headers=headers,
            )
            self.assertEqual(len(draft), 1)
        raw = (
            f"From: {deep[:400]} <ana@example.net>\nTo: {self.address}\nSubject: {deep}\n"
            f"Message-ID: <deep-9@example.net>\n\n{GUIDE_MAIL}"
        )
        self.assertEqual(len(self._process_raw(raw.encode())), 1)

    def test_an_invitation_with_an_endless_uid_is_no_lost_mail(self):
        """What is found by an index has to fit into one."""
        uid = "".join(chr(0x20000 + number * 37 % 40000) for number in range(3000))
        for _time in range(2):
            made = self._send(
                ics(uid=uid, method="REQUEST", organizer="mailto:known@example.com"),
                method="REQUEST",
            )
        draft = self.env["support.appointment"].search([], order="id desc", limit=1)
        self.assertFalse(made)
        self.assertEqual(draft.partner_id, self.customer)
        self.assertIn(draft.intake_calendar_uid, uid)

    def test_letters_that_become_others_in_small_lose_no_mail(self):
        """The sign for Kelvin is a small k in small letters, and stays itself in capitals."""
        visit = self._confirm()
        visit._write_protected({"name": "kilo-7"})
        draft = self._send_mail(GUIDE_MAIL, subject="About \N{KELVIN SIGN}ilo-7 and kilo-7")
        self.assertIn("kilo-7", draft.intake_note)
