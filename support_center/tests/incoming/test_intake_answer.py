import smtplib
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import GUIDE_MAIL, at
from ..common_dialogue import WRONG_MAIL, DialogueCase


@tagged("post_install", "-at_install")
class TestIntakeAnswer(DialogueCase):
    # ------------------------------------------------------------------
    # What it says
    # ------------------------------------------------------------------

    def test_two_wrong_lines_are_marked_with_what_is_expected(self):
        draft = self._send_mail(WRONG_MAIL)
        self.assertEqual(draft.intake_state, "review")
        answer = self._get_answers(draft)
        self.assertEqual(len(answer), 1)
        self.assertEqual(answer.state, "outgoing")
        self.assertFalse(answer.auto_delete)
        self.assertEqual(answer.email_to, '"John Doe" <customer@example.com>')
        self.assertIn(draft.name, answer.subject)
        text = self._get_text(answer)
        lines = text.splitlines()
        date = lines.index("requested_date: 2026-02-30 14:00")
        self.assertIn("✗ “2026-02-30 14:00” names a day that does not exist.", lines[date + 1])
        self.assertIn("Expected: a future date and time, like 2030-01-15 14:00.", lines[date + 1])
        priority = lines.index("priority: asap")
        self.assertIn("Expected: low, normal, high or urgent", lines[priority + 1])
        self.assertEqual(text.count("✗"), 2)
        for line in (
            "customer_email: customer@example.com",
            "customer_name: John Doe",
            "description: Network issue",
        ):
            self.assertIn(line, lines)
        self.assertIn("only the corrected lines", text)
        self.assertEqual(self._get_log(draft, "intake_answer").outcome, "ok")

    def test_an_accepted_request_is_told_as_it_was_understood(self):
        draft = self._send_mail(GUIDE_MAIL + "timezone: Europe/Brussels\nduration: 90 min\n")
        self.assertEqual(draft.intake_state, "accepted")
        answer = self._get_answers(draft)
        self.assertEqual(len(answer), 1)
        text = self._get_text(answer)
        self.assertIn("5 March 2026", text)
        self.assertIn("(Europe/Brussels)", text)
        self.assertIn("priority: high", text)
        self.assertIn("duration: 1.5 h", text)
        self.assertIn("A confirmation follows", text)
        self.assertNotIn("✗", text)

    def test_nothing_of_a_contact_is_told_to_somebody_who_names_its_address(self):
        self.customer.name = "Secret Name"
        draft = self._send_mail(
            "customer_email: known@example.com\nrequested_date: 2026-03-05 14:00\n",
            sender="someone@example.com",
        )
        self.assertEqual(draft.partner_id, self.customer)
        answer = self._get_answers(draft)
        self.assertEqual(answer.email_to, "known@example.com")
        self.assertNotIn("Secret Name", answer.body_html)
        self.assertNotIn(self.customer.phone, answer.body_html)

    def test_all_from_outside_is_escaped(self):
        draft = self._send_mail(
            "customer_name: <script>alert(1)</script>\npriority: <b>asap</b>\n"
            "description: <img src=x onerror=alert(1)>\nrequested_date: <i>soon</i>\n",
            sender='"<u>Eve</u>" <customer@example.com>',
        )
        html = self._get_answers(draft).body_html
        for tag in ("<script", "<b>asap", "<img", "<i>soon", "<u>"):
            self.assertNotIn(tag, html)
        self.assertIn("&lt;script&gt;alert(1)&lt;/script&gt;", html)

    def test_language_and_zone_of_a_german_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        template = self.env.ref("support_center.mail_template_intake_answer")
        template.with_context(lang="de_DE").subject = "{{ object.name }}: Ihre Anfrage"
        self.env["res.partner"].create(
            {
                "name": "Jürgen Groß",
                "email": "customer@example.com",
                "lang": "de_DE",
                "tz": "Europe/Berlin",
            }
        )
        draft = self._send_mail()
        answer = self._get_answers(draft)
        self.assertEqual(answer.subject, f"{draft.name}: Ihre Anfrage")
        text = self._get_text(answer)
        self.assertIn("Donnerstag, 5. März 2026", text)
        self.assertIn("15:00 (Europe/Berlin)", text)

    def test_an_unknown_customer_is_answered_in_the_company_s_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env.company.partner_id.lang = "de_DE"
        draft = self._send_mail()
        self.assertIn("Donnerstag", self._get_text(self._get_answers(draft)))
        self.assertEqual(draft.partner_id.lang, "de_DE")

    def test_the_preview_works_with_any_appointment(self):
        template = self.env.ref("support_center.mail_template_intake_answer")
        appointment = self._create_appointment(description="By hand")
        values = template._generate_template(appointment.ids, ("subject", "body_html"))
        body = values[appointment.id]["body_html"]
        self.assertIn("By hand", body)
        self.assertIn("known@example.com", body)

    # ------------------------------------------------------------------
    # How it is sent
    # ------------------------------------------------------------------

    def test_headers_of_the_message_that_leaves(self):
        draft = self._send_mail(
            headers=[("References", "<first@example.com>"), ("In-Reply-To", "<first@example.com>")]
        )
        answer = self._get_answers(draft)
        headers = self._build(answer)
        self.assertEqual(headers["Auto-Submitted"], "auto-replied")
        self.assertEqual(headers["X-Auto-Response-Suppress"], "All")
        self.assertEqual(headers["In-Reply-To"], "<request-1@example.com>")
        self.assertEqual(
            headers["References"].split(), ["<first@example.com>", "<request-1@example.com>"]
        )
        self.assertIn("appointments@%s" % self.alias_domain, headers["Reply-To"])
        self.assertIn("customer@example.com", headers["To"])

    def test_a_customer_s_own_mail_is_not_sent_back_to_them(self):
        draft = self._send_mail()
        answer = self._get_answers(draft)
        self.assertEqual(len(answer), 1)
        self.assertIn("we have your request", answer.subject)
        message = draft.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(message.author_id, draft.partner_id)

    def test_a_stranger_s_mail_is_not_passed_on_to_whom_it_names(self):
        draft = self._send_mail(sender="someone@example.com")
        self.assertIn(draft.partner_id, draft.message_partner_ids)
        mails = self._get_answers(draft)
        # The answer alone, and not the stranger's own words below it.
        self.assertEqual(mails.mapped("email_to"), ["customer@example.com"])
        self.assertIn("we have your request", mails.subject)
        self.assertFalse(mails.recipient_ids)

    def test_once_a_reading(self):
        draft = self._send_mail(WRONG_MAIL)
        draft._rule_answer_request()
        self.env.ref("support_center.server_action_intake_answer").with_context(
            active_model=draft._name, active_ids=draft.ids, active_id=draft.id
        ).run()
        # By hand with nothing new, it is read again but there is nothing to tell.
        draft.with_user(self.user_dispatcher).action_process_email()
        self.assertEqual(len(self._get_answers(draft)), 1)
        self.assertFalse(self._send_mail(WRONG_MAIL))
        self.assertEqual(len(self._get_answers(draft)), 1)
        copy = draft.copy()
        self.assertFalse(copy.intake_round or copy.intake_answered_round or copy.intake_references)

    def test_read_again_by_hand_with_another_result(self):
        draft = self._send_mail(GUIDE_MAIL + "type: Special\n")
        self.assertEqual(draft.intake_state, "review")
        self.env["support.appointment.type"].create({"name": "Special", "code": "spc"})
        draft.with_user(self.user_dispatcher).action_process_email()
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(len(self._get_answers(draft)), 2)

    # ------------------------------------------------------------------
    # Who gets none
    # ------------------------------------------------------------------

    def _assert_no_answer(self, draft, word):
        self.assertEqual(len(draft), 1)
        self.assertFalse(self._get_answers(draft))
        row = self._get_log(draft, "intake_answer")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn(word, row.message)

    def test_robots_lists_and_bounces(self):
        kinds = [
            [("Auto-Submitted", "auto-replied")],
            [("List-Id", "<news.example.com>")],
            [("Return-Path", "<>")],
        ]
        before = self.env["mail.mail"].search_count([])
        for number, headers in enumerate(kinds):
            with self.subTest(headers):
                self.assertFalse(
                    self._send_mail(
                        "Hello there.", headers=headers, message_id=f"<k{number}@example.com>"
                    )
                )
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_programs(self):
        for number, headers in enumerate(
            [
                [("Auto-Submitted", "auto-generated")],
                [("Precedence", "bulk")],
                [("X-Auto-Response-Suppress", "All")],
            ]
        ):
            with self.subTest(headers):
                draft = self._send_mail(headers=headers, message_id=f"<p{number}@example.com>")
                self.assertEqual(draft.intake_state, "accepted")
                self._assert_no_answer(draft, "program")

    def test_senders_that_nobody_reads(self):
        wish = "requested_date: 2026-03-05 14:00\n"
        self._assert_no_answer(self._send_mail(wish, sender="no-reply@example.com"), "program")
        draft = self._send_mail(wish, sender="nobody", message_id="<2@example.com>")
        self._assert_no_answer(draft, "sender")

    def test_why_nobody_is_answered_is_worded_once(self):
        for number, (address, word) in enumerate(
            (
                ("no-reply@example.com", "program"),
                ("office@company.example.com", "our own"),
                ("gone@example.com", "opted out"),
            )
        ):
            with self.subTest(address):
                if word == "opted out":
                    self.env["mail.blacklist"].create({"email": address})
                draft = self._send_mail(
                    f"customer_email: {address}\nrequested_date: soon\n",
                    sender="person@example.com",
                    message_id=f"<once-{number}@example.com>",
                )
                row = self._get_log(draft, "intake_answer")
                self.assertIn(word, row.message)
                wizard = self.env["support.reject.wizard"].create(
                    {"appointment_ids": draft.ids, "reason": "No."}
                )
                self.assertEqual(wizard.telling, row.message)
                draft._write_marks(
                    {"customer_message_from": address, "acknowledge_at": "2026-03-02 07:00:00"}
                )
                self.env["support.appointment"]._cron_acknowledge_customers()
                self.assertEqual(self._get_log(draft, "acknowledge").message, row.message)
                self.assertFalse(self._get_answers(draft))

    def test_our_own_addresses(self):
        for number, sender in enumerate(
            [
                "office@company.example.com",
                f"appointments@{self.alias_domain}",
                self.env.company.alias_domain_id.catchall_email,
            ]
        ):
            with self.subTest(sender):
                draft = self._send_mail(
                    "Hello there.", sender=sender, message_id=f"<own-{number}@example.com>"
                )
                self._assert_no_answer(draft, "our own")

    def test_an_opted_out_sender(self):
        self.env["mail.blacklist"]._add("customer@example.com")
        self._assert_no_answer(self._send_mail(), "opted out")

    def test_rule_off_and_on(self):
        rule = self.env.ref("support_center.automation_intake_answer")
        rule.active = False
        draft = self._send_mail()
        self.assertEqual(draft.intake_state, "accepted")
        self.assertFalse(self._get_answers(draft))
        rule.active = True
        self.assertTrue(self._get_answers(self._send_mail(message_id="<2@example.com>")))

    @mute_logger("support_center.automation", "odoo.addons.mail.models.mail_render_mixin")
    def test_a_broken_template_breaks_no_request(self):
        template = self.env.ref("support_center.mail_template_intake_answer")
        template.body_html = '<p t-out="object._nothing_of_the_kind()"/>'
        draft = self._send_mail()
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.start, at("2026-03-05 14:00"))
        rows = self._get_log(draft, "intake_answer")
        self.assertEqual(set(rows.mapped("outcome")), {"failed"})
        self.assertTrue(draft.activity_ids)
        self.assertFalse(draft.intake_answered_round)

    def test_an_answer_that_cannot_be_sent_is_told(self):
        draft = self._send_mail()
        mail = self._get_answers(draft)
        with (
            self.mock_mail_gateway(),
            patch.object(
                self.env.registry["ir.mail_server"],
                "send_email",
                side_effect=smtplib.SMTPRecipientsRefused(
                    {"customer@example.com": (550, b"no such user")}
                ),
            ),
            mute_logger("odoo.addons.mail.models.mail_mail", "support_center.automation"),
        ):
            mail.send()
        self.assertEqual(mail.state, "exception")
        row = self._get_log(draft, "send_answer")
        self.assertEqual(row.outcome, "failed")
        self.assertIn("no such user", row.message)
        self.assertIn("no such user", draft.activity_ids.note)

    def test_old_answers_are_pruned_from_the_queue_and_stay_in_the_chatter(self):
        draft = self._send_mail()
        mail = self._get_answers(draft)
        message = mail.mail_message_id
        mail.state = "sent"
        # Rows carry the real time of the database, which the frozen clock does not reach.
        with freeze_time(self.env.cr.now() + timedelta(days=100)):
            self.env["mail.mail"]._gc_support_mails()
        self.assertFalse(mail.exists())
        self.assertIn(message, draft.message_ids)

    # ------------------------------------------------------------------
    # A sender of many
    # ------------------------------------------------------------------

    def _send_many(self, count, first=0, **kwargs):
        drafts = self.env["support.appointment"]
        for number in range(first, first + count):
            draft = self._send_mail(message_id=f"<many-{number}@example.com>", **kwargs)
            self.assertEqual(len(draft), 1)
            drafts |= draft
        return drafts

    def test_beyond_odoo_s_threshold_drafts_without_answers(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        drafts = self._send_many(6)
        self.assertEqual(drafts.mapped("intake_state"), ["accepted"] * 6)
        self.assertEqual(len(self._get_answers(drafts)), 3)
        self.assertFalse(self._get_answers(drafts[3:]))
        rows = self._get_log(action="intake_answer").filtered(lambda row: row.outcome == "skipped")
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows.res_id, drafts[3].id)
        self.assertEqual(len(drafts.activity_ids), 1)
        # Somebody else, and the same one later, is answered.
        other = self._send_mail(
            GUIDE_MAIL.replace("customer@example.com", "other@example.com"),
            sender="other@example.com",
            message_id="<other@example.com>",
        )
        self.assertTrue(self._get_answers(other))
        self.env.cr.execute(
            "UPDATE support_appointment SET create_date = create_date - interval '3 hours' "
            "WHERE id IN %s",
            [tuple(drafts.ids)],
        )
        drafts.invalidate_recordset()
        self.assertTrue(self._get_answers(self._send_many(1, first=6)))

    def test_senders_that_odoo_lets_send_many(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 2)
        self.env["mail.gateway.allowed"].create({"email": "customer@example.com"})
        self.assertEqual(len(self._get_answers(self._send_many(4))), 4)

    def test_odoo_s_own_limit_stays_for_other_documents(self):
        routes = [("support.appointment", 0, {}, 1, None), ("res.partner", 0, {}, 1, None)]
        self.patch(
            self.env.registry["res.partner"],
            "_detect_loop_sender_domain",
            lambda *args: [("id", "!=", 0)],
        )
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 1)
        thread = self.env["mail.thread"]
        self.patch(type(thread), "_routing_create_bounce_email", lambda *args, **kwargs: None)
        found = thread._detect_loop_sender(
            None,
            {
                "email_from": "customer@example.com",
                "message_id": "<1@example.com>",
                "to": "x@example.com",
                "author_id": False,
            },
            routes,
        )
        self.assertFalse(found)
        self.assertEqual([route[0] for route in routes], ["support.appointment"])
