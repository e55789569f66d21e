from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at
from ..common_dialogue import DialogueCase

ANNOUNCEMENTS = ("confirmation", "rescheduled", "updated", "reminder")


@tagged("post_install", "-at_install")
class TestWithdrawnNotices(SupportMailCase):
    """What waits on the queue, or has failed there, is not sent once it is untrue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_customer = cls.env["res.partner"].create(
            {"name": "Other Customer", "email": "other@example.com"}
        )

    def _make(self, kind):
        """A visit whose notice of ``kind`` waits on the queue; what came before has left."""
        start = at("2026-03-03 06:00" if kind == "reminder" else "2026-03-05 10:00")
        visit = self._create_appointment(
            start=start, send_confirmation_email=kind != "reminder", location="Here"
        )
        visit.action_confirm()
        if kind != "confirmation":
            self._send_queue()
        if kind == "reminder":
            visit._cron_send_reminders()
        elif kind == "rescheduled":
            visit.start = at("2026-03-06 10:00")
        elif kind == "updated":
            visit.location = "There"
        mail = self._get_notices(visit, kind)
        self.assertEqual(mail.state, "outgoing")
        return visit, mail

    def _fail(self, mail):
        """The mail server refuses it, as the queue notes it."""
        with mute_logger("support_center.automation"):
            mail.write({"state": "exception", "failure_reason": "no route to host"})
            mail._report_support_mails()

    def test_another_customer_gets_what_nobody_has_got(self):
        """Each kind that waits for the one before is taken off the queue."""
        for kind in ANNOUNCEMENTS:
            with self.subTest(kind):
                visit, mail = self._make(kind)
                visit.partner_id = self.other_customer
                self.assertEqual(mail.state, "cancel")
                self.assertEqual(self._get_log(visit, f"withdraw_{kind}").outcome, "ok")
                waiting = self._get_notices(visit).filtered(lambda m: m.state == "outgoing")
                self.assertLessEqual(waiting.recipient_ids, self.other_customer)

    def test_another_customer_and_a_notice_that_failed(self):
        """An administrator who sends it again once the server is mended must find none."""
        for kind in ANNOUNCEMENTS:
            with self.subTest(kind):
                visit, mail = self._make(kind)
                self._fail(mail)
                self.assertEqual(mail.state, "exception")
                visit.partner_id = self.other_customer
                self.assertEqual(mail.state, "cancel")

    def test_a_failed_reminder_of_what_is_off_is_withdrawn(self):
        for work in ("action_cancel", "action_draft", "action_no_show"):
            with self.subTest(work):
                visit, mail = self._make("reminder")
                self._fail(mail)
                # The other mails would take its place on the queue.
                for rule in ("cancelled", "rescheduled", "confirmation"):
                    self.env.ref(f"support_center.automation_send_{rule}").active = False
                getattr(visit, work)()
                self.assertEqual(mail.state, "cancel")

    def test_a_failed_notice_is_replaced_by_the_next_one(self):
        """Sent by hand after it, the older one would tell of a time that has changed."""
        for kind in ("confirmation", "rescheduled", "updated"):
            with self.subTest(kind):
                visit, mail = self._make(kind)
                self._fail(mail)
                visit.start = at("2026-03-09 10:00")
                self.assertEqual(mail.state, "cancel")
                waiting = self._get_notices(visit).filtered(lambda m: m.state == "outgoing")
                self.assertEqual(len(waiting), 1)
                self.assertIn("9 March 2026", waiting.body_html)

    def test_cancelled_without_a_word_withdraws_what_failed(self):
        for kind in ("confirmation", "rescheduled", "updated"):
            with self.subTest(kind):
                visit, mail = self._make(kind)
                self._fail(mail)
                visit._cancel("Not needed", tell=False)
                self.assertEqual(mail.state, "cancel")
                self.assertFalse(visit.announced_start)

    def test_only_mails_of_the_visit_are_withdrawn(self):
        visit, other = self._make("updated")[0], self._make("updated")[0]
        self._send_queue()
        (visit | other).location = "Elsewhere"
        mail, kept = (self._get_notices(each, "updated")[-1] for each in (visit, other))
        visit.partner_id = self.other_customer
        self.assertEqual((mail.state, kept.state), ("cancel", "outgoing"))
        self.assertEqual(other.partner_id, self.customer)

    def test_a_mail_that_has_left_is_not_withdrawn_but_asks_for_a_call(self):
        visit, mail = self._make("updated")
        self._send_queue()
        visit.partner_id = self.other_customer
        self.assertEqual(mail.state, "sent")
        self.assertIn("Known Customer", visit.activity_ids.note)


@tagged("post_install", "-at_install")
class TestMarksOfNotices(SupportMailCase):
    """What counts as told, whatever becomes of a mail."""

    def _retry(self, mail):
        """An administrator sends a failed mail again, and it arrives."""
        mail.with_user(self.env.ref("base.user_admin")).mark_outgoing()
        self._send_queue()
        self.assertEqual(mail.state, "sent")

    def _fail(self, mail):
        with mute_logger("support_center.automation"):
            mail.write({"state": "exception", "failure_reason": "no route to host"})
            mail._report_support_mails()

    def test_a_visit_that_is_off_by_then_does_not_count_as_told(self):
        """Confirmed anew it needs its confirmation and its reminder."""
        self.env.ref("support_center.automation_send_cancelled").active = False
        visit = self._create_appointment(state="confirmed")
        mail = self._get_notices(visit, "confirmation")
        self._fail(mail)
        self.assertFalse(visit.confirmation_sent)
        visit.action_cancel()
        self.assertEqual(mail.state, "exception")
        self._retry(mail)
        self.assertFalse(visit.confirmation_sent)
        visit.action_draft()
        visit.action_confirm()
        waiting = self._get_notices(visit).filtered(lambda m: m.state == "outgoing")
        self.assertEqual(waiting.support_notice, "confirmation")

    def test_one_that_is_on_counts_as_told(self):
        visit = self._create_appointment(state="confirmed")
        mail = self._get_notices(visit, "confirmation")
        self._fail(mail)
        self._retry(mail)
        self.assertTrue(visit.confirmation_sent)
        self.assertFalse(visit.reminder_sent)

    def test_each_kind_has_its_own_mark(self):
        visit = self._create_appointment(
            start=at("2026-03-03 06:00"), state="confirmed", send_confirmation_email=False
        )
        visit._cron_send_reminders()
        mail = self._get_notices(visit, "reminder")
        self.assertEqual((visit.reminder_sent, visit.confirmation_sent), (True, False))
        self._fail(mail)
        self.assertEqual((visit.reminder_sent, visit.confirmation_sent), (False, False))
        self._retry(mail)
        self.assertEqual((visit.reminder_sent, visit.confirmation_sent), (True, False))

    def test_a_cancellation_takes_every_mark_back(self):
        visit = self._create_appointment(state="confirmed")
        self._send_queue()
        with freeze_time("2026-03-04 18:00:00"):
            visit._cron_send_reminders()
            self.assertTrue(visit.confirmation_sent and visit.reminder_sent)
            self._send_queue()
            visit.action_cancel()
        self.assertFalse(visit.confirmation_sent)
        self.assertFalse(visit.reminder_sent)
        self.assertFalse(visit.announced_start)
        self.assertFalse(visit.announced_details)


@tagged("post_install", "-at_install")
class TestCompanyOfMails(DialogueCase):
    """A mail leaves in the name of its visit's company, whichever company works off the queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_2 = cls.env["res.company"].create(
            {
                "name": "Second Company",
                "email": "office@second.example.com",
                "alias_domain_id": cls.env["mail.alias.domain"]
                .create(
                    {
                        "name": "second.example.com",
                        "bounce_alias": "bounce.second",
                        "catchall_alias": "catchall.second",
                    }
                )
                .id,
            }
        )

    def _assert_company(self, mail, company):
        self.assertEqual(mail.record_company_id, company)
        self.assertEqual(mail.record_alias_domain_id, company.alias_domain_id)

    def test_notices(self):
        for company in (self.env.company, self.company_2):
            visit = self._create_appointment(company_id=company.id, state="confirmed")
            visit.location = "Elsewhere"
            visit.action_cancel()
            mails = self._get_notices(visit)
            self.assertEqual(
                mails.mapped("support_notice"), ["confirmation", "updated", "cancelled"]
            )
            for mail in mails:
                with self.subTest(company=company.name, kind=mail.support_notice):
                    self._assert_company(mail, company)
                    self.assertIn(company.email, mail.email_from)
                    self.assertEqual(mail.author_id, company.partner_id)

    def test_many_of_two_companies_at_once(self):
        visits = self.env["support.appointment"].union(
            *(
                self._create_appointment(
                    company_id=company.id,
                    start=at("2026-03-03 06:00"),
                    state="confirmed",
                    send_confirmation_email=False,
                )
                for company in (self.company_2, self.env.company, self.company_2)
            )
        )
        visits._cron_send_reminders()
        for visit in visits:
            mail = self._get_notices(visit, "reminder")
            self._assert_company(mail, visit.company_id)
            self.assertIn(visit.company_id.email, mail.email_from)

    def test_a_bounce_comes_back_to_the_company(self):
        visit = self._create_appointment(company_id=self.company_2.id, state="confirmed")
        with self.mock_mail_gateway(), self.mock_smtplib_connection():
            self._get_notices(visit).send()
        (sent,) = self.emails
        self.assertEqual(sent["smtp_from"], "bounce.second@second.example.com")

    def test_a_technician_without_a_user(self):
        technician = self.env["support.technician"].create(
            {
                "name": "By Mail",
                "company_id": self.company_2.id,
                "tz": "UTC",
                "email": "by-mail@example.com",
            }
        )
        visit = self._create_appointment(company_id=self.company_2.id, technician_id=technician.id)
        visit.action_confirm()
        mail = self._get_notices(visit, "technician")
        self.assertEqual(mail.email_to, "by-mail@example.com")
        self._assert_company(mail, self.company_2)

    def test_the_answer_to_a_request(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        alias.alias_defaults = repr({"company_id": self.company_2.id})
        draft = self._send_mail()
        self.assertEqual(draft.company_id, self.company_2)
        self._assert_company(self._get_notices(draft, "answer"), self.company_2)
