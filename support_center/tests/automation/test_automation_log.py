from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportCase


@tagged("post_install", "-at_install")
class TestAutomationLog(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointment = cls._create_appointment()
        cls.row = cls.env["support.automation.log"]._record("probe", cls.appointment, "ok", "text")

    def test_rows_hold_plain_values_and_outlive_their_record(self):
        self.assertEqual(self.row.res_model, "support.appointment")
        self.assertEqual(self.row.res_id, self.appointment.id)
        self.assertEqual(self.row.reference, self.appointment.name)
        name = self.appointment.name
        self.appointment.unlink()
        self.env.flush_all()
        self.assertEqual(self.row.reference, name)

    def test_append_only_for_everybody(self):
        for user in (self.env.user, self.env.ref("base.user_admin"), self.user_manager):
            row = self.row.with_user(user)
            with self.assertRaisesRegex(UserError, "rows cannot be changed"):
                row.write({"message": "nothing happened"})
            # Some lack the right already; who has every right is refused by the log itself.
            with self.assertRaisesRegex(UserError, "not allowed to delete|pruned by Odoo itself"):
                row.unlink()
        with self.assertRaisesRegex(UserError, "pruned by Odoo itself"):
            self.row.sudo().unlink()

    def test_nobody_writes_rows_by_hand(self):
        for user in (self.env.ref("base.user_admin"), self.user_manager, self.user_integration):
            with self.assertRaises(AccessError):
                self.env["support.automation.log"].with_user(user).create(
                    {"action": "forged", "outcome": "ok"}
                )

    def test_old_rows_are_pruned_by_odoo_itself(self):
        old = self.env["support.automation.log"]._record("old", self.appointment, "ok")
        self.env.cr.execute(
            "UPDATE support_automation_log SET create_date = '2024-01-01' WHERE id = %s", [old.id]
        )
        self.env["support.automation.log"]._gc_old_rows()
        self.env.invalidate_all()
        self.assertFalse(old.exists())
        self.assertTrue(self.row.exists())

    def test_one_greppable_line_without_personal_data(self):
        with self.assertLogs("support_center.automation", "WARNING") as lines:
            self.env["support.automation.log"]._record(
                "probe", self.appointment, "failed", "customer known@example.com has no address"
            )
        (line,) = lines.output
        self.assertIn("action=probe outcome=failed", line)
        self.assertIn(self.appointment.name, line)
        self.assertNotIn("known@example.com", line)

    def test_a_refusal_outlives_its_transaction(self):
        """The row is written again, in a transaction of its own, once all is rolled back."""
        log = self.env["support.automation.log"]
        with (
            patch(
                "odoo.addons.support_center.models.automation.support_automation_log.under_test"
            ) as testing,
            patch.object(type(log), "_store_in_own_transaction") as store,
        ):
            testing.return_value = False
            with mute_logger("support_center.automation"):
                log._record_even_if_rolled_back("probe", self.appointment, "failed", "lost")
            self.env.cr.postrollback.run()
        (_registry, uid, (vals,)), _kwargs = store.call_args
        self.assertEqual(uid, self.env.uid)
        self.assertEqual((vals["message"], vals["res_id"]), ("lost", self.appointment.id))

    def test_smart_button(self):
        appointment = self.appointment.with_user(self.user_dispatcher)
        self.assertEqual(appointment.log_count, 1)
        action = appointment.action_view_log()
        rows = self.env["support.automation.log"].search(action["domain"])
        self.assertEqual(rows, self.row)
