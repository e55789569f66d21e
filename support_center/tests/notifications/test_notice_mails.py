from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import SupportMailCase


@tagged("post_install", "-at_install")
class TestNoticeMails(SupportMailCase):
    """The mails themselves: what they carry, whose server sends them, what takes them away."""

    def _confirm(self, **values):
        appointment = self._create_appointment(**values)
        appointment.action_confirm()
        return appointment

    def test_another_customer_is_told_and_the_one_before_is_not_forgotten(self):
        other = self.env["res.partner"].create({"name": "Other", "email": "other@example.com"})
        for names in ((), ("action_draft", "action_confirm")):
            with self.subTest(names):
                visit = self._confirm().with_user(self.user_dispatcher)
                with self.mock_mail_gateway():
                    self._get_notices(visit.sudo()).send()
                if names:
                    getattr(visit, names[0])()
                visit.partner_id = other
                if names:
                    getattr(visit, names[1])()
                mail = self._get_notices(visit.sudo())[-1]
                self.assertEqual(mail.support_notice, "confirmation")
                self.assertEqual(mail.recipient_ids, other)
                self.assertEqual(visit.customer_email, "other@example.com")
                self.assertNotIn("Known Customer", mail.body_html)
                self.assertTrue(visit.confirmation_sent)
                self.assertIn("Known Customer was told", visit.activity_ids.note)
                visit.action_cancel()

    def test_what_is_on_the_queue_still_does_not_reach_the_wrong_customer(self):
        other = self.env["res.partner"].create({"name": "Other", "email": "other@example.com"})
        visit = self._confirm()
        visit.partner_id = other
        mails = self._get_notices(visit)
        self.assertEqual(mails.mapped("state"), ["cancel", "outgoing"])
        self.assertEqual(mails[-1].recipient_ids, other)
        self.assertFalse(visit.activity_ids)

    def test_what_a_template_was_given_in_settings_is_sent_along(self):
        view = self.env["ir.ui.view"].create(
            {"type": "qweb", "key": "support_center.sheet", "arch": "<t><p>What to bring</p></t>"}
        )
        self.env["ir.model.data"].create(
            {"module": "support_center", "name": "sheet", "model": view._name, "res_id": view.id}
        )
        report = self.env["ir.actions.report"].create(
            {
                "name": "Sheet",
                "model": "support.appointment",
                "report_type": "qweb-html",
                "report_name": "support_center.sheet",
                "print_report_name": "'Sheet of ' + object.name",
            }
        )
        terms = self.env["ir.attachment"].create({"name": "terms.txt", "raw": b"Terms"})
        template = self.env.ref("support_center.mail_template_appointment_confirmation")
        template.write(
            {
                "report_template_ids": [(6, 0, report.ids)],
                "attachment_ids": [(6, 0, terms.ids)],
                "email_cc": "house@example.com",
            }
        )
        appointment = self._create_appointment()
        appointment.with_user(self.user_dispatcher).action_confirm()
        mail = self._get_notices(appointment)
        self.assertEqual(mail.email_cc, "house@example.com")
        names = sorted(mail.attachment_ids.mapped("name"))
        self.assertEqual(
            [name.rpartition(".")[0] for name in names],
            [f"Sheet of {appointment.name}", "appointment", "terms"],
        )

    def test_another_company_s_mail_domain(self):
        """The queue is worked off in the first company."""
        domain = self.env["mail.alias.domain"].create(
            {"name": "second.example.com", "bounce_alias": "bounce2", "default_from": "notify2"}
        )
        company = self.env["res.company"].create({"name": "Second", "alias_domain_id": domain.id})
        mail = self._get_notices(self._confirm(company_id=company.id))
        self.assertEqual(mail.record_alias_domain_id, domain)
        with self.mock_mail_gateway():
            mail.send()
        (sent,) = self._mails
        self.assertEqual(sent["headers"]["Return-Path"], "bounce2@second.example.com")

    def test_whom_the_customer_expects_is_not_deleted_silently(self):
        """Deleted as a draft, it would be the visit that nobody called off."""
        appointment = self._confirm().with_user(self.user_manager)
        appointment.action_draft()
        with self.assertRaisesRegex(UserError, appointment.name):
            appointment.unlink()
        appointment.action_cancel()
        mail = self._get_notices(appointment.sudo(), "cancelled")
        appointment.unlink()
        self.assertFalse(appointment.exists())
        # What Odoo deletes with a record does not take the news to the customer with it.
        self.assertEqual(mail.state, "outgoing")
        with self.mock_mail_gateway():
            mail.send()
        self.assertEqual(self._mails[0]["email_to"], ['"Known Customer" <known@example.com>'])
        self.assertEqual(mail.state, "sent")
