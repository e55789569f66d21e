from freezegun import freeze_time

from odoo.tests import tagged

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
        visit.write({"start": ELEVEN})
        self.assertEqual(visit.attendance, "unknown")

    def test_a_draft_is_planned_and_confirmed(self):
        draft = self._visit(state="draft", start=False, technician_id=False)
        outcome = draft._customer_take(TEN, self.technician.id, "mail")
        self._assert_outcome(outcome, "done", "5 March 2026, 10:00")
        self.assertEqual((draft.state, draft.start), ("confirmed", TEN))
        self.assertEqual(draft.technician_id, self.technician)
        self.assertTrue(draft.confirmation_sent)
        self.assertFalse(self.env["support.slot.hold"]._find_own(appointment=draft))

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
