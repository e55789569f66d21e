from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import Form, tagged

from ..common import at
from ..common_availability import AvailabilityCase

# 20:00 of the 2nd in UTC is 09:00 of the 3rd in Auckland (UTC+13 then).
EVENING = "2026-03-02 20:00:00"


@tagged("post_install", "-at_install")
class TestAbsenceDays(AvailabilityCase):
    """An absence is proposed in the technician's day, for every user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(EVENING))
        cls.user_manager.tz = "Europe/Brussels"
        cls.technician.tz = "Pacific/Auckland"

    def _get_leaves(self, technician=None):
        """As the button *Time Off* opens them for the manager."""
        action = (technician or self.technician).with_user(self.user_manager).action_view_absences()
        leaves = self.env["resource.calendar.leaves"].with_user(self.user_manager)
        return leaves.with_context(**action["context"], tz="Europe/Brussels")

    def _get_defaults(self, leaves):
        values = leaves.default_get(["date_from", "date_to", "resource_id", "calendar_id"])
        return values["date_from"], values["date_to"]

    def test_the_technician_s_whole_day_is_proposed(self):
        self.assertEqual(
            self._get_defaults(self._get_leaves()),
            (at("2026-03-02 11:00"), at("2026-03-03 11:00") - timedelta(seconds=1)),
        )

    def test_it_blocks_the_technician_s_day_and_no_other(self):
        leave = self._get_leaves().create({"name": "Away"})
        self.env.flush_all()
        self.assertEqual(leave.date_from, at("2026-03-02 11:00"))
        day = at("2026-03-02 11:00"), at("2026-03-03 11:00")
        self.assertFalse(self.technician._free_slots(*day))
        self.assertTrue(self.technician._free_slots(day[1], day[1] + timedelta(days=1)))
        self.assertTrue(self.technician_2._free_slots(*day))

    def test_a_day_that_the_clock_makes_longer(self):
        # Summer time ends in Auckland on 5 April.
        with freeze_time("2026-04-04 20:00:00"):
            first, last = self._get_defaults(self._get_leaves())
        self.assertEqual(first, at("2026-04-04 11:00"))
        self.assertEqual(last, at("2026-04-05 12:00") - timedelta(seconds=1))

    def test_another_day_of_the_form_ends_with_the_technician_s(self):
        form = Form(self._get_leaves(), "resource.resource_calendar_leave_form")
        form.date_from = at("2026-03-09 11:00")
        self.assertEqual(
            fields.Datetime.to_datetime(form.date_to),
            at("2026-03-10 11:00") - timedelta(seconds=1),
        )

    def test_what_the_caller_says_stays(self):
        leaves = self._get_leaves().with_context(
            default_date_from="2026-03-09 08:00:00", default_date_to="2026-03-09 09:00:00"
        )
        self.assertEqual(
            self._get_defaults(leaves), (at("2026-03-09 08:00"), at("2026-03-09 09:00"))
        )

    def test_leaves_of_others_are_proposed_as_odoo_does(self):
        machine = self.env["resource.resource"].create(
            {"name": "Press", "resource_type": "material", "tz": "Pacific/Auckland"}
        )
        leaves = self.env["resource.calendar.leaves"].with_context(default_resource_id=machine.id)
        first, last = self._get_defaults(leaves)
        self.assertNotEqual(first, at("2026-03-02 11:00"))
        self.assertLess(first, last)
        # As does one that is nobody's.
        self.assertTrue(all(self._get_defaults(self.env["resource.calendar.leaves"])))

    def test_a_leave_of_another_technician_does_nothing(self):
        leave = self._get_leaves(self.technician_2).create({"name": "Away"})
        self.assertEqual(leave.date_from, at("2026-03-02 00:00"))
        day = at("2026-03-02 11:00"), at("2026-03-03 11:00")
        self.assertTrue(self.technician._free_slots(*day))
