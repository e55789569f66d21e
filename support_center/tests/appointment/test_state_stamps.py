from freezegun import freeze_time

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestStateStamps(SupportCase):
    """When a visit was confirmed, begun, and over."""

    def test_each_moment_is_noted_with_its_state(self):
        appointment = self._create_appointment()
        self.assertFalse(appointment.confirmed_at)
        with freeze_time("2026-03-03 09:00:00"):
            appointment.action_confirm()
        with freeze_time("2026-03-05 10:05:00"):
            appointment.action_start()
        with freeze_time("2026-03-05 11:00:00"):
            appointment.action_done()
        self.assertEqual(appointment.confirmed_at, at("2026-03-03 09:00"))
        self.assertEqual(appointment.started_at, at("2026-03-05 10:05"))
        self.assertEqual(appointment.ended_at, at("2026-03-05 11:00"))

    def test_cancelled_and_missed_visits_end_too(self):
        for action in ("action_cancel", "action_no_show"):
            appointment = self._create_appointment()
            appointment.action_confirm()
            getattr(appointment, action)()
            self.assertEqual(appointment.ended_at, at("2026-03-02 08:00"), action)
            self.assertFalse(appointment.started_at, action)

    def test_back_to_draft_forgets_them(self):
        appointment = self._create_appointment()
        appointment.action_confirm()
        appointment.action_no_show()
        appointment.action_draft()
        self.assertFalse(appointment.confirmed_at)
        self.assertFalse(appointment.ended_at)

    def test_a_copy_starts_without(self):
        appointment = self._create_appointment()
        appointment.action_confirm()
        self.assertFalse(appointment.copy().confirmed_at)

    def test_created_in_a_state(self):
        confirmed = self._create_appointment(state="confirmed")
        self.assertEqual(confirmed.confirmed_at, at("2026-03-02 08:00"))
        done = self._create_appointment(state="done", ended_at=at("2026-03-01 12:00"))
        self.assertEqual(done.ended_at, at("2026-03-01 12:00"))
        self.assertFalse(done.started_at)

    def test_a_state_that_stays_moves_no_moment(self):
        one, two = self._create_appointment(), self._create_appointment()
        one.action_confirm()
        with freeze_time("2026-03-03 09:00:00"):
            (one | two).write({"state": "confirmed", "location": "Both"})
        self.assertEqual(one.confirmed_at, at("2026-03-02 08:00"))
        self.assertEqual(two.confirmed_at, at("2026-03-03 09:00"))
        self.assertEqual((one | two).mapped("location"), ["Both", "Both"])

    def test_no_update_more_than_the_state_s_own(self):
        appointments = self.env["support.appointment"].union(
            *(self._create_appointment() for _index in range(5))
        )
        self.env.flush_all()
        with self.assertLogs("odoo.sql_db", "DEBUG") as lines:
            appointments.action_confirm()
            self.env.flush_all()
        updates = [line for line in lines.output if "confirmed_at" in line and "UPDATE" in line]
        self.assertEqual(len(updates), 1)
        self.assertIn('"state"', updates[0])
