"""Short replies of customers in the thread of a visit: what is done, and what is for a person."""

from freezegun import freeze_time
from lxml import html

from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.planning.support_technician import Slot
from ..common import at
from ..common_dialogue import DialogueCase

KNOWN = "Known Customer <known@example.com>"
WRITTEN = "The customer has written: please answer"
QUOTED = """

On Mon, 2 Mar 2026 at 08:00, Support <office@company.example.com> wrote:
> Please cancel if you cannot be there. Friday 6 March 10:00 is free.
> No answer is needed.
"""


class ShortReplyCase(DialogueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician.resource_calendar_id = cls.calendar
        cls.rule = cls.env.ref("support_center.automation_understand_reply")
        cls.number = 0
        cls.visit = cls._confirm()

    @classmethod
    def _confirm(cls, **values):
        visit = cls._create_appointment(**{"technician_id": cls.technician.id, **values})
        visit.action_confirm()
        visit.flush_recordset()
        return visit

    def _answer(self, body, visit=None, *, sender=KNOWN, subtype="plain", headers=(), number=None):
        """Let the customer answer the confirmation of a visit; nothing new may come of it."""
        visit = visit or self.visit
        type(self).number += 1
        notice = self._get_notices(visit, "confirmation")[:1]
        made = self._reply(
            body,
            notice,
            sender=sender,
            subtype=subtype,
            headers=headers,
            number=number or self.number,
        )
        self.assertFalse(made)
        self.env.flush_all()

    def _get_heard(self, visit=None):
        return (visit or self.visit).activity_ids.filtered(
            lambda each: each.summary == WRITTEN or each.summary.startswith("Somebody else")
        )

    def _get_reply_answers(self, visit=None):
        return self._get_answers(visit or self.visit).filtered(
            lambda mail: "your answer" in mail.subject
        )


@tagged("post_install", "-at_install")
class TestShortReplies(ShortReplyCase):
    # ------------------------------------------------------------------
    # Each kind, in two languages at least
    # ------------------------------------------------------------------

    def test_yes(self):
        for body in ("Yes, see you then!", "Passt, danke!", "ça marche", "Sí, perfecto", "Va bene"):
            with self.subTest(body):
                visit = self.visit
                visit._write_protected({"attendance": "unknown"})
                before = len(self._get_reply_answers())
                self._answer(body)
                self.assertEqual(visit.attendance, "confirmed")
                self.assertFalse(self._get_heard())
                self.assertFalse(visit.customer_waiting_since)
                self.assertEqual(len(self._get_reply_answers()), before + 1)

    def test_the_answer_says_what_was_done_and_how_it_is_taken_back(self):
        self._answer("Yes, see you then!")
        (answer,) = self._get_reply_answers()
        self.assertEqual(answer.email_to, "known@example.com")
        row = self.env["support.notification"].search([("mail_id", "=", answer.id)])
        self.assertEqual((row.appointment_id, row.kind), (self.visit, "reply"))
        text = self._get_text(answer)
        self.assertIn("Your appointment is on", text)
        self.assertIn("Was this a mistake?", text)
        self.assertEqual(text.lower().count("thank you"), 1)
        # A link to press once, and no address to read.
        self.assertNotIn("access_token", html.fromstring(answer.body_html).text_content())
        self.assertEqual(answer.body_html.count("access_token"), 1)
        self.assertIn(self.visit._get_link_to(), answer.body_html.replace("&amp;", "&"))
        sent = self._build(answer)
        self.assertEqual(sent["Auto-Submitted"], "auto-replied")
        self.assertEqual(sent["X-Auto-Response-Suppress"], "All")
        self.assertIn(f"<reply-{self.number}@example.com>", sent["In-Reply-To"])

    def test_no(self):
        for body in ("Sorry, I can't make it.", "Leider nein", "non merci", "no puedo ese día"):
            with self.subTest(body):
                visit = self._confirm(start=at("2026-03-05 10:00"), technician_id=False)
                self._answer(body, visit)
                self.assertEqual(visit.attendance, "declined")
                self.assertEqual(visit.state, "confirmed")
                # One activity, which says what they wrote.
                (activity,) = visit.activity_ids
                self.assertIn(body.rstrip("."), activity.note.replace("&#39;", "'"))
                self.assertTrue(self._get_reply_answers(visit))

    def test_cancel(self):
        for body in (
            "Cancel please, I'm moving house",
            "Bitte stornieren",
            "Merci d'annuler le rendez-vous",
            "Vorrei annullare l'appuntamento.",
        ):
            with self.subTest(body):
                visit = self._confirm(technician_id=False)
                self._answer(body, visit)
                self.assertEqual(visit.state, "cancelled")
                self.assertEqual(len(visit.activity_ids), 1)
                self.assertIn("cancelled", self._get_text(self._get_reply_answers(visit)))

    def test_new_time_that_is_free(self):
        for body, start in (
            ("Could we make it Friday 6 March at 3pm instead?", "2026-03-06 15:00"),
            ("Bitte auf den 09.03.2026 um 10:00 Uhr verschieben", "2026-03-09 10:00"),
        ):
            with self.subTest(body):
                self._answer(body)
                self.assertEqual(self.visit.start, at(start))
                self.assertEqual(self.visit.state, "confirmed")
                self.assertEqual(self.visit.technician_id, self.technician)
                self.assertFalse(self._get_heard())
                self.assertTrue(self._get_reply_answers())

    def test_new_time_that_is_taken_and_then_a_number(self):
        self._confirm(start=at("2026-03-06 15:00"))
        self.technician_2.active = False
        self._answer("Lieber am 6.3. um 15 Uhr")
        self.assertEqual(self.visit.start, at("2026-03-05 10:00"))
        text = self._get_text(self._get_reply_answers())
        offered = self.visit._get_held_by_mail()
        self.assertEqual(offered.mapped("number"), [1, 2, 3])
        for hold in offered:
            self.assertIn(self.visit._format_for_customer(hold.start), text)
        second = offered[1].start
        self._answer("2")
        self.assertEqual(self.visit.start, second)
        # That is settled: a yes is one to the visit again, and a number means nothing.
        self._answer("Yes, thanks")
        self.assertEqual(self.visit.attendance, "confirmed")
        self.assertFalse(self._get_heard())
        self._answer("1")
        self.assertEqual(self.visit.start, second)
        self.assertTrue(self._get_heard())

    def test_a_number_of_a_draft(self):
        for body in ("Number 2 please", "Wir nehmen den zweiten Termin, danke"):
            with self.subTest(body):
                draft, offered = self._offer()
                second = offered[1].start
                self._answer_draft(body, draft)
                self.assertEqual((draft.state, draft.start), ("confirmed", second))
                self.assertFalse(self._get_heard(draft))

    def test_a_number_that_was_not_offered(self):
        draft, _offered = self._offer()
        self._answer_draft("4", draft)
        self.assertEqual(draft.state, "draft")
        self.assertTrue(self._get_heard(draft))

    def test_yes_to_several_offers_is_for_a_person(self):
        draft, _offered = self._offer()
        self._answer_draft("Yes", draft)
        self.assertEqual(draft.state, "draft")
        self.assertTrue(self._get_heard(draft))

    def test_yes_to_the_one_offer(self):
        draft, (hold,) = self._offer(1)
        start = hold.start
        self._answer_draft("Yes please", draft)
        self.assertEqual((draft.state, draft.start), ("confirmed", start))

    def _offer_by_mail(self, starts, kind):
        """A mail that offers times, as of ``_offer_freed_time`` and ``_offer_own_times``."""
        hours = self.visit._as_timedelta(self.visit.duration)
        slots = [Slot(start, start + hours, self.technician.id) for start in starts]
        holds = self.env["support.slot.hold"]._hold(
            slots, appointment=self.visit, minutes=30, origin="reoffer"
        )
        self.assertEqual(len(holds), len(starts))
        offers = self.env["support.slot.offer"]._offer(holds, kind)
        self.assertFalse(self.visit._mail_offers())
        return offers

    def test_yes_to_several_offered_times_is_for_a_person_and_a_number_is_not(self):
        starts = [at("2026-03-04 10:00"), at("2026-03-04 13:00"), at("2026-03-06 10:00")]
        offers = self._offer_by_mail(starts, "conflict")
        before = self.visit.start
        for body in ("Yes, that works", "No, sorry"):
            self._answer(body)
            self.assertEqual((self.visit.start, self.visit.attendance), (before, "unknown"))
        self.assertTrue(self._get_heard())
        self._answer("the second one please")
        self.assertEqual(self.visit.start, starts[1])
        self.assertEqual(offers.mapped("state"), ["refused", "taken", "refused"])

    def test_what_is_answered_after_an_offer_has_ended_is_for_a_person(self):
        self._offer_by_mail([at("2026-03-04 10:00")], "freed")
        before = self.visit.start
        with freeze_time(at("2026-03-02 10:00")):
            self.env["support.slot.offer"]._cron_pass_on_offers()
            for body in ("No, thank you", "Yes, please"):
                self._answer(body)
                self.assertEqual((self.visit.start, self.visit.attendance), (before, "unknown"))
        self.assertTrue(self._get_heard())

    def test_earlier(self):
        for body in ("Do you have anything earlier?", "Gibt es einen früheren Termin?"):
            with self.subTest(body):
                visit = self._confirm(technician_id=False)
                self._answer(body, visit)
                self.assertEqual(visit.start, at("2026-03-05 10:00"))
                (activity,) = visit.activity_ids
                self.assertIn(body, activity.note)
                self.assertTrue(self._get_reply_answers(visit))

    def _offer_by_office(self, visit, count, freed=None):
        """Offer times as the office does, and the mail about it."""
        offers = self.env["support.customer.times"]._find_alternatives(visit, limit=count)
        # The best first, which need not be the soonest.
        slots = [offer.slot for offer in reversed(offers)]
        holds = self.env["support.slot.hold"]._hold(
            slots, appointment=visit, minutes=30, origin="reoffer"
        )
        self.assertEqual(len(holds), count)
        kind = "freed" if freed else "conflict"
        self.env["support.slot.offer"]._offer(holds, kind, freed)
        self.assertFalse(visit._mail_offers())
        return [hold.start for hold in holds], self._get_notices(visit, "offer")[-1:]

    def _answer_mail(self, body, mail):
        type(self).number += 1
        self.assertFalse(self._reply(body, mail, sender=KNOWN, number=self.number))
        self.env.flush_all()

    def test_no_to_a_freed_time_is_not_a_no_to_the_visit(self):
        freed = self._confirm(start=at("2026-03-04 10:00"), technician_id=False)
        freed.action_cancel()
        _starts, mail = self._offer_by_office(self.visit, 1, freed)
        self._answer_mail("No, thank you.", mail)
        self.assertEqual((self.visit.attendance, self.visit.state), ("unknown", "confirmed"))
        self.assertEqual(self.visit.offer_ids.state, "refused")
        self.assertFalse(self.env["support.slot.hold"]._find_own(appointment=self.visit))
        self.assertIn("Nothing has changed", self._get_text(self._get_reply_answers()[-1:]))

    def test_yes_to_a_freed_time_and_to_another_mail(self):
        freed = self._confirm(start=at("2026-03-04 10:00"), technician_id=False)
        freed.action_cancel()
        before = self.visit.start
        (start,), mail = self._offer_by_office(self.visit, 1, freed)
        # The confirmation asks for nothing; what they say yes to is for a person to see.
        self._answer("Yes")
        self.assertEqual((self.visit.start, self.visit.attendance), (before, "unknown"))
        self.assertTrue(self._get_heard())
        self._answer_mail("Yes please", mail)
        self.assertEqual(self.visit.start, start)

    def test_several_times_by_the_office_are_taken_by_number(self):
        starts, mail = self._offer_by_office(self.visit, 3)
        before = self.visit.start
        self._answer_mail("Yes", mail)
        self.assertEqual(self.visit.start, before)
        self._answer_mail("2", mail)
        self.assertEqual(self.visit.start, starts[1])

    def _offer(self, count=3):
        """A draft whose customer was offered times by mail."""
        draft = self._create_appointment(start=False, requested_date=at("2026-03-09 10:00"))
        offers = self.env["support.customer.times"]._find_alternatives(draft, limit=count)
        holds = self.env["support.slot.hold"]._hold(
            [offer.slot for offer in offers], appointment=draft, minutes=30, origin="mail"
        )
        self.assertEqual(len(holds), count)
        draft._write_protected({"mail_offers": draft._prepare_mail_offers(holds)})
        return draft, holds

    def _answer_draft(self, body, draft):
        type(self).number += 1
        mail = self.env["mail.mail"].create(
            {
                "model": draft._name,
                "res_id": draft.id,
                "subject": "Times",
                "body_html": "<p>1, 2, 3</p>",
                "reply_to": self.env["support.mail.address"]._get_reply_to(draft),
            }
        )
        self.assertFalse(self._reply(body, mail, sender=KNOWN, number=self.number))

    # ------------------------------------------------------------------
    # Real mails
    # ------------------------------------------------------------------

    def test_below_it_stands_what_it_answers(self):
        self._answer(f"Yes, that's fine.{QUOTED}")
        self.assertEqual((self.visit.attendance, self.visit.state), ("confirmed", "confirmed"))

    def test_nothing_but_a_quotation_is_for_a_person(self):
        self._answer(QUOTED)
        self.assertEqual(self.visit.attendance, "unknown")
        self.assertTrue(self._get_heard())

    def test_with_a_signature(self):
        self._answer("Passt\n\nMit freundlichen Grüßen\nK. Lehmann\nACME GmbH\nTel. +49 30 123456")
        self.assertEqual(self.visit.attendance, "confirmed")

    def test_html_from_a_phone(self):
        self._answer(
            "<html><body><div>Ok, see you then!</div><div><br></div><div>Sent from my iPhone</div>"
            "<blockquote type='cite'><div>On 2 Mar 2026, Support wrote:</div>"
            "<div>Please cancel if you cannot be there.</div></blockquote></body></html>",
            subtype="html",
        )
        self.assertEqual(self.visit.attendance, "confirmed")

    def test_the_same_mail_twice(self):
        self._answer("Cancel please", number=77)
        self.assertEqual(self.visit.state, "cancelled")
        self.visit.action_draft()
        self._answer("Cancel please", number=77)
        self.assertEqual(self.visit.state, "draft")
        self.assertEqual(len(self._get_reply_answers()), 1)

    def test_out_of_office(self):
        self._answer("I confirm.", headers=[("Auto-Submitted", "auto-replied")])
        self._answer("I am out of the office until Monday.")
        self.assertEqual(self.visit.attendance, "unknown")
        self.assertFalse(self._get_reply_answers())

    def test_two_visits_of_one_customer(self):
        other = self._confirm(start=at("2026-03-06 10:00"))
        self._answer("Please cancel my appointment.", other)
        self.assertEqual((self.visit.state, other.state), ("confirmed", "cancelled"))

    # ------------------------------------------------------------------
    # For a person
    # ------------------------------------------------------------------

    def test_not_understood_with_the_sentence_marked(self):
        self._answer("Yes. And please bring a second router as well.")
        self.assertEqual(self.visit.attendance, "unknown")
        (activity,) = self._get_heard()
        self.assertIn("Not understood: “And please bring a second router as well.”", activity.note)
        self.assertIn("Yes.", activity.note)
        # What the customer wrote is shown as they wrote it.
        self.assertEqual(
            self.visit.customer_message, "Yes. And please bring a second router as well."
        )
        self.assertFalse(self._get_reply_answers())

    def test_somebody_else(self):
        self._answer("Please cancel my appointment.", sender="Other <other@example.net>")
        self.assertEqual(self.visit.state, "confirmed")
        self.assertEqual(len(self._get_heard()), 1)
        self.assertFalse(self._get_reply_answers())

    def test_a_follower_does_not_decide(self):
        other = self.env["res.partner"].create({"name": "Other", "email": "other@example.net"})
        self.visit.message_subscribe(other.ids)
        self._answer("Please cancel my appointment.", sender="Other <other@example.net>")
        self.assertEqual(self.visit.state, "confirmed")
        self.assertEqual(len(self._get_heard()), 1)

    def test_the_reference_in_a_subject_can_be_guessed(self):
        self._send_mail(
            "Please cancel.", sender=KNOWN, subject=f"Re: {self.visit.name}", message_id="<g@x.y>"
        )
        self.assertEqual(self.visit.state, "confirmed")
        self.assertTrue(self._get_heard())

    def test_within_notice(self):
        self.visit.type_id = self.env["support.appointment.type"].create(
            {"name": "Strict", "cancel_notice_hours": 100}
        )
        self.env["mail.activity"].search([("res_id", "=", self.visit.id)]).unlink()
        self._answer("Cancel please")
        self.assertEqual(self.visit.state, "confirmed")
        self.assertEqual(len(self.visit.activity_ids), 1)
        self.assertIn("get in touch", self._get_text(self._get_reply_answers()))

    def test_yes_to_a_visit_that_is_cancelled(self):
        self.visit.action_cancel()
        self._answer("Yes, see you then!")
        self.assertEqual((self.visit.state, self.visit.attendance), ("cancelled", "unknown"))
        self.assertTrue(self._get_heard())
        self.assertFalse(self._get_reply_answers())

    def test_yes_to_a_visit_that_is_past(self):
        with freeze_time("2026-03-05 12:00:00"):
            self._answer("Yes, see you then!")
        self.assertEqual(self.visit.attendance, "unknown")
        self.assertTrue(self._get_heard())

    def test_yes_to_a_colleague_s_question(self):
        self.visit.with_user(self.env.ref("base.user_admin")).message_post(
            body="Shall we bring a ladder?",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )
        self._send_mail(
            "Yes please",
            sender=KNOWN,
            subject="Re: ladder",
            message_id="<ladder@example.com>",
            headers=[("In-Reply-To", self.visit.message_ids[:1].message_id)],
        )
        self.assertEqual(self.visit.attendance, "unknown")
        self.assertTrue(self._get_heard())

    def test_rule_off(self):
        self.rule.active = False
        self._answer("Cancel please")
        self.assertEqual(self.visit.state, "confirmed")
        (activity,) = self._get_heard()
        self.assertIn("Cancel please", activity.note)
        self.assertFalse(self.visit.unread_reply)
        self.rule.active = True
        self._answer("Cancel please")
        self.assertEqual(self.visit.state, "cancelled")

    def test_what_fails_is_for_a_person(self):
        appointments = type(self.env["support.appointment"])

        def fail(*_args, **_kwargs):
            raise ValueError("broken on purpose")

        self.patch(appointments, "_customer_cancel", fail)
        with mute_logger("support_center.automation"):
            self._answer("Cancel please")
        self.assertEqual(self.visit.state, "confirmed")
        self.assertFalse(self.visit.unread_reply)
        self.assertTrue(self._get_heard())

    def test_more_than_a_person_writes(self):
        self.env["ir.config_parameter"].set_param("mail.gateway.loop.threshold", 3)
        for _number in range(5):
            self._answer("Yes, see you then!")
        self.assertLess(len(self._get_reply_answers()), 5)
        self.assertTrue(self._get_heard())

    def test_it_cannot_be_written_from_outside(self):
        with self.assertRaisesRegex(Exception, "unread_reply"):
            self.visit.with_user(self.env.ref("base.user_admin")).write({"unread_reply": "{}"})
