from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common_tours import ToursCase


@tagged("post_install", "-at_install")
class TestSchedulingTours(ToursCase):
    """A dispatcher at work in a browser: what ``static/tests/tours`` clicks, and what it did."""

    def test_find_a_time_and_confirm(self):
        draft = self._create(start=False)
        self._walk("support_center_find_time", draft)
        self.assertEqual(draft.state, "confirmed")
        self.assertEqual(draft.technician_id, self.technician)

    def test_assign_and_read_why(self):
        draft = self._create()
        self._walk("support_center_assign", draft)
        self.assertEqual(draft.technician_id, self.technician)

    def test_collide_and_find_another_time(self):
        self._create(technician_id=self.technician.id, state="confirmed")
        draft = self._create(technician_id=self.technician.id)
        with mute_logger("odoo.sql_db", "odoo.http"):  # the refusal, which the tour reads
            self._walk("support_center_collide", draft)
        self.assertEqual(draft.state, "confirmed")
        self.assertNotEqual(draft.start, self.start)

    def test_overrule_working_hours(self):
        self.technician.resource_calendar_id = self.calendar
        sunday = self.start + timedelta(days=6 - self.start.weekday())
        draft = self._create(technician_id=self.technician.id, start=sunday.replace(hour=11))
        with mute_logger("odoo.http"):  # the refusal, which the tour reads
            self._walk("support_center_overrule", draft)
        self.assertTrue(draft.ignore_working_hours)
        self.assertEqual(draft.state, "confirmed")

    def test_rebook_a_visit_that_nobody_opened_to(self):
        missed = self._create(technician_id=self.technician.id, state="confirmed")
        missed.action_no_show()
        self._walk("support_center_rebook", missed)
        again = self.env["support.appointment"].search([("rebooked_from_id", "=", missed.id)])
        self.assertEqual(again.state, "confirmed")
        self.assertEqual(missed.state, "no_show")

    def test_undo_a_cancellation(self):
        visit = self._create(technician_id=self.technician.id, state="confirmed")
        visit.action_cancel()
        self._walk("support_center_undo_cancel", visit)
        self.assertEqual(visit.state, "confirmed")
        self.assertEqual(visit.technician_id, self.technician)
