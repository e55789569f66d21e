from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common_tours import ToursCase


@tagged("post_install", "-at_install")
class TestWorkTours(ToursCase):
    """A dispatcher's work in a browser: what ``static/tests/tours`` clicks, and what it did."""

    def test_cancel_with_a_reason_and_tell(self):
        visit = self._confirm()
        self._walk("support_center_cancel_and_tell", visit)
        self.assertEqual(visit.state, "cancelled")
        self.assertEqual(visit.cancel_reason, "The technician cannot come: The van broke down")
        self.assertTrue(self._get_notices(visit, "cancelled"))

    def test_cancel_without_telling(self):
        visit = self._confirm()
        self._walk("support_center_cancel_silently", visit)
        self.assertEqual(visit.state, "cancelled")
        self.assertFalse(self._get_notices(visit, "cancelled"))

    def test_edit_many_in_the_list(self):
        visits = self._create(customer_name="First visit", partner_id=False)
        visits |= self._create(customer_name="Second visit", partner_id=False)
        action = self.env.ref("support_center.support_appointment_action")
        self.start_tour(
            f"/web#action={action.id}&view_type=list&model=support.appointment",
            "support_center_edit_many",
            login=self.user_dispatcher.login,
        )
        visits.invalidate_recordset()
        self.assertEqual(visits.mapped("location"), ["Back Office", "Back Office"])
        self.assertEqual(visits.mapped("edit_version"), [1, 1])

    def test_reschedule_into_a_collision_and_then_to_a_free_time(self):
        now = fields.Datetime.now()
        self._confirm(start=now - timedelta(minutes=1) + timedelta(minutes=2), duration=4.0)
        visit = self._confirm()
        with mute_logger("odoo.sql_db"):  # the refusal, which the tour reads
            self._walk("support_center_reschedule", visit)
        self.assertEqual(visit.state, "confirmed")
        self.assertNotEqual(visit.start, self.start)
        self.assertTrue(self._get_notices(visit, "rescheduled"))

    def test_confirm_many_of_which_one_fails(self):
        self.env["support.appointment"].search([("announced_start", "=", False)]).active = False
        visits = self._create() | self._create(start=self.start + timedelta(hours=3))
        bad = self._create(partner_id=False, customer_name="Jane")
        action = self.env.ref("support_center.support_appointment_action")
        self.start_tour(
            f"/web#action={action.id}&view_type=list&model=support.appointment",
            "support_center_bulk_confirm",
            login=self.user_dispatcher.login,
        )
        self.env.invalidate_all()
        self.assertEqual(visits.mapped("state"), ["confirmed", "confirmed"])
        self.assertEqual(bad.state, "draft")

    def test_merge(self):
        kept = self._create(description="The printer")
        other = self._create(location="Attic")
        self._walk("support_center_merge", kept)
        self.assertEqual(other.state, "cancelled")
        self.assertEqual(other.merged_into_id, kept)
        self.assertEqual(kept.location, "Attic")


@tagged("post_install", "-at_install")
class TestMyDayTour(ToursCase):
    """A technician's day on a phone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_a_day_s_work(self):
        # Two visits today that have begun, in whatever zone today is long enough for them.
        now = fields.Datetime.now()
        zone = "UTC" if 4 <= now.hour < 20 else "Pacific/Honolulu"
        self.technician.tz = zone
        first = self._confirm(location="Main Street 1")
        first._write_restored({"start": now - timedelta(hours=2)})
        second = self._confirm(start=self.start + timedelta(hours=3))
        second._write_restored({"start": now - timedelta(minutes=45)})
        action = self.env.ref("support_center.support_my_day_action")
        self.start_tour(
            f"/web#action={action.id}",
            "support_center_my_day",
            login=self.user_technician.login,
        )
        self.env.invalidate_all()
        self.assertEqual((first.state, second.state), ("done", "no_show"))
        self.assertIn("A part is missing", "".join(first.message_ids.mapped("body")))
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", first._name), ("res_id", "=", first.id)]
        )
        self.assertEqual(attachment.name, "part.png")

    def test_the_day_in_the_user_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.user_technician.lang = "fr_FR"
        action = self.env.ref("support_center.support_my_day_action")
        self.start_tour(
            f"/web#action={action.id}",
            "support_center_my_day_title",
            login=self.user_technician.login,
        )
