from unittest.mock import patch

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestReminders(SupportMailCase, CronMixinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("support_center.cron_send_appointment_reminders")

    def _create_due(self, start="2026-03-03 06:00", **values):
        """A visit that was confirmed long before."""
        return self._create_appointment(
            **{"start": at(start), "state": "confirmed", "send_confirmation_email": False, **values}
        )

    def _run(self):
        self.env["support.appointment"]._cron_send_reminders()

    def test_due_and_not_yet_sent(self):
        due = self._create_due()
        later = self._create_due("2026-03-03 08:01")
        draft = self._create_due(state="draft")
        unwanted = self._create_due(send_reminder_email=False)
        archived = self._create_due(active=False)
        self._run()
        self.assertEqual(self._get_notices(due).support_notice, "reminder")
        self.assertTrue(due.reminder_sent)
        for other in (later, draft, unwanted, archived):
            self.assertFalse(self._get_notices(other))
            self.assertFalse(other.reminder_sent)
        self._run()
        self.assertEqual(len(self._get_notices(due)), 1)
        self.assertEqual(self._get_log(due, "send_reminder").outcome, "ok")

    def test_missed_hours_are_caught_up_and_the_past_is_left_alone(self):
        soon = self._create_due("2026-03-02 09:00")
        over = self._create_due("2026-03-02 08:30")
        with freeze_time("2026-03-02 08:45:00"):
            self._run()
        self.assertTrue(soon.reminder_sent)
        self.assertFalse(over.reminder_sent)

    def test_hours_ahead_are_a_parameter(self):
        visit = self._create_due("2026-03-04 07:00")
        self._run()
        self.assertFalse(visit.reminder_sent)
        self.env["ir.config_parameter"].set_param("support_center.reminder_hours", "48")
        self._run()
        self.assertTrue(visit.reminder_sent)

    @mute_logger("support_center.automation")
    def test_a_parameter_that_is_no_number_is_twenty_four(self):
        for value in ("soon", "-3", "0"):
            with self.subTest(value):
                self.env["ir.config_parameter"].set_param("support_center.reminder_hours", value)
                # Each round has visits of its own: a mark of the last one would prove nothing.
                within, beyond = (
                    self._create_due("2026-03-03 07:59"),
                    self._create_due("2026-03-03 08:01"),
                )
                self._run()
                self.assertTrue(within.reminder_sent)
                self.assertFalse(beyond.reminder_sent)
                beyond.action_cancel()

    def test_a_parameter_beyond_the_calendar_stops_no_job(self):
        for value in ("inf", "1e15", "99999999999"):
            with self.subTest(value):
                visit = self._create_due()
                for name in ("reminder_hours", "cleanup_days"):
                    self.env["ir.config_parameter"].set_param(f"support_center.{name}", value)
                self._run()
                self.env["support.appointment"]._cron_cleanup_old_appointments()
                self.assertTrue(visit.reminder_sent)
                self.assertTrue(visit.active)

    def test_none_where_the_confirmation_came_within_the_same_hours(self):
        fresh = self._create_due(send_confirmation_email=True)
        self.assertTrue(fresh.confirmation_sent)
        self._run()
        self.assertFalse(fresh.reminder_sent)
        early = self._create_due("2026-03-04 09:00", send_confirmation_email=True)
        with freeze_time("2026-03-03 12:00:00"):
            self._run()
        self.assertTrue(early.reminder_sent)
        self.assertFalse(fresh.reminder_sent)

    def test_moved_deserves_a_new_one_and_the_old_one_is_withdrawn(self):
        visit = self._create_due()
        self._run()
        first = self._get_notices(visit, "reminder")
        visit.write({"start": at("2026-03-03 07:00")})
        self.assertFalse(visit.reminder_sent)
        self.assertEqual(first.state, "cancel")
        self._run()
        second = self._get_notices(visit, "reminder") - first
        self.assertEqual(second.state, "outgoing")
        self.assertIn("07:00", second.subject)

    def test_cancelled_withdraws_it(self):
        for name in ("action_cancel", "action_draft", "action_no_show"):
            with self.subTest(name):
                visit = self._create_due()
                self._run()
                getattr(visit, name)()
                self.assertEqual(self._get_notices(visit, "reminder").state, "cancel")
                self.assertEqual(self._get_log(visit, "withdraw_reminder").outcome, "ok")

    def test_one_that_was_sent_stays_sent(self):
        visit = self._create_due()
        self._run()
        with self.mock_mail_gateway():
            self._get_notices(visit).send()
        visit.action_draft()
        self.assertTrue(visit.reminder_sent)
        visit.action_confirm()
        self._run()
        self.assertEqual(len(self._get_notices(visit, "reminder")), 1)

    def test_no_longer_wanted_is_withdrawn(self):
        visit = self._create_due()
        self._run()
        visit.send_reminder_email = False
        self.assertEqual(self._get_notices(visit, "reminder").state, "cancel")

    def test_a_visit_that_somebody_saved_meanwhile_waits_for_the_next_run(self):
        """PostgreSQL's answer to a row that was committed since our snapshot."""
        self._create_due()
        execute = type(self.env.cr).execute

        def _execute(cursor, query, *args, **kwargs):
            if "FOR UPDATE SKIP LOCKED" in str(query):
                raise psycopg2.errors.SerializationFailure
            return execute(cursor, query, *args, **kwargs)

        with (
            patch.object(type(self.env.cr), "execute", _execute),
            self.capture_triggers("support_center.cron_send_appointment_reminders") as captured,
        ):
            self._run()
        self.assertTrue(captured.records)

    def test_started_visit_keeps_its_reminder(self):
        visit = self._create_due()
        self._run()
        visit.action_start()
        self.assertEqual(self._get_notices(visit, "reminder").state, "outgoing")

    def test_without_address_once_in_the_log(self):
        self.customer.email = False
        visit = self._create_due()
        self._run()
        self._run()
        row = self._get_log(visit, "send_reminder")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn("address", row.message)
        self.assertFalse(visit.reminder_sent)
        self.customer.email = "known@example.com"
        self._run()
        self.assertTrue(visit.reminder_sent)

    @mute_logger("support_center.automation")
    def test_one_broken_record_neither_stops_nor_repeats_the_rest(self):
        visits = self.env["support.appointment"].union(
            *(self._create_due(f"2026-03-03 0{hour}:00") for hour in range(1, 8))
        )
        broken = visits[3]
        prepare = self.env.registry["support.calendar.file"]._prepare_visit

        def _prepare_visit(calendar, record, *args, **kwargs):
            if record == broken:
                raise UserError("this one is broken")
            return prepare(calendar, record, *args, **kwargs)

        self.patch(self.env.registry["support.calendar.file"], "_prepare_visit", _prepare_visit)
        self._run()
        self._run()
        self.assertEqual(self._get_notices(visits).mapped("res_id"), (visits - broken).ids)
        self.assertFalse(broken.reminder_sent)
        self.assertEqual(set(self._get_log(broken, "send_reminder").mapped("outcome")), {"failed"})
        self.assertEqual(len(broken.activity_ids), 1)

    def test_batches(self):
        visits = self.env["support.appointment"].union(
            *(self._create_due(f"2026-03-03 0{hour}:00") for hour in range(1, 8))
        )
        with (
            patch(
                "odoo.addons.support_center.models.notifications.support_appointment.REMINDER_BATCH",
                3,
            ),
            patch(
                "odoo.addons.support_center.models.notifications.support_appointment.commit_batch"
            ) as committed,
        ):
            self._run()
        self.assertEqual(self._get_notices(visits).mapped("res_id"), visits.ids)
        self.assertEqual([call.args[1:] for call in committed.mock_calls], [(3, 4), (3, 1), (1, 0)])

    def test_run_by_hand_from_settings_and_with_nothing_to_do(self):
        self.env["support.appointment"].search([]).active = False
        self._run()
        due = self._create_due()
        self._run_by_hand(self.cron)
        self.assertTrue(due.reminder_sent)

    def test_queries_grow_by_batch_not_by_visit(self):
        def _count(number):
            with freeze_time("2026-03-02 08:00:00"):
                self.env["support.appointment"].create(
                    [
                        {
                            "partner_id": self.customer.id,
                            "start": at("2026-03-03 05:00"),
                            "state": "confirmed",
                            "send_confirmation_email": False,
                        }
                        for _number in range(number)
                    ]
                )
                self.env.flush_all()
                before = self.cr.sql_log_count
                self._run()
                return self.cr.sql_log_count - before

        _count(5)
        few, many = _count(10), _count(60)
        self.assertLessEqual(many, few + 2)

    def test_reminder_of_a_visit_that_was_never_announced_is_its_announcement(self):
        visit = self._create_due()
        self._run()
        self.assertEqual(visit.announced_start, visit.start)
        visit.action_cancel()
        self.assertEqual(self._get_notices(visit)[-1].support_notice, "cancelled")
