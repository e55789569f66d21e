from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import at
from .test_availability import AvailabilityCase


@tagged("post_install", "-at_install")
class TestSchedulingEdges(AvailabilityCase):
    """What seldom happens: who may not see it, what is too long, what is far away."""

    def _find_time(self, draft, **values):
        """The page of free times, after a search with ``values``."""
        action = draft.with_user(self.user_dispatcher).action_find_time()
        finder = self.env["support.slot.finder"].with_user(self.user_dispatcher)
        finder = finder.browse(action["res_id"])
        finder.write(values)
        finder.action_search()
        return finder

    def test_a_visit_is_not_undone_beside_the_draft_that_its_technician_does_not_see(self):
        visit = self._book("2026-03-05 10:00")
        visit.with_user(self.user_dispatcher).action_cancel()
        visit.with_user(self.user_dispatcher).action_rebook()
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "rebooked"):
            visit.with_user(self.user_technician).action_undo_cancel()

    def test_archived_visits_are_in_nobody_s_absence(self):
        self._create_appointment(technician_id=self.technician.id).active = False
        self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician)
        technicians = self.env["support.technician"].with_user(self.user_dispatcher)
        action = technicians.action_replan_all_hits()
        self.assertFalse(self.env["support.replan"].browse(action["res_id"]).line_ids)

    def test_a_technician_of_all_companies_has_the_holidays_of_the_schedule_s_company(self):
        self.technician.company_id = False
        visit = self._book("2026-03-05 10:00")
        holiday = self._leave("2026-03-05 00:00", "2026-03-05 23:00")
        self.assertTrue(holiday.company_id)
        self.assertFalse(self._is_free("2026-03-05 11:00", "2026-03-05 12:00"))
        self.assertIn(visit.name, self.technician.activity_ids.note)
        # For everybody: no schedule, no resource.
        everybodys = self._leave("2026-03-06 00:00", "2026-03-06 23:00", calendar_id=False)
        self.assertFalse(self._is_free("2026-03-06 11:00", "2026-03-06 12:00"))
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        everybodys.sudo().company_id = elsewhere
        self.assertTrue(self._is_free("2026-03-06 11:00", "2026-03-06 12:00"))
        # Of a technician without a schedule nobody knows to which company's days they keep.
        self.technician.resource_calendar_id = False
        self.assertFalse(self._is_free("2026-03-06 11:00", "2026-03-06 12:00"))

    def test_a_holiday_for_everybody_closes_the_day_of_the_company(self):
        self._leave("2026-03-06 00:00", "2026-03-06 23:00", calendar_id=False)
        self.assertFalse(self._is_free("2026-03-06 11:00", "2026-03-06 12:00"))
        self.assertFalse(self._starts(self.technician_2, "2026-03-06 00:00", "2026-03-07 00:00"))

    def test_the_activity_goes_with_the_leave(self):
        self._book("2026-03-05 10:00")
        leave = self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician)
        self.assertTrue(self.technician.activity_ids)
        leave.unlink()
        self.assertFalse(self.technician.activity_ids)

    def test_the_activity_goes_where_the_leave_goes(self):
        self._book("2026-03-05 10:00")
        leave = self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician)
        leave.resource_id = self.technician_2.resource_id
        self.assertFalse(self.technician.activity_ids)
        leave.resource_id = self.technician.resource_id
        self.assertTrue(self.technician.activity_ids)
        leave.time_type = "other"
        self.assertFalse(self.technician.activity_ids)

    def test_flexible_hours_are_any_hours_whatever_is_looked_at(self):
        if "flexible_hours" not in self.calendar:
            self.skipTest("Odoo 17.0 has no flexible schedules")
        self.calendar.flexible_hours = True
        day = self._starts(self.technician, "2026-03-10 10:00", "2026-03-10 13:00")
        weeks = self._starts(self.technician, "2026-03-05 00:00", "2026-03-10 13:00")
        self.assertEqual(weeks[-len(day) :], day)
        self.assertTrue(self._is_free("2026-03-10 19:00", "2026-03-10 20:00"))
        self._leave("2026-03-10 00:00", "2026-03-10 23:00", self.technician)
        self.assertFalse(self._is_free("2026-03-10 10:00", "2026-03-10 11:00"))

    def test_a_length_that_rounds_to_nothing_and_one_of_centuries(self):
        for hours in (0.0001, 1e9):
            with self.assertRaisesRegex(ValidationError, "is not possible"):
                self._create_appointment(start=False, duration=hours)
        draft = self._create_appointment(start=False)
        for hours in (0.0001, 1e9):
            with self.assertRaisesRegex(ValidationError, "is not possible"):
                draft.duration = hours

    def test_a_search_for_such_a_length_says_so(self):
        draft = self._create_appointment(start=False)
        self.assertIn("Enter how long", self._find_time(draft, duration=0.0001).message)
        self.assertIn("92 days", self._find_time(draft, duration=1e9).message)

    def test_a_type_of_no_length_worth_the_name(self):
        self.type.duration = 0.0001
        draft = self._create_appointment(start=False, type_id=self.type.id)
        draft.with_user(self.user_dispatcher).action_propose_times()
        slots = self.env["support.appointment"].with_user(self.user_integration)
        self.assertTrue(slots.get_slots("2026-03-05", "2026-03-05", type="rep"))

    def test_overruled_hours_hold_for_the_time_they_were_overruled_for(self):
        visit = self._book("2026-03-07 10:00", ignore_working_hours=True)
        by_technician = visit.with_user(self.user_technician)
        with self.assertRaisesRegex(ValidationError, "does not work"):
            by_technician.start = at("2026-03-08 03:00")
        self.assertTrue(visit.ignore_working_hours)
        # Nor in two steps.
        by_technician.action_draft()
        by_technician.start = at("2026-03-08 03:00")
        with self.assertRaisesRegex(ValidationError, "does not work"):
            by_technician.action_confirm()
        visit.with_user(self.user_dispatcher).ignore_working_hours = True
        by_technician.action_confirm()
        self.assertEqual(visit.state, "confirmed")
        visit.with_user(self.user_dispatcher).start = at("2026-03-08 04:00")
        self.assertTrue(visit.ignore_working_hours)

    def test_the_times_offered_are_long_enough_for_what_was_refused(self):
        self._book("2026-03-05 10:00")
        self._book("2026-03-05 12:30", ignore_working_hours=True)
        visit = self._book("2026-03-06 10:00").with_user(self.user_dispatcher)
        with mute_logger("odoo.sql_db"), self.assertRaises(ValidationError) as refused:
            visit.write({"start": at("2026-03-05 10:30"), "duration": 3})
        times = str(refused.exception).splitlines()[-1]
        self.assertIn("Thu 5 Mar, 13:30; Thu 5 Mar, 14:00; Fri 6 Mar, 08:00", times)

    def test_slots_in_a_zone_that_is_none_and_at_the_end_of_time(self):
        slots = self.env["support.appointment"].with_user(self.user_integration)
        with self.assertRaisesRegex(UserError, "Nowhere/Bad"):
            slots.with_context(tz="Nowhere/Bad").get_slots("2026-03-05", "2026-03-05")
        with self.assertRaisesRegex(ValidationError, "date_to"):
            slots.get_slots("9999-12-01", "9999-12-31T12:00:00")

    def test_a_rebooked_visit_is_not_undone_beside_the_one_that_was_taken_up_again(self):
        visit = self._book("2026-03-05 10:00").with_user(self.user_dispatcher)
        visit.action_cancel()
        visit.action_rebook()
        rebooked = visit.rebooked_ids
        rebooked.write({"start": at("2026-03-06 10:00"), "technician_id": self.technician.id})
        rebooked.action_confirm()
        rebooked.action_cancel()
        visit.action_undo_cancel()
        with self.assertRaisesRegex(UserError, f"took the place of {visit.name}"):
            rebooked.action_undo_cancel()
