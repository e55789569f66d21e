from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ...models.incoming import support_appointment_offers
from ..common import GUIDE_MAIL, at
from ..common_dialogue import WRONG_MAIL, DialogueCase

WISH = "Hello,\n\nour printer is on fire. Could you come next week, in the morning if possible?\n"
PLACE = "We are at 12 Main Street, Springfield, call me on +32 2 555 01 00.\n"


@tagged("post_install", "-at_install")
class TestOwnWords(DialogueCase):
    """Mails in people's own words: what is understood, what is answered, and what a number does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.holds = cls.env["support.slot.hold"]

    def _get_live(self, draft):
        return self.holds.search(
            [("appointment_id", "in", draft.ids), ("expires_at", ">", fields.Datetime.now())],
            order="number",
        )

    def _get_to_customer(self, draft):
        """Mails to the customer; the technician has one of their own."""
        technicians = draft.technician_id.sudo().user_id.partner_id
        return self._get_answers(draft).filtered(lambda m: not m.recipient_ids & technicians)

    # ------------------------------------------------------------------
    # What is understood, and what is answered
    # ------------------------------------------------------------------

    def test_a_wish_becomes_a_window_and_three_times_that_fit(self):
        draft = self._send_mail(WISH + PLACE, subject="Printer")
        self.assertEqual((draft.state, draft.intake_state), ("draft", "review"))
        self.assertEqual(draft.wish_from, at("2026-03-09 00:00"))
        self.assertEqual(draft.wish_to, at("2026-03-16 00:00"))
        self.assertEqual(draft.wish_parts, "morning")
        self.assertEqual(draft.wish_text, "Mon 9 Mar – Sun 15 Mar, in the morning")
        # Its days are those that were read, wherever the customer is.
        draft.timezone = "Europe/Brussels"
        self.assertEqual(draft.wish_text, "Mon 9 Mar – Sun 15 Mar, in the morning")
        draft.timezone = False
        self.assertEqual(draft.location, "12 Main Street, Springfield")
        self.assertEqual(draft.customer_phone, "+32 2 555 01 00")
        holds = self._get_live(draft)
        self.assertEqual(holds.mapped("number"), [1, 2, 3])
        self.assertEqual(set(holds.mapped("origin")), {"mail"})
        self.assertEqual(
            holds.mapped("expires_at"), [fields.Datetime.now() + timedelta(minutes=30)] * 3
        )
        for hold in holds:
            self.assertLess(hold.start.hour, 12)
            self.assertTrue(at("2026-03-09 00:00") <= hold.start < at("2026-03-16 00:00"))
        # Three mornings, and not three times of one.
        self.assertEqual(len({hold.start.date() for hold in holds}), 3)
        answer = self._get_answers(draft)
        self.assertEqual(len(answer), 1)
        self.assertIn("please choose a time", answer.subject)
        text = self._get_text(answer)
        self.assertIn("When: Mon 9 Mar – Sun 15 Mar, in the morning", text)
        self.assertIn("“Could you come next week, in the morning if possible?”", text)
        self.assertIn("Where: 12 Main Street, Springfield", text)
        self.assertIn("Phone: +32 2 555 01 00", text)
        self.assertIn("These times are free then:", text)
        self.assertIn("answer this mail with 1, 2 or 3", text)
        self.assertIn("We hold these times for you until 08:30 (UTC).", text)
        for hold in holds:
            self.assertIn(draft._format_for_customer(hold.start), text)
            self.assertIn(f"/my/appointments/{draft.id}/move?", answer.body_html)
            self.assertIn(f"hold={hold.id}", answer.body_html)
        for word in ("key: value", "requested_date", "✗", "still need to know"):
            self.assertNotIn(word, text)
        row = self.env["support.notification"].search([("appointment_id", "=", draft.id)])
        self.assertEqual((row.kind, row.mail_id), ("offer", answer))

    def test_it_is_told_in_the_customer_s_language_and_zone(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.env["res.partner"].create(
            {
                "name": "Jürgen Groß",
                "email": "customer@example.com",
                "lang": "de_DE",
                "tz": "America/New_York",
            }
        )
        draft = self._send_mail(
            "Guten Tag,\n\nkönnen Sie nächste Woche kommen, am liebsten nachmittags?\n"
        )
        self.assertEqual(draft.wish_parts, "afternoon")
        holds = self._get_live(draft)
        self.assertEqual(len(holds), 3)
        for hold in holds:
            # Five hours behind, and four from 8 March 2026 on.
            self.assertTrue(12 <= (hold.start - timedelta(hours=4)).hour < 17)
        text = self._get_text(self._get_answers(draft))
        self.assertIn("(America/New_York)", text)
        self.assertIn("März 2026", text)

    def test_one_exact_time_is_taken_and_is_among_the_offers(self):
        draft = self._send_mail("Could you come on Thursday 5 March, 14:00? " + PLACE)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual((draft.requested_date, draft.start), (at("2026-03-05 14:00"),) * 2)
        self.assertEqual(draft.partner_id.email, "customer@example.com")
        self.assertFalse(draft.wish_text)
        holds = self._get_live(draft)
        self.assertIn(at("2026-03-05 14:00"), holds.mapped("start"))
        text = self._get_text(self._get_answers(draft))
        self.assertIn("Thursday 5 March 2026, 14:00 (UTC)", text)
        self.assertIn("Nothing is booked yet.", text)

    def test_nothing_understood_is_asked_for_in_sentences(self):
        draft = self._send_mail("Hello,\n\nmy printer is on fire.\n", subject="Help")
        text = self._get_text(self._get_answers(draft))
        self.assertIn("A colleague will read it", text)
        self.assertIn("When would it suit you?", text)
        self.assertIn("Where should we come to?", text)
        self.assertIn("These times are free:", text)
        self.assertNotIn("✗", text)

    def test_where_nothing_is_free_then_it_says_so(self):
        draft = self._send_mail("Please come at the weekend.")
        holds = self._get_live(draft)
        self.assertEqual(len(holds), 3)
        self.assertTrue(all(hold.start >= at("2026-03-09 00:00") for hold in holds))
        text = self._get_text(self._get_answers(draft))
        self.assertIn("Nothing is free then. These are the nearest free times:", text)

    def test_a_form_gets_its_answer_with_the_times_below(self):
        draft = self._send_mail(WRONG_MAIL.replace("2026-02-30 14:00", "next week, mornings"))
        text = self._get_text(self._get_answers(draft))
        self.assertIn("only the corrected lines", text)
        self.assertIn("requested_date: next week, mornings", text)
        self.assertIn("These times are free then:", text)
        self.assertEqual(draft.wish_parts, "morning")

    def test_a_form_with_a_time_is_offered_none(self):
        draft = self._send_mail(GUIDE_MAIL)
        self.assertEqual(draft.intake_state, "accepted")
        self.assertFalse(self._get_live(draft))
        self.assertNotIn("free", self._get_text(self._get_answers(draft)))

    def test_find_a_time_begins_with_the_wish(self):
        draft = self._send_mail(WISH)
        action = self.env["support.slot.finder"].with_user(self.user_dispatcher)._open(draft)
        finder = self.env["support.slot.finder"].browse(action["res_id"])
        self.assertEqual(finder.date_from, at("2026-03-09 00:00"))
        self.assertEqual(finder.date_to, at("2026-03-16 00:00"))
        self.assertEqual(finder.part_of_day, "morning")
        self.assertEqual(finder.wish_text, draft.wish_text)
        self.assertTrue(finder.line_ids)

    # ------------------------------------------------------------------
    # A number
    # ------------------------------------------------------------------

    def test_a_number_takes_the_time_and_is_confirmed_once(self):
        for number, words in enumerate(("2", "The second one, please.", "Nr. 2 bitte")):
            with self.subTest(words):
                sender = f"John Doe <john{number}@example.com>"
                draft = self._send_mail(
                    WISH, sender=sender, message_id=f"<words-{number}@example.com>"
                )
                hold = self._get_live(draft)[1]
                start, technician = hold.start, hold.technician_id
                answer = self._get_answers(draft)
                self.assertFalse(self._reply(words, answer, number=number, sender=sender))
                self.assertEqual((draft.state, draft.start), ("confirmed", start))
                self.assertEqual(draft.technician_id, technician)
                self.assertEqual(draft.partner_id.email, f"john{number}@example.com")
                self.assertFalse(self._get_live(draft))
                (confirmation,) = self._get_to_customer(draft) - answer
                self.assertTrue(draft.confirmation_sent)
                self.assertIn(draft._format_for_customer(start), self._get_text(confirmation))

    def test_half_an_hour_later_it_is_taken_where_it_is_free_still(self):
        draft = self._send_mail(WISH)
        start = self._get_live(draft)[0].start
        answer = self._get_answers(draft)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self.assertFalse(self._get_live(draft))
            self._reply("1", answer)
            self.assertEqual((draft.state, draft.start), ("confirmed", start))

    def test_where_somebody_was_faster_three_others_are_offered(self):
        draft = self._send_mail(WISH)
        start = self._get_live(draft)[0].start
        answer = self._get_answers(draft)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            for technician in self.technician | self.technician_2:
                self._create_appointment(
                    start=start, technician_id=technician.id, state="confirmed"
                )
            self._reply("number one", answer)
            self.assertEqual(draft.state, "draft")
            holds = self._get_live(draft)
            self.assertEqual(holds.mapped("number"), [1, 2, 3])
            self.assertNotIn(start, holds.mapped("start"))
            text = self._get_text(self._get_answers(draft)[-1])
            self.assertIn("Somebody was faster", text)
            self.assertIn(draft._format_for_customer(holds[2].start), text)
            self.assertNotIn("What we still need", text)

    def test_without_the_rule_that_confirms_the_number_is_answered_all_the_same(self):
        self.env.ref("support_center.automation_send_confirmation").active = False
        draft = self._send_mail(WISH)
        answer = self._get_answers(draft)
        self._reply("3", answer)
        self.assertEqual(draft.state, "confirmed")
        (told,) = self._get_to_customer(draft) - answer
        self.assertIn("Your appointment is on", self._get_text(told))

    def test_a_stranger_s_number_is_read_by_a_dispatcher(self):
        draft = self._send_mail(WISH)
        answer = self._get_answers(draft)
        self._reply("2", answer, sender="Eve <eve@example.org>")
        self.assertEqual((draft.state, draft.start), ("draft", False))
        self.assertEqual(len(self._get_live(draft)), 3)
        self.assertEqual(self._get_answers(draft), answer)
        self.assertTrue(draft.activity_ids)

    def test_what_is_no_number_changes_nothing(self):
        draft = self._send_mail(WISH)
        answer = self._get_answers(draft)
        self._reply("2 would be fine, or is there something later?", answer)
        self.assertEqual((draft.state, draft.start), ("draft", False))
        self.assertFalse(draft.has_open_offers)

    # ------------------------------------------------------------------
    # Who is offered nothing
    # ------------------------------------------------------------------

    def test_robots_and_who_wants_no_mail(self):
        self.env["mail.blacklist"]._add("gone@example.com")
        for number, (sender, headers) in enumerate(
            (
                ("robot@example.com", [("Auto-Submitted", "auto-generated")]),
                ("no-reply@example.com", []),
                ("gone@example.com", []),
                ("list@example.com", [("Precedence", "bulk")]),
            )
        ):
            with self.subTest(sender):
                self._send_mail(
                    f"customer_name: X\n{WISH}",
                    sender=sender,
                    headers=headers,
                    message_id=f"<robot-{number}@example.com>",
                )
        self.assertFalse(self.holds.search([]))

    def test_beyond_the_threshold(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 1)
        self._send_mail(WISH)
        draft = self._send_mail(WISH + "!", message_id="<second@example.com>")
        self.assertTrue(draft.intake_held)
        self.assertFalse(self._get_live(draft))

    def test_requests_of_which_more_is_wrong(self):
        draft = self._send_mail("requested_date: next week\ntype: No Such Thing\n")
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(self._get_live(draft))

    def test_without_technicians_nothing_is_offered(self):
        (self.technician | self.technician_2).active = False
        draft = self._send_mail(WISH)
        text = self._get_text(self._get_answers(draft))
        self.assertFalse(self._get_live(draft))
        self.assertNotIn("hold", text)
        self.assertIn("in the morning", text)

    def test_one_person_holds_three_times_over_all_of_their_mails(self):
        first = self._send_mail(WISH)
        self.assertEqual(len(self._get_live(first)), 3)
        second = self._send_mail("Please come on any afternoon.", message_id="<2@example.com>")
        self.assertFalse(self._get_live(second))
        self.assertIn("in the afternoon", self._get_text(self._get_answers(second)))

    def test_who_answers_nothing_to_two_is_offered_no_third(self):
        for number, count in enumerate((3, 3, 0)):
            with freeze_time(fields.Datetime.now() + timedelta(hours=number)):
                draft = self._send_mail(
                    f"{WISH} Number {number}.", message_id=f"<n{number}@example.com>"
                )
                self.assertEqual(len(self._get_live(draft)), count)

    def test_a_flood_of_senders_holds_a_bounded_number(self):
        with patch.object(support_appointment_offers, "MOST_OF_COMPANY", 6):
            drafts = self.env["support.appointment"]
            for number in range(4):
                drafts |= self._send_mail(
                    WISH,
                    sender=f"p{number}@example.com",
                    message_id=f"<flood-{number}@example.com>",
                )
        self.assertEqual([len(self._get_live(draft)) for draft in drafts], [3, 3, 0, 0])

    def test_a_corrected_request_gives_its_times_back(self):
        draft = self._send_mail("requested_date: next week\n")
        self.assertEqual(len(self._get_live(draft)), 3)
        self._reply("requested_date: 2026-03-05 14:00", self._get_answers(draft))
        self.assertEqual(draft.intake_state, "accepted")
        self.assertFalse(self._get_live(draft))
        self.assertFalse(draft.wish_text)
