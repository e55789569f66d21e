from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import SupportCase


@tagged("post_install", "-at_install")
class TestSettings(SupportCase):
    def _store(self, **values):
        settings = self.env["res.config.settings"].create(values)
        settings.execute()

    def _read(self, key):
        return self.env["ir.config_parameter"].get_param(f"support_center.{key}")

    def test_numbers_are_shown_and_stored(self):
        shown = self.env["res.config.settings"].create({})
        self.assertEqual(shown.support_center_reminder_hours, 24)
        self.assertEqual(shown.support_center_cleanup_days, 180)
        self._store(support_center_reminder_hours=48, support_center_cleanup_days=30)
        self.assertEqual(self._read("reminder_hours"), "48")
        self.assertEqual(self._read("cleanup_days"), "30")

    def test_a_number_that_makes_no_sense_is_refused(self):
        for name in ("support_center_reminder_hours", "support_center_cleanup_days"):
            with self.assertRaises(ValidationError) as caught:
                self._store(**{name: -1})
            self.assertIn("-1", str(caught.exception))
