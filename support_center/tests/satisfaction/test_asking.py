from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..common import SupportMailCase, at

LATER = "2026-03-02 11:00:00"


@tagged("post_install", "-at_install")
class TestAsking(SupportMailCase):
    """Who is asked how it was, and when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("support_center.cron_ask_for_ratings")

    def _create_done(self, **values):
        """A visit that is done at eight."""
        visit = self._create_appointment(
            **{
                "start": at("2026-03-02 07:00"),
                "state": "in_progress",
                "technician_id": self.technician.id,
                **values,
            }
        )
        visit.action_done()
        return visit

    def _run(self, moment=LATER):
        with freeze_time(moment):
            self.env["support.appointment"]._cron_ask_for_ratings()

    def _get_questions(self, visits):
        return self._get_notices(visits, "rating")

    def test_off_until_somebody_switches_it_on(self):
        self.assertFalse(self.cron.active)

    def test_once_some_hours_after_the_visit(self):
        visit = self._create_done()
        self._run("2026-03-02 09:30:00")
        self.assertFalse(self._get_questions(visit))
        self._run()
        mail = self._get_questions(visit)
        self.assertIn("How was our visit?", mail.subject)
        self.assertIn(visit._get_link_to("/rate").replace("&", "&amp;"), mail.body_html)
        self._run("2026-03-02 12:00:00")
        self.assertEqual(len(self._get_questions(visit)), 1)
        row = self.env["support.notification"].search([("appointment_id", "=", visit.id)])
        self.assertEqual((row.kind, row.mail_id), ("rating", mail))

    def test_the_delay_is_a_parameter(self):
        self.env["ir.config_parameter"].set_param("support_center.rating_delay_hours", "24")
        visit = self._create_done()
        self._run()
        self.assertFalse(self._get_questions(visit))
        self._run("2026-03-03 09:00:00")
        self.assertTrue(self._get_questions(visit))

    def test_not_about_what_did_not_take_place(self):
        cancelled = self._create_appointment(state="confirmed", start=at("2026-03-02 08:30"))
        cancelled.action_cancel()
        absent = self._create_appointment(state="no_show", start=at("2026-03-02 07:00"))
        self._run()
        self.assertFalse(self._get_questions(cancelled | absent))

    def test_not_who_was_asked_lately(self):
        first = self._create_done()
        self._run()
        second = self._create_done(technician_id=self.technician_2.id)
        self._run("2026-03-02 12:00:00")
        self.assertTrue(self._get_questions(first))
        self.assertFalse(self._get_questions(second))
        self.env["ir.config_parameter"].set_param("support_center.rating_pause_days", "1")
        self._run("2026-03-03 12:00:00")
        self.assertTrue(self._get_questions(second))

    def test_of_two_visits_of_a_day_the_last_one(self):
        first = self._create_done()
        with freeze_time("2026-03-02 08:30:00"):
            second = self._create_done(technician_id=self.technician_2.id)
        self._run()
        self.assertFalse(self._get_questions(first))
        self.assertTrue(self._get_questions(second))

    def test_what_is_long_over_is_left_alone(self):
        visit = self._create_done()
        self._run("2026-03-05 12:00:00")
        self.assertFalse(self._get_questions(visit))

    def test_who_has_answered_already_is_not_asked(self):
        visit = self._create_done()
        self.env["support.satisfaction"]._rate(visit.sudo(), 4)
        self._run()
        self.assertFalse(self._get_questions(visit))

    def test_a_first_activation_reaches_no_backlog(self):
        customers = self.env["res.partner"].create(
            [{"name": f"C {n}", "email": f"c{n}@example.com"} for n in range(21)]
        )
        visits = self.env["support.appointment"]._create_protected(
            [
                {
                    "partner_id": customer.id,
                    "start": at("2026-03-02 06:00"),
                    "state": "done",
                    "ended_at": fields.Datetime.now() - timedelta(hours=3),
                }
                for customer in customers
            ]
        )
        found = self.env["support.automation.backlog"]._find("cron_ask_for_ratings")
        self.assertEqual(found, visits.sorted("id"))
        self.cron.active = True
        self._run("2026-03-02 08:30:00")
        self.assertFalse(self._get_questions(visits))
        backlog = self.env["support.automation.backlog"].with_user(self.user_manager)
        self.assertEqual(len(backlog._find_held("cron_ask_for_ratings")), 21)
