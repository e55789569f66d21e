from unittest.mock import patch

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestLeaveHits(SupportCase):
    """A new leave tells a dispatcher of the visits that it hits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id, state="confirmed")
        cls.later = cls._create_appointment(
            technician_id=cls.technician.id, start=at("2026-03-06 10:00")
        )
        cls.other = cls._create_appointment(technician_id=cls.technician_2.id, state="confirmed")

    def _create_leave(self, first="2026-03-05", last="2026-03-05", **values):
        values.setdefault("resource_id", self.technician.resource_id.id)
        return self.env["resource.calendar.leaves"].create(
            {
                "name": "Ill",
                "calendar_id": self.calendar.id,
                "date_from": at(f"{first} 00:00"),
                "date_to": at(f"{last} 23:00"),
                **values,
            }
        )

    def _count(self, technician):
        technician = technician.with_user(self.user_dispatcher)
        technician.invalidate_recordset(["time_off_conflict_count"])
        return technician.time_off_conflict_count

    def test_an_activity_and_a_count_on_the_technician(self):
        self._create_leave()
        activity = self.technician.activity_ids
        self.assertEqual(activity.summary, "1 visit falls into time off of First Technician")
        self.assertTrue(activity.user_id.has_group("support_center.group_support_dispatcher"))
        self.assertIn(self.visit.name, activity.note)
        self.assertNotIn(self.later.name, activity.note)
        self.assertFalse(self.technician_2.activity_ids)
        self.assertEqual(self._count(self.technician), 1)
        self.assertEqual(self._count(self.technician_2), 0)
        row = self.env["support.automation.log"].search([("action", "=", "tell_hit_visits")])
        self.assertEqual((row.res_id, row.outcome), (self.technician.id, "ok"))

    def test_the_dispatcher_can_close_it(self):
        self._create_leave()
        activity = self.technician.activity_ids
        activity.with_user(activity.user_id).action_feedback(feedback="Done")
        self.technician.invalidate_recordset()
        self.assertFalse(self.technician.activity_ids)

    def test_a_leave_that_moves_brings_the_activity_up_to_date(self):
        leave = self._create_leave()
        activity = self.technician.activity_ids
        leave.date_to = at("2026-03-06 23:00")
        self.assertEqual(self.technician.activity_ids, activity)
        self.assertIn("2 visits", activity.summary)
        self.assertIn(self.later.name, activity.note)
        leave.write({"date_from": at("2026-03-09 00:00"), "date_to": at("2026-03-09 23:00")})
        self.technician.invalidate_recordset()
        self.assertFalse(self.technician.activity_ids)

    def test_a_leave_that_hits_nothing_asks_for_nothing(self):
        self._create_leave("2026-03-10", "2026-03-11")
        self._create_leave("2026-02-20", "2026-02-21")
        self._create_leave(time_type="other")
        self.visit.action_cancel()
        self._create_leave()
        self.assertFalse(self.technician.activity_ids)

    def test_another_leave_does_not_bring_back_what_was_decided(self):
        self._create_leave()
        self.technician.activity_ids.action_feedback()
        self._create_leave("2026-03-10", "2026-03-11")
        self.technician.invalidate_recordset()
        self.assertFalse(self.technician.activity_ids)

    def test_a_holiday_hits_everybody_of_the_schedule(self):
        self.technician_2.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Other hours", "tz": "UTC"}
        )
        self._create_leave(resource_id=False)
        self.assertTrue(self.technician.activity_ids)
        self.assertFalse(self.technician_2.activity_ids)
        self.assertEqual(self._count(self.technician_2), 0)

    def test_a_holiday_of_the_company_hits_all(self):
        self._create_leave(resource_id=False, calendar_id=False)
        self.assertTrue(self.technician.activity_ids)
        self.assertTrue(self.technician_2.activity_ids)

    def test_a_holiday_of_another_company_hits_nobody(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        calendar = self.env["resource.calendar"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        self._create_leave(resource_id=False, calendar_id=calendar.id)
        self.assertFalse(self.technician.activity_ids | self.technician_2.activity_ids)

    def test_a_visit_planned_outside_hours_before_the_leave_counts_too(self):
        self.visit.with_user(self.user_dispatcher).ignore_working_hours = True
        self._create_leave()
        self.assertTrue(self.technician.activity_ids)

    def test_who_enters_a_leave_need_not_see_all_visits(self):
        self.env["resource.calendar.leaves"].with_user(self.user_technician).create(
            {
                "name": "Ill",
                "resource_id": self.technician.resource_id.id,
                "date_from": at("2026-03-05 00:00"),
                "date_to": at("2026-03-05 23:00"),
            }
        )
        self.assertTrue(self.technician.activity_ids)

    def test_the_leave_is_saved_whatever_happens(self):
        absence = type(self.env["support.technician"])
        with (
            patch.object(absence, "_find_time_off_conflicts", lambda technicians: 1 / 0),
            self.assertLogs("support_center.automation", "WARNING"),
        ):
            leave = self._create_leave()
        self.assertTrue(leave.exists())
        row = self.env["support.automation.log"].search([("action", "=", "tell_hit_visits")])
        self.assertEqual(row.outcome, "failed")

    def test_switched_off_nothing_is_said_and_the_count_stays(self):
        rule = self.env.ref("support_center.automation_tell_hit_visits")
        rule.active = False
        self._create_leave()
        self.assertFalse(self.technician.activity_ids)
        self.assertEqual(self._count(self.technician), 1)
        # Also since the registry, which the end of a test does not roll back, knows of it.
        rule.active = True
        self._create_leave()
        self.assertTrue(self.technician.activity_ids)

    def test_an_archived_technician_s_visits_are_found(self):
        self.technician_2.active = False
        self.assertEqual(self._count(self.technician_2), 1)
        action = (
            self.env["support.technician"].with_user(self.user_dispatcher).action_replan_all_hits()
        )
        replan = self.env["support.replan"].browse(action["res_id"])
        self.assertEqual(replan.line_ids.appointment_id, self.other)

    def test_the_queries_do_not_grow(self):
        self._create_leave(resource_id=False)
        technicians = self.env["support.technician"].create(
            [{"name": f"T{n}", "resource_calendar_id": self.calendar.id} for n in range(20)]
        )
        for technician in technicians:
            self._create_appointment(technician_id=technician.id, start=at("2026-03-05 09:00"))
        both = self.technician | self.technician_2
        counts = []
        for those in (both, both, both | technicians):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            those.mapped("time_off_conflict_count")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        # Visits, absences, users and their companies, schedules and their lines: once each.
        self.assertLessEqual(counts[2], 12)
