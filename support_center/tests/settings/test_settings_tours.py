from odoo.tests import new_test_user, tagged

from ..common import SupportHttpCase
from ..webhooks.receiver import ReceiverMixin, receiving


@tagged("post_install", "-at_install")
class TestSettingsTours(ReceiverMixin, SupportHttpCase):
    """An administrator on the settings page, in a browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company_2 = cls.env["res.company"].create({"name": "Second Support Company"})
        cls.admin = new_test_user(
            cls.env,
            login="support_admin",
            groups="base.group_system,base.group_multi_company",
            email="support.admin@example.com",
            # Who has but one company is in no group for several, so Odoo sees to it.
            company_ids=[(6, 0, (cls.env.company | cls.company_2).ids)],
        )

    def _walk(self, tour):
        action = self.env.ref("support_center.res_config_settings_action")
        self.start_tour(f"/web#action={action.id}", tour, login=self.admin.login)
        self.env.invalidate_all()

    def _read(self, key):
        return self.env["ir.config_parameter"].get_param(f"support_center.{key}")

    def test_every_setting_is_changed_and_read_back(self):
        self._walk("support_center_settings")
        stored = {
            "reminder_hours": "48",
            "cleanup_days": "90",
            "intake_timezone": "Africa/Abidjan",
            "auto_assign": "True",
            "calendar_mirror": "False",
            "webhook_response_url": "http://127.0.0.1:9/hook",
            "webhook_secret": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz",
            "webhook_allow_private": "True",
            "webhook_company_id": str(self.company_2.id),
        }
        self.assertEqual({key: self._read(key) for key in stored}, stored)
        alias = self.env.ref("support_center.mail_alias_appointments")
        self.assertEqual(alias.alias_name, "visits")

    def test_the_panels_switch_send_a_sample_and_ping(self):
        deliveries = self.env["support.webhook.delivery"]
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("support_center.webhook_allow_private", "True")
        with receiving(deliveries._get_or_make_secret()) as receiver:
            parameters.set_param("support_center.webhook_response_url", receiver.url)
            self._walk("support_center_settings_panels")
        self.assertEqual([message["type"] for message in receiver.messages], ["ping"])
        self.assertTrue(self.env.ref("support_center.automation_send_confirmation").active)
        self.assertTrue(self.env.ref("support_center.automation_webhook_create").active)
        sample = self.env["mail.mail"].search([("support_notice", "=", "sample")])
        self.assertEqual(sample.recipient_ids, self.admin.partner_id)
