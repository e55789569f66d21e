from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestBulk(SupportMailCase):
    """Many at once: what can be done is done, and of the rest it is told why not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointments = cls.env["support.appointment"].with_user(cls.user_dispatcher)

    def _draft(self, hour, **values):
        day = values.pop("day", 5)
        made = self._create_appointment(start=at(f"2026-03-0{day} {hour}"), **values)
        return made.with_user(self.user_dispatcher)

    def _read_result(self, action):
        self.assertEqual(action["res_model"], "support.bulk.result")
        result = self.env[action["res_model"]].browse(action["res_id"])
        return result.done_count, {line.appointment_id: line.reason for line in result.line_ids}

    def test_one_fails_and_the_others_are_confirmed(self):
        first, second = self._draft("09:00"), self._draft("11:00")
        bad = self._draft("10:00", partner_id=False, customer_name="Jane")
        action = (first | bad | second).action_confirm_selected()
        self.assertIn("2 done, 1 not", action["name"])
        done, left = self._read_result(action)
        self.assertEqual(done, 2)
        self.assertEqual(list(left), [bad])
        self.assertIn("a customer", left[bad])
        self.assertEqual((first | second).mapped("state"), ["confirmed", "confirmed"])
        self.assertEqual(bad.state, "draft")
        # Each customer is told once, though the work was tried more than once.
        self.assertEqual(len(self._get_notices(first | second, "confirmation")), 2)
        self.assertFalse(self._get_notices(bad))

    def test_one_without_a_start_beside_one_that_is_booked(self):
        """Booking writes at once, and the database names nobody."""
        booked = self._draft("09:00", technician_id=self.technician.id)
        bad = self._create_appointment(start=False).with_user(self.user_dispatcher)
        with self.assertRaisesRegex(ValidationError, f"{bad.name} cannot be confirmed"):
            (booked | bad).action_confirm()
        done, left = self._read_result((booked | bad).action_confirm_selected())
        self.assertEqual((done, booked.state), (1, "confirmed"))
        self.assertIn("a start", left[bad])

    def test_of_two_at_the_same_time_the_first_one_is_booked(self):
        visits = self.appointments.union(
            *(self._draft("10:00", technician_id=self.technician.id) for _each in range(2))
        )
        with mute_logger("odoo.sql_db"):
            done, left = self._read_result(visits.action_confirm_selected())
        self.assertEqual(done, 1)
        self.assertEqual(list(left), [visits[1]])
        self.assertIn("already booked", left[visits[1]])

    def test_all_well_is_said_in_a_word(self):
        visits = self._draft("09:00") | self._draft("11:00")
        action = visits.action_confirm_selected()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("2 done", action["params"]["message"])

    def test_a_single_one_raises_as_ever(self):
        bad = self._draft("10:00", partner_id=False)
        with self.assertRaisesRegex(ValidationError, f"{bad.name} cannot be confirmed"):
            bad.action_confirm_selected()
        with self.assertRaisesRegex(UserError, f"{bad.name} cannot be confirmed"):
            (self._draft("09:00") | bad).action_confirm()

    def test_assign_those_that_can_be(self):
        visits = self._draft("09:00") | self._draft("11:00") | self._draft("03:00")
        done, left = self._read_result(visits.action_assign_selected())
        self.assertEqual(done, 2)
        self.assertEqual(list(left), [visits[2]])
        self.assertIn("First Technician", left[visits[2]])
        self.assertTrue(visits[0].technician_id and visits[1].technician_id)

    def test_accept_those_that_can_be(self):
        known, unknown = (
            self._create_appointment(
                partner_id=False, start=False, intake_state="review", source="email", **values
            )
            for values in ({"customer_email": "new@example.com"}, {"customer_name": "Jane"})
        )
        visits = (known | unknown).with_user(self.user_dispatcher)
        done, left = self._read_result(visits.action_accept_selected())
        self.assertEqual(done, 1)
        self.assertEqual(known.intake_state, "accepted")
        self.assertIn("e-mail address", left[unknown])

    def test_where_nothing_fails_the_queries_do_not_grow(self):
        def count(visits):
            visits.invalidate_recordset()
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            visits.action_confirm_selected()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def make(number, day):
            return self.appointments.union(
                *(self._draft(f"{9 + each}:00", day=day) for each in range(number))
            )

        count(make(2, 3))  # what is asked once only is known after this
        few, many = count(make(2, 4)), count(make(8, 5))
        self.assertLess(many - few, 15)  # 6 more, each with its mail and calendar file

    def test_what_is_left_can_be_opened(self):
        bad = self._draft("10:00", partner_id=False)
        action = (self._draft("09:00") | bad).action_confirm_selected()
        result = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(result.line_ids.action_open()["res_id"], bad.id)
        self.assertEqual(result.action_view_left()["domain"], [("id", "in", bad.ids)])

    def test_a_technician_confirms_nothing_of_others(self):
        visits = self._draft("09:00") | self._draft("11:00")
        with self.assertRaises(AccessError):
            visits.with_user(self.user_technician).action_confirm_selected()
