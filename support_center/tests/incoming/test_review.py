from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import GUIDE_MAIL
from ..common_dialogue import WRONG_MAIL, DialogueCase


@tagged("post_install", "-at_install")
class TestReview(DialogueCase):
    """What a dispatcher does with a request from outside."""

    def _reject(self, drafts, **values):
        action = drafts.with_user(self.user_dispatcher).action_reject_request()
        wizards = self.env[action["res_model"]].with_user(self.user_dispatcher)
        wizard = wizards.with_context(**action["context"]).create(
            {"reason": "We do not repair this make.", **values}
        )
        wizard.action_reject()
        return wizard

    def test_what_somebody_has_called_off_is_not_accepted(self):
        drafts = self._send_mail(WRONG_MAIL)
        drafts |= self._send_mail(WRONG_MAIL, message_id="<request-2@example.com>")
        self._reject(drafts[0], is_told=False)
        for those in (drafts[0], drafts):
            with self.assertRaisesRegex(UserError, f"waits for a look .*: {drafts[0].name}\\."):
                those.with_user(self.user_dispatcher).action_accept_request()
        self.assertEqual(drafts.mapped("intake_state"), ["review", "review"])
        self.assertFalse(drafts[0].partner_id)
        drafts.with_user(self.user_dispatcher).action_accept_selected()
        self.assertEqual(drafts[1].intake_state, "accepted")

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    def test_each_doubtful_line_is_marked_once_with_its_reason(self):
        draft = self._send_mail(WRONG_MAIL)
        html = draft.review_original
        self.assertEqual(html.count("o_support_doubt"), 2)
        self.assertIn("requested_date: 2026-02-30 14:00", html)
        self.assertIn("“2026-02-30 14:00” names a day that does not exist", html)
        # The line has the key already; nobody types it here.
        self.assertEqual(html.count("requested_date"), 1)
        self.assertIn("priority: asap", html)

    def test_all_from_outside_is_escaped(self):
        draft = self._send_mail(
            "priority: <b>asap</b>\ndescription: <img src=x onerror=alert(1)>\n"
            "location: <script>alert(1)</script>\n"
        )
        html = draft.review_original
        for tag in ("<b>", "<img", "<script"):
            self.assertNotIn(tag, html)
        self.assertIn("&lt;script&gt;", html)

    def test_what_is_put_right_is_not_marked_any_more(self):
        draft = self._send_mail(WRONG_MAIL).with_user(self.user_dispatcher)
        self.assertEqual({f["field"] for f in draft.intake_errors}, {"requested_date", "priority"})
        draft.requested_date = "2026-03-05 14:00:00"
        self.assertEqual({f["field"] for f in draft.intake_errors}, {"priority"})
        draft.priority = "3"
        self.assertFalse(draft.intake_errors)
        self.assertEqual(draft.intake_state, "review")

    def test_a_mail_s_attachments_stand_beside_it(self):
        draft = self._send_mail(WRONG_MAIL)
        file = self.env["ir.attachment"].create(
            {"name": "photo.png", "res_model": draft._name, "res_id": draft.id, "raw": b"x"}
        )
        draft.invalidate_recordset()
        self.assertEqual(draft.review_attachment_ids, file)

    def test_the_number_of_queries_does_not_grow(self):
        drafts = self.env["support.appointment"]
        for number in range(8):
            drafts |= self._send_mail(WRONG_MAIL, message_id=f"<q{number}@example.com>")
        fields = ["who", "review_original", "review_attachment_ids", "intake_errors"]
        counts = []
        for those in (drafts[:2], drafts):
            self.env.invalidate_all()
            read = those.with_user(self.user_dispatcher).with_prefetch().read
            before = self.env.cr.sql_log_count
            read(fields)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0])

    # ------------------------------------------------------------------
    # Rejecting
    # ------------------------------------------------------------------

    def test_the_sender_is_told_why(self):
        draft = self._send_mail(WRONG_MAIL)
        before = self._get_answers(draft)
        wizard = self._reject(draft)
        self.assertTrue(wizard.is_told)
        self.assertIn("customer@example.com", wizard.telling)
        self.assertEqual(draft.state, "cancelled")
        self.assertEqual(draft.cancel_reason, "We do not repair this make.")
        mail = self._get_answers(draft) - before
        self.assertEqual(len(mail), 1)
        self.assertIn("customer@example.com", mail.email_to)
        headers = self._build(mail)
        self.assertEqual(headers["Auto-Submitted"], "auto-replied")
        self.assertEqual(headers["In-Reply-To"], "<request-1@example.com>")
        self.assertIn("we cannot take your request", mail.subject)
        self.assertIn("We do not repair this make.", mail.body_html)

    def test_without_a_word(self):
        draft = self._send_mail(WRONG_MAIL)
        before = self._get_answers(draft)
        self._reject(draft, is_told=False)
        self.assertEqual(draft.state, "cancelled")
        self.assertEqual(self._get_answers(draft), before)

    def test_the_template_was_deleted(self):
        draft = self._send_mail(WRONG_MAIL)
        before = self._get_answers(draft)
        self.env.ref("support_center.mail_template_request_rejected").unlink()
        wizard = self._reject(draft, is_told=True)
        self.assertIn("was deleted", wizard.telling)
        self.assertEqual(draft.state, "cancelled")
        self.assertEqual(self._get_answers(draft), before)

    def test_robots_are_not_told(self):
        draft = self._send_mail(WRONG_MAIL, headers=[("Precedence", "bulk")])
        wizard = self._reject(draft)
        self.assertFalse(wizard.can_tell or wizard.is_told)
        self.assertIn("program", wizard.telling)
        self.assertEqual(draft.state, "cancelled")
        self.assertFalse(self._get_answers(draft))

    def test_a_website_form_s_customer_is_told_not_the_form(self):
        draft = self._send_mail(WRONG_MAIL, sender="office@company.example.com")
        self._reject(draft)
        answer, rejection = self._get_answers(draft)
        self.assertIn("customer@example.com", answer.email_to)
        self.assertIn("customer@example.com", rejection.email_to)

    def test_a_stranger_s_reason_is_escaped(self):
        draft = self._send_mail(WRONG_MAIL)
        self._reject(draft, reason="<script>alert(1)</script>")
        rejection = self._get_answers(draft)[-1]
        self.assertIn("&lt;script&gt;alert(1)", rejection.body_html)
        self.assertNotIn("<script", "".join(self._get_answers(draft).mapped("body_html")))

    def test_what_was_accepted_is_not_rejected(self):
        draft = self._send_mail(GUIDE_MAIL)
        self.assertEqual(draft.intake_state, "accepted")
        with self.assertRaisesRegex(UserError, f"waits for a look any more: {draft.name}"):
            draft.with_user(self.user_dispatcher).action_reject_request()

    def test_technicians_reject_nothing(self):
        draft = self._send_mail(WRONG_MAIL)
        draft.technician_id = self.technician
        with self.assertRaises(AccessError):
            self.env["support.reject.wizard"].with_user(self.user_technician).create(
                {"appointment_ids": draft.ids, "reason": "x"}
            )

    def test_the_preview_works_with_any_appointment(self):
        template = self.env.ref("support_center.mail_template_request_rejected")
        visit = self._create_appointment(cancel_reason="Too far")
        values = template._generate_template(visit.ids, ("subject", "body_html"))
        self.assertIn("Too far", values[visit.id]["body_html"])
