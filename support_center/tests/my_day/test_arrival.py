from freezegun import freeze_time

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestArrival(SupportCase):
    """When the technician is expected, as an honest span in the customer's zone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer.tz = "Europe/Brussels"
        cls.visit = cls._create_appointment(technician_id=cls.technician.id, state="confirmed")

    def _describe(self, moment, **marks):
        self.visit._write_marks(marks)
        with freeze_time(moment):
            return self.visit._describe_arrival()

    def test_nothing_is_said_until_somebody_says_something(self):
        with freeze_time("2026-03-05 09:30:00"):
            self.assertEqual(self.visit._describe_arrival(), "")

    def test_on_the_way_to_the_planned_time(self):
        words = self._describe("2026-03-05 09:30:00", on_the_way_at=at("2026-03-05 09:30"))
        self.assertEqual(words, "Thu 5 Mar, 10:55–11:15 (Europe/Brussels)")

    def test_late_and_not_on_the_way_yet(self):
        words = self._describe("2026-03-05 09:30:00", expected_arrival=at("2026-03-05 10:30"))
        self.assertEqual(words, "Thu 5 Mar, 11:20–12:00 (Europe/Brussels)")

    def test_a_time_that_has_passed_is_from_now_on(self):
        words = self._describe("2026-03-05 10:12:30", on_the_way_at=at("2026-03-05 09:30"))
        self.assertEqual(words, "Thu 5 Mar, 11:10–11:30 (Europe/Brussels)")
        words = self._describe("2026-03-05 09:58:00", on_the_way_at=at("2026-03-05 09:30"))
        self.assertEqual(words, "Thu 5 Mar, 10:55–11:15 (Europe/Brussels)")

    def test_across_midnight_both_days_are_named(self):
        words = self._describe(
            "2026-03-05 22:30:00",
            on_the_way_at=at("2026-03-05 22:30"),
            expected_arrival=at("2026-03-05 23:00"),
        )
        self.assertEqual(words, "Thu 5 Mar, 23:55–Fri 6 Mar, 00:15 (Europe/Brussels)")

    def test_the_customer_reads_it_in_their_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.visit._write_marks({"on_the_way_at": at("2026-03-05 09:30")})
        with freeze_time("2026-03-05 09:30:00"):
            words = self.visit.with_context(lang="de_DE")._describe_arrival()
        self.assertIn("Do., 5. M", words)

    def test_nobody_is_expected_once_they_are_there(self):
        self.visit._write_marks({"on_the_way_at": at("2026-03-05 09:30")})
        with freeze_time("2026-03-05 10:00:00"):
            self.visit.action_start()
            self.assertEqual(self.visit._describe_arrival(), "")

    def test_the_mail_names_the_span(self):
        self.type.notify_on_the_way = True
        self.visit.type_id = self.type
        with freeze_time("2026-03-05 09:30:00"):
            self.visit._write_protected({"on_the_way_at": at("2026-03-05 09:30")})
            mail = self._get_notices(self.visit, "on_the_way")
        self.assertIn("10:55–11:15 (Europe/Brussels)", mail.subject)
        self.assertIn("10:55–11:15 (Europe/Brussels)", mail.body_html)
