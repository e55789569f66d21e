from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestReschedule(SupportMailCase):
    """A confirmed visit is put elsewhere; the customer is told or not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id)
        cls.visit = cls.visit.with_user(cls.user_dispatcher)
        cls.visit.action_confirm()

    def setUp(self):
        super().setUp()
        self._send_queue()

    def _open(self):
        action = self.visit.action_find_time()
        finder = self.env[action["res_model"]].with_user(self.user_dispatcher)
        return action, finder.browse(action["res_id"])

    def _get_waiting(self):
        notices = self._get_notices(self.visit).filtered(lambda m: m.state == "outgoing")
        return notices.mapped("support_notice")

    def test_it_says_what_the_customer_knows(self):
        action, finder = self._open()
        self.assertIn("Reschedule", action["name"])
        self.assertTrue(finder.is_expected)
        self.assertIn("expects the visit on", finder.notice_note)
        self.assertIn("told of the new time", finder.notice_note)
        draft = self._create_appointment(start=False).with_user(self.user_dispatcher)
        action = draft.action_find_time()
        self.assertFalse(self.env[action["res_model"]].browse(action["res_id"]).is_expected)

    def test_told_by_the_rule(self):
        _action, finder = self._open()
        line = finder.line_ids[-1]
        line.action_plan()
        self.assertEqual(self.visit.start, line.start)
        self.assertEqual(self._get_waiting(), ["rescheduled"])

    def test_not_told_counts_as_known(self):
        _action, finder = self._open()
        with Form(finder) as form:
            form.tell_customer = False
            self.assertIn("No mail is sent", form.notice_note)
        line = finder.line_ids[-1]
        line.action_plan()
        self.assertEqual(self.visit.start, line.start)
        self.assertEqual(self._get_waiting(), [])
        self.assertEqual(self.visit.announced_start, line.start)
        self.assertFalse(self.visit._get_changed_lines())
        # The next mail replaces what the customer's calendar has.
        self.assertEqual(self.visit.ics_sequence, 1)
        domain = self.visit._get_backlog_rescheduled_domain()
        self.assertNotIn(self.visit, self.visit.search(domain))
        # The next move is told again.
        self.visit.write({"start": at("2026-03-10 13:00")})
        self.assertEqual(self._get_waiting(), ["rescheduled"])

    def test_both_times_in_one_sentence_before_the_click(self):
        _action, finder = self._open()
        finder.line_ids.write({"start": at("2026-03-04 14:00"), "stop": at("2026-03-04 15:00")})
        line = finder.line_ids.filtered(lambda each: each.technician_id == self.technician)[0]
        sentence = "From Thursday 5 March, 10:00 to Wednesday 4 March, 14:00."
        self.assertEqual(line.change, sentence)
        with Form(finder) as form:
            form.own_start = at("2026-03-04 14:00")
            self.assertEqual(form.own_change, sentence)
        action = finder.action_take_own_time()
        self.assertEqual(action["params"]["message"], f"{self.visit.name}: {sentence}")

    def test_the_technician_need_not_be_told(self):
        _action, finder = self._open()
        self.assertTrue(finder.can_tell_technician)
        finder.tell_technician = False
        line = finder.line_ids[-1]
        before = self.env["mail.message"].search_count([("message_type", "=", "user_notification")])
        line.action_plan()
        after = self.env["mail.message"].search_count([("message_type", "=", "user_notification")])
        self.assertEqual(after, before)
        self.assertEqual(self.visit.technician_notified_start, line.start)
        self.env.ref("support_center.automation_notify_technician").active = False
        self.assertFalse(self._open()[1].can_tell_technician)

    def test_the_rule_is_off(self):
        self.env.ref("support_center.automation_send_rescheduled").active = False
        _action, finder = self._open()
        self.assertIn("nobody is written to", finder.notice_note)

    def test_the_rule_was_deleted(self):
        self.env.ref("support_center.automation_send_rescheduled").unlink()
        _action, finder = self._open()
        self.assertIn("nobody is written to", finder.notice_note)

    def test_into_a_collision_and_then_to_a_free_time(self):
        other = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-06 10:00"), state="confirmed"
        )
        _action, finder = self._open()
        finder.own_start = at("2026-03-06 10:30")
        with mute_logger("odoo.sql_db"):
            again = finder.action_take_own_time()
        # The page stays, says why not and when else, and nothing has changed.
        self.assertEqual((again["res_model"], again["res_id"]), (finder._name, finder.id))
        for part in ("First Technician", "already booked", other.name, "next free times"):
            self.assertIn(part, finder.refusal)
        self.assertEqual(self.visit.start, at("2026-03-05 10:00"))
        self.assertEqual(self._get_waiting(), [])
        finder.own_start = at("2026-03-06 13:00")
        action = finder.action_take_own_time()
        self.assertEqual(action["tag"], "support_center.undo")
        self.assertEqual(action["params"]["next"]["type"], "ir.actions.act_window_close")
        self.assertEqual(self.visit.start, at("2026-03-06 13:00"))
        self.assertEqual(self.visit.technician_id, self.technician)
        self.assertEqual(self._get_waiting(), ["rescheduled"])

    def test_outside_of_hours_is_refused_in_words(self):
        _action, finder = self._open()
        finder.own_start = at("2026-03-07 10:00")
        finder.action_take_own_time()
        self.assertIn("does not work on that day", finder.refusal)
        finder.action_search()
        self.assertFalse(finder.refusal)

    def test_no_time_was_entered(self):
        _action, finder = self._open()
        with self.assertRaisesRegex(UserError, "Enter the other time"):
            finder.action_take_own_time()
