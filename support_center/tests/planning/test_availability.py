from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import at
from ..common_availability import AvailabilityCase


@tagged("post_install", "-at_install")
class TestIsAvailable(AvailabilityCase):
    def test_hours(self):
        self.assertTrue(self._is_free("2026-03-05 08:00", "2026-03-05 12:00"))
        self.assertFalse(self._is_free("2026-03-05 11:30", "2026-03-05 13:30"))
        self.assertFalse(self._is_free("2026-03-05 16:30", "2026-03-05 17:30"))
        self.assertFalse(self._is_free("2026-03-07 09:00", "2026-03-07 10:00"))  # a Saturday

    def test_hours_are_those_of_the_technician_s_zone(self):
        self.technician.tz = "America/New_York"  # 8:00 there is 13:00 UTC
        self.assertFalse(self._is_free("2026-03-05 09:00", "2026-03-05 10:00"))
        self.assertTrue(self._is_free("2026-03-05 13:00", "2026-03-05 14:00"))

    def test_hours_stay_where_the_clock_says_after_it_changed(self):
        self.technician.tz = "America/New_York"  # summer time from 8 March on: 8:00 is 12:00 UTC
        self.assertFalse(self._is_free("2026-03-06 12:00", "2026-03-06 13:00"))
        self.assertTrue(self._is_free("2026-03-09 12:00", "2026-03-09 13:00"))

    def test_two_weeks_take_turns(self):
        self.calendar.switch_calendar_type()
        week = self.env["resource.calendar.attendance"].get_week_type(at("2026-03-05 10:00").date())
        self.calendar.attendance_ids.filtered(
            lambda a: a.week_type == str(week) and a.dayofweek == "3"
        ).unlink()
        self.assertFalse(self._is_free("2026-03-05 10:00", "2026-03-05 11:00"))
        self.assertTrue(self._is_free("2026-03-12 10:00", "2026-03-12 11:00"))

    def test_a_shift_over_midnight_is_one(self):
        self.calendar.attendance_ids.unlink()
        self.calendar.attendance_ids = [
            (0, 0, {"name": "Late", "dayofweek": "3", "hour_from": 20, "hour_to": 24}),
            (0, 0, {"name": "Early", "dayofweek": "4", "hour_from": 0, "hour_to": 4}),
        ]
        self.assertTrue(self._is_free("2026-03-05 23:00", "2026-03-06 01:00"))
        self.assertFalse(self._is_free("2026-03-06 03:30", "2026-03-06 04:30"))

    def test_without_a_schedule_always_at_work(self):
        self.technician.resource_calendar_id = False
        self.assertTrue(self._is_free("2026-03-07 02:00", "2026-03-07 03:00"))
        self._leave("2026-03-07 00:00", "2026-03-08 00:00", self.technician, calendar_id=False)
        self.assertFalse(self._is_free("2026-03-07 02:00", "2026-03-07 03:00"))

    def test_leave_of_one_and_holiday_of_all(self):
        self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician)
        both = self.technician | self.technician_2
        free = both._is_available(at("2026-03-05 10:00"), at("2026-03-05 11:00"))
        self.assertEqual(free, self.technician_2)
        self._leave("2026-03-06 00:00", "2026-03-06 23:00")
        free = both._is_available(at("2026-03-06 10:00"), at("2026-03-06 11:00"))
        self.assertFalse(free)

    def test_a_leave_counts_though_the_schedule_changed_since(self):
        self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician)
        self.technician.resource_calendar_id = self.calendar.copy()
        self.assertFalse(self._is_free("2026-03-05 10:00", "2026-03-05 11:00"))

    def test_what_is_no_leave_but_other_work_does_not_count(self):
        self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician, time_type="other")
        self.assertTrue(self._is_free("2026-03-05 10:00", "2026-03-05 11:00"))

    def test_meetings_that_are_busy_and_accepted(self):
        meeting = self._meeting("2026-03-05 10:00", "2026-03-05 11:00", privacy="private")
        self.assertFalse(self._is_free("2026-03-05 10:30", "2026-03-05 11:30"))
        self.assertTrue(self._is_free("2026-03-05 11:00", "2026-03-05 12:00"))
        self.assertFalse(self._is_free("2026-03-05 11:00", "2026-03-05 12:00", buffers=(15, 0)))
        meeting.show_as = "free"
        self.assertTrue(self._is_free("2026-03-05 10:30", "2026-03-05 11:30"))
        meeting.show_as = "busy"
        meeting.attendee_ids.do_decline()
        self.assertTrue(self._is_free("2026-03-05 10:30", "2026-03-05 11:30"))

    def test_a_meeting_of_a_whole_day_is_the_technician_s_day(self):
        self.technician.tz = "Pacific/Auckland"  # 13 hours ahead of UTC in March
        self.technician.resource_calendar_id = False
        self._meeting(
            "2026-03-05 08:00",
            "2026-03-05 18:00",
            allday=True,
            start_date="2026-03-05",
            stop_date="2026-03-05",
        )
        self.assertTrue(self._is_free("2026-03-04 09:00", "2026-03-04 10:30"))
        self.assertFalse(self._is_free("2026-03-04 11:00", "2026-03-04 12:00"))
        self.assertFalse(self._is_free("2026-03-05 10:00", "2026-03-05 11:00"))
        self.assertTrue(self._is_free("2026-03-05 11:00", "2026-03-05 12:00"))

    def test_visits_of_one_s_own_with_buffers(self):
        visit = self._book("2026-03-05 13:00", type_id=self.type.id)  # busy 12:45 to 15:30
        self.assertFalse(self._is_free("2026-03-05 15:00", "2026-03-05 16:00"))
        self.assertTrue(self._is_free("2026-03-05 15:30", "2026-03-05 16:30"))
        self.assertFalse(self._is_free("2026-03-05 15:30", "2026-03-05 16:30", buffers=(5, 0)))
        self.assertTrue(self._is_free("2026-03-05 13:00", "2026-03-05 14:00", without=visit))
        visit.action_cancel()
        self.assertTrue(self._is_free("2026-03-05 13:00", "2026-03-05 14:00"))

    def test_daily_maximum_counts_the_day_of_the_technician(self):
        self.technician.max_daily_appointments = 2
        first = self._book("2026-03-05 08:00")
        self._book("2026-03-05 10:00")
        self.assertFalse(self._is_free("2026-03-05 14:00", "2026-03-05 15:00"))
        self.assertTrue(self._is_free("2026-03-06 14:00", "2026-03-06 15:00"))
        first.action_start()
        first.action_done()
        # What was done that day was work too.
        self.assertFalse(self._is_free("2026-03-05 14:00", "2026-03-05 15:00"))

    def test_overruled_hours_leave_visits_and_meetings(self):
        self._meeting("2026-03-07 10:00", "2026-03-07 11:00")
        self.assertTrue(self._is_free("2026-03-07 14:00", "2026-03-07 15:00", any_hour=True))
        self.assertFalse(self._is_free("2026-03-07 10:00", "2026-03-07 11:00", any_hour=True))

    def test_queries_do_not_grow_with_technicians(self):
        technicians = self.env["support.technician"].create(
            [
                {"name": f"T {number}", "resource_calendar_id": self.calendar.id, "tz": zone}
                for number, zone in enumerate(["UTC", "Europe/Brussels"] * 25)
            ]
        )
        counts = []
        # What is cached for the process is read once, before that.
        self.env.flush_all()
        self.env.invalidate_all()
        technicians[:1]._free_slots(at("2026-03-02 00:00"), at("2026-03-09 00:00"))
        for those in (technicians[:5], technicians):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            those._free_slots(at("2026-03-02 00:00"), at("2026-03-09 00:00"))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        # Who has left, what decides the time of the others, the lines of their schedules, leaves
        # and visits; meetings are a sixth for those with a user.
        self.assertEqual(counts[1], 5)


@tagged("post_install", "-at_install")
class TestFreeSlots(AvailabilityCase):
    def test_starts_between_hours_and_visits(self):
        self._book("2026-03-05 09:00")
        found = self._starts(self.technician, "2026-03-05 00:00", "2026-03-06 00:00", duration=2.0)
        self.assertEqual(
            found,
            ["Thu 10:00", "Thu 13:00", "Thu 13:30", "Thu 14:00", "Thu 14:30", "Thu 15:00"],
        )

    def test_a_type_brings_length_buffers_and_skills(self):
        self._book("2026-03-05 09:00")
        day = ("2026-03-05 00:00", "2026-03-06 00:00")
        both = self.technician | self.technician_2
        # 15 minutes before and 30 after: after the visit the first start is on 10:15, so 10:30
        # would end in the break.
        found = self._starts(self.technician, *day, appointment_type=self.type)
        self.assertEqual(found[0], "Thu 13:00")
        skill = self.env["support.skill"].create({"name": "Fibre"})
        self.type.skill_ids = skill
        self.technician_2.skill_ids = skill
        slots = both._free_slots(*map(at, day), appointment_type=self.type)
        self.assertEqual({slot.technician_id for slot in slots}, {self.technician_2.id})

    def test_notice_and_horizon(self):
        self.type.write({"min_notice_hours": 26, "horizon_days": 2, "duration": 1})
        # It is Monday 8:00.
        found = self._starts(
            self.technician, "2026-03-02 00:00", "2026-03-20 00:00", appointment_type=self.type
        )
        self.assertEqual((found[0], found[-1]), ("Tue 10:00", "Wed 08:00"))

    def test_nothing_in_the_past(self):
        found = self._starts(self.technician, "2026-02-20 00:00", "2026-03-02 10:00")
        self.assertEqual(found, ["Mon 08:00", "Mon 08:30", "Mon 09:00"])

    def test_by_time_then_in_the_order_given_and_limited(self):
        both = self.technician_2 | self.technician
        slots = both._free_slots(at("2026-03-05 08:00"), at("2026-03-05 12:00"), 1.0, limit=3)
        self.assertEqual(
            [(slot.start.hour, slot.technician_id) for slot in slots],
            [(8, self.technician_2.id), (8, self.technician.id), (8, self.technician_2.id)],
        )

    def test_days_on_which_the_maximum_is_reached_are_left_out(self):
        self.technician.max_daily_appointments = 1
        self._book("2026-03-05 09:00")
        found = self._starts(self.technician, "2026-03-05 00:00", "2026-03-07 00:00", limit=1)
        self.assertEqual(found, ["Fri 08:00"])

    def test_starts_stand_on_the_technician_s_clock(self):
        self.technician.tz = "Asia/Kathmandu"  # 5:45 ahead
        found = self.technician._free_slots(at("2026-03-05 00:00"), at("2026-03-06 00:00"))
        self.assertEqual(found[0].start, at("2026-03-05 02:15"))

    def test_nobody_asked_nothing_found(self):
        nobody = self.env["support.technician"]
        self.assertEqual(nobody._free_slots(at("2026-03-05 00:00"), at("2026-03-06 00:00")), [])
        self.assertFalse(nobody._is_available(at("2026-03-05 10:00"), at("2026-03-05 11:00")))


@tagged("post_install", "-at_install")
class TestRefusal(AvailabilityCase):
    """What the dispatcher reads, and what changes nothing."""

    def _refuse(self, start, **values):
        draft = self._create_appointment(
            technician_id=self.technician.id, start=at(start), **values
        ).with_user(self.user_dispatcher)
        with mute_logger("odoo.sql_db"), self.assertRaises(ValidationError) as caught:
            draft.action_confirm()
        self.assertEqual(draft.state, "draft")
        return str(caught.exception)

    def test_outside_hours_in_which_zone_and_the_next_three(self):
        self.technician.tz = self.env.company.resource_calendar_id.tz = "Europe/Brussels"
        message = self._refuse("2026-03-06 16:30")  # Friday 17:30 there
        self.assertIn("First Technician works 08:00–12:00, 13:00–17:00 only", message)
        self.assertIn("Europe/Brussels", message)
        self.assertIn(
            "The next free times: Mon 9 Mar, 07:00; Mon 9 Mar, 07:30; Mon 9 Mar, 08:00 (UTC).",
            message,
        )

    def test_day_off(self):
        self.assertIn("does not work on that day", self._refuse("2026-03-07 10:00"))

    def test_leave_and_holiday(self):
        self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician)
        self.assertIn("is on leave at Thu 5 Mar, 00:00–23:00", self._refuse("2026-03-05 10:00"))
        self._leave("2026-03-06 00:00", "2026-03-06 23:00", name="Founders' Day")
        self.assertIn("has a holiday, “Founders' Day”", self._refuse("2026-03-06 10:00"))

    def test_meeting_without_its_title(self):
        self._meeting("2026-03-05 10:00", "2026-03-05 11:00", privacy="private")
        message = self._refuse("2026-03-05 10:30")
        self.assertIn("has a meeting in the calendar at Thu 5 Mar, 10:00–11:00", message)
        self.assertNotIn("Secret talk", message)

    def test_daily_maximum(self):
        self.technician.max_daily_appointments = 1
        self._book("2026-03-05 08:00")
        message = self._refuse("2026-03-05 14:00")
        self.assertIn("has reached the limit of 1 visits on that day", message)
        self.assertIn("Fri 6 Mar, 08:00", message)

    def test_two_at_once_reach_the_maximum_together(self):
        self.technician.max_daily_appointments = 1
        drafts = self._create_appointment(
            technician_id=self.technician.id
        ) | self._create_appointment(technician_id=self.technician.id, start=at("2026-03-05 14:00"))
        with self.assertRaisesRegex(ValidationError, "limit of 1 visits"):
            drafts.with_user(self.user_dispatcher).action_confirm()

    def test_booked_already_offers_other_times_too(self):
        first = self._book("2026-03-05 10:00")
        message = self._refuse("2026-03-05 10:30")
        for part in ("First Technician", first.name, "Thu 5 Mar, 11:00; Thu 5 Mar, 13:00"):
            self.assertIn(part, message)

    def test_no_free_time_at_all(self):
        self._leave("2026-03-05 00:00", "2026-05-05 23:00", self.technician)
        self.assertIn(
            "No time is free in the 14 days from Thu 5 Mar on", self._refuse("2026-03-05 10:00")
        )

    def test_moved_and_given_to_another_one_is_looked_at_again(self):
        visit = self._book("2026-03-05 10:00").with_user(self.user_dispatcher)
        with self.assertRaisesRegex(ValidationError, "First Technician works "):
            visit.write({"start": at("2026-03-05 19:00")})
        self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician_2)
        with self.assertRaisesRegex(ValidationError, "Second Technician is on leave"):
            visit.write({"technician_id": self.technician_2.id})
        visit.write({"start": at("2026-03-05 14:00")})
        self.assertEqual(visit.start, at("2026-03-05 14:00"))

    def test_other_saves_are_not_looked_at(self):
        visit = self._book("2026-03-05 10:00").with_user(self.user_dispatcher)
        self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician)
        visit.write({"description": "Bring a ladder", "priority": "3"})
        visit.action_start()
        visit.write({"duration": 9})  # it took longer than the day
        visit.action_done()
        self.assertEqual(visit.state, "done")

    def test_without_a_technician_any_hour_may_be_confirmed(self):
        visit = self._create_appointment(start=at("2026-03-07 23:00"))
        visit.with_user(self.user_dispatcher).action_confirm()
        self.assertEqual(visit.state, "confirmed")

    def test_a_manager_records_a_visit_that_took_place(self):
        visit = (
            self.env["support.appointment"]
            .with_user(self.user_manager)
            .create(
                {
                    "partner_id": self.customer.id,
                    "technician_id": self.technician.id,
                    "start": at("2026-03-01 20:00"),  # a Sunday evening
                    "state": "confirmed",
                }
            )
        )
        self.assertEqual(visit.state, "confirmed")

    def test_a_list_names_each_fault(self):
        drafts = self.env["support.appointment"]
        for start in ("2026-03-07 10:00", "2026-03-05 19:00"):
            drafts |= self._create_appointment(technician_id=self.technician.id, start=at(start))
        with self.assertRaises(ValidationError) as caught:
            drafts.with_user(self.user_dispatcher).action_confirm()
        for draft in drafts:
            self.assertIn(draft.name, str(caught.exception))
