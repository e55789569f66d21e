from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import at
from ..common_dialogue import DialogueCase
from ..health.common import HealthCase

CONFIRMATION = "support_center.mail_template_appointment_confirmation"
NAME = "Support Appointment Confirmation"
NOBODY = {"partner_to": False, "email_to": False}


@tagged("post_install", "-at_install")
class TestTemplateFaults(HealthCase):
    """What nobody gets, or what says nothing, does not count as told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.template = cls.env.ref(CONFIRMATION)
        # A visit that Health can try the templates with.
        cls.known = cls._create_appointment(start=at("2026-03-20 10:00"))

    def _confirm(self, **values):
        visit = self._create_appointment(**values)
        visit.action_confirm()
        self.env.flush_all()
        self.env.invalidate_all()
        return visit

    def _assert_not_told(self, fault, health=True):
        """Nothing is queued or marked; log, appointment and Health say why."""
        visit = self._confirm()
        self.assertFalse(self._get_notices(visit))
        self.assertFalse(visit.confirmation_sent)
        self.assertFalse(visit.announced_start)
        row = self._get_log(visit, "send_confirmation")
        self.assertEqual(row.outcome, "skipped")
        for text in (NAME, fault):
            self.assertIn(text, row.message)
            self.assertIn(text, visit.with_user(self.user_dispatcher).warning_message)
            self.assertIn(text, visit.activity_ids.note)
        self.assertEqual(visit.activity_ids.summary, "The customer was not told")
        if health:
            self._assert_opens(self._assert_line(NAME, "problem", fault), self.template)
        return visit

    def _assert_told_once_mended(self, visit):
        self.assertIn("left out", visit.warning_message)
        visit._rule_send_confirmation()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self._get_notices(visit).state, "outgoing")
        self.assertTrue(visit.confirmation_sent)
        self.assertNotIn("left out", visit.warning_message or "")

    def test_nobody(self):
        kept = self.template.partner_to
        self.template.write(NOBODY)
        visit = self._assert_not_told("names nobody")
        self.template.partner_to = kept
        self._assert_told_once_mended(visit)

    def test_an_expression_that_comes_to_nothing(self):
        for vals in (
            {"email_to": "{{ object.ticket_id.partner_id.email }}"},
            {"email_to": "{{ object.technician_id.email or '' }}"},
            {"email_to": "nobody at all"},
            {"partner_to": "{{ object.location or '' }}"},
            {"partner_to": "99999999"},
            {"email_cc": "boss@example.com"},
        ):
            with self.subTest(vals=vals):
                self.template.write({**NOBODY, "email_cc": False, **vals})
                self._assert_not_told("names nobody")

    def test_a_recipient_without_an_address(self):
        other = self.env["res.partner"].create({"name": "No Address", "email": "broken@"})
        self.template.write({**NOBODY, "partner_to": str(other.id)})
        self._assert_not_told("names nobody")

    def test_a_recipient_on_the_blacklist(self):
        self.env["mail.blacklist"]._add("boss@example.com")
        self.template.write({**NOBODY, "email_to": "boss@example.com"})
        self._assert_not_told("names nobody")

    def test_recipients_of_another_kind_are_taken(self):
        for vals in (
            {"email_to": "Boss <boss@example.com>"},
            {"email_to": "{{ object.customer_email }}"},
            {"use_default_to": True},
        ):
            with self.subTest(vals=vals):
                self.template.write({**NOBODY, "use_default_to": False, **vals})
                visit = self._confirm()
                self.assertTrue(visit.confirmation_sent)
                self.assertEqual(len(self._get_notices(visit)), 1)
        self.assertFalse(
            self._get_lines().filtered(lambda line: line.name == NAME and line.severity != "ok")
        )

    def test_in_a_batch_each_for_itself(self):
        self.template.write(
            {**NOBODY, "partner_to": "{{ object.partner_id.id if object.location else '' }}"}
        )
        visits = self.env["support.appointment"].create(
            [
                {"partner_id": self.customer.id, "start": at("2026-03-05 10:00"), "location": where}
                for where in ("Here", False, "There")
            ]
        )
        visits.action_confirm()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(visits.mapped("confirmation_sent"), [True, False, True])
        self.assertEqual(len(self._get_notices(visits)), 2)
        self.assertFalse((visits[0] | visits[2]).activity_ids)
        self.assertEqual(len(visits[1].activity_ids), 1)

    def test_a_template_without_text(self):
        for body in (False, "<p><br></p>", "<div> </div>"):
            with self.subTest(body=body):
                self.template.body_html = body
                self._assert_not_told("has no text")

    def test_a_template_without_text_for_this_visit(self):
        self.template.body_html = "<p><t t-out=\"object.location or ''\"/></p>"
        self._assert_not_told("has no text")
        self.assertTrue(self._confirm(location="Somewhere").confirmation_sent)

    def test_a_template_of_something_else(self):
        self.template.model_id = self.env["ir.model"]._get("support.ticket")
        self._assert_not_told("no template of appointments any more")

    def test_an_archived_template(self):
        self.template.active = False
        visit = self._assert_not_told("is archived")
        self.template.active = True
        self._assert_told_once_mended(visit)

    def test_a_deleted_template(self):
        self.template.unlink()
        visit = self._confirm()
        self.assertFalse(visit.confirmation_sent)
        self.assertIn("was deleted", visit.warning_message)
        self._assert_line(NAME, "problem", "was deleted")

    def test_an_archived_mail_server(self):
        self.template.mail_server_id = self.env["ir.mail_server"].create(
            {"name": "Old Post", "smtp_host": "old.example", "active": False}
        )
        visit = self._confirm()
        self.assertFalse(self._get_notices(visit).mail_server_id)
        self._assert_line(NAME, "warning", "“Old Post” is archived")
        self._send_queue()
        self.assertEqual(self._get_notices(visit).state, "sent")

    def test_a_template_without_subject(self):
        self.template.subject = False
        visit = self._confirm()
        self.assertEqual(self._get_notices(visit).subject, visit.name)
        self._assert_line(NAME, "warning", "no subject")

    def test_a_template_whose_mails_are_deleted_once_sent(self):
        self.template.auto_delete = True
        visit = self._confirm()
        with self.mock_mail_gateway(mail_unlink_sent=True):
            self.env["mail.mail"].process_email_queue()
        self.assertFalse(self._get_notices(visit))
        self.assertTrue(visit.confirmation_sent)
        self.assertNotIn("left out", visit.warning_message or "")
        self.assertIn(visit.name, str(visit.message_ids.mapped("subject")))

    def test_every_kind_of_notice(self):
        for kind in ("rescheduled", "updated", "cancelled"):
            with self.subTest(kind=kind):
                visit = self._confirm()
                self.env.ref(f"support_center.mail_template_appointment_{kind}").write(NOBODY)
                known = visit.announced_start
                if kind == "cancelled":
                    visit.action_cancel()
                else:
                    visit.write(
                        {"start": at("2026-03-06 10:00")}
                        if kind == "rescheduled"
                        else {"location": "Elsewhere"}
                    )
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertFalse(self._get_notices(visit, kind))
                self.assertEqual(visit.announced_start, known)
                self.assertEqual(self._get_log(visit, f"send_{kind}").outcome, "skipped")
                self.assertIn("names nobody", visit.activity_ids.note)

    def test_a_reminder_is_logged_once_and_sent_once_mended(self):
        template = self.env.ref("support_center.mail_template_appointment_reminder")
        kept = template.partner_to
        template.write(NOBODY)
        visit = self._create_appointment(
            start=at("2026-03-03 06:00"), state="confirmed", send_confirmation_email=False
        )
        for _hour in range(3):
            self.env["support.appointment"]._cron_send_reminders()
        self.assertFalse(visit.reminder_sent)
        self.assertEqual(len(self._get_log(visit, "send_reminder")), 1)
        template.partner_to = kept
        self.env["support.appointment"]._cron_send_reminders()
        self.assertTrue(visit.reminder_sent)
        self.assertEqual(len(self._get_notices(visit, "reminder")), 1)

    def test_many_make_few_activities(self):
        self.template.write(NOBODY)
        visits = self.env["support.appointment"].create(
            [{"partner_id": self.customer.id, "start": at("2026-03-05 10:00")}] * 15
        )
        visits.action_confirm()
        self.env.flush_all()
        self.assertEqual(len(visits.activity_ids), 10)
        self.assertEqual(len(self._get_log(action="send_confirmation")), 15)

    def test_a_sample_of_a_template_that_cannot_be_used(self):
        self.template.active = False
        with self.assertRaisesRegex(UserError, "is archived"):
            self.env["support.mail.sample"].with_user(self.admin)._send(
                "mail_template_appointment_confirmation"
            )


@tagged("post_install", "-at_install")
class TestAnswerTemplateFaults(DialogueCase):
    """The mails to those who asked for a visit, likewise."""

    def test_an_answer_is_made_up_for_once_the_template_is_mended(self):
        template = self.env.ref("support_center.mail_template_intake_answer")
        kept = template.body_html
        for vals in ({"active": False}, {"body_html": False}):
            with self.subTest(vals=vals):
                template.write(vals)
                draft = self._send_mail(message_id=f"<{id(vals)}@example.com>")
                self.env.flush_all()
                self.assertEqual(draft.intake_state, "accepted")
                self.assertFalse(self._get_notices(draft, "answer"))
                self.assertEqual(self._get_log(draft, "intake_answer").outcome, "skipped")
                self.assertEqual(draft.activity_ids.summary, "The customer was not told")
                template.write({"active": True, "body_html": kept})
                draft._rule_answer_request()
                self.assertEqual(len(self._get_notices(draft, "answer")), 1)

    def test_a_deleted_template_of_answers(self):
        self.env.ref("support_center.mail_template_intake_answer").unlink()
        with mute_logger("support_center.automation"):
            draft = self._send_mail()
            self.env.flush_all()
        self.assertIn("was deleted", self._get_log(draft, "intake_answer").message)

    def test_an_answer_without_subject_by_an_archived_server(self):
        server = self.env["ir.mail_server"].create(
            {"name": "Old Post", "smtp_host": "old.example", "active": False}
        )
        template = self.env.ref("support_center.mail_template_intake_answer")
        template.write({"subject": False, "mail_server_id": server.id})
        draft = self._send_mail()
        mail = self._get_notices(draft, "answer")
        self.assertEqual(mail.subject, "APPOINTMENT_REQUEST")
        self.assertFalse(mail.mail_server_id)

    def test_a_rejection(self):
        draft = self._send_mail()
        self.env.ref("support_center.mail_template_request_rejected").active = False
        draft.intake_state = "review"
        draft._reject("Too far away", is_told=True)
        self.assertFalse(self._get_notices(draft)[1:])
        self.assertIn("is archived", draft.message_ids[0].body)
