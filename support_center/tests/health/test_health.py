from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SupportHttpCase, at
from .common import HealthCase


@tagged("post_install", "-at_install")
class TestHealth(HealthCase):
    """The page, and what it says of rules and jobs."""

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    def test_all_rules_and_jobs_are_lines_with_their_state(self):
        lines = self._look().automation_line_ids
        self.assertEqual(set(lines.mapped("automation")) - {False}, set(self._get_automations()))
        for line in lines.filtered("automation"):
            switch = self.env.ref(f"support_center.{line.automation}")
            self.assertEqual(line.name, switch.name)
            self.assertEqual(line.is_on, switch.active)
            self._assert_opens(line, switch)

    def test_a_fresh_database_has_no_problem_of_ours(self):
        crons = [name for name in self._get_automations() if name.startswith("cron_")]
        for name in [f"support_center.{name}" for name in crons] + [
            "mail.ir_cron_mail_scheduler_action"
        ]:
            self.env.ref(name).nextcall = fields.Datetime.now() + timedelta(minutes=5)
        page = self._look()
        problems = self._get_lines(page).filtered(lambda line: line.severity == "problem")
        self.assertFalse(problems.mapped(lambda line: f"{line.name}: {line.message}"))
        self.assertEqual(page.problem_count, 0)

    def test_the_worst_comes_first(self):
        self.env.ref("support_center.mail_template_appointment_reminder").unlink()
        page = self._look()
        self.assertEqual(page.check_line_ids[0].severity, "problem")
        self.assertGreater(page.problem_count, 0)

    def test_every_button_leads_somewhere(self):
        self._create_appointment()
        for user in (self.admin, self.user_manager):
            for line in self._get_lines(self._look(user)).filtered("can_open"):
                with self.subTest(user=user.login, line=line.name):
                    action = line.action_open()
                    model = self.env[action["res_model"]].with_user(user)
                    if action.get("res_id"):
                        self.assertTrue(model.browse(action["res_id"]).read(["display_name"]))
                    elif action["res_model"] != "res.config.settings":
                        model.search(action["domain"], limit=1)

    def test_who_finds_the_page(self):
        menu = self.env.ref("support_center.menu_support_health")
        for user, is_seen in (
            (self.admin, True),
            (self.user_manager, True),
            (self.user_dispatcher, False),
            (self.user_employee, False),
        ):
            with self.subTest(user.login):
                visible = self.env["ir.ui.menu"].with_user(user)._visible_menu_ids()
                self.assertEqual(menu.id in visible, is_seen)
                self.assertEqual(menu.parent_id.id in visible, is_seen)

    def test_a_check_that_fails_is_a_line_and_the_others_are_shown(self):
        checks = type(self.env["support.health.check"])

        def _fail(this):
            this.env.cr.execute("SELECT 1 / 0")

        with (
            patch.object(checks, "_check_alias", _fail),
            mute_logger("odoo.sql_db"),
            self.assertLogs("support_center.automation", "ERROR"),
        ):
            page = self._look()
        line = self._assert_line("Address for requests", "problem", "DivisionByZero", page)
        self.assertFalse(line.can_open)
        self.assertTrue(self._get_line("Booking guarantee", page))

    def test_looking_again_shows_what_is_so_now(self):
        rule = self.env.ref("support_center.automation_send_confirmation")
        rule.active = False
        page = self._look()
        self._assert_line(rule.name, "warning", "Switched off", page)
        rule.active = True
        page.action_refresh()
        self._assert_line(rule.name, "ok", "nothing missed", page)

    # ------------------------------------------------------------------
    # Rules and crons
    # ------------------------------------------------------------------

    def test_a_job_that_is_off_overdue_or_deleted(self):
        cron = self.env.ref("support_center.cron_send_appointment_reminders")
        cron.nextcall = at("2026-03-02 08:30")
        cron.lastcall = at("2026-03-02 07:30")
        line = self._assert_line(cron.name, "ok", "On time")
        self.assertEqual((line.last_run, line.next_run), (cron.lastcall, cron.nextcall))
        cron.nextcall = at("2026-03-02 06:59")
        self._assert_line(cron.name, "problem", "Overdue")
        cron.nextcall = at("2026-03-02 07:01")
        self._assert_line(cron.name, "ok", "On time")
        cron.active = False
        self._assert_line(cron.name, "warning", "Switched off")
        self._create_appointment(
            start=at("2026-03-03 06:00"), state="confirmed", send_confirmation_email=False
        )
        line = self._assert_line(cron.name, "problem", "it would handle 1")
        self.assertEqual(line.count, 1)
        cron.unlink()
        line = self._assert_line("cron_send_appointment_reminders", "problem", "deleted")
        self._assert_opens(line, self.env.ref("base.module_support_center"))

    def test_jobs_that_fail_in_a_row(self):
        cron = self.env.ref("support_center.cron_send_appointment_reminders")
        if "failure_count" not in cron._fields:
            return  # 17.0 does not count
        cron.failure_count = 3
        self._assert_line(cron.name, "problem", "Failed 3 times")

    def test_what_is_off_when_installed_is_fine(self):
        self._assert_line("Cleanup Old Appointments", "ok", "as it is when installed")
        self._assert_line("Webhook Appointment Creation", "ok", "as it is when installed")

    def test_odoo_s_own_mail_queue(self):
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        cron.active = False
        line = self._assert_line(cron.name, "problem", "no mail leaves the queue")
        self._assert_opens(line, cron)

    def test_a_rule_that_is_off_and_what_it_missed(self):
        rule = self.env.ref("support_center.automation_send_confirmation")
        self._assert_line(rule.name, "ok", "nothing missed")
        rule.active = False
        self._assert_line(rule.name, "warning", "Switched off")
        self._create_appointment(state="confirmed")
        self._assert_line(rule.name, "problem", "it would handle 1")
        rule.active = True
        line = self._assert_line(rule.name, "warning", "1 missed it")
        self.assertEqual(line.count, 1)
        rule.action_server_ids.unlink()
        self._assert_line(rule.name, "problem", "no action")

    # ------------------------------------------------------------------
    # Cost
    # ------------------------------------------------------------------

    def _count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env["support.health.check"].with_user(self.admin)._run_checks()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def test_the_number_of_queries_does_not_grow_with_appointments(self):
        rules = self.env["base.automation"].search([("model_name", "=", "support.appointment")])
        rules.active = False
        vals = {"partner_id": self.customer.id, "start": at("2026-03-03 06:00")}
        self.env["support.appointment"].create([dict(vals, state="confirmed")])
        self._count_queries()
        few = self._count_queries()
        self.env["support.appointment"].create(
            [dict(vals, state="confirmed", location="L") for _each in range(100)]
        )
        many = self._count_queries()
        self.assertLessEqual(many, few + 5)
        self.assertLess(many, 300)


@tagged("post_install", "-at_install")
class TestHealthPage(SupportHttpCase):
    def test_an_administrator_finds_a_deleted_template(self):
        user = new_test_user(
            self.env,
            login="support_health",
            groups="base.group_system,support_center.group_support_manager",
        )
        self.env.ref("support_center.mail_template_appointment_reminder").unlink()
        self.env.ref("support_center.automation_webhook_response").active = False
        self.customer.name = "Tour Customer"
        self._create_appointment(
            start=fields.Datetime.now() + timedelta(days=3),
            state="confirmed",
            send_confirmation_email=False,
        )
        action = self.env.ref("support_center.support_health_action")
        self.start_tour(f"/web#action={action.id}", "support_center_health", login=user.login)
