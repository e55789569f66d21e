from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at

KNOWN = (
    "announced_at", "announced_start", "announced_details", "confirmation_sent", "reminder_sent",
    "ics_sequence", "confirmed_at", "technician_id", "start",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestUndoCancel(SupportMailCase):
    """A wrong cancellation is taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id, location="Here")
        cls.visit = cls.visit.with_user(cls.user_dispatcher)
        cls.visit.action_confirm()

    def _get_known(self):
        return {field: self.visit[field] for field in KNOWN}

    def _get_waiting(self):
        return self._get_notices(self.visit).filtered(lambda m: m.state == "outgoing")

    # What the customer hears

    def test_not_told_yet_the_customer_hears_nothing(self):
        self._send_queue()
        before = self._get_known()
        with freeze_time("2026-03-02 09:00:00"):
            self.visit.write({"cancel_reason": "Wrong one"})
            self.visit.action_cancel()
            self.assertEqual(self._get_waiting().support_notice, "cancelled")
            self.assertNotEqual(self._get_known(), before)
            self.visit.action_undo_cancel()
        self.assertEqual(self.visit.state, "confirmed")
        self.assertFalse(self._get_waiting())
        self.assertEqual(self._get_known(), before)
        self.assertFalse(self.visit.cancel_reason)
        self.assertEqual(self._get_log(self.visit, "withdraw_cancelled").outcome, "ok")

    def test_what_was_said_last_holds_again_and_the_next_change_is_told(self):
        self.visit.write({"start": at("2026-03-05 13:00")})
        self._send_queue()
        before = self._get_known()
        self.assertEqual(before["ics_sequence"], 1)
        self.visit.action_cancel()
        self.visit.action_undo_cancel()
        self.assertEqual(self._get_known(), before)
        self.visit.write({"start": at("2026-03-05 14:00")})
        self.assertEqual(self._get_waiting().support_notice, "rescheduled")
        self.assertEqual(self.visit.ics_sequence, 2)

    def test_who_was_told_is_told_of_the_confirmation(self):
        self._send_queue()
        self.visit.action_cancel()
        self._send_queue()
        self.visit.action_undo_cancel()
        self.assertEqual(self._get_waiting().support_notice, "confirmation")
        self.assertTrue(self.visit.confirmation_sent)
        self.assertEqual(self.visit.announced_start, self.visit.start)
        self.assertEqual(self.visit.ics_sequence, 2)

    def test_a_cancellation_that_could_not_be_sent_is_withdrawn_too(self):
        self._send_queue()
        before = self._get_known()
        self.visit.action_cancel()
        self._get_waiting().write({"state": "exception"})
        self.visit.action_undo_cancel()
        self.assertEqual(self._get_notices(self.visit, "cancelled").state, "cancel")
        self.assertFalse(self._get_waiting())
        self.assertEqual(self._get_known(), before)

    def test_with_the_rule_off_nothing_was_said_and_nothing_is_to_be_said(self):
        self.env.ref("support_center.automation_send_cancelled").active = False
        self._send_queue()
        before = self._get_known()
        self.visit.action_cancel()
        self.visit.action_undo_cancel()
        self.assertFalse(self._get_waiting())
        self.assertEqual(self._get_known(), before)

    def test_cancelled_and_undone_twice(self):
        self._send_queue()
        before = self._get_known()
        for _each in range(2):
            self.visit.action_cancel()
            self.visit.action_undo_cancel()
        self.assertFalse(self._get_waiting())
        self.assertEqual(self._get_known(), before)

    def test_a_reminder_that_left_is_not_sent_again_and_one_that_waited_is(self):
        self._send_queue()
        with freeze_time("2026-03-05 01:00:00"):
            self.env["support.appointment"]._cron_send_reminders()
            self.assertEqual(self._get_waiting().support_notice, "reminder")
            self.visit.action_cancel()
            self.visit.action_undo_cancel()
            self.assertFalse(self.visit.reminder_sent)
            self.env["support.appointment"]._cron_send_reminders()
            self._send_queue()
            self.visit.action_cancel()
            self.visit.action_undo_cancel()
            self.assertTrue(self.visit.reminder_sent)
            self.env["support.appointment"]._cron_send_reminders()
            self.assertFalse(self._get_waiting())

    def test_another_customer_meanwhile_is_told_as_anybody_new(self):
        self._send_queue()
        self.visit.action_cancel()
        self.visit.partner_id = self.env["res.partner"].create(
            {"name": "Other", "email": "other@example.com"}
        )
        self.visit.action_undo_cancel()
        self.assertEqual(
            sorted(self._get_waiting().mapped("support_notice")), ["cancelled", "confirmation"]
        )

    def test_many_at_once(self):
        others = self.env["support.appointment"].union(
            *(self._create_appointment(start=at(f"2026-03-0{day} 10:00")) for day in (3, 4, 6))
        )
        others.action_confirm()
        self._send_queue()
        visits = (self.visit | others).with_user(self.user_dispatcher)
        visits.action_cancel()
        visits.action_undo_cancel()
        self.assertEqual(set(visits.mapped("state")), {"confirmed"})
        waiting = self._get_notices(visits).filtered(lambda m: m.state == "outgoing")
        self.assertFalse(waiting)

    # When it cannot be

    def test_the_time_was_taken(self):
        self.visit.action_cancel()
        other = self._create_appointment(technician_id=self.technician.id, state="confirmed")
        before = self._get_known()
        with mute_logger("odoo.sql_db"), self.assertRaises(ValidationError) as caught:
            self.visit.action_undo_cancel()
        for part in ("First Technician", other.name, "next free times"):
            self.assertIn(part, str(caught.exception))
        # Nothing is half done, and the mail goes out.
        self.assertEqual(self.visit.state, "cancelled")
        self.assertEqual(self._get_known(), before)
        self.assertIn("cancelled", self._get_waiting().mapped("support_notice"))

    def test_the_technician_is_on_leave_by_now(self):
        self.visit.action_cancel()
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.technician.resource_id.id,
                "calendar_id": self.calendar.id,
                "date_from": at("2026-03-05 00:00"),
                "date_to": at("2026-03-06 00:00"),
            }
        )
        with self.assertRaises(ValidationError) as caught:
            self.visit.action_undo_cancel()
        self.assertIn("on leave", str(caught.exception))
        self.assertEqual(self.visit.state, "cancelled")

    def test_past_for_a_dispatcher_but_not_for_a_manager_who_records_it(self):
        self.visit.action_cancel()
        with freeze_time("2026-03-05 16:00:00"):
            with self.assertRaises(UserError) as caught:
                self.visit.action_undo_cancel()
            self.assertIn("which is past", str(caught.exception))
            self.assertIn("next free times", str(caught.exception))
            self.visit.with_user(self.user_manager).action_undo_cancel()
        self.assertEqual(self.visit.state, "confirmed")

    def test_only_what_was_confirmed_and_is_cancelled(self):
        draft = self._create_appointment(start=at("2026-03-06 10:00"))
        draft = draft.with_user(self.user_dispatcher)
        with self.assertRaisesRegex(UserError, f"{draft.name} is not cancelled"):
            draft.action_undo_cancel()
        draft.action_cancel()
        with self.assertRaises(UserError) as caught:
            (self.visit | draft).action_undo_cancel()
        self.assertIn(f"{self.visit.name} is not cancelled", str(caught.exception))
        self.assertIn(f"{draft.name} was not confirmed", str(caught.exception))

    def test_not_beside_the_one_that_took_its_place(self):
        self.visit.action_cancel()
        self.visit.action_rebook()
        rebooked = self.visit.rebooked_ids
        with self.assertRaises(UserError) as caught:
            self.visit.action_undo_cancel()
        self.assertIn(f"was rebooked as {rebooked.name}", str(caught.exception))
        rebooked.action_cancel()
        self.visit.action_undo_cancel()
        self.assertEqual(self.visit.state, "confirmed")

    def test_an_archived_technician_comes_no_more(self):
        self.visit.action_cancel()
        self.technician.active = False
        with self.assertRaises(UserError) as caught:
            self.visit.action_undo_cancel()
        self.assertIn("archived", str(caught.exception))

    # What else knows of the visit

    def test_the_entry_in_the_calendar_is_there_again(self):
        events = self.env["calendar.event"].with_context(active_test=False)
        domain = [("support_appointment_id", "=", self.visit.id)]
        entry = events.search(domain)
        self.assertTrue(entry.active)
        self.visit.action_cancel()
        self.assertFalse(entry.active)
        self.visit.action_undo_cancel()
        self.assertEqual(events.search(domain), entry)
        self.assertTrue(entry.active)
        self.assertEqual((entry.start, entry.user_id), (self.visit.start, self.user_technician))

    def test_the_ticket_waits_for_the_visit_again(self):
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "partner_id": self.customer.id}
        )
        self.visit.ticket_id = ticket
        self.visit.action_cancel()
        self.assertEqual(ticket.state, "open")
        self.visit.action_undo_cancel()
        self.assertEqual(ticket.state, "pending")

    # The offer of the freed time

    def test_the_offer_of_the_time_is_withdrawn(self):
        self.env.ref("support_center.automation_reoffer_slot").active = True
        # Whom no mail reaches is called by a dispatcher.
        caller = self.env["res.partner"].create({"name": "Caller"})
        waiting = self._create_appointment(start=at("2026-03-09 10:00"), partner_id=caller.id)
        self.visit.action_cancel()
        self.assertEqual(self.visit.reoffered_to_id, waiting)
        self.assertTrue(waiting.activity_ids)
        self.visit.action_undo_cancel()
        waiting.invalidate_recordset()
        self.assertFalse(waiting.activity_ids)
        self.assertFalse(self.visit.reoffered_to_id)
        note = "".join(waiting.message_ids.mapped("body"))
        self.assertIn("not free any more", note)
        self.assertIn(self.visit.name, note)
