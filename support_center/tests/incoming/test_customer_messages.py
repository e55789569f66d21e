"""What a customer writes about a settled visit reaches somebody and is answered or acknowledged."""

from unittest.mock import patch

from freezegun import freeze_time
from markupsafe import Markup

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ..common import GUIDE_MAIL, at
from ..common_dialogue import DialogueCase

WRITTEN = "The customer has written: please answer"
KNOWN = "Known Customer <known@example.com>"


class TestCustomerMessages(DialogueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("support_center.cron_acknowledge_customers")
        # 8 to 12 and 13 to 17, UTC, from Monday to Friday.
        cls.env.company.resource_calendar_id = cls.calendar
        # What is read by a dispatcher; what the rule does stands in test_short_replies.
        cls.env.ref("support_center.automation_understand_reply").active = False
        cls.visit = cls._create_appointment(technician_id=cls.technician.id)
        cls.visit.action_confirm()

    def _write(self, body="Please cancel.", *, sender=KNOWN, subject=None, number=1, headers=()):
        """Let somebody write a mail without References; return the drafts that this made."""
        return self._send_mail(
            body,
            sender=sender,
            subject=f"Re: {self.visit.name}" if subject is None else subject,
            message_id=f"<message-{number}@example.com>",
            headers=headers,
        )

    def _get_activities(self, visit=None, summary=WRITTEN):
        return (visit or self.visit).activity_ids.filtered(lambda each: each.summary == summary)

    def _acknowledge(self):
        self._run_by_hand(self.cron)
        return self._get_notices(self.visit).filtered(lambda m: "we have your message" in m.subject)

    # ------------------------------------------------------------------
    # Told
    # ------------------------------------------------------------------

    def test_please_cancel_reaches_a_dispatcher(self):
        body = f"Please cancel.\n\nOn Monday Support wrote:\n> Your visit {self.visit.name}\n"
        self.assertFalse(self._write(body))
        activity = self._get_activities()
        self.assertEqual(activity.user_id, self.visit._automation_responsible())
        self.assertIn("Please cancel.", activity.note)
        self.assertNotIn("Your visit", activity.note)
        self.assertEqual(self.visit.customer_waiting_since, at("2026-03-02 08:00"))
        self.assertEqual(self.visit.customer_message, "Please cancel.")
        self.assertEqual(self.visit.state, "confirmed")
        self.assertIn("Please cancel", "".join(self.visit.message_ids.mapped("body")))

    def test_in_the_thread_of_what_we_sent(self):
        (confirmation,) = self._get_notices(self.visit, "confirmation")
        self.assertFalse(self._reply("Please cancel.", confirmation, sender=KNOWN))
        self.assertTrue(self._get_activities())

    def test_every_settled_state(self):
        self.env["mail.activity"].search([]).unlink()
        for number, state in enumerate(("in_progress", "done", "cancelled", "no_show", "draft")):
            with self.subTest(state):
                visit = self._create_appointment(state=state, start=at("2026-03-10 10:00"))
                made = self._write(subject=f"Re: {visit.name}", number=number)
                self.assertFalse(made)
                self.assertTrue(visit.customer_waiting_since)
                self.assertEqual(len(self._get_activities(visit)), 1)

    def test_an_accepted_request(self):
        draft = self._send_mail(GUIDE_MAIL)
        (answer,) = self._get_answers(draft)
        self._reply("Please ring twice.", answer)
        self.assertIn("ring twice", draft.customer_message)
        self.assertIn("ring twice", self._get_activities(draft).note)

    def test_a_correction_is_no_message(self):
        draft = self._send_mail(GUIDE_MAIL)
        (answer,) = self._get_answers(draft)
        self._reply("location: 5 Side Street\n", answer)
        self.assertEqual(draft.location, "5 Side Street")
        self.assertFalse(draft.customer_waiting_since)

    def test_two_messages_are_one_activity_with_both(self):
        self._write("First words.")
        self._write("Second words.", number=2)
        activity = self._get_activities()
        self.assertEqual(len(activity), 1)
        self.assertIn("First words.", activity.note)
        self.assertIn("Second words.", activity.note)
        self.assertIn("First words.\n\nSecond words.", self.visit.customer_message)

    def test_what_they_write_is_escaped(self):
        self._write("<script>alert(1)</script>")
        self.assertNotIn("<script", self._get_activities().note)

    def test_any_address_that_is_known(self):
        follower = self.env["res.partner"].create({"name": "Wife", "email": "wife@example.com"})
        self.visit.message_subscribe(follower.ids)
        self._write("Please cancel.", sender="wife@example.com")
        self.assertTrue(self._get_activities())

    def test_the_technician_of_a_visit_to_come_is_told(self):
        self._write()
        told = self.env["mail.message"].search(
            [
                ("model", "=", "support.appointment"),
                ("res_id", "=", self.visit.id),
                ("partner_ids", "in", self.user_technician.partner_id.ids),
                ("subject", "like", "the customer has written"),
            ]
        )
        self.assertEqual(len(told), 1)
        self.assertIn("Please cancel.", told.body)

    def test_programs_are_not_heard(self):
        for number, header in enumerate(
            [("Auto-Submitted", "auto-replied"), ("X-Autoreply", "yes"), ("Return-Path", "<>")]
        ):
            (confirmation,) = self._get_notices(self.visit, "confirmation")
            self._reply("Away.", confirmation, number=number, sender=KNOWN, headers=[header])
        self.assertFalse(self.visit.customer_waiting_since or self._get_activities())

    def test_a_customer_behind_a_list_or_a_help_desk_is_heard(self):
        (confirmation,) = self._get_notices(self.visit, "confirmation")
        kinds = [
            [("List-Id", "<team.example.com>"), ("Precedence", "list")],
            [("Precedence", "bulk")],
            [("Auto-Submitted", "auto-generated")],
        ]
        for number, headers in enumerate(kinds):
            for in_thread in (True, False):
                with self.subTest(headers=headers, in_thread=in_thread):
                    words = f"Please cancel, {number} {in_thread}."
                    if in_thread:
                        made = self._reply(
                            words, confirmation, number=number, sender=KNOWN, headers=headers
                        )
                    else:
                        made = self._write(words, number=number, headers=headers)
                    self.assertFalse(made)
                    self.assertIn(words, self._get_activities().note)
                    self.assertIn(words, self.visit.customer_message)
                    # Nobody answers a list or a program.
                    self.assertFalse(self.visit.acknowledge_at)

    def test_what_a_list_of_others_sends_is_not_heard(self):
        (confirmation,) = self._get_notices(self.visit, "confirmation")
        headers = [("List-Id", "<a.b>")]
        self._reply("News.", confirmation, sender="stranger@example.com", headers=headers)
        self.assertFalse(self.visit.activity_ids)

    def test_words_about_a_request_in_review(self):
        draft = self._send_mail(GUIDE_MAIL.replace("14:00:00", "25:00"))
        (answer,) = self._get_answers(draft)
        self._reply("I do not understand.", answer)
        self._reply("Please cancel.", answer, number=2)
        activity = self._get_activities(draft)
        self.assertIn("I do not understand.", activity.note)
        self.assertIn("Please cancel.", activity.note)
        self.assertEqual(draft.customer_message, "I do not understand.\n\nPlease cancel.")
        self.assertEqual(draft.intake_state, "review")

    def test_two_strangers_are_one_activity_with_both(self):
        (confirmation,) = self._get_notices(self.visit, "confirmation")
        self._reply("First words.", confirmation, sender="one@example.org")
        self._reply("Second words.", confirmation, number=2, sender="two@example.org")
        activity = self._get_activities(
            summary="Somebody else than the customer has answered: please read it"
        )
        self.assertIn("First words.", activity.note)
        self.assertIn("two@example.org", activity.note)
        self.assertIn("Second words.", activity.note)

    def test_strangers_are_told_of_with_their_words(self):
        (confirmation,) = self._get_notices(self.visit, "confirmation")
        self._reply("I am the neighbour.", confirmation, sender="stranger@example.com")
        self.assertFalse(self.visit.customer_waiting_since)
        activity = self._get_activities(
            summary="Somebody else than the customer has answered: please read it"
        )
        self.assertIn("I am the neighbour.", activity.note)

    def test_a_colleague_s_mail_is_no_stranger_s(self):
        (confirmation,) = self._get_notices(self.visit, "confirmation")
        self.user_dispatcher.email = "dispatcher@company.example.com"
        for number, sender in enumerate(
            ["dispatcher@company.example.com", "office@company.example.com"]
        ):
            self._reply("I call them.", confirmation, number=number, sender=sender)
        self.assertFalse(self.visit.customer_waiting_since)
        self.assertFalse(self.visit.activity_ids)

    def test_a_comment_on_the_portal(self):
        portal = new_test_user(self.env, login="portal_customer", groups="base.group_portal")
        self.visit.partner_id = self.visit.copy({"partner_id": portal.partner_id.id}).partner_id
        self.visit.sudo().message_post(
            body="Please come later.",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            author_id=portal.partner_id.id,
        )
        self.assertIn("come later", self.visit.customer_message)
        self.assertTrue(self._get_activities())

    # ------------------------------------------------------------------
    # Without References
    # ------------------------------------------------------------------

    def test_the_reference_in_any_case(self):
        for number, subject in enumerate(
            [
                self.visit.name.lower(),
                f"AW: RE: [{self.visit.name}]: cancel!",
                f"About {self.visit.name}.",
            ]
        ):
            with self.subTest(subject):
                self.visit.action_customer_answered()
                self.assertFalse(self._write(subject=subject, number=number))
                self.assertTrue(self.visit.customer_waiting_since)

    def test_what_a_guessed_reference_leads_to_goes_to_nobody_outside(self):
        """The sender of a mail is easily forged, and the next reference guessed."""
        other = self.env["res.partner"].create({"name": "Other", "email": "other@example.com"})
        team = self.env["support.team"].create({"name": "Desk", "alias_name": "desk-named"})
        ticket = self.env["support.ticket"].create(
            {"name": "Router", "partner_id": self.customer.id, "team_id": team.id}
        )
        for number, (record, to) in enumerate(
            ((self.visit, None), (ticket, f"desk-named@{self.alias_domain}"))
        ):
            with self.subTest(record._name):
                record.message_subscribe((self.customer | other).ids)
                posted = record.message_ids
                self._send_mail(
                    "Pay here instead.",
                    sender=KNOWN,
                    to=to,
                    subject=f"Re: {record[record._rec_name]}" if to is None else record.number,
                    message_id=f"<forged-{number}@example.com>",
                )
                (message,) = (
                    (record.message_ids - posted)
                    .filtered("message_id")
                    .filtered(lambda each: each.message_type == "email")
                )
                self.assertFalse(message.notified_partner_ids.filtered("partner_share"))

    def test_a_sequence_with_another_prefix(self):
        sequence = self.env["ir.sequence"].search([("code", "=", "support.appointment")], limit=1)
        sequence.write({"prefix": "Visite-", "use_date_range": False})
        visit = self._create_appointment(start=at("2026-03-10 10:00"))
        self.assertIn("Visite-", visit.name)
        self.assertFalse(self._write(subject=f"Re: {visit.name}"))
        self.assertTrue(visit.customer_waiting_since)

    def test_a_stranger_s_reference_makes_a_request_with_a_note(self):
        draft = self._write(GUIDE_MAIL, sender="eve@example.org")
        self.assertEqual(len(draft), 1)
        self.assertFalse(self.visit.customer_waiting_since)
        self.assertIn(self.visit.name, draft.intake_note)
        (answer,) = self._get_answers(draft)
        self.assertNotIn(self.visit.name, answer.body_html)

    def test_never_another_company_s(self):
        other = self.env["res.company"].create({"name": "Other"})
        partner = self.customer.copy({"email": "known@example.com", "company_id": other.id})
        visit = self._create_appointment(
            company_id=other.id, partner_id=partner.id, start=at("2026-03-10 10:00")
        )
        # The same number as a visit of the first company would be that one's.
        self.env.cr.execute(
            "UPDATE support_appointment SET name = 'APT/OTHER/1' WHERE id = %s", [visit.id]
        )
        self.env.invalidate_all()
        draft = self._write(subject="Re: APT/OTHER/1")
        self.assertEqual(len(draft), 1)
        self.assertFalse(visit.customer_waiting_since)
        self.assertNotIn("OTHER", draft.intake_note)

    def test_a_ticket_s_number(self):
        team = self.env["support.team"].create({"name": "Help", "alias_name": "help-reference"})
        ticket = self.env["support.ticket"].create(
            {"name": "Router", "partner_id": self.customer.id, "team_id": team.id}
        )
        tickets = self.env["support.ticket"].search_count([])
        for number, (sender, made) in enumerate([(KNOWN, 0), ("eve@example.org", 1)]):
            self._send_mail(
                "It is worse now.",
                sender=sender,
                to=f"help-reference@{self.alias_domain}",
                subject=f"Re: {ticket.number.lower()} Router",
                message_id=f"<ticket-{number}@example.com>",
            )
            self.assertEqual(self.env["support.ticket"].search_count([]), tickets + made)
        texts = ticket.message_ids.filtered(lambda m: "worse" in m.body)
        self.assertEqual(len(texts), 1)

    # ------------------------------------------------------------------
    # Answered
    # ------------------------------------------------------------------

    def _assert_answered(self, is_answered=True):
        self.assertEqual(not self.visit.customer_waiting_since, is_answered)
        self.assertEqual(not self._get_activities(), is_answered)
        self.assertEqual(not self.visit.acknowledge_at, is_answered)

    def test_an_answer_in_the_history(self):
        self.visit.message_subscribe(self.customer.ids)
        self._write()
        visit = self.visit.with_user(self.user_dispatcher)
        visit.message_post(body="Seen.", message_type="comment", subtype_xmlid="mail.mt_note")
        self._assert_answered(False)
        visit.message_post(body="Done.", message_type="comment", subtype_xmlid="mail.mt_comment")
        self._assert_answered()

    def test_a_message_that_does_not_reach_the_customer_is_no_answer(self):
        self._write()
        self.visit.message_unsubscribe(self.customer.ids)
        visit = self.visit.with_user(self.user_dispatcher)
        values = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        visit.message_post(body="Seen.", **values)
        self._assert_answered(False)
        visit.message_post(body="Done.", partner_ids=self.customer.ids, **values)
        self._assert_answered()

    def test_a_dispatcher_answers_by_mail(self):
        self.visit.message_subscribe(self.customer.ids)
        self._write()
        self.user_dispatcher.email = "dispatcher@company.example.com"
        message = self.visit.message_ids.filtered(lambda m: m.message_type == "email")[:1]
        self._write(
            "It is cancelled.",
            sender="dispatcher@company.example.com",
            number=2,
            headers=[("In-Reply-To", message.message_id)],
        )
        self._assert_answered()

    def test_the_button(self):
        self._write()
        with self.assertRaises(AccessError):
            self.visit.with_user(self.user_employee).action_customer_answered()
        self._assert_answered(False)
        self.visit.with_user(self.user_dispatcher).action_customer_answered()
        self._assert_answered()

    def test_the_activity(self):
        self._write()
        self._get_activities().with_user(self.user_dispatcher).action_feedback(feedback="Called.")
        self._assert_answered()

    def test_the_mark_is_not_anybody_s_to_set(self):
        with self.assertRaisesRegex(AccessError, "Customer Waiting Since"):
            self.visit.with_user(self.user_dispatcher).write(
                {"customer_waiting_since": at("2026-03-02 08:00")}
            )
        self._write()
        self.assertFalse(self.visit.copy().customer_waiting_since)

    # ------------------------------------------------------------------
    # Shown
    # ------------------------------------------------------------------

    def test_board_list_and_inbox(self):
        board = self.env["support.board"].with_user(self.user_dispatcher)
        window = ("2026-03-05 00:00:00", "2026-03-06 00:00:00")
        before = board.load(*window)
        self._write()
        after = board.load(*window)
        self.assertEqual([v["customer_waits"] for v in before["visits"]], [False])
        self.assertEqual([v["customer_waits"] for v in after["visits"]], [True])
        self.assertEqual(after["review_count"], before["review_count"] + 1)

    def test_boards_are_told(self):
        with patch.object(type(self.visit), "_notify_boards", autospec=True) as told:
            self._write()
        self.assertTrue(any(self.visit in call.args[0] for call in told.call_args_list))

    # ------------------------------------------------------------------
    # Acknowledged
    # ------------------------------------------------------------------

    def test_acknowledged_after_the_working_day_once(self):
        self._write()
        self.assertEqual(self.visit.acknowledge_at, at("2026-03-02 17:00"))
        with freeze_time("2026-03-02 16:59:00"):
            self.assertFalse(self._acknowledge())
        with freeze_time("2026-03-02 17:05:00"):
            (mail,) = self._acknowledge()
        self.assertIn("known@example.com", mail.email_to)
        self.assertIn("A person\n                    will read it", mail.body_html)
        headers = self._build(mail)
        self.assertEqual(headers["Auto-Submitted"], "auto-replied")
        self.assertEqual(headers["In-Reply-To"], "<message-1@example.com>")
        with freeze_time("2026-03-02 18:05:00"):
            self._write("And?", number=2)
            self.assertEqual(len(self._acknowledge()), 1)
        self.assertTrue(self.visit.customer_waiting_since)

    def test_the_end_of_the_next_working_day(self):
        for number, (moment, expected) in enumerate(
            [
                ("2026-03-02 16:59:00", "2026-03-02 17:00"),
                ("2026-03-02 17:00:00", "2026-03-03 17:00"),
                ("2026-03-03 02:00:00", "2026-03-03 17:00"),
                ("2026-03-06 20:00:00", "2026-03-09 17:00"),
            ]
        ):
            with self.subTest(moment), freeze_time(moment):
                self.visit.action_customer_answered()
                self._write(number=number)
                self.assertEqual(self.visit.acknowledge_at, at(expected))

    def test_a_company_without_working_hours(self):
        self.env.company.resource_calendar_id = False
        self._write()
        self.assertEqual(self.visit.acknowledge_at, at("2026-03-03 08:00"))

    def test_nobody_is_acknowledged_who_was_answered(self):
        self._write()
        self.visit.action_customer_answered()
        with freeze_time("2026-03-02 17:05:00"):
            self.assertFalse(self._acknowledge())

    def test_a_visit_that_is_called_off_is_the_answer(self):
        self._write()
        self.visit.write({"state": "cancelled", "cancel_reason": "As you wish"})
        self.assertEqual(len(self._get_notices(self.visit, "cancelled")), 1)
        self._assert_answered()
        with freeze_time("2026-03-02 17:05:00"):
            self.assertFalse(self._acknowledge())

    def test_another_time_need_not_be_what_was_asked_for(self):
        self._write("Please bring the spare key.")
        self.visit.start = at("2026-03-06 11:00")
        self.assertEqual(len(self._get_notices(self.visit, "rescheduled")), 1)
        self.assertTrue(self.visit.customer_waiting_since)
        self.assertTrue(self._get_activities())
        with freeze_time("2026-03-02 17:05:00"):
            self.assertFalse(self._acknowledge(), "they have heard of us")

    def test_who_gets_no_acknowledgement(self):
        self._write(headers=[("X-Auto-Response-Suppress", "All")])
        self.assertTrue(self.visit.customer_waiting_since)
        with freeze_time("2026-03-02 17:05:00"):
            self.assertFalse(self._acknowledge())
        self.visit.action_customer_answered()
        self._write(number=2)
        self.env["mail.blacklist"]._add("known@example.com")
        with freeze_time("2026-03-02 17:05:00"):
            self.assertFalse(self._acknowledge())
        row = self._get_log(self.visit, "acknowledge")
        self.assertIn("opted out", row.message)

    def test_days_later_nobody_is_told_that_we_have_it(self):
        self._write()
        with freeze_time("2026-03-05 08:00:00"):
            self.assertFalse(self._acknowledge())

    def test_in_the_customer_s_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("support_center.mail_template_reply_acknowledgement")
        template.with_context(lang="fr_FR").subject = "{{ object.name }} : bien reçu"
        self.customer.lang = "fr_FR"
        self._write()
        with freeze_time("2026-03-02 17:05:00"):
            self._acknowledge()
        mails = self._get_notices(self.visit)
        self.assertTrue(mails.filtered(lambda m: "bien reçu" in m.subject))

    def test_a_template_without_text(self):
        template = self.env.ref("support_center.mail_template_reply_acknowledgement")
        template.body_html = Markup("<p><br/></p>")
        self._write()
        with freeze_time("2026-03-02 17:05:00"):
            self.assertFalse(self._acknowledge())
        row = self._get_log(self.visit, "acknowledge")
        self.assertIn("It has no text", row.message)
