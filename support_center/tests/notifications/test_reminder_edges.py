from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..common import SupportMailCase, at

BATCH = "odoo.addons.support_center.models.notifications.support_appointment.REMINDER_BATCH"


@tagged("post_install", "-at_install")
class TestReminderEdges(SupportMailCase):
    """Where the window begins and ends, the order of batches, and what the log knows already."""

    def _create_due(self, start="2026-03-03 06:00", **values):
        """A visit that was confirmed long before, and without a mail."""
        return self._create_appointment(
            **{"start": at(start), "state": "confirmed", "send_confirmation_email": False, **values}
        )

    def _confirm_at(self, moment, start, **values):
        """A visit whose confirmation was queued at ``moment``."""
        with freeze_time(at(moment)):
            visit = self._create_appointment(start=at(start), state="confirmed", **values)
        self.assertEqual(visit.confirmation_queued_at, at(moment))
        return visit

    def _run(self, moment=None):
        with freeze_time(at(moment) if moment else fields.Datetime.now()):
            self.env["support.appointment"]._cron_send_reminders()

    # The confirmation, counted from the start

    def test_a_confirmation_of_the_day_before_replaces_none_where_the_visit_was_far_by_then(self):
        """Thirty hours before the start is no reminder, though it is only ten hours ago."""
        visit = self._confirm_at("2026-03-02 08:00", "2026-03-03 14:00")
        self._run("2026-03-02 18:00")
        self.assertTrue(visit.reminder_sent)
        self.assertEqual(len(self._get_notices(visit, "reminder")), 1)

    def test_exactly_the_hours_before_the_start_it_was_the_reminder(self):
        within = self._confirm_at("2026-03-02 08:00", "2026-03-03 08:00")
        beyond = self._confirm_at("2026-03-02 08:00", "2026-03-03 08:01")
        self._run("2026-03-02 08:01")
        self.assertFalse(within.reminder_sent)
        self.assertTrue(beyond.reminder_sent)

    def test_the_hours_of_the_confirmation_are_those_of_the_parameter(self):
        visit = self._confirm_at("2026-03-02 08:00", "2026-03-03 14:00")
        self.env["ir.config_parameter"].set_param("support_center.reminder_hours", "48")
        self._run("2026-03-02 18:00")
        self.assertFalse(visit.reminder_sent)

    def test_moved_nearer_the_old_confirmation_tells_no_time_and_the_reminder_comes(self):
        visit = self._confirm_at("2026-03-02 08:00", "2026-03-20 10:00")
        with freeze_time("2026-03-10 08:00:00"):
            visit.start = at("2026-03-11 07:00")
            self._run("2026-03-10 08:00")
        self.assertTrue(visit.reminder_sent)

    # Where the window ends

    def test_the_last_minute_of_the_window_is_in_it_and_one_that_begins_now_is_not(self):
        last = self._create_due("2026-03-03 08:00")
        begins = self._create_due("2026-03-02 09:00")
        with freeze_time("2026-03-02 09:00:00"):
            self._run("2026-03-02 09:00")
        self.assertTrue(last.reminder_sent)
        self.assertFalse(begins.reminder_sent)
        self.assertFalse(self._get_log(begins, "send_reminder"), "it is not even tried")

    def test_exactly_the_window_ahead_is_due(self):
        due = self._create_due("2026-03-03 08:00")
        self._run()
        self.assertTrue(due.reminder_sent)

    # Batches

    def test_visits_that_were_made_in_another_order_than_they_take_place(self):
        """What is entered last and takes place first must push nobody out of the batches."""
        hours = (7, 1, 6, 2, 5, 3, 4)
        visits = self.env["support.appointment"].union(
            *(self._create_due(f"2026-03-03 0{hour}:00") for hour in hours)
        )
        with patch(BATCH, 3):
            self._run()
        self.assertEqual(sorted(self._get_notices(visits).mapped("res_id")), sorted(visits.ids))
        self.assertEqual(visits.mapped("reminder_sent"), [True] * 7)

    def test_those_that_cannot_be_told_end_no_batch(self):
        """They stay due, so that only the cursor gets past them."""
        nobody = self.env["res.partner"].create({"name": "No Address"})
        visits = self.env["support.appointment"].union(
            *(
                self._create_due(f"2026-03-03 0{hour}:00", partner_id=nobody.id)
                for hour in (5, 4, 3)
            )
        )
        reachable = self._create_due("2026-03-03 01:00")
        with patch(BATCH, 2):
            self._run()
        self.assertTrue(reachable.reminder_sent)
        self.assertFalse(any(visits.mapped("reminder_sent")))
        for visit in visits:
            self.assertEqual(len(self._get_log(visit, "send_reminder")), 1)

    # What the log knows

    def test_what_kept_the_confirmation_is_told_of_the_reminder_too(self):
        """A row of another action does not silence this one's."""
        self.customer.email = False
        visit = self._create_due(send_confirmation_email=True, start="2026-03-03 06:00")
        confirmation = self._get_log(visit, "send_confirmation")
        self.assertEqual(confirmation.outcome, "skipped")
        self._run()
        self.assertEqual(self._get_log(visit, "send_reminder").message, confirmation.message)

    def test_a_new_obstacle_is_told_though_another_one_is_known(self):
        self.customer.email = False
        visit = self._create_due()
        self._run()
        self.customer.email = "known@example.com"
        self.env["mail.blacklist"]._add("known@example.com")
        self._run()
        self._run()
        newest, oldest = self._get_log(visit, "send_reminder").mapped("message")
        self.assertIn("no valid e-mail address", oldest)
        self.assertIn("blacklist", newest)

    def test_the_obstacle_of_one_visit_is_not_that_of_another(self):
        self.customer.email = False
        first = self._create_due()
        self._run()
        second = self._create_due("2026-03-03 07:00")
        self._run()
        self.assertEqual(len(self._get_log(first, "send_reminder")), 1)
        self.assertEqual(len(self._get_log(second, "send_reminder")), 1)

    # Moved after it was reminded of

    def test_moved_while_the_reminder_waits_the_window_counts_anew(self):
        visit = self._create_due()
        self._run()
        visit.start = at("2026-03-10 10:00")
        self.assertFalse(visit.reminder_sent)
        self._run()
        self.assertFalse(visit.reminder_sent)
        self.assertFalse(
            self._get_notices(visit, "reminder").filtered(lambda m: m.state == "outgoing")
        )
        self._run("2026-03-09 12:00")
        self.assertTrue(visit.reminder_sent)
        self.assertEqual(visit.start - at("2026-03-09 12:00"), timedelta(hours=22))
