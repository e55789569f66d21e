from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SupportMailCase


@tagged("post_install", "-at_install")
class TestArchiving(SupportMailCase):
    """What somebody waits for is called off, not put out of sight."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id)
        cls.visit = cls.visit.with_user(cls.user_dispatcher)

    def test_who_is_expected_is_cancelled_first(self):
        self.visit.action_confirm()
        with self.assertRaises(UserError) as caught:
            self.visit.action_archive()
        for part in (self.visit.name, "Cancel it first"):
            self.assertIn(part, str(caught.exception))
        self.assertTrue(self.visit.active)
        self.visit.action_cancel()
        self.visit.action_archive()
        self.assertFalse(self.visit.active)

    def test_a_draft_that_was_announced(self):
        self.visit.action_confirm()
        self.visit.action_draft()
        with self.assertRaisesRegex(
            UserError, f"{self.visit.name}: the customer was told.*Cancel it first"
        ):
            self.visit.action_archive()

    def test_a_program_may(self):
        """As everywhere in Odoo; the time is free again."""
        self.visit.action_confirm()
        self.visit.write({"active": False})
        other = self._create_appointment(technician_id=self.technician.id)
        other.action_confirm()
        self.assertEqual(other.state, "confirmed")

    def test_of_whom_nobody_knows(self):
        self.visit.action_archive()
        self.assertFalse(self.visit.active)

    def test_what_is_past(self):
        self.visit.action_confirm()
        with freeze_time("2026-03-06 08:00:00"):
            self.visit.action_archive()
        self.assertFalse(self.visit.active)
