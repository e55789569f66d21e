from email.message import EmailMessage

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import GUIDE_MAIL, SupportMailCase, at

GUIDE_VERBATIM = """\
customer_email: customer@example.com
customer_name: John Doe
requested_date: 2025-01-15 14:00:00
description: Network issue
priority: high
"""


@tagged("post_install", "-at_install")
class TestIntakeMail(SupportMailCase):
    def test_the_guide_s_mail_with_its_date_ahead(self):
        draft = self._send_mail()
        self.assertEqual(len(draft), 1)
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.source, "email")
        self.assertEqual(draft.intake_state, "accepted")
        self.assertRegex(draft.name, r"^APT/2026/\d{5}$")
        self.assertEqual(draft.customer_email, "customer@example.com")
        self.assertEqual(draft.customer_name, "John Doe")
        self.assertEqual(draft.requested_date, at("2026-03-05 14:00"))
        self.assertEqual(draft.start, at("2026-03-05 14:00"))
        self.assertEqual(draft.description, "Network issue")
        self.assertEqual(draft.priority, "2")
        contacts = self.env["res.partner"].search([("email", "=", "customer@example.com")])
        self.assertEqual(draft.partner_id, contacts)
        self.assertEqual(draft.create_uid, self.env.ref("base.user_root"))
        message = draft.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertIn("Network issue", message.body)
        self.assertEqual(message.subject, "APPOINTMENT_REQUEST")
        self.assertEqual(self._get_log(draft, "process_email").outcome, "ok")

    def test_a_header_with_nul_loses_no_mail(self):
        message = EmailMessage()
        message["From"] = "John Doe <customer@example.com>"
        message["To"] = "appointments@%s" % self.alias_domain
        message["Message-Id"] = "<nul@example.com>"
        message.set_content(GUIDE_MAIL)
        raw = message.as_bytes()
        # "APPOINTMENT_REQUEST" and a NUL
        draft = self._process_raw(b"Subject: =?utf-8?b?QVBQT0lOVE1FTlRfUkVRVUVTVAA=?=\n" + raw)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.intake_subject, "APPOINTMENT_REQUEST")

    def test_the_same_message_id_again_makes_nothing(self):
        self.assertEqual(len(self._send_mail()), 1)
        self.assertFalse(self._send_mail())

    def test_the_guide_s_mail_verbatim_is_past_and_says_so(self):
        draft = self._send_mail(GUIDE_VERBATIM)
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(draft.start)
        self.assertEqual(draft.requested_date, at("2025-01-15 14:00"))
        self.assertIn("past", draft.intake_note)
        self.assertIn("2025-01-15 14:00:00", draft.intake_note)
        self.assertFalse(draft.partner_id)
        self.assertEqual(draft.customer_email, "customer@example.com")
        self.assertEqual(draft.priority, "2")
        self.assertFalse(self.env["res.partner"].search([("email", "=", "customer@example.com")]))
        self.assertEqual(self._get_log(draft, "process_email").outcome, "skipped")

    def test_ordinary_mail_is_kept_for_review(self):
        draft = self._send_mail("Hello,\n\nmy printer is on fire.\n", subject="Help")
        self.assertEqual(draft.intake_state, "review")
        self.assertIn("requested_date", draft.intake_note)
        self.assertIn("printer", draft.description)
        self.assertIn("printer", draft.message_ids.filtered(lambda m: m.subject == "Help").body)

    def test_a_full_form_is_accepted_whatever_the_subject(self):
        self.assertEqual(self._send_mail(subject="Hi there").intake_state, "accepted")

    def test_sender_stands_in_and_the_note_says_so(self):
        draft = self._send_mail("requested_date: 2026-03-05 14:00\ndescription: x\n")
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.partner_id.email, "customer@example.com")
        self.assertIn("customer@example.com", draft.intake_note)

    def test_website_form_from_an_internal_user_s_address(self):
        self.user_employee.email = "web@example.com"
        draft = self._send_mail(sender="web@example.com")
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.customer_email, "customer@example.com")
        self.assertIn("web@example.com", draft.intake_note)

    def test_the_company_s_own_address_does_not_stand_in(self):
        self.env.company.email = "office@%s" % self.alias_domain
        draft = self._send_mail("requested_date: 2026-03-05 14:00\n", sender=self.env.company.email)
        self.assertEqual(draft.intake_state, "review")
        self.assertIn("customer_email", draft.intake_note)

    def test_time_zone_of_mails(self):
        self.env["ir.config_parameter"].set_param(
            "support_center.intake_timezone", "Europe/Brussels"
        )
        self.assertEqual(self._send_mail().start, at("2026-03-05 13:00"))
        draft = self._send_mail(GUIDE_MAIL + "timezone: Asia/Tokyo\n", message_id="<2@example.com>")
        self.assertEqual(draft.start, at("2026-03-05 05:00"))
        self.assertEqual(draft.timezone, "Asia/Tokyo")

    def test_what_people_write(self):
        for number, (text, expected) in enumerate(
            [
                ("05.03.2026 14:00", "2026-03-05 14:00"),
                ("tomorrow 2pm", "2026-03-03 14:00"),
                ("5 March 2026 at 2:30 pm", "2026-03-05 14:30"),
            ]
        ):
            with self.subTest(text):
                draft = self._send_mail(
                    f"requested_date: {text}\n", message_id=f"<date-{number}@example.com>"
                )
                self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
                self.assertEqual(draft.start, at(expected))
        draft = self._send_mail("requested_date: 01/04/2026 10:00\n", message_id="<a@example.com>")
        self.assertEqual(draft.intake_state, "review")

    def test_html_only_table(self):
        message = EmailMessage()
        message["From"] = "form@example.com"
        message["To"] = "appointments@%s" % self.alias_domain
        message["Subject"] = "New entry"
        message["Message-Id"] = "<html@example.com>"
        message.set_content(
            "<html><body><table>"
            "<tr><td><b>Customer Email</b></td><td>customer@example.com</td></tr>"
            "<tr><td>Requested date</td><td>2026-03-05 14:00</td></tr>"
            "<tr><td>Description</td><td>&lt;script&gt;alert(1)&lt;/script&gt; broken</td></tr>"
            "</table></body></html>",
            subtype="html",
        )
        draft = self._send_mail(message=message)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.customer_email, "customer@example.com")
        self.assertIn("broken", draft.description)

    def test_attachments_are_kept(self):
        message = EmailMessage()
        message["From"] = "customer@example.com"
        message["To"] = "appointments@%s" % self.alias_domain
        message["Subject"] = "APPOINTMENT_REQUEST"
        message["Message-Id"] = "<attached@example.com>"
        message.set_content(GUIDE_MAIL)
        message.add_attachment(b"photo", maintype="image", subtype="png", filename="photo.png")
        draft = self._send_mail(message=message)
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "support.appointment"), ("res_id", "=", draft.id)]
        )
        self.assertEqual(attachments.mapped("name"), ["photo.png"])

    def test_robots_make_nothing_and_that_is_logged(self):
        for number, headers in enumerate(
            [
                [("Auto-Submitted", "auto-replied")],
                [("X-Autoreply", "yes")],
                [("Precedence", "list"), ("List-Id", "<news.example.com>")],
            ]
        ):
            with self.subTest(headers):
                made = self._send_mail(
                    "Hello there.", headers=headers, message_id=f"<r{number}@example.com>"
                )
                self.assertFalse(made)
        rows = self._get_log(action="receive_email")
        self.assertEqual(rows.mapped("outcome"), ["skipped"] * 3)

    def test_a_form_written_by_a_program_is_a_request(self):
        draft = self._send_mail(headers=[("Auto-Submitted", "auto-generated")])
        self.assertEqual(draft.intake_state, "accepted")
        self.assertTrue(draft.intake_automatic)

    def test_a_sender_of_many_is_not_dropped(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 2)
        for number in range(4):
            made = self._send_mail(message_id=f"<many-{number}@example.com>")
            self.assertEqual(len(made), 1)

    def test_a_reply_in_the_thread_is_added_to_the_appointment(self):
        draft = self._send_mail()
        made = self._send_mail(
            "Please ring twice.",
            subject="Re: APPOINTMENT_REQUEST",
            message_id="<reply@example.com>",
            headers=[("In-Reply-To", "<request-1@example.com>")],
        )
        self.assertFalse(made)
        self.assertIn("ring twice", "".join(draft.message_ids.mapped("body")))

    def test_rule_off_leaves_it_received_and_on_again_reads(self):
        rule = self.env.ref("support_center.automation_process_email")
        rule.active = False
        draft = self._send_mail()
        self.assertEqual(draft.intake_state, "received")
        self.assertFalse(draft.partner_id)
        self.assertIn("Network issue", draft.intake_raw)
        rule.active = True
        self.assertEqual(self._send_mail(message_id="<2@example.com>").intake_state, "accepted")
        # The action by hand, on nothing at all, reads what waits.
        self.env.ref("support_center.server_action_process_email_appointment").run()
        self.assertEqual(draft.intake_state, "accepted")

    @mute_logger("support_center.automation")
    def test_nothing_a_mail_holds_raises(self):
        """A fault in our own code leaves the draft, the log and an activity."""

        def _broken(_self, _appointment):
            raise ZeroDivisionError("a fault of ours")

        self.patch(self.env.registry["support.intake"], "_read_mail", _broken)
        draft = self._send_mail()
        self.assertEqual(draft.intake_state, "received")
        self.assertEqual(self._get_log(draft, "process_email").outcome, "failed")
        self.assertTrue(draft.activity_ids)
        self.assertIn("Network issue", "".join(draft.message_ids.mapped("body")))

    def test_broken_mails_are_read_all_the_same(self):
        to = "appointments@%s" % self.alias_domain
        head = f"From: customer@example.com\r\nTo: {to}\r\nSubject: APPOINTMENT_REQUEST\r\n"
        form = GUIDE_MAIL.replace("\n", "\r\n")
        broken = {
            "unknown charset": "Content-Type: text/plain; charset=no-such-charset\r\n\r\n" + form,
            "multipart without boundary": "Content-Type: multipart/mixed\r\n\r\n" + form,
            "no headers of content": "\r\n" + form,
            "attachment in an unknown charset": (
                'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
                "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + form + "\r\n"
                "--b\r\nContent-Type: text/csv; charset=x-unknown\r\n"
                'Content-Disposition: attachment; filename="a.csv"\r\n\r\n1;2\r\n--b--\r\n'
            ),
        }
        for number, (name, text) in enumerate(broken.items()):
            with self.subTest(name):
                raw = f"Message-Id: <broken-{number}@example.com>\r\n{head}{text}".encode()
                draft = self._process_raw(raw)
                self.assertEqual(len(draft), 1)
                self.assertEqual(draft.customer_email, "customer@example.com")
                self.assertEqual(draft.intake_state, "accepted", draft.intake_note)

    def test_external_ref_of_a_mail(self):
        first = self._send_mail(GUIDE_MAIL + "external_ref: W-1\n")
        self.assertEqual(first.external_ref, "W-1")
        second = self._send_mail(GUIDE_MAIL + "external_ref: W-1\n", message_id="<2@example.com>")
        self.assertEqual(second.intake_state, "review")
        self.assertIn(first.name, second.intake_note)

    def test_alias_defaults_that_no_longer_fit_lose_no_mail(self):
        alias = self.env.ref("support_center.mail_alias_appointments")
        alias.alias_defaults = "{'type_id': 999999999, 'gone': 1}"
        with mute_logger("odoo.sql_db", "support_center.automation"):
            draft = self._send_mail()
        self.assertEqual(draft.intake_state, "accepted")

    def test_dispatcher_accepts_a_draft_for_review(self):
        draft = self._send_mail("customer_email: customer@example.com\nrequested_date: soon\n")
        self.assertEqual(draft.intake_state, "review")
        draft.with_user(self.user_dispatcher).action_accept_request()
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.partner_id.email, "customer@example.com")
