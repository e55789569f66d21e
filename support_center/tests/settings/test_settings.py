from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import SupportCase


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

    def test_the_address_for_requests_is_the_alias(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        shown = self.env["res.config.settings"].create({})
        self.assertEqual(shown.support_center_alias_name, "appointments")
        self.assertEqual(shown.support_center_alias_domain, alias.alias_domain_id.name)
        self._store(support_center_alias_name=" visits ")
        self.assertEqual(alias.alias_name, "visits")
        action = shown.action_support_center_alias()
        self.assertEqual((action["res_model"], action["res_id"]), ("mail.alias", alias.id))

    def test_other_settings_are_saved_where_the_alias_was_deleted(self):
        self.env.ref("support_center.mail_alias_appointments").unlink()
        self._store(support_center_reminder_hours=12)
        self.assertEqual(self._read("reminder_hours"), "12")

    def test_every_list_says_what_to_do_where_it_is_empty(self):
        names = self.env["ir.model.data"].search(
            [("module", "=", "support_center"), ("model", "=", "ir.actions.act_window")]
        )
        for name in names:
            action = self.env["ir.actions.act_window"].browse(name.res_id)
            if "list" not in action.view_mode.replace("tree", "list"):
                continue
            with self.subTest(action=name.name):
                self.assertIn("o_view_nocontent_smiling_face", action.help or "")
                self.assertGreater(action.help.count("<p"), 1, "a title, and what to do next")
