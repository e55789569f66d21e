from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import GUIDE_MAIL, at
from ..common_dialogue import WRONG_MAIL, DialogueCase

BOTH = "requested_date: 2026-03-06 10:00\npriority: high\n"
GMAIL = (
    '<div dir="ltr">requested_date: 2026-03-06 10:00<br>priority: high</div><br>'
    '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon, Mar 2, 2026 at 9:05 AM '
    'Company &lt;<a href="mailto:a@example.com">a@example.com</a>&gt; wrote:<br></div>'
    '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;padding-left:1ex">'
    "%s</blockquote></div>"
)
OUTLOOK = (
    '<div class="WordSection1"><p class="MsoNormal">requested_date: 2026-03-06 10:00</p>'
    '<p class="MsoNormal">priority: high</p><div><div style="border:none;border-top:solid '
    '#E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Company '
    "&lt;a@example.com&gt;<br><b>Sent:</b> Monday, 2 March 2026 09:05<br><b>To:</b> John Doe<br>"
    "<b>Subject:</b> Your request</p></div></div>%s</div>"
)


@tagged("post_install", "-at_install")
class TestIntakeReply(DialogueCase):
    def _send_wrong(self, body=WRONG_MAIL, **kwargs):
        draft = self._send_mail(body, **kwargs)
        return draft, self._get_answers(draft)[-1]

    def _assert_corrected(self, draft):
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.start, at("2026-03-06 10:00"))
        self.assertEqual(draft.priority, "2")
        self.assertEqual(draft.description, "Network issue")
        self.assertEqual(draft.partner_id.email, "customer@example.com")

    # ------------------------------------------------------------------
    # Corrections
    # ------------------------------------------------------------------

    def test_both_lines_right_make_the_same_draft_accepted(self):
        draft, answer = self._send_wrong()
        self.assertFalse(self._reply("Sorry!\n\n" + BOTH, answer))
        self._assert_corrected(draft)
        self.assertIn("requested_date: 2026-02-30", draft.intake_raw)
        second = self._get_answers(draft)[1:]
        self.assertEqual(len(second), 1)
        self.assertIn("we have your request", second.subject)
        self.assertEqual(second.references.split()[-1], "<reply-1@example.com>")
        self.assertIn("In-Reply-To': '<reply-1@example.com>'", second.headers)
        self.assertIn("Sorry!", "".join(draft.message_ids.mapped("body")))
        self.assertEqual(self._get_log(draft, "receive_reply").outcome, "ok")

    def test_the_same_message_id_twice(self):
        draft, answer = self._send_wrong()
        self._reply(BOTH, answer)
        self._reply(BOTH, answer)
        self.assertEqual(len(self._get_answers(draft)), 2)
        self.assertEqual(len(draft.intake_corrections), 1)

    def test_a_reply_that_is_still_wrong(self):
        draft, answer = self._send_wrong()
        self._reply("requested_date: 2026-03-06 10:00\npriority: soon\n", answer)
        self.assertEqual(draft.intake_state, "review")
        self.assertEqual(draft.requested_date, at("2026-03-06 10:00"))
        self.assertFalse(draft.start)
        second = self._get_answers(draft)[1:]
        text = self._get_text(second)
        self.assertIn("priority: soon", text)
        self.assertEqual(text.count("✗"), 1)
        self._reply("priority: high", second, number=2)
        self._assert_corrected(draft)
        self.assertEqual(len(self._get_answers(draft)), 3)

    def test_quotations_of_gmail_and_outlook(self):
        for number, form in enumerate((GMAIL, OUTLOOK)):
            with self.subTest(form[:20]):
                draft, answer = self._send_wrong(message_id=f"<quote-{number}@example.com>")
                self._reply(form % answer.body_html, answer, number=number, subtype="html")
                self._assert_corrected(draft)

    def test_the_quoted_answer_edited_in_place(self):
        draft, answer = self._send_wrong()
        form = GMAIL.replace("requested_date: 2026-03-06 10:00<br>priority: high", "See below.")
        quoted = answer.body_html
        for old, new in (
            ("</span> 2026-02-30 14:00</p>", "</span> 2026-03-06 10:00</p>"),
            ("</span> asap</p>", "</span> high</p>"),
            ("</span> John Doe</p>", "</span> Jane Roe</p>"),
        ):
            self.assertIn(old, quoted)
            quoted = quoted.replace(old, new)
        self._reply(form % quoted, answer, subtype="html")
        self._assert_corrected(draft)
        self.assertEqual(draft.customer_name, "John Doe")

    def test_tomorrow_counts_from_the_reply(self):
        draft, answer = self._send_wrong()
        draft.intake_sent_at = at("2026-02-20 08:00")
        self._reply("requested_date: tomorrow 2pm\npriority: high", answer)
        self.assertEqual(draft.start, at("2026-03-03 14:00"))

    def test_what_the_dispatcher_set_meanwhile_stays(self):
        draft, answer = self._send_wrong()
        draft.with_user(self.user_dispatcher).write(
            {"description": "Better words", "technician_id": self.technician.id}
        )
        self._reply(BOTH, answer)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.description, "Better words")
        self.assertEqual(draft.technician_id, self.technician)

    def test_an_accepted_draft_takes_corrections_too(self):
        draft, answer = self._send_wrong(GUIDE_MAIL)
        self.assertEqual(draft.intake_state, "accepted")
        self._reply("requested_date: 2026-03-09 09:00", answer)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.start, at("2026-03-09 09:00"))
        self._reply("duration: forever", self._get_answers(draft)[-1], number=2)
        self.assertEqual(draft.intake_state, "review")
        self.assertEqual(draft.start, at("2026-03-09 09:00"))
        self.assertIn("duration: forever", self._get_text(self._get_answers(draft)[-1]))

    def test_what_a_dispatcher_accepted_is_not_asked_for_again(self):
        draft, answer = self._send_wrong()
        draft.with_user(self.user_dispatcher).start = at("2026-03-07 09:00")
        draft.with_user(self.user_dispatcher).action_accept_request()
        self._reply("location: Back door", answer)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.location, "Back door")
        self.assertEqual(draft.start, at("2026-03-07 09:00"))
        text = self._get_text(self._get_answers(draft)[-1])
        self.assertIn("location: Back door", text)
        self.assertNotIn("✗", text)
        self._reply("requested_date: someday", self._get_answers(draft)[-1], number=2)
        self.assertEqual(draft.intake_state, "review")
        self.assertEqual(draft.start, at("2026-03-07 09:00"))

    def test_a_planned_start_is_the_dispatcher_s(self):
        draft, answer = self._send_wrong(GUIDE_MAIL)
        draft.with_user(self.user_dispatcher).start = at("2026-03-07 09:00")
        self._reply("requested_date: 2026-03-09 09:00", answer)
        self.assertEqual(draft.start, at("2026-03-07 09:00"))
        self.assertEqual(draft.requested_date, at("2026-03-09 09:00"))
        self.assertIn("another time", draft.activity_ids.summary)

    # ------------------------------------------------------------------
    # Replies in somebody's name
    # ------------------------------------------------------------------

    def _assert_held(self, draft, label, value):
        self.assertEqual(draft.intake_state, "review")
        self.assertIn(f"{label} “{value}” is asked for by a reply", draft.intake_note)
        activity = draft.activity_ids
        self.assertIn("made by hand only", activity.summary)
        self.assertIn(value, activity.note)
        self.assertIn("skipped", self._get_log(draft, "receive_reply").mapped("outcome"))

    def test_a_reply_takes_an_accepted_draft_to_no_other_address(self):
        draft, answer = self._send_wrong(GUIDE_MAIL)
        customer = draft.partner_id
        contacts = self.env["res.partner"].search_count([])
        self._reply("customer_email: eve@example.com\npriority: urgent", answer)
        self._assert_held(draft, "Customer Email", "eve@example.com")
        self.assertEqual(draft.partner_id, customer)
        self.assertEqual(draft.customer_email, "customer@example.com")
        self.assertEqual(self.env["res.partner"].search_count([]), contacts)
        self.assertNotIn("eve@example.com", draft.message_partner_ids.mapped("email"))
        second = self._get_answers(draft)[1:]
        self.assertEqual(second.mapped("email_to"), ['"John Doe" <customer@example.com>'])
        text = " ".join(self._get_text(second).split())
        self.assertIn("after somebody has spoken with you", text)
        # Nor does a second try, or one that is spread over two mails.
        self._reply("customer_email: eve@example.com", second, number=2)
        self.assertEqual(draft.partner_id, customer)
        self.assertEqual(draft.intake_state, "review")
        # What a dispatcher decides, holds.
        draft.with_user(self.user_dispatcher).action_accept_request()
        self._reply("location: Back door", self._get_answers(draft)[-1], number=3)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(draft.partner_id, customer)

    def test_a_draft_in_review_keeps_its_address_too(self):
        draft, answer = self._send_wrong()
        self.assertFalse(draft.partner_id)
        self._reply(BOTH + "customer_email: eve@example.com", answer)
        self._assert_held(draft, "Customer Email", "eve@example.com")
        self.assertFalse(draft.partner_id)
        self.assertEqual(draft.customer_email, "customer@example.com")
        self.assertEqual(draft.requested_date, at("2026-03-06 10:00"))

    def test_the_first_address_is_the_sender_s_own(self):
        mail = WRONG_MAIL.replace("customer@example.com", "nonsense")
        draft, answer = self._send_wrong(mail)
        self._reply(BOTH + "customer_email: eve@example.org", answer)
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(draft.partner_id)
        draft, answer = self._send_wrong(mail, message_id="<request-2@example.com>")
        self._reply(BOTH + "customer_email: customer@example.com", answer, number=2)
        self._assert_corrected(draft)

    def test_a_reply_takes_it_to_nobody_else_s_ticket(self):
        stranger = self.env["res.partner"].create({"name": "Stranger", "email": "s@example.org"})
        theirs, mine, third = self.env["support.ticket"].create(
            [
                {"name": "Theirs", "partner_id": stranger.id},
                {"name": "Mine", "partner_id": self.customer.id},
                {"name": "Mine, too", "partner_id": self.customer.id},
            ]
        )
        mail = GUIDE_MAIL.replace("customer@example.com", "known@example.com")
        sender = "known@example.com"
        draft, answer = self._send_wrong(mail, sender=sender)
        self._reply(f"ticket: {theirs.number}", answer, sender=sender)
        self._assert_held(draft, "Ticket", theirs.number)
        self.assertFalse(draft.ticket_id)
        draft, answer = self._send_wrong(mail, sender=sender, message_id="<request-2@example.com>")
        self._reply(f"ticket: {mine.number}", answer, sender=sender, number=2)
        self.assertEqual(draft.ticket_id, mine)
        self.assertEqual(draft.intake_state, "accepted")
        self._reply(
            f"ticket: {third.number}", self._get_answers(draft)[-1], sender=sender, number=3
        )
        self._assert_held(draft, "Ticket", third.number)
        self.assertEqual(draft.ticket_id, mine)

    def test_a_reply_changes_no_chosen_technician_and_no_reference(self):
        self.technician.email = "first@company.example.com"
        self.technician_2.email = "second@company.example.com"
        draft, answer = self._send_wrong(GUIDE_MAIL)
        draft.with_user(self.user_dispatcher).technician_id = self.technician
        self._reply("technician: second@company.example.com", answer)
        self._assert_held(draft, "Technician", "second@company.example.com")
        self.assertEqual(draft.technician_id, self.technician)
        draft, answer = self._send_wrong(GUIDE_MAIL, message_id="<request-2@example.com>")
        self._reply("external_ref: order-7", answer, number=2)
        self._assert_held(draft, "External Reference", "order-7")
        self.assertFalse(draft.external_ref)

    def test_a_stranger_s_reply_is_read_by_somebody(self):
        draft, answer = self._send_wrong(GUIDE_MAIL)
        self._reply("customer_email: eve@example.com", answer, sender="eve@example.com")
        self.assertEqual(draft.partner_id.email, "customer@example.com")
        self.assertEqual(draft.intake_state, "accepted")
        self.assertIn("Somebody else than the customer", draft.activity_ids.summary)
        self.assertIn("eve@example.com", draft.activity_ids.note)

    # ------------------------------------------------------------------
    # Replies that change nothing
    # ------------------------------------------------------------------

    def _assert_only_posted(self, draft, word, state="review"):
        self.assertEqual(draft.intake_state, state)
        self.assertFalse(draft.intake_corrections)
        self.assertEqual(len(self._get_answers(draft)), 1)
        row = self._get_log(draft, "receive_reply")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn("changed nothing", row.message)
        self.assertIn(word, "".join(draft.message_ids.mapped("body")))

    def test_prose_makes_an_activity(self):
        draft, answer = self._send_wrong()
        self._reply("I will be there all day, just come.", answer)
        self._assert_only_posted(draft, "all day")
        self.assertEqual(len(draft.activity_ids), 1)
        self.assertIn("I will be there all day, just come.", draft.activity_ids.note)

    def test_thanks_for_an_accepted_request(self):
        draft, answer = self._send_wrong(GUIDE_MAIL)
        self._reply("Thank you!", answer)
        self._assert_only_posted(draft, "Thank you!", state="accepted")
        # Whatever a customer writes of what is settled reaches somebody.
        self.assertIn("Thank you!", draft.activity_ids.note)

    def test_out_of_office_and_programs(self):
        for number, headers in enumerate(
            [[("Auto-Submitted", "auto-replied")], [("X-Autoreply", "yes")]]
        ):
            with self.subTest(headers):
                draft, answer = self._send_wrong(message_id=f"<robot-{number}@example.com>")
                self._reply("Away.\n" + BOTH, answer, headers=headers, number=number)
                self._assert_only_posted(draft, "Away.")
                self.assertFalse(draft.activity_ids)

    def test_a_program_corrects_nothing_and_somebody_reads_it(self):
        draft, answer = self._send_wrong()
        self._reply("Hello.\n" + BOTH, answer, headers=[("Precedence", "bulk")])
        self._assert_only_posted(draft, "Hello.")
        self.assertIn("Hello.", draft.activity_ids.note)

    def test_a_robot_that_echoes_and_does_not_say_so(self):
        draft, answer = self._send_wrong()
        self._reply("We got your mail:\n\n" + self._get_text(answer), answer)
        self._assert_only_posted(draft, "We got your mail")

    def test_somebody_else(self):
        draft, answer = self._send_wrong()
        self._reply("Me too\n" + BOTH, answer, sender="eve@example.com")
        self._assert_only_posted(draft, "Me too")

    def test_an_internal_user(self):
        self.user_employee.email = "colleague@company.example.com"
        draft, answer = self._send_wrong()
        self._reply("Dear John,\n" + BOTH, answer, sender=self.user_employee.email)
        self._assert_only_posted(draft, "Dear John")

    def test_after_the_confirmation(self):
        draft, answer = self._send_wrong(GUIDE_MAIL)
        draft.write({"state": "confirmed", "technician_id": self.technician.id})
        before = self._get_answers(draft)
        self._reply("Later please\nrequested_date: 2026-03-09 09:00", answer)
        self.assertEqual(draft.start, at("2026-03-05 14:00"))
        self.assertEqual(draft.intake_state, "accepted")
        self.assertFalse(draft.intake_corrections)
        # Nobody but the technician is told by mail.
        told = self._get_answers(draft) - before
        self.assertEqual(told.recipient_ids, self.user_technician.partner_id)
        self.assertIn("Later please", draft.activity_ids.note)
        self.assertIn("Later please", "".join(draft.message_ids.mapped("body")))

    def test_an_appointment_made_by_hand(self):
        appointment = self._create_appointment()
        message = appointment.message_post(body="Hello", message_type="comment")
        answer = self.env["mail.mail"].new(
            {"subject": "Hello", "message_id": message.message_id, "reply_to": "a@example.com"}
        )
        self._reply("priority: urgent", answer, sender="known@example.com")
        self.assertEqual(appointment.priority, "1")
        self.assertIn("priority: urgent", appointment.activity_ids.note)

    # ------------------------------------------------------------------
    # Rules and faults
    # ------------------------------------------------------------------

    def test_the_reading_rule_off_and_on(self):
        draft, answer = self._send_wrong()
        rule = self.env.ref("support_center.automation_process_email")
        rule.active = False
        self._reply("requested_date: 2026-03-06 10:00", answer)
        self.assertEqual(draft.intake_state, "received")
        self.assertFalse(draft.start)
        self.assertNotEqual(draft.requested_date, at("2026-03-06 10:00"))
        self.assertEqual(len(self._get_answers(draft)), 1)
        rule.active = True
        self._reply("priority: high", answer, number=2)
        self._assert_corrected(draft)
        self.assertEqual(len(self._get_answers(draft)), 2)

    def test_the_answering_rule_off(self):
        draft, answer = self._send_wrong()
        self.env.ref("support_center.automation_intake_answer").active = False
        self._reply(BOTH, answer)
        self._assert_corrected(draft)
        self.assertEqual(len(self._get_answers(draft)), 1)

    @mute_logger("support_center.automation")
    def test_a_fault_of_ours_loses_no_reply(self):
        draft, answer = self._send_wrong()

        def _broken(_self):
            raise ZeroDivisionError("a fault of ours")

        self.patch(self.env.registry["support.appointment"], "_list_shown_lines", _broken)
        self._reply("Look\n" + BOTH, answer)
        self.assertEqual(draft.intake_state, "review")
        self.assertEqual(self._get_log(draft, "receive_reply").outcome, "failed")
        self.assertTrue(draft.activity_ids)
        self.assertIn("Look", "".join(draft.message_ids.mapped("body")))

    def test_many_replies_are_not_answered_for_ever(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 2)
        draft, answer = self._send_wrong()
        for number in range(5):
            self._reply(f"priority: soon {number}", answer, number=number)
        self.assertEqual(len(draft.intake_corrections), 5)
        self.assertEqual(len(self._get_answers(draft)), 2)
        skipped = self._get_log(draft, "intake_answer").filtered(lambda r: r.outcome == "skipped")
        self.assertEqual(len(skipped), 1)
