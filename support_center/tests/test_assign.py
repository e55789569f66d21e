from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SupportCase, at


@tagged("post_install", "-at_install")
class TestAssign(SupportCase):
    def _assign(self, **values):
        appointment = self._create_appointment(**values)
        appointment.with_user(self.user_dispatcher).action_assign()
        return appointment

    def test_the_less_loaded_one_and_why(self):
        self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-04 10:00"), state="confirmed"
        )
        appointment = self._assign()
        self.assertEqual(appointment.technician_id, self.technician_2)
        self.assertIn("Second Technician", appointment.assignment_note)

    def test_one_who_is_booked_is_passed_over_buffers_included(self):
        self._create_appointment(
            technician_id=self.technician.id,
            type_id=self.type.id,
            start=at("2026-03-05 08:00"),
            state="confirmed",
        )
        # The first visit ends at 10:00, its buffer at 10:30.
        appointment = self._assign(start=at("2026-03-05 10:15"))
        self.assertEqual(appointment.technician_id, self.technician_2)

    def test_skills_are_a_hard_rule(self):
        skill = self.env["support.skill"].create({"name": "Fibre"})
        self.type.skill_ids = skill
        with self.assertRaises(UserError) as caught:
            self._assign(type_id=self.type.id)
        self.assertIn("APT/2026/", str(caught.exception))
        self.technician_2.skill_ids = skill
        self.assertEqual(self._assign(type_id=self.type.id).technician_id, self.technician_2)

    def test_areas_are_a_hard_rule(self):
        north, south = self.env["support.area"].create(
            [{"name": "A", "zip_prefixes": "10, 1 2"}, {"name": "B", "zip_prefixes": "99"}]
        )
        self.technician.area_ids = south
        self.technician_2.area_ids = north
        self.customer.zip = "12 345"
        self.assertEqual(self._assign().technician_id, self.technician_2)
        self.customer.zip = "99001"
        self.assertEqual(self._assign().technician_id, self.technician)

    def test_outside_working_hours_and_on_leave_nobody_comes(self):
        with self.assertRaises(UserError):
            self._assign(start=at("2026-03-08 10:00"))  # a Sunday
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Away",
                "calendar_id": self.calendar.id,
                "resource_id": self.technician.resource_id.id,
                "date_from": at("2026-03-05 00:00"),
                "date_to": at("2026-03-05 23:00"),
            }
        )
        self.assertEqual(self._assign().technician_id, self.technician_2)

    def test_without_a_start_there_is_nothing_to_assign(self):
        with self.assertRaises(UserError):
            self._assign(start=False)
