from dataclasses import replace
from unittest.mock import patch

from odoo.tests import tagged

from ..common import SupportCase

# As administrators know the pages: scheduled actions, then rules, each in the order of a request.
IN_ORDER = [
    "cron_send_appointment_reminders",
    "cron_ask_for_ratings",
    "cron_pass_on_offers",
    "cron_acknowledge_customers",
    "cron_deliver_webhooks",
    "cron_cleanup_old_appointments",
    "cron_generate_appointment_statistics",
    "cron_send_day_sheets",
    "automation_process_email",
    "automation_intake_answer",
    "automation_understand_reply",
    "automation_send_confirmation",
    "automation_send_rescheduled",
    "automation_send_updated",
    "automation_send_cancelled",
    "automation_send_on_the_way",
    "automation_send_report",
    "automation_notify_technician",
    "automation_sync_ticket_status",
    "automation_webhook_create",
    "automation_webhook_response",
    "automation_reoffer_slot",
    "automation_tell_hit_visits",
    "automation_tell_schedule_conflicts",
]
SAMPLES_IN_ORDER = [
    "mail_template_appointment_confirmation",
    "mail_template_appointment_reminder",
    "mail_template_appointment_rescheduled",
    "mail_template_appointment_cancelled",
    "mail_template_appointment_updated",
    "mail_template_appointment_on_the_way",
    "mail_template_appointment_report",
    "mail_template_appointment_rating",
    "mail_template_appointment_offer",
    "mail_template_intake_answer",
]


@tagged("post_install", "-at_install")
class TestAutomationRegistry(SupportCase):
    """Each rule, scheduled action and mail template is described once, and the pages show it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry_service = cls.env["support.automation.registry"]
        cls.automations = cls.registry_service._get_sorted_automations()
        cls.templates = cls.registry_service._get_sorted_templates()

    def test_the_pages_have_them_in_their_order(self):
        checks = self.env["support.health.check"]
        shown = [row.get("automation") for row in checks._check_crons() + checks._check_rules()]
        self.assertEqual([name for name in shown if name], IN_ORDER)
        panel = self.env["support.settings.panel"]
        rows = panel.load("automation")["rows"]
        self.assertEqual([row["key"] for row in rows if row["key"] != "odoo_mail_queue"], IN_ORDER)
        self.assertEqual([row["key"] for row in panel.load("mail")["rows"]], SAMPLES_IN_ORDER)

    def test_what_is_described_is_there(self):
        for name, automation in self.automations.items():
            with self.subTest(name):
                records = self.env[automation.model]
                switch = self.registry_service._get_switch(name)
                self.assertEqual(switch.model_id.model, automation.model)
                self.assertEqual(switch.active, automation.is_on)
                methods = [automation.domain, automation.handler, automation.held_domain]
                for method in filter(None, methods):
                    self.assertTrue(callable(getattr(records, method)))
                if automation.hold:
                    self.assertIn(automation.hold, records._fields)
                    self.assertTrue(automation.held_domain, "what is held back is to be found")
                if automation.asks_on:
                    self.assertIn(automation.asks_on, records._fields)
                if automation.template:
                    self.assertIn(automation.template, self.templates)

    def test_every_sample_is_of_a_mail_that_an_automation_sends(self):
        sent = {automation.template for automation in self.automations.values()}
        samples = {xmlid for xmlid, template in self.templates.items() if template.sample}
        self.assertLessEqual(samples, sent)

    def test_every_template_of_appointments_is_described(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "support_center"), ("model", "=", "mail.template")]
        )
        self.assertEqual(set(data.mapped("name")), set(self.templates))

    def test_words_are_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        german = self.registry_service.with_context(lang="de_DE")._get_automations()
        name = "automation_send_confirmation"
        self.assertNotEqual(german[name].description, self.automations[name].description)
        self.assertNotEqual(german[name].effect, self.automations[name].effect)

    def test_an_automation_of_another_addon_goes_by_its_full_xml_id(self):
        shipped = self.env.ref("support_center.automation_send_updated")
        rule = shipped.copy({"name": "Thank for Visits", "active": True})
        self.env["ir.model.data"].create(
            {
                "module": "other_addon",
                "name": "automation_thank",
                "model": rule._name,
                "res_id": rule.id,
            }
        )
        name = "other_addon.automation_thank"
        described = replace(self.automations["automation_send_updated"], domain="")
        automations = {**self.automations, name: described}
        registry = self.registry_service
        with patch.object(type(registry), "_get_automations", lambda _self: automations):
            self.assertEqual(registry._get_switch(name), rule)
            self.assertEqual(registry._get_names(rule), {rule.id: name})
            (row,) = (
                row
                for row in self.env["support.health.check"]._check_rules()
                if row.get("automation") == name
            )
            self.assertEqual(row["name"], "Thank for Visits")
            rows = self.env["support.settings.panel"].load("automation")["rows"]
            self.assertIn(name, [row["key"] for row in rows])
