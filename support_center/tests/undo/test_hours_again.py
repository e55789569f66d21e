from odoo.tests import tagged

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestHoursAgain(SupportMailCase):
    """*Ignore Working Hours* goes off where there is nothing left to ignore."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        visit = cls._create_appointment(
            technician_id=cls.technician.id,
            start=at("2026-03-05 19:00"),
            state="confirmed",
            ignore_working_hours=True,
        )
        cls.visit = visit.with_user(cls.user_dispatcher)

    def test_moved_into_hours_it_goes_off_and_the_chatter_says_so(self):
        self.visit.start = at("2026-03-05 10:00")
        self.assertFalse(self.visit.ignore_working_hours)
        self.flush_tracking()
        names = self.visit.sudo().message_ids.tracking_value_ids.mapped("field_id.name")
        self.assertIn("ignore_working_hours", names)

    def test_by_the_board_too(self):
        board = self.env["support.board"].with_user(self.user_dispatcher)
        vals = {"start": "2026-03-05 10:00:00", "stop": "2026-03-05 11:00:00", "tell": True}
        self.assertTrue(board.move(self.visit.id, vals)["ok"])
        self.assertFalse(self.visit.ignore_working_hours)

    def test_moved_to_another_evening_it_stays(self):
        self.visit.start = at("2026-03-06 19:00")
        self.assertTrue(self.visit.ignore_working_hours)

    def test_what_is_set_in_the_same_save_stays(self):
        self.visit.write({"start": at("2026-03-05 10:00"), "ignore_working_hours": True})
        self.assertTrue(self.visit.ignore_working_hours)

    def test_nothing_else_switches_it_off(self):
        self.visit.location = "Elsewhere"
        self.assertTrue(self.visit.ignore_working_hours)
        self.visit.duration = 1.5
        self.assertTrue(self.visit.ignore_working_hours)
