from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.support_center.models.support_backlog import AUTOMATIONS
from odoo.addons.support_center.models.support_health_mail_mixin import TEMPLATES

from .common import SupportHttpCase, SupportMailCase, at

PROBE = "odoo.addons.support_center.models.support_health_mail_mixin.probe"


@tagged("post_install", "-at_install")
class TestHealth(SupportMailCase):
    """Each thing that can go wrong is a line with the link that mends it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(cls.env, login="support_admin", groups="base.group_system")

    def _look(self, user=None):
        page = self.env["support.health"].with_user(user or self.admin).create({})
        page.action_refresh()
        return page

    def _get_lines(self, page=None):
        page = page or self._look()
        return page.automation_line_ids | page.check_line_ids

    def _get_line(self, name, page=None):
        lines = self._get_lines(page).filtered(lambda line: line.name == name)
        self.assertEqual(len(lines), 1, name)
        return lines

    def _assert_line(self, name, severity, text, page=None):
        line = self._get_line(name, page)
        self.assertEqual(line.severity, severity, line.message)
        self.assertIn(text, line.message)
        return line

    def _assert_opens(self, line, record):
        """The line's button leads to the record, alone or in a list."""
        action = line.action_open()
        self.assertEqual(action["res_model"], record._name)
        if action.get("res_id"):
            self.assertEqual(action["res_id"], record.id)
        else:
            found = self.env[record._name].with_context(**action["context"])
            self.assertIn(record, found.search(action["domain"]))

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    def test_all_rules_and_jobs_are_lines_with_their_state(self):
        lines = self._look().automation_line_ids
        self.assertEqual(set(lines.mapped("automation")) - {False}, set(AUTOMATIONS))
        for line in lines.filtered("automation"):
            switch = self.env.ref(f"support_center.{line.automation}")
            self.assertEqual(line.name, switch.name)
            self.assertEqual(line.is_on, switch.active)
            self._assert_opens(line, switch)

    def test_a_fresh_database_has_no_problem_of_ours(self):
        crons = [name for name in AUTOMATIONS if name.startswith("cron_")]
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
        line = self._assert_line(cron.name, "problem", "1 it would handle")
        self.assertEqual(line.count, 1)
        cron.unlink()
        line = self._assert_line("cron_send_appointment_reminders", "problem", "deleted")
        self._assert_opens(line, self.env.ref("base.module_support_center"))

    def test_jobs_that_fail_in_a_row(self):
        cron = self.env.ref("support_center.cron_send_appointment_reminders")
        if "failure_count" not in cron._fields:
            return  # 17.0 does not count
        cron.failure_count = 3
        self._assert_line(cron.name, "problem", "Failed 3 time(s)")

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
        self._assert_line(rule.name, "problem", "1 it would handle")
        rule.active = True
        line = self._assert_line(rule.name, "warning", "1 missed it")
        self.assertEqual(line.count, 1)
        rule.action_server_ids.unlink()
        self._assert_line(rule.name, "problem", "no action")

    # ------------------------------------------------------------------
    # Mail
    # ------------------------------------------------------------------

    def test_the_mail_server_that_is_not_set(self):
        self.env["ir.mail_server"].search([]).unlink()
        self._assert_line("Outgoing mail server", "warning", "None is set")
        server = self.env["ir.mail_server"].create({"name": "Post", "smtp_host": "smtp.example"})
        self._assert_opens(self._assert_line("Outgoing mail server", "ok", "smtp.example"), server)

    def test_the_mail_server_is_asked_only_by_its_button(self):
        self.env["ir.mail_server"].search([]).unlink()
        self.env["ir.mail_server"].create({"name": "Post", "smtp_host": "smtp.example"})
        with patch(PROBE, return_value="connection refused") as probe:
            page = self._look()
            probe.assert_not_called()
            page.action_test_mail_server()
            probe.assert_called_once_with("smtp.example", 25, ssl=False)
        self._assert_line("Post: connection", "problem", "connection refused", page)
        with patch(PROBE, return_value=""):
            page.action_test_mail_server()
        self._assert_line("Post: connection", "ok", "answers", page)

    def test_mails_that_failed_or_are_stuck(self):
        visit = self._create_appointment(state="confirmed")
        mail = self._get_notices(visit)
        self._assert_line("Mail queue", "ok", "No mail of ours")
        mail.state = "exception"
        self._assert_opens(self._assert_line("Mails that failed", "problem", "not sent"), mail)
        mail.state = "outgoing"
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_mail SET create_date = %s WHERE id = %s",
            [at("2026-03-02 05:00"), mail.id],
        )
        self._assert_opens(self._assert_line("Mails on the queue", "warning", "two hours"), mail)

    def test_the_address_for_requests(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        alias.alias_domain_id = self.env["mail.alias.domain"].search([], limit=1)
        label = "Address for requests"
        self._assert_line(label, "ok", "appointments@")
        alias.alias_domain_id = False
        self._assert_opens(self._assert_line(label, "warning", "No alias domain"), alias)
        alias.alias_contact = "followers"
        self._assert_line(label, "warning", "Not everybody")
        alias.alias_model_id = self.env.ref("base.model_res_partner")
        self._assert_line(label, "problem", "no appointments")
        alias.unlink()
        self._assert_line(label, "problem", "deleted")

    def test_templates_that_are_gone_or_cannot_be_rendered(self):
        self._create_appointment()
        self._assert_line("Mail templates", "ok", "can be rendered")
        module = self.env.ref("base.module_support_center")
        for xmlid, name in TEMPLATES.items():
            with self.subTest(xmlid):
                template = self.env.ref(f"support_center.{xmlid}")
                self.assertEqual(template.name, name)
                self._break(template)
                with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
                    line = self._assert_line(name, "problem", "cannot be rendered")
                self._assert_opens(line, template)
                template.unlink()
                self._assert_opens(self._assert_line(name, "problem", "deleted"), module)

    def test_a_template_of_another_model(self):
        template = self.env.ref("support_center.mail_template_appointment_updated")
        model = self.env.ref("base.model_res_partner")
        template.flush_recordset()
        self.env.cr.execute(
            "UPDATE mail_template SET model_id = %s, model = %s WHERE id = %s",
            [model.id, model.model, template.id],
        )
        template.invalidate_recordset()
        self._assert_opens(self._assert_line(template.name, "problem", "Applies to"), template)

    def _break(self, template):
        """As a database holds it: 19.0 refuses it at the door, an upgrade lets it in."""
        template.flush_recordset()
        self.env.cr.execute(
            "UPDATE mail_template SET subject = jsonb_build_object('en_US', %s) WHERE id = %s",
            ["{{ object.no_such_field }}", template.id],
        )
        template.invalidate_recordset()

    # ------------------------------------------------------------------
    # Webhooks
    # ------------------------------------------------------------------

    def test_webhook_settings_matter_while_the_rules_are_on(self):
        self._assert_line("Webhooks", "ok", "Not in use")
        set_param = self.env["ir.config_parameter"].set_param
        set_param("support_center.webhook_secret", "")
        self.env.ref("support_center.automation_webhook_response").active = True
        self._assert_line("Webhook out", "problem", "no address is set")
        set_param("support_center.webhook_response_url", "ftp://example.com")
        self._assert_line("Webhook out", "problem", "no http(s) address")
        set_param("support_center.webhook_response_url", "https://example.com/hook")
        self._assert_line("Webhook out", "warning", "No secret")
        set_param("support_center.webhook_secret", "whsec_c2VjcmV0")
        line = self._assert_line("Webhook out", "ok", "https://example.com/hook")
        self.assertEqual(line.action_open()["res_model"], "res.config.settings")

    def test_the_company_of_requests_by_webhook(self):
        self.env.ref("support_center.automation_webhook_create").active = True
        set_param = self.env["ir.config_parameter"].set_param
        self.env["res.company"].create({"name": "Second"})
        set_param("support_center.webhook_company_id", "")
        self._assert_line("Webhook in", "warning", "there are several")
        set_param("support_center.webhook_company_id", "x1")
        self._assert_line("Webhook in", "problem", "does not exist")
        set_param("support_center.webhook_company_id", str(self.env.company.id))
        self._assert_line("Webhook in", "ok", self.env.company.name)

    def test_deliveries_that_were_given_up_or_are_late(self):
        visit = self._create_appointment()
        values = {
            "company_id": visit.company_id.id,
            "message_id": "msg_1",
            "payload": "{}",
            "appointment_id": visit.id,
            "event": "appointment.done",
            "state": "pending",
            "next_try": at("2026-03-02 07:00"),
        }
        deliveries = self.env["support.webhook.delivery"]
        known = {field: value for field, value in values.items() if field in deliveries._fields}
        delivery = deliveries.create(known)
        self._assert_opens(self._assert_line("Webhooks waiting", "warning", "past"), delivery)
        delivery.state = "dead"
        self._assert_opens(self._assert_line("Webhooks given up", "problem", "never"), delivery)

    # ------------------------------------------------------------------
    # Data and rights
    # ------------------------------------------------------------------

    def test_requests_that_wait(self):
        self._assert_line("Requests not read", "ok", "Every request was read")
        rule = self.env.ref("support_center.automation_process_email")
        rule.active = False
        draft = self._send_mail()
        self._assert_opens(self._assert_line("Requests not read", "warning", "no rule"), draft)
        rule.active = True
        review = self._send_mail("customer_name: X", message_id="<2@example.com>")
        self._assert_opens(self._assert_line("Requests to review", "warning", "look"), review)

    def test_the_booking_guarantee(self):
        label = "Booking guarantee"
        self._assert_line(label, "ok", "refuses every double booking")
        self.env.cr.execute(
            "ALTER TABLE support_appointment DROP CONSTRAINT support_appointment_no_double_booking"
        )
        self._assert_line(label, "problem", "Upgrade the module")
        one, two = (
            self._create_appointment(
                technician_id=self.technician.id, start=at(f"2026-03-0{day} 10:00")
            )
            for day in (5, 6)
        )
        (one | two).action_confirm()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET busy_start = %s, busy_stop = %s WHERE id IN %s",
            [at("2026-03-05 10:00"), at("2026-03-07 11:00"), (one | two)._ids],
        )
        line = self._assert_line(label, "problem", f"{one.name} / {two.name}")
        self._assert_opens(line, one)
        self._assert_opens(line, two)

    def test_an_integration_user_with_more_rights(self):
        self._assert_line("Integration users", "ok", "none with other rights")
        groups = "support_center.group_support_integration,base.group_partner_manager"
        user = new_test_user(self.env, login="too_much", groups=groups)
        line = self._assert_line(f"Integration user {user.name}", "warning", "more rights")
        self._assert_opens(line, user)

    @mute_logger("support_center.automation")
    def test_parameters_that_cannot_be_read(self):
        self._assert_line("Parameters", "ok", "All can be read")
        for key, value, words in (
            ("support_center.reminder_hours", "soon", "24 is taken"),
            ("support_center.cleanup_days", "-1", "180 is taken"),
            ("support_center.intake_timezone", "Mars/Olympus", "UTC is taken"),
            ("support_center.webhook_allow_private", "perhaps", "no is taken"),
        ):
            with self.subTest(key):
                self.env["ir.config_parameter"].set_param(key, value)
                line = self._assert_line(key, "warning", words)
                parameter = self.env["ir.config_parameter"].search([("key", "=", key)])
                self._assert_opens(line, parameter)

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
            [dict(vals, state="confirmed", location="L") for _each in range(1000)]
        )
        many = self._count_queries()
        self.assertLessEqual(many, few + 5)
        self.assertLess(many, 250)


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
