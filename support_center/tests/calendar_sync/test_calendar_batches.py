from unittest.mock import patch

from odoo.tests import tagged

from ..common import at
from .common import CalendarCase

BATCH = "odoo.addons.support_center.models.calendar_sync.support_appointment.BATCH"


@tagged("post_install", "-at_install")
class TestCalendarBatches(CalendarCase):
    """All visits at once: none is left out where one batch ends and the next one begins."""

    def _plan_many(self, count):
        visits = self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "technician_id": self.technician.id,
                    "start": at(f"2026-03-05 {8 + number:02}:00"),
                    "state": "confirmed",
                }
                for number in range(count)
            ]
        )
        self.assertEqual(len(self._get_event(visits)), count)
        return visits

    def test_switched_off_and_on_in_batches(self):
        """Seven visits by three: two full batches and a rest, and each batch's last visit."""
        self.technician.resource_calendar_id = False  # at work round the clock
        for count in (2, 3, 4, 7):
            with self.subTest(count=count), patch(BATCH, 3), self.env.cr.savepoint() as savepoint:
                visits = self._plan_many(count)
                self._set_mirror(False)
                events = self._get_event(visits)
                self.assertEqual(events.mapped("active"), [False] * count)
                self._set_mirror(True)
                self.assertEqual(events.mapped("active"), [True] * count)
                self.assertEqual(self._get_event(visits), events)
                savepoint.rollback()

    def test_a_new_user_of_a_technician_gets_all_of_the_visits(self):
        self.technician.resource_calendar_id = False
        visits = self._plan_many(7)
        self.technician_2.user_id = False
        with patch(BATCH, 3):
            self.technician.user_id = self.user_2
        events = self._get_event(visits)
        self.assertEqual(len(events), 7)
        self.assertEqual(events.user_id, self.user_2)
        self.assertEqual(set(events.support_appointment_id.ids), set(visits.ids))

    def test_the_mirror_of_one_technician_leaves_the_others(self):
        visits = self._plan_many(2)
        self._get_event(visits).with_user(self.user_technician).sudo()._remove_mirror()
        other = self._plan(technician_id=self.technician_2.id)
        self._get_event(other).with_user(self.user_2).sudo()._remove_mirror()
        self.assertFalse(self._get_event(visits | other))
        self.env["support.appointment"]._resync_calendar(self.technician)
        self.assertEqual(len(self._get_event(visits)), 2)
        self.assertFalse(self._get_event(other))
