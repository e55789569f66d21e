from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..common import at
from ..common_availability import AvailabilityCase

# Before and after the visit at ten.
AFTERNOON = (13, 17)


@tagged("post_install", "-at_install")
class TestScheduleConflicts(AvailabilityCase):
    """Whatever changes about a technician, visits keep their instant and a dispatcher is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id, state="confirmed")
        cls.admin = new_test_user(
            cls.env, login="support_admin", groups="base.group_system,base.group_erp_manager"
        )

    def _create_calendar(self, hours=AFTERNOON, **values):
        return self.env["resource.calendar"].create(
            {
                "name": "Other hours",
                "tz": "UTC",
                "attendance_ids": [
                    (0, 0, self._prepare_line(str(day), *hours)) for day in range(5)
                ],
                **values,
            }
        )

    def _prepare_line(self, day, first, last, **values):
        return {
            "name": "Shift",
            "dayofweek": day,
            "hour_from": first,
            "hour_to": last,
            "day_period": "afternoon",
            **values,
        }

    def _save(self):
        self.env.flush_all()
        self.env.invalidate_all()

    def _get_activity(self, technician=None):
        self._save()
        return (technician or self.technician).activity_ids

    def _assert_told(self, reason, *visits):
        start = self.visit.start
        activity = self._get_activity()
        self.assertEqual(len(activity), 1)
        self.assertTrue(activity.user_id.has_group("support_center.group_support_dispatcher"))
        count = len(visits or self.visit)
        self.assertEqual(
            activity.summary,
            "First Technician cannot make "
            f"{'1 visit' if count == 1 else f'{count} visits'} as planned",
        )
        for visit in visits or self.visit:
            self.assertIn(visit.name, activity.note)
        self.assertIn(reason, activity.note)
        technician = self.technician.with_user(self.user_dispatcher)
        self.assertEqual(technician.time_off_conflict_count, len(visits or self.visit))
        # It stands where it stood.
        self.assertEqual((self.visit.start, self.visit.state), (start, "confirmed"))
        self.assertEqual(self.visit.start, at("2026-03-05 10:00"))
        return activity

    def _assert_closed(self):
        self.assertFalse(self._get_activity())
        self.assertFalse(self.technician.with_user(self.user_dispatcher).time_off_conflict_count)

    # ------------------------------------------------------------------
    # Hours
    # ------------------------------------------------------------------

    def test_another_time_zone(self):
        self.technician.with_user(self.user_manager).tz = "America/New_York"
        self._assert_told("outside working hours")
        self.technician.with_user(self.user_manager).tz = "Europe/London"
        self._assert_closed()

    def test_another_time_zone_of_the_resource(self):
        self.technician.resource_id.tz = "America/New_York"
        self._assert_told("outside working hours")

    def test_another_schedule(self):
        self.technician.with_user(self.user_manager).resource_calendar_id = self._create_calendar()
        self._assert_told("outside working hours")

    def test_a_line_of_the_schedule_that_moves_shrinks_or_goes(self):
        line = self.calendar.attendance_ids.filtered(
            lambda line: line.dayofweek == "3" and line.hour_from == 8
        )
        line.with_user(self.admin).hour_from = 11
        self._assert_told("outside working hours")
        line.hour_from = 8
        self._assert_closed()
        self.calendar.with_user(self.admin).write(
            {"attendance_ids": [(1, line.id, {"hour_to": 10})]}
        )
        self._assert_told("outside working hours")
        line.hour_to = 12
        self._assert_closed()
        line.with_user(self.admin).unlink()
        self._assert_told("outside working hours")

    def test_a_line_that_ends_or_is_another_resources(self):
        line = self.calendar.attendance_ids.filtered(
            lambda line: line.dayofweek == "3" and line.hour_from == 8
        )
        if "date_to" not in line:
            self.skipTest("Lines of Odoo 19 neither end nor are a single resource's.")
        line.date_to = "2026-03-01"
        self._assert_told("outside working hours")
        line.date_to = False
        self._assert_closed()
        line.resource_id = self.technician_2.resource_id
        self._assert_told("outside working hours")

    def test_every_second_week(self):
        self.calendar.switch_calendar_type()
        self._assert_closed()
        week_type = str(self.env["resource.calendar.attendance"].get_week_type(self.visit.start))
        lines = self.calendar.attendance_ids.filtered(
            lambda line: line.week_type == week_type and not line.display_type
        )
        lines.unlink()
        self._assert_told("outside working hours")

    def test_one_save_of_many_lines_tells_once(self):
        before = self.env["mail.activity"].search_count([])
        self.calendar.write(
            {
                "attendance_ids": [
                    (5, 0, 0),
                    *((0, 0, self._prepare_line(str(day), *AFTERNOON)) for day in range(5)),
                ]
            }
        )
        self._assert_told("outside working hours")
        self.assertEqual(self.env["mail.activity"].search_count([]), before + 1)

    def test_a_change_that_leaves_the_visits_alone_tells_nobody(self):
        self.calendar.name = "Renamed"
        self.technician.phone = "123"
        self.calendar.attendance_ids.filtered(lambda line: line.dayofweek == "0").unlink()
        self._assert_closed()
        self.technician.resource_calendar_id = False
        self._assert_closed()

    def test_what_was_told_and_closed_is_not_told_again(self):
        self.technician.tz = "America/New_York"
        self._assert_told("outside working hours").action_feedback()
        self.technician.tz = "America/Chicago"
        self.assertFalse(self._get_activity())
        # Another visit is.
        self.technician.tz = "UTC"
        self._save()
        other = self._create_appointment(
            technician_id=self.technician.id, state="confirmed", start=at("2026-03-06 10:00")
        )
        self.technician.tz = "America/New_York"
        self.assertIn(other.name, self._get_activity().note)

    def test_what_a_dispatcher_planned_outside_hours_stays_so(self):
        self.visit.with_user(self.user_dispatcher).ignore_working_hours = True
        self.technician.tz = "America/New_York"
        self.assertFalse(self._get_activity())

    def test_a_draft_was_promised_to_nobody(self):
        draft = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-06 10:00")
        )
        self.technician.tz = "America/New_York"
        self.assertNotIn(draft.name, self._get_activity().note)
        self.assertIn("08:00–12:00", draft.with_user(self.user_dispatcher).warning_message)

    def test_switched_off_nobody_is_told_and_the_count_stays(self):
        rule = self.env.ref("support_center.automation_tell_schedule_conflicts")
        rule.active = False
        self.technician.tz = "America/New_York"
        self.assertFalse(self._get_activity())
        self.assertEqual(self.technician.with_user(self.user_dispatcher).time_off_conflict_count, 1)
        rule.active = True
        self.technician.tz = "America/Chicago"
        self.assertTrue(self._get_activity())

    def test_the_change_is_saved_whatever_happens(self):
        with (
            self.assertLogs("support_center.automation", "WARNING"),
            patch.object(
                type(self.technician), "_find_time_off_conflicts", lambda technicians: 1 / 0
            ),
        ):
            self.technician.tz = "America/New_York"
            self._save()
        self.assertEqual(self.technician.tz, "America/New_York")
        row = self.env["support.automation.log"].search(
            [("action", "=", "tell_schedule_conflicts")]
        )
        self.assertEqual(row.outcome, "failed")

    def test_a_schedule_in_use_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "Office hours.*First Technician.*archive this one"):
            self.calendar.with_user(self.admin).unlink()
        self.calendar.with_user(self.admin).active = False
        self._save()
        self.assertFalse(self._is_free("2026-03-05 20:00", "2026-03-05 21:00"))
        unused = self._create_calendar()
        unused.unlink()
        self.assertFalse(unused.exists())

    # ------------------------------------------------------------------
    # People who leave
    # ------------------------------------------------------------------

    def test_an_archived_technician(self):
        draft = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-06 10:00")
        )
        self.technician.with_user(self.user_manager).action_archive()
        self._assert_told("the technician is archived", self.visit, draft)
        self.technician.with_user(self.user_manager).action_unarchive()
        self._assert_closed()

    def test_an_archived_resource(self):
        self.technician.resource_id.with_user(self.user_manager).active = False
        self._save()
        self.assertFalse(self.technician.active)
        self._assert_told("the technician is archived")

    def test_an_archived_user(self):
        self.user_technician.with_user(self.admin).active = False
        self._assert_told("the technician's user is archived")
        visit = self.visit.with_user(self.user_dispatcher)
        self.assertIn("The user of First Technician is archived", visit.warning_message)
        self.assertFalse(self._starts(self.technician, "2026-03-06 00:00", "2026-03-07 00:00"))
        self.assertFalse(self._is_free("2026-03-06 10:00", "2026-03-06 11:00"))
        day = ("2026-03-06", "2026-03-06")
        slots = visit.get_slots(*day)
        self.assertNotIn(
            self.technician.name, [who["name"] for slot in slots for who in slot["technicians"]]
        )
        finder = self.env["support.slot.finder"].browse(visit.action_find_time()["res_id"])
        self.assertEqual(finder.line_ids.technician_id, self.technician_2)
        other = self._create_appointment(start=at("2026-03-06 10:00"))
        other.with_user(self.user_dispatcher).action_assign()
        self.assertEqual(other.technician_id, self.technician_2)
        self.assertIn("has an archived user", other.assignment_note)
        self.user_technician.with_user(self.admin).active = True
        self._assert_closed()

    def test_the_log_tells_why_nobody_was_told(self):
        self.user_technician.active = False
        visit = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-06 10:00"), state="confirmed"
        )
        row = self._get_log(visit, "notify_technician")
        self.assertEqual(
            (row.outcome, row.message), ("skipped", "The technician's user is archived.")
        )

    def test_a_user_who_is_expected_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, self.visit.name):
            self.user_technician.with_user(self.admin).unlink()
        self.visit.action_cancel()
        self.user_technician.unlink()
        self._save()
        self.assertFalse(self.technician.user_id)
        self.assertTrue(self.technician.active)

    def test_a_resource_is_not_deleted_below_its_technician(self):
        with self.assertRaisesRegex(UserError, "First Technician.*Archive"):
            self.technician.resource_id.with_user(self.user_manager).unlink()

    def test_a_technician_with_appointments_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, f"First Technician.*{self.visit.name}.*Archive"):
            self.technician.with_user(self.user_manager).unlink()
        self.technician_2.with_user(self.user_manager).unlink()
        self.assertFalse(self.technician_2.exists())
