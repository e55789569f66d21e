from unittest.mock import patch

from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestCompiledTemplates(SupportMailCase):
    """The text of our mail templates is compiled once, and cleaned once for each mail."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref("support_center.mail_template_appointment_reminder")

    def _create_due(self, hour, **values):
        return self._create_appointment(
            start=at(f"2026-03-03 0{hour}:00"), state="confirmed", technician_id=False,
            send_confirmation_email=False, **values,
        )  # fmt: skip

    def _remind(self, visit):
        """The body of the reminder of ``visit``, as it is sent."""
        self.env["support.appointment"]._cron_send_reminders()
        return self._get_notices(visit, "reminder").body_html

    def _count_compiled(self, work):
        """How many texts that are no views are compiled while ``work`` runs."""
        model = type(self.env["ir.qweb"])
        generate, compiled = model._generate_code, []

        def note(this, template):
            if isinstance(template, etree._Element):
                compiled.append(template)
            return generate(this, template)

        with patch.object(model, "_generate_code", note):
            work()
        return len(compiled)

    def test_many_reminders_compile_their_text_once(self):
        run = self.env["support.appointment"]._cron_send_reminders
        self.env.registry.clear_cache("templates")
        self._create_due(1)
        of_one = self._count_compiled(run)
        self.assertTrue(of_one)
        self.env.registry.clear_cache("templates")
        visits = [self._create_due(hour) for hour in range(2, 8)]
        self.assertEqual(self._count_compiled(run), of_one)
        for visit in visits:
            self.assertIn(visit.name, self._get_notices(visit).body_html)
        # Odoo 19.0 looks once a batch whether there is code in a text.
        self._create_due(5)
        self.assertEqual(self._count_compiled(run), of_one - 1)

    def test_an_edited_text_is_the_one_that_is_sent(self):
        self.template.body_html = "<p>First <t t-out='object.name'/></p>"
        first = self._create_due(1)
        self.assertEqual(self._remind(first), f"<p>First {first.name}</p>")
        self.template.body_html = "<p>Second <t t-out='object.name'/></p>"
        second = self._create_due(2)
        self.assertEqual(self._remind(second), f"<p>Second {second.name}</p>")

    def test_the_chatter_shows_the_cleaned_text(self):
        self.template.body_html = (
            '<p onclick="alert(1)">Hello <b t-out="object.name"/></p><script>alert(2)</script>'
        )
        visit = self._create_due(1)
        self.assertIn(visit.name, self._remind(visit))
        message = self._get_notices(visit).mail_message_id
        message.invalidate_recordset()
        self.assertEqual(message.body, f"<p>Hello <b>{visit.name}</b></p>")
        self.assertIn(message, visit.message_ids)

    def test_the_text_is_read_in_the_same_transaction_too(self):
        vals = {"subject": "x", "body": "<p>a</p>", "body_html": "<p>a</p>"}
        mail = self.env["support.notifier"]._create_mails([vals])
        self.assertEqual((mail.body, mail.mail_message_id.body), ("<p>a</p>", "<p>a</p>"))

    def test_a_rule_on_messages_sees_the_text(self):
        model = self.env["ir.model"]._get("mail.message")
        self.env["base.automation"].create(
            {
                "name": "Archive our mails elsewhere",
                "model_id": model.id,
                "trigger": "on_create_or_write",
                "filter_domain": "[('body', 'like', 'Hello')]",
                "action_server_ids": [
                    (0, 0, {
                        "name": "Archive our mails elsewhere", "model_id": model.id,
                        "state": "code", "usage": "base_automation",
                        "code": "record.write({'email_layout_xmlid': 'seen'})",
                    })
                ],
            }
        )  # fmt: skip
        self.template.body_html = "<p>Hello <t t-out='object.name'/></p>"
        visit = self._create_due(1)
        self._remind(visit)
        message = self._get_notices(visit).mail_message_id
        self.assertEqual(message.email_layout_xmlid, "seen")

    def test_a_picture_in_the_text_becomes_an_attachment(self):
        pixel = (
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0"
            "lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
        )
        self.template.body_html = f'<p>Hello <img src="data:image/png;base64,{pixel}"></p>'
        visit = self._create_due(1)
        self._remind(visit)
        message = self._get_notices(visit).mail_message_id
        self.assertNotIn("base64", message.body)
        self.assertIn("/web/image/", message.body)

    def test_who_may_not_write_code_gains_nothing_from_what_is_kept(self):
        """Odoo refuses code while it compiles: what an administrator may render is kept apart."""
        text = "<p>Hello <t t-esc='object.sudo().name'/></p>"
        # By default, every employee may.
        editors = self.env.ref("mail.group_mail_template_editor")
        self.env.ref("base.group_user").implied_ids -= editors
        user = new_test_user(self.env, "no_code", groups="base.group_user")
        templates = self.env["support.notifier"]._get_template("mail_template_appointment_reminder")
        render = self.env["mail.render.mixin"].with_context(templates.env.context)
        partner = self.env.user.partner_id
        shown = render._render_template_qweb(text, "res.partner", partner.ids)
        self.assertIn(partner.name, shown[partner.id])
        with self.assertRaises(AccessError):
            render.with_user(user)._render_template_qweb(text, "res.partner", partner.ids)
