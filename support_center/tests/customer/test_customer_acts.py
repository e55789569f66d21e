from freezegun import freeze_time

from odoo.tests import tagged

from ...models.planning.support_technician import Slot
from ..common import SupportCase, at

TEN = at("2026-03-05 10:00")
ELEVEN = at("2026-03-05 11:00")


@tagged("post_install", "-at_install")
class TestCustomerActs(SupportCase):
    """What a customer does by any channel, as the controllers call it: by sudo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician_2.active = False
        cls.type.write({"cancel_notice_hours": 24, "min_notice_hours": 0})

    def _visit(self, **values):
        values = {
            "technician_id": self.technician.id, "start": TEN, "state": "confirmed", **values
        }  # fmt: skip
        visit = self._create_appointment(**values)
        return visit.with_user(self.env.ref("base.public_user")).sudo()

    def tearDown(self):
        log = self.env["support.automation.log"].search([("outcome", "=", "failed")])
        self.assertEqual(log.mapped("message"), [])
        super().tearDown()

    def _assert_outcome(self, outcome, code, words):
        self.assertRegex(outcome.words, words)
        self.assertEqual(outcome.code, code)

    def test_i_will_be_there(self):
        visit = self._visit()
        self._assert_outcome(visit._customer_attend("page"), "done", "5 March 2026, 10:00")
        self.assertEqual(visit.attendance, "confirmed")
        self._assert_outcome(visit._customer_attend("page"), "already", "5 March 2026, 10:00")

    def test_another_start_is_not_answered_yet(self):
        visit = self._visit()
        visit._customer_attend("page")
        visit.with_env(self.env).write({"start": ELEVEN})
        self.assertEqual(visit.attendance, "unknown")

    def test_another_customer_has_answered_nothing(self):
        visit = self._visit()
        visit._customer_attend("page")
        visit.wants_earlier = True
        other = self.env["res.partner"].create({"name": "Other", "email": "other@example.com"})
        visit.with_env(self.env).write({"partner_id": other.id})
        self.assertEqual((visit.attendance, visit.wants_earlier), ("unknown", False))

    def test_who_called_it_off_has_not_declined_what_is_taken_up_again(self):
        for take_up in ("action_undo_cancel", "action_draft"):
            with self.subTest(take_up=take_up):
                visit = self._visit()
                visit._customer_cancel("page")
                self.assertEqual(visit.attendance, "declined")
                getattr(visit.with_env(self.env), take_up)()
                self.assertEqual(visit.attendance, "unknown")
                visit.with_env(self.env).action_cancel()

    def test_who_comes_earlier_by_a_dispatcher_waits_no_more(self):
        visit = self._visit()
        visit._customer_ask_for_earlier("page")
        visit.with_env(self.env).write({"start": ELEVEN})
        self.assertTrue(visit.wants_earlier)
        visit.with_env(self.env).write({"start": at("2026-03-05 09:00")})
        self.assertFalse(visit.wants_earlier)

    def test_a_draft_is_planned_and_confirmed(self):
        draft = self._visit(state="draft", start=False, technician_id=False)
        outcome = draft._customer_take(TEN, self.technician.id, "mail")
        self._assert_outcome(outcome, "done", "5 March 2026, 10:00")
        self.assertEqual((draft.state, draft.start), ("confirmed", TEN))
        self.assertEqual(draft.technician_id, self.technician)
        self.assertTrue(draft.confirmation_sent)
        self.assertFalse(self.env["support.slot.hold"]._find_own(appointment=draft))

    def test_the_zone_in_which_a_time_was_told_is_that_of_its_confirmation(self):
        self.technician.tz = "Europe/London"
        self.env.company.resource_calendar_id.tz = "Europe/Brussels"
        draft = self._visit(state="draft", start=False, technician_id=False)
        draft.partner_id.tz = False
        told = draft._format_for_customer(TEN)
        self.assertIn("11:00 (Europe/Brussels)", told)
        outcome = draft._customer_take(TEN, self.technician.id, "page")
        self._assert_outcome(outcome, "done", r"11:00 \(Europe/Brussels\)")
        self.assertEqual(draft._format_for_customer(draft.start), told)

    def test_a_visit_is_moved(self):
        visit = self._visit()
        self._assert_outcome(
            visit._customer_take(ELEVEN, self.technician.id, "page"), "done", "11:00"
        )
        self.assertEqual((visit.state, visit.start), ("confirmed", ELEVEN))
        outcome = visit._customer_take(ELEVEN, self.technician.id, "page")
        self._assert_outcome(outcome, "already", "11:00")

    def test_somebody_was_faster(self):
        self._visit()
        draft = self._visit(state="draft", start=False)
        outcome = draft._customer_take(TEN, self.technician.id, "page")
        self._assert_outcome(outcome, "taken", "not free any more")
        self.assertEqual(len(outcome.alternatives), 3)
        self.assertNotIn(TEN, [offer.slot.start for offer in outcome.alternatives])
        self.assertEqual(draft.state, "draft")

    def test_within_the_notice_a_dispatcher_is_told(self):
        visit = self._visit(type_id=self.type.id)
        self.env.company.phone = "+32 2 123 45 67"
        for act in (
            lambda: visit._customer_cancel("page"),
            lambda: visit._customer_take(ELEVEN, self.technician.id, "page"),
        ):
            with freeze_time(at("2026-03-04 10:01")):
                self._assert_outcome(act(), "ask", r"\+32 2 123 45 67")
        self.assertEqual((visit.state, visit.start), ("confirmed", TEN))
        self.assertEqual(
            set(visit.activity_ids.mapped("summary")),
            {"The customer wants to cancel", "The customer wants another time"},
        )

    def test_cancelled_once(self):
        visit = self._visit()
        self._assert_outcome(visit._customer_cancel("page"), "done", "is cancelled")
        self.assertEqual(visit.state, "cancelled")
        self._assert_outcome(visit._customer_cancel("page"), "already", "is cancelled")
        self.assertEqual(len(visit.activity_ids), 1)

    def test_a_decline_waits_in_the_inbox(self):
        visit = self._visit()
        outcome = visit._customer_decline("mail", "Our lift is out of order")
        self._assert_outcome(outcome, "done", "get in touch")
        self.assertEqual((visit.attendance, visit.state), ("declined", "confirmed"))
        self.assertTrue(visit.customer_waiting_since)
        self.assertEqual(visit.activity_ids.summary, "The customer will not be there")
        self.assertIn("lift is out of order", visit.activity_ids.note)
        self.assertFalse(visit.acknowledge_at, "they heard of it at once")
        self._assert_outcome(visit._customer_decline("mail"), "already", "get in touch")
        self.assertEqual(len(visit.activity_ids), 1)
        # They say the opposite later.
        self._assert_outcome(visit._customer_attend("mail"), "done", "10:00")
        self.assertEqual(visit.attendance, "confirmed")

    def test_the_history_has_it_as_the_customers(self):
        visit = self._visit()
        visit.with_context(lang="en_US")._customer_cancel("page", "We found the fault ourselves")
        self.assertEqual(visit.cancel_reason, "We found the fault ourselves")
        note = visit.message_ids.filtered(lambda m: "has cancelled" in (m.body or ""))
        self.assertEqual(note.author_id, self.customer)
        self.assertIn("We found the fault ourselves", note.body)
        self.assertTrue(self._get_log(visit, "customer_cancel"))

    def test_what_was_cancelled_by_mistake_is_taken_up_again(self):
        visit = self._visit()
        visit._customer_cancel("page")
        self.assertRegex(visit._list_undo_of_customer(), rf"/my/appointments/{visit.id}/times\?")
        outcome = visit._customer_take(TEN, self.technician.id, "page")
        self._assert_outcome(outcome, "done", "10:00")
        self.assertEqual((visit.state, visit.attendance), ("confirmed", "unknown"))
        self.assertFalse(visit.cancel_reason)

    def test_what_the_office_cancelled_stays_so(self):
        visit = self._visit()
        visit.with_env(self.env).action_cancel()
        outcome = visit._customer_take(ELEVEN, self.technician.id, "page")
        self._assert_outcome(outcome, "ask", "get in touch")
        self.assertEqual(visit.state, "cancelled")

    def test_what_is_over_is_refused(self):
        visit = self._visit()
        with freeze_time(at("2026-03-05 10:05")):
            for act in (
                lambda: visit._customer_attend("page"),
                lambda: visit._customer_decline("page"),
                lambda: visit._customer_cancel("page"),
                lambda: visit._customer_ask_for_earlier("page"),
            ):
                self._assert_outcome(act(), "refused", "begun or is over")
            self.assertFalse(visit._can_customer_change())
        self.assertFalse(visit.activity_ids)

    def test_a_request_without_a_customer_is_for_the_office(self):
        draft = self._visit(partner_id=False, state="draft", start=False)
        outcome = draft._customer_take(TEN, self.technician.id, "page")
        self._assert_outcome(outcome, "ask", "get in touch")
        self.assertEqual(draft.activity_ids.summary, "The customer wants another time")
        self.assertIn("10:00", draft.activity_ids.note)

    def test_a_time_that_is_not_offered_is_not_taken(self):
        draft = self._visit(state="draft", start=False)
        for start in ("2026-03-05 03:00", "2026-03-05 10:10", "2026-02-26 10:00"):
            outcome = draft._customer_take(at(start), self.technician.id, "page")
            self._assert_outcome(outcome, "taken", "not free any more")
        self.assertEqual(draft.state, "draft")

    def test_the_offered_time_is_taken_also_within_the_notice_of_the_type(self):
        """What was offered by mail stays offered: it was held for them."""
        self.type.min_notice_hours = 48
        draft = self._visit(state="draft", start=False, type_id=self.type.id)
        start = at("2026-03-03 13:15")
        slot = Slot(start, start + draft._as_timedelta(draft.duration), self.technician.id)
        self.env["support.slot.hold"]._hold([slot], appointment=draft, origin="reoffer")
        outcome = draft._customer_take(start, self.technician.id, "mail")
        self._assert_outcome(outcome, "done", "13:15")

    def test_within_the_notice_no_other_time_than_the_offered_one_is_taken(self):
        visit = self._visit(type_id=self.type.id)
        one = at("2026-03-05 13:00")
        slot = Slot(one, one + visit._as_timedelta(visit.duration), self.technician.id)
        with freeze_time(at("2026-03-04 11:00")):
            self.env["support.slot.hold"]._hold([slot], appointment=visit, origin="reoffer")
            self.assertFalse(visit._can_customer_plan())
            outcome = visit._customer_take(at("2026-03-06 10:00"), self.technician.id, "page")
            self._assert_outcome(outcome, "ask", "too late")
            self.assertEqual(visit.start, TEN)
            outcome = visit._customer_take(one, self.technician.id, "mail")
            self._assert_outcome(outcome, "done", "13:00")

    def test_a_dispatcher_hears_of_a_moved_visit_and_its_technician_too(self):
        visit = self._visit()
        visit._customer_take(ELEVEN, self.technician.id, "page")
        self.assertEqual(visit.activity_ids.summary, "The customer has moved the visit")
        self.assertRegex(visit.activity_ids.note, r"10:00.*11:00.*First Technician")
        self.assertEqual(visit.technician_notified_start, ELEVEN)
        self.assertEqual(visit.announced_start, ELEVEN)

    def test_somebody_else_changed_the_time_meanwhile(self):
        visit = self._visit()
        visit._customer_attend("page")
        visit.with_env(self.env).write({"start": ELEVEN})
        visit._customer_take(TEN, self.technician.id, "page")
        self.assertEqual(visit.start, TEN)

    def test_wants_to_come_earlier(self):
        visit = self._visit()
        self._assert_outcome(visit._customer_ask_for_earlier("page"), "done", "earlier time")
        self._assert_outcome(visit._customer_ask_for_earlier("page"), "already", "earlier time")
        self.assertTrue(visit.wants_earlier)
        self.assertEqual(visit.state, "confirmed")

    def test_an_earlier_time_is_promised_by_mail_only_where_the_rule_offers_it(self):
        visit = self._visit()
        outcome = visit._customer_ask_for_earlier("page")
        self._assert_outcome(outcome, "done", "We have been told")
        self.assertEqual(visit.activity_ids.summary, "The customer would like to come earlier")
        self.env.ref("support_center.automation_reoffer_slot").active = True
        other = self._visit(start=ELEVEN)
        outcome = other._customer_ask_for_earlier("page")
        self._assert_outcome(outcome, "done", "You get a mail")
        self.assertFalse(other.activity_ids)
