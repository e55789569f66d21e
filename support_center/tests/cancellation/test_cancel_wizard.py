from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestCancelWizard(SupportMailCase):
    """A visit is called off for a reason, and the customer told or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id)
        cls.visit = cls.visit.with_user(cls.user_dispatcher)
        cls.visit.action_confirm()

    def _open(self, visits=None):
        action = (visits or self.visit).action_open_cancel()
        return self.env[action["res_model"]].with_user(self.user_dispatcher).browse(
            action["res_id"]
        )  # fmt: skip

    def test_told_by_default_and_the_reason_is_kept(self):
        self._send_queue()
        wizard = self._open()
        self.assertTrue(wizard.tell_customer)
        self.assertIn("Known Customer expects", wizard.summary)
        self.assertIn("by mail", wizard.summary)
        wizard.write({"reason": "technician", "note": "ill"})
        wizard.action_apply()
        self.assertEqual(self.visit.state, "cancelled")
        self.assertEqual(self.visit.cancel_reason, "The technician cannot come: ill")
        self.assertTrue(self._get_notices(self.visit, "cancelled"))

    def test_not_told_although_the_rule_is_on(self):
        self._send_queue()
        with Form(self._open()) as form:
            form.tell_customer = False
            self.assertIn("No mail is sent", form.summary)
        form.record.action_apply()
        self.assertEqual(self.visit.state, "cancelled")
        self.assertTrue(self.visit.cancel_silently)
        self.assertFalse(self._get_notices(self.visit, "cancelled"))
        self.assertIn("without a mail", "".join(self.visit.message_ids.mapped("body")))
        # Nor is it something that the rule has missed.
        domain = self.env["support.appointment"]._get_backlog_cancelled_domain()
        self.assertNotIn(self.visit, self.env["support.appointment"].search(domain))

    def test_what_waits_on_the_queue_is_not_sent_after_a_silent_cancellation(self):
        wizard = self._open()
        wizard.tell_customer = False
        wizard.action_apply()
        self.assertEqual(self._get_notices(self.visit).mapped("state"), ["cancel"])
        self.assertFalse(self.visit.announced_start or self.visit.confirmation_sent)
        self.visit.action_undo_cancel()
        waiting = self._get_notices(self.visit).filtered(lambda m: m.state == "outgoing")
        self.assertEqual(waiting.support_notice, "confirmation")

    def test_a_later_cancellation_is_told_again(self):
        self._send_queue()
        wizard = self._open()
        wizard.tell_customer = False
        wizard.action_apply()
        self.visit.action_draft()
        self.assertFalse(self.visit.cancel_silently)
        self.visit.action_confirm()
        self.visit.action_cancel()
        self.assertTrue(self._get_notices(self.visit, "cancelled"))

    def test_undone_after_silence_nobody_hears_anything(self):
        self._send_queue()
        wizard = self._open()
        wizard.tell_customer = False
        wizard.action_apply()
        self.visit.action_undo_cancel()
        self.assertEqual(self.visit.state, "confirmed")
        self.assertFalse(self._get_notices(self.visit).filtered(lambda m: m.state == "outgoing"))

    def test_the_rule_is_off(self):
        self.env.ref("support_center.automation_send_cancelled").active = False
        self.assertIn("is off: nobody", self._open().summary)

    def test_the_rule_was_deleted(self):
        self.env.ref("support_center.automation_send_cancelled").unlink()
        wizard = self._open()
        self.assertIn("is off: nobody", wizard.summary)
        wizard.action_apply()
        self.assertEqual(self.visit.state, "cancelled")

    def test_who_expects_nobody_is_not_written_to(self):
        draft = self._create_appointment(start=at("2026-03-06 10:00"))
        wizard = self._open(draft.with_user(self.user_dispatcher))
        self.assertEqual(wizard.expected_count, 0)
        self.assertIn("nobody is written to", wizard.summary)
        wizard.action_apply()
        self.assertEqual(draft.state, "cancelled")

    def test_another_reason_wants_words(self):
        wizard = self._open()
        wizard.write({"reason": "other", "note": " "})
        with self.assertRaisesRegex(UserError, "Say in words"):
            wizard.action_apply()
        wizard.note = "Flood"
        wizard.action_apply()
        self.assertEqual(self.visit.cancel_reason, "Flood")

    def test_many_at_once_of_which_one_is_done_already(self):
        done = self._create_appointment(start=at("2026-03-06 10:00"), state="confirmed")
        done.action_start()
        done.action_done()
        visits = (self.visit | done).with_user(self.user_dispatcher)
        # After the message that offers to undo it.
        action = self._open(visits).action_apply()["params"]["next"]
        self.assertEqual(action["res_model"], "support.bulk.result")
        result = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(result.line_ids.appointment_id, done)
        self.assertEqual(self.visit.state, "cancelled")

    def test_what_cannot_be_cancelled_is_not_asked_about(self):
        self.visit.action_start()
        self.visit.action_done()
        with self.assertRaises(UserError) as caught:
            self.visit.action_open_cancel()
        self.assertIn(self.visit.name, str(caught.exception))
        with self.assertRaisesRegex(UserError, "Choose the appointments"):
            self.visit.browse().action_open_cancel()
