from ast import literal_eval

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common import SupportMailCase, at

REMINDERS = "support_center.cron_send_appointment_reminders"
DELIVERIES = "support_center.cron_deliver_webhooks"


@tagged("post_install", "-at_install")
class TestActivationGuard(SupportMailCase):
    """What waited while a job or rule was off is not blasted when it is switched on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref(REMINDERS)

    def _create_due(self, number):
        """Confirmed visits of tomorrow morning, of which nobody was reminded."""
        return self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "start": at("2026-03-03 06:00"),
                    "state": "confirmed",
                    "send_confirmation_email": False,
                }
                for _each in range(number)
            ]
        )

    def _create_deliveries(self, number):
        visit = self._create_appointment()
        return self.env["support.webhook.delivery"].create(
            [
                {
                    "event": "appointment.confirmed",
                    "url": "https://example.com/hook",
                    "appointment_id": visit.id,
                    "next_try": at("2026-03-01 08:00"),
                    **self._get_delivery_defaults(visit, index),
                }
                for index in range(number)
            ]
        )

    def _get_delivery_defaults(self, visit, index):
        values = {
            "company_id": visit.company_id.id,
            "message_id": f"msg_{index}",
            "payload": "{}",
        }
        known = self.env["support.webhook.delivery"]._fields
        return {field: value for field, value in values.items() if field in known}

    def _send_reminders(self):
        self.env["support.appointment"]._cron_send_reminders()

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    def test_five_hundred_due_reminders_are_held_back(self):
        self.cron.active = False
        due = self._create_due(500)
        self.cron.active = True
        self.assertTrue(all(due.mapped("reminder_held")))
        self._send_reminders()
        self.assertFalse(self._get_notices(due))
        self.assertFalse(any(due.mapped("reminder_sent")))
        row = self._get_log(action="hold_backlog")
        self.assertEqual(len(row), 1)
        self.assertIn("500", row.message)
        activity = due.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertTrue(activity.user_id.has_group("support_center.group_support_manager"))
        self.assertIn("Health", activity.note)
        # What becomes due later is reminded of as ever.
        later = self._create_due(1)
        self._send_reminders()
        self.assertTrue(later.reminder_sent)
        self.assertFalse(any(due.mapped("reminder_sent")))

    def test_twenty_are_reminded_as_usual(self):
        self.cron.active = False
        due = self._create_due(20)
        self.cron.write({"active": True})
        self.assertFalse(any(due.mapped("reminder_held")))
        self.assertFalse(self._get_log(action="hold_backlog"))
        self._send_reminders()
        self.assertTrue(all(due.mapped("reminder_sent")))

    def test_a_job_that_was_on_holds_nothing(self):
        due = self._create_due(30)
        self.cron.write({"active": True, "interval_number": 2})
        self.assertFalse(any(due.mapped("reminder_held")))

    def test_other_jobs_hold_nothing(self):
        due = self._create_due(30)
        other = self.env.ref("support_center.cron_cleanup_old_appointments")
        other.active = True
        self.assertFalse(any(due.mapped("reminder_held")))

    def test_a_moved_visit_is_reminded_of_its_new_time(self):
        self.cron.active = False
        due = self._create_due(21)
        self.cron.active = True
        moved = due[0]
        moved.start = at("2026-03-03 07:00")
        self.assertFalse(moved.reminder_held)
        self._send_reminders()
        self.assertEqual(due.filtered("reminder_sent"), moved)

    def test_a_copy_is_not_held(self):
        self.cron.active = False
        due = self._create_due(21)
        self.cron.active = True
        self.assertFalse(due[0].copy().reminder_held)

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def _get_held_line(self, user):
        page = self.env["support.health"].with_user(user).create({})
        page.action_refresh()
        return page.check_line_ids.filtered("held_automation")

    def test_a_manager_sends_what_was_held_back(self):
        self.cron.active = False
        due = self._create_due(21)
        self.cron.active = True
        line = self._get_held_line(self.user_manager)
        self.assertEqual((line.count, line.severity), (21, "warning"))
        line.action_send_held()
        self.assertFalse(any(due.mapped("reminder_held")))
        self.assertFalse(due.activity_ids)
        self.assertTrue(self._get_log(action="release_backlog"))
        self._send_reminders()
        self.assertTrue(all(due.mapped("reminder_sent")))
        self.assertFalse(self._get_held_line(self.user_manager))

    def test_a_manager_leaves_what_was_held_back(self):
        self.cron.active = False
        due = self._create_due(21)
        self.cron.active = True
        self._get_held_line(self.user_manager).action_leave_held()
        self.assertTrue(all(due.mapped("reminder_held")))
        self.assertFalse(due.activity_ids)
        self.assertEqual(self._get_held_line(self.user_manager).severity, "ok")
        self._send_reminders()
        self.assertFalse(self._get_notices(due))

    def test_a_dispatcher_decides_nothing(self):
        with self.assertRaises(AccessError):
            self.env["support.health"].with_user(self.user_dispatcher).create({})
        with self.assertRaises(AccessError):
            self.env["support.dry.run"].with_user(self.user_dispatcher).create({})

    # ------------------------------------------------------------------
    # Webhooks
    # ------------------------------------------------------------------

    def test_old_deliveries_are_held_back_too(self):
        cron = self.env.ref(DELIVERIES)
        cron.active = False
        few = self._create_deliveries(20)
        cron.active = True
        self.assertFalse(any(few.mapped("held")))
        cron.active = False
        many = few | self._create_more_deliveries()
        cron.active = True
        self.assertTrue(all(many.mapped("held")))
        domain = self.env["support.webhook.delivery"]._get_backlog_deliveries_domain()
        self.assertFalse(many.search(domain))
        self.env["support.backlog"]._release("cron_deliver_webhooks")
        self.assertFalse(any(many.mapped("held")))
        self.assertEqual(many.search(domain), many)

    def _create_more_deliveries(self):
        rows = self.env["support.webhook.delivery"]
        visit = self._create_appointment()
        return rows.create(
            {
                "event": "appointment.done",
                "appointment_id": visit.id,
                "next_try": at("2026-03-01 08:00"),
                **self._get_delivery_defaults(visit, 99),
            }
        )

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    def test_five_hundred_unannounced_visits_get_no_mail_when_the_rule_is_switched_on(self):
        rule = self.env.ref("support_center.automation_send_confirmation")
        rule.active = False
        visits = self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "start": at("2026-03-05 10:00"),
                    "state": "confirmed",
                }
                for _each in range(500)
            ]
        )
        rule.active = True
        visits[:10].write({"description": "Some other change"})
        self.assertFalse(self._get_notices(visits))
        self.assertFalse(any(visits.mapped("confirmation_sent")))
        new = self._create_appointment(state="confirmed")
        self.assertTrue(new.confirmation_sent)

    # ------------------------------------------------------------------
    # Asking first
    # ------------------------------------------------------------------

    def _ask(self, switch):
        form = switch.new({"active": True}, origin=switch)
        answer = form._onchange_active_support_backlog()
        return answer and answer["warning"]["message"]

    def test_settings_ask_before_a_job_or_rule_is_switched_on(self):
        rule = self.env.ref("support_center.automation_send_confirmation")
        (self.cron | self.env.ref(DELIVERIES)).active = False
        rule.active = False
        self.assertIsNone(self._ask(self.cron))
        self._create_due(3)
        message = self._ask(self.cron)
        self.assertIn("3 record(s)", message)
        self.assertIn("next run", message)
        self.assertIn("Health", message)
        self._create_due(18)
        self.assertIn("held back", self._ask(self.cron))
        self._create_appointment(state="confirmed")
        self.assertIn("1 record(s)", self._ask(rule))
        self.cron.active = rule.active = True
        self.assertIsNone(self._ask(self.cron))
        self.assertIsNone(self._ask(rule))

    def test_unarchive_from_the_menu_shows_the_dry_run_first(self):
        rule = self.env.ref("support_center.automation_send_confirmation")
        for switch in (rule, self.cron):
            with self.subTest(switch.name):
                switch.active = False
                switch.action_unarchive()
                self.assertTrue(switch.active)
                switch.active = False
        self._create_due(1)
        self._create_appointment(state="confirmed")
        for switch in (rule, self.cron):
            with self.subTest(switch.name):
                action = switch.action_unarchive()
                self.assertFalse(switch.active)
                dry_run = self.env[action["res_model"]].browse(action["res_id"])
                self.assertEqual((dry_run.name, dry_run.count), (switch.name, 1))
                dry_run.action_switch_on()
                self.assertTrue(switch.active)

    def test_the_switch_in_settings_does_not_save_before_it_asks(self):
        view = self.env["ir.cron"].get_view(self.env.ref("base.ir_cron_view_form").id)
        (field,) = etree.fromstring(view["arch"]).iterfind(".//field[@name='active']")
        self.assertEqual(field.get("on_change"), "1")
        self.assertEqual(literal_eval(field.get("options")), {"autosave": False})

    def test_the_form_in_settings_asks(self):
        self.cron.active = False
        self._create_due(3)
        answer = self.cron.onchange({"active": True}, ["active"], {"active": {}})
        self.assertIn("3 record(s)", answer["warning"]["message"])
