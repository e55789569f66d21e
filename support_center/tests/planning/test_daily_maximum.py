"""The daily maximum of a technician, whatever is booked at the same moment."""

from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..booking.test_double_booking import RaceCase
from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestDailyMaximumRace(RaceCase):
    """Both have read before either writes, so that neither sees the other's visit."""

    def setUp(self):
        super().setUp()
        with self._connect() as env:
            env["support.technician"].browse(self.technician_id).max_daily_appointments = 1
            _one, two = env["support.appointment"].browse(self.ids)
            # Far enough apart not to collide, and on one day of the technician's.
            morning = self.start.replace(hour=8, minute=0, second=0)
            _one.start, two.start = morning, morning + timedelta(hours=4)

    def test_one_wins_and_the_other_reads_why(self):
        first, second = self._connect_both()
        first.record.action_confirm()
        first.finish()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(ValidationError, "Race Technician.*1 visit"),
        ):
            second.record.action_confirm()
        # Nothing was half-made: the same connection goes on.
        self.assertEqual(second.record.state, "draft")
        second.drop()
        with self._connect() as env:
            states = env["support.appointment"].browse(self.ids).mapped("state")
        self.assertEqual(sorted(states), ["confirmed", "draft"])

    def test_two_are_two(self):
        with self._connect() as env:
            env["support.technician"].browse(self.technician_id).max_daily_appointments = 2
        first, second = self._connect_both()
        for connection in (first, second):
            connection.record.action_confirm()
            connection.finish()
        with self._connect() as env:
            visits = env["support.appointment"].browse(self.ids)
            self.assertEqual(visits.mapped("state"), ["confirmed", "confirmed"])
            self.assertEqual(sorted(visits.mapped("daily_number")), [1, 2])


@tagged("post_install", "-at_install")
class TestDailyMaximum(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician.max_daily_appointments = 2

    def _book(self, start, **vals):
        visit = self._create_appointment(start=at(start), technician_id=self.technician.id, **vals)
        visit.action_confirm()
        return visit

    def _assert_full(self, start, **vals):
        with self.assertRaisesRegex(ValidationError, "First Technician.*2 visits"):
            self._book(start, **vals)

    def test_the_third_is_refused_and_a_freed_number_is_used_again(self):
        first = self._book("2026-03-05 08:00")
        self._book("2026-03-05 10:00")
        self._assert_full("2026-03-05 13:00")
        first.action_cancel()
        third = self._book("2026-03-05 13:00")
        self.assertEqual(third.daily_number, 1)
        self._assert_full("2026-03-05 15:30")

    def test_a_visit_that_moves_within_its_day_keeps_its_number(self):
        self._book("2026-03-05 08:00")
        second = self._book("2026-03-05 10:00")
        second.start = at("2026-03-05 13:00")
        self.assertEqual(second.daily_number, 2)
        second.start = at("2026-03-06 13:00")
        self.assertEqual((str(second.daily_date), second.daily_number), ("2026-03-06", 1))
        self._book("2026-03-05 10:00")

    def test_another_technician_s_numbers_are_their_own(self):
        self.technician_2.max_daily_appointments = 1
        self._book("2026-03-05 08:00")
        second = self._book("2026-03-05 10:00")
        second.technician_id = self.technician_2
        self.assertEqual(second.daily_number, 1)
        self._book("2026-03-05 13:00")

    def test_what_was_booked_before_there_was_a_maximum_counts(self):
        self.technician.max_daily_appointments = 0
        old = self._book("2026-03-05 08:00")
        self.assertFalse(old.daily_number)
        self.technician.max_daily_appointments = 2
        self.assertEqual(self._book("2026-03-05 10:00").daily_number, 2)
        self._assert_full("2026-03-05 13:00")

    def test_the_day_is_the_technician_s(self):
        self.technician.resource_calendar_id = False
        self.technician.tz = "Pacific/Auckland"
        # The 6th there, all of them, though the 5th and the 6th in UTC.
        self._book("2026-03-05 12:00")
        late = self._book("2026-03-06 02:00")
        self.assertEqual(str(late.daily_date), "2026-03-06")
        self._assert_full("2026-03-05 20:00")
        self._book("2026-03-06 12:00")

    def test_many_in_one_save(self):
        visits = self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "technician_id": self.technician.id,
                    "start": at(f"2026-03-0{day} {hour}:00"),
                }
                for day in (5, 6)
                for hour in ("08", "10")
            ]
        )
        visits.action_confirm()
        self.assertEqual(visits.mapped("daily_number"), [1, 2, 1, 2])

    def test_over_is_not_lifted_by_ignoring_working_hours(self):
        self._book("2026-03-05 08:00")
        self._book("2026-03-05 10:00")
        self._assert_full("2026-03-05 22:00", ignore_working_hours=True)
