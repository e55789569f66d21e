from unittest.mock import patch

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.support_center.models.health.support_health_mail import TEMPLATES

from ..common import at
from .common import HealthCase

PROBE = "odoo.addons.support_center.models.health.support_health_mail.probe"


@tagged("post_install", "-at_install")
class TestHealthChecks(HealthCase):
    """Each thing that can go wrong is a line with the link that mends it."""

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
        self._assert_line("Webhook out", "problem", "shorter than 24 bytes")
        set_param("support_center.webhook_secret", "whsec_" + "a2V5" * 8)
        set_param("support_center.webhook_secret_previous", "nonsense")
        self._assert_line("Webhook out", "problem", "whsec_")
        set_param("support_center.webhook_secret_previous", "whsec_" + "a2V6" * 8)
        self._assert_line("Webhook out", "ok", "two secrets")
        set_param("support_center.webhook_secret_previous", "")
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

    def test_visits_that_had_lost_their_customer_before_it_was_refused(self):
        label = "Confirmed without a customer"
        self._assert_line(label, "ok", "has a customer")
        visit = self._create_appointment(state="confirmed")
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE support_appointment DROP CONSTRAINT support_appointment_live_has_customer"
        )
        self.env.cr.execute(
            "UPDATE support_appointment SET partner_id = NULL WHERE id = %s", [visit.id]
        )
        self.env.invalidate_all()
        self._assert_opens(self._assert_line(label, "warning", "upgrade the module"), visit)

    def test_the_booking_guarantee(self):
        label = "Booking guarantee"
        self._assert_line(label, "ok", "refuses every double booking")
        self.env.cr.execute(
            "ALTER TABLE support_appointment DROP CONSTRAINT support_appointment_no_double_booking"
        )
        self._assert_line(label, "problem", "nothing is in its way")
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
        self._assert_line("Integration users", "ok", "None of the 1 has")
        groups = "support_center.group_support_integration,base.group_partner_manager"
        user = new_test_user(self.env, login="too_much", groups=groups)
        line = self._assert_line(f"Integration user {user.name}", "warning", "more rights")
        self._assert_opens(line, user)

    def _set_zone_of_mails(self, zone):
        self.env["ir.config_parameter"].set_param("support_center.intake_timezone", zone)

    def test_a_zone_of_mails_that_nobody_works_in(self):
        self.env["res.users"].search([]).tz = "Europe/Berlin"
        self.env["support.technician"].search([]).resource_id.tz = "Europe/Berlin"
        self._set_zone_of_mails("UTC")
        self._assert_line(
            "support_center.intake_timezone", "warning", "people here work in Europe/Berlin"
        )
        self._set_zone_of_mails("Europe/Berlin")
        self._assert_line("Parameters", "ok", "All can be read")

    @mute_logger("support_center.automation")
    def test_parameters_that_cannot_be_read(self):
        self._set_zone_of_mails("Europe/Berlin")
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
    # Technicians
    # ------------------------------------------------------------------

    def test_technicians_are_in_order(self):
        self._create_appointment(technician_id=self.technician.id)
        self._assert_line("Technicians", "ok", "no visit was left behind")

    def test_two_technicians_of_one_user_of_before_it_was_refused(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_technician SET user_id = %s WHERE id = %s",
            [self.user_technician.id, self.technician_2.id],
        )
        self.env.invalidate_all()
        line = self._assert_line("Technicians with the same user", "problem", "Second Technician")
        self._assert_opens(line, self.technician)
        self._assert_opens(line, self.technician_2)

    def test_a_technician_whose_user_is_archived(self):
        self.user_technician.active = False
        line = self._assert_line("Technicians with an archived user", "warning", "First Technician")
        self._assert_opens(line, self.technician)
        self.technician.active = False
        self.assertFalse(
            self._get_lines().filtered(lambda row: row.name == "Technicians with an archived user")
        )

    def test_visits_left_behind(self):
        left = self._create_appointment(technician_id=self.technician_2.id)
        gone = self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-06 10:00")
        )
        self.technician_2.active = False
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_technician SET company_id = %s WHERE id = %s",
            [company.id, self.technician.id],
        )
        self.env.invalidate_all()
        for user in (self.admin, self.user_manager):
            line = self._assert_line(
                "Visits left behind", "warning", "somebody else", self._look(user)
            )
            self.assertEqual(line.count, 2)
            for visit in (left, gone):
                self._assert_opens(line, visit)
