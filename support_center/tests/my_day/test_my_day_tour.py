from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common_tours import ToursCase


@tagged("post_install", "-at_install")
class TestTechnicianDayTour(ToursCase):
    """A technician's day on a phone, with a signal and without."""

    browser_size = "390x844"
    touch_enabled = True

    def setUp(self):
        super().setUp()
        # Visits today in whatever zone today is long enough for them.
        now = fields.Datetime.now()
        self.technician.tz = "UTC" if 2 <= now.hour < 20 else "Pacific/Honolulu"
        self.now = now
        self.first = self._confirm(start=now + timedelta(minutes=10), location="Main Street 1")
        self.second = self._confirm(start=now + timedelta(minutes=75))

    def _walk_day(self, tour, action="support_my_day_action"):
        action = self.env.ref(f"support_center.{action}")
        self.start_tour(f"/web#action={action.id}", tour, login=self.user_technician.login)
        self.env.invalidate_all()

    def test_a_day(self):
        planned = self.second.start
        absent = self._confirm(start=self.now + timedelta(hours=3))
        absent._write_restored({"start": self.now - timedelta(minutes=75)})
        self._walk_day("support_center_technician_day", "support_home_action")
        self.assertEqual((absent.state, self.first.state), ("no_show", "done"))
        self.assertTrue(self.first.on_the_way_at)
        self.assertEqual(self.second.start, planned + timedelta(minutes=15))
        self.assertEqual(self.first.work_done, "A new fan")
        self.assertEqual(self.first.parts_used, "1 fan")
        self.assertEqual(self.first.signed_by, "Known Customer")
        self.assertTrue(self.first.customer_signature)
        proof = self.env["ir.attachment"].search(
            [("res_model", "=", "support.appointment"), ("res_id", "=", absent.id)]
        )
        self.assertIn("door.png", proof.mapped("name"))

    @mute_logger("odoo.http")
    def test_without_a_signal(self):
        self.second._write_marks({"expected_arrival": self.second.start + timedelta(hours=3.75)})
        self._walk_day("support_center_my_day_offline")
        self.assertEqual(self.first.state, "in_progress")
        notes = "".join(self.first.message_ids.mapped("body"))
        self.assertEqual(notes.count("Written in the cellar"), 1)
        self.assertEqual(self.second.expected_arrival, self.second.start + timedelta(hours=3.75))
