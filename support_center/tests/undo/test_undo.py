from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at

KNOWN = (
    "announced_at", "announced_start", "announced_details", "confirmation_sent", "reminder_sent",
    "ics_sequence", "technician_notified_id", "technician_notified_start", "start", "duration",
    "technician_id", "state",
    "confirmed_at", "started_at", "ended_at", "ignore_working_hours", "cancel_reason",
)  # fmt: skip
LATER = {"start": "2026-03-06 13:00:00", "stop": "2026-03-06 15:00:00", "tell": True}


class UndoCase(SupportMailCase):
    """A confirmed visit that its customer and its technician know of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician_2.email = "second@example.com"
        visit = cls._create_appointment(technician_id=cls.technician.id)
        cls.visit = visit.with_user(cls.user_dispatcher)
        cls.visit.action_confirm()
        cls.board = cls.env["support.board"].with_user(cls.user_dispatcher)
        cls.steps = cls.env["support.undo.step"].with_user(cls.user_dispatcher)

    def setUp(self):
        super().setUp()
        self._send_queue()

    def _get_known(self, visit=None):
        visit = (visit or self.visit).sudo()
        visit.invalidate_recordset()
        return {name: visit[name] for name in KNOWN}

    def _get_waiting(self, visits=None):
        return self.env["mail.mail"].search(
            [
                ("model", "=", "support.appointment"),
                ("res_id", "in", (visits or self.visit).ids),
                ("state", "=", "outgoing"),
            ]
        )

    def _get_notices_waiting(self):
        """What customers are about to be told."""
        return self._get_waiting().filtered("support_notice").mapped("support_notice")

    def _move(self, visit=None, **vals):
        answer = self.board.move((visit or self.visit).id, vals)
        self.assertTrue(answer["ok"], answer)
        return answer["undo"]["id"]

    def _undo(self, step_id):
        answer = self.steps.undo(step_id)
        self.assertTrue(answer["ok"], answer)
        return answer

    def _refuse(self, step_id, regex):
        before = self._get_known()
        answer = self.steps.undo(step_id)
        self.assertFalse(answer["ok"])
        self.assertRegex(answer["message"], regex)
        self.assertEqual(self._get_known(), before)

    def _apply(self, visits, **vals):
        action = visits.action_open_cancel()
        wizard = self.env[action["res_model"]].with_user(self.user_dispatcher)
        wizard = wizard.browse(action["res_id"])
        wizard.write(vals)
        return wizard.action_apply()


@tagged("post_install", "-at_install")
class TestUndoMove(UndoCase):
    """A move is taken back, and nobody hears of it."""

    def test_an_undone_move_tells_nobody_anything(self):
        before = self._get_known()
        step = self._move(**LATER, technician_id=self.technician_2.id)
        self.assertNotEqual(self._get_known(), before)
        # One to the customer, one to each technician, of whom the first reads it in a mail, too.
        waiting = self._get_waiting()
        self.assertIn("rescheduled", waiting.mapped("support_notice"))
        self.assertGreaterEqual(len(waiting), 2)
        with freeze_time("2026-03-02 08:00:09"):
            self._send_queue()
            self.assertEqual(self._get_waiting(), waiting, "The mails have not waited.")
            self._undo(step)
        self.assertFalse(self._get_waiting())
        self.assertEqual(self._get_known(), before)
        with freeze_time("2026-03-02 08:05:00"):
            self._send_queue()
        self.assertEqual(set(waiting.mapped("state")), {"cancel"})

    def test_a_move_that_stays_is_told_once_it_is_too_late(self):
        self._move(**LATER)
        mail = self._get_notices(self.visit, "rescheduled")
        self.assertGreaterEqual(mail.scheduled_date - at("2026-03-02 08:00"), timedelta(seconds=10))
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        calls = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).mapped("call_at")
        self.assertTrue(any(mail.scheduled_date < call < at("2026-03-02 08:01") for call in calls))
        with freeze_time("2026-03-02 08:00:20"):
            self._send_queue()
        self.assertEqual(mail.state, "sent")

    def test_what_no_person_does_waits_for_nobody(self):
        self.visit.write({"start": at("2026-03-06 13:00")})
        self.assertFalse(self._get_notices(self.visit, "rescheduled").scheduled_date)

    def test_who_was_told_already_is_told_once_of_what_holds(self):
        before = self._get_known()
        step = self._move(**LATER)
        with freeze_time("2026-03-02 08:00:40"):
            self._send_queue()
            self._undo(step)
            self.assertEqual(self._get_notices_waiting(), ["rescheduled"])
            self._send_queue()
        self.assertEqual(self.visit.start, before["start"])
        self.assertEqual(self.visit.announced_start, before["start"])
        self.assertEqual(len(self._get_notices(self.visit, "rescheduled")), 2)

    def test_a_note_in_the_inbox_is_answered_once(self):
        self.user_technician.notification_type = "inbox"
        other = self._create_appointment(
            start=at("2026-03-06 10:00"), technician_id=self.technician_2.id, state="confirmed"
        )
        self._send_queue()
        step = self._move(other, technician_id=self.technician.id, tell=True)
        self._undo(step)
        notes = self.env["mail.message"].search(
            [
                ("model", "=", other._name),
                ("res_id", "=", other.id),
                ("notified_partner_ids", "in", self.user_technician.partner_id.ids),
            ]
        )
        self.assertEqual(len(notes), 2)
        self.assertEqual(other.technician_id, self.technician_2)

    def test_undone_twice_is_undone_once(self):
        before = self._get_known()
        step = self._move(**LATER)
        self._undo(step)
        self._move(technician_id=self.technician_2.id, tell=True)
        self.assertRegex(self._undo(step)["message"], "undone already")
        self.assertEqual(self.visit.technician_id, self.technician_2)
        self.assertEqual(self.visit.start, before["start"])

    def test_the_one_before_can_be_undone_next(self):
        before = self._get_known()
        first = self._move(**LATER)
        middle = self._get_known()
        second = self._move(technician_id=self.technician_2.id, tell=True)
        self._undo(second)
        self.assertEqual(self._get_known(), middle)
        self._undo(first)
        self.assertEqual(self._get_known(), before)
        self.assertFalse(self._get_waiting())

    def test_a_reminder_that_waited_waits_again(self):
        with freeze_time("2026-03-05 01:00:00"):
            self.env["support.appointment"]._cron_send_reminders()
            reminder = self._get_notices(self.visit, "reminder")
            before = self._get_known()
            step = self._move(start="2026-03-05 13:00:00", stop="2026-03-05 14:00:00", tell=True)
            self.assertEqual(reminder.state, "cancel")
            self._undo(step)
            self.assertEqual(reminder.state, "outgoing")
            self.assertEqual(self._get_known(), before)

    def test_from_a_time_that_is_past(self):
        with freeze_time("2026-03-05 10:30:00"):
            step = self._move(start="2026-03-05 13:00:00", stop="2026-03-05 14:00:00", tell=True)
            self._undo(step)
        self.assertEqual(self.visit.start, at("2026-03-05 10:00"))

    # Whom the dispatcher tells

    def test_nobody_is_told_where_nobody_is_to_be(self):
        vals = {**LATER, "technician_id": self.technician_2.id}
        before = self._get_known()
        step = self._move(**vals, tell_customer=False, tell_technician=False)
        self.assertFalse(self._get_waiting())
        self.assertEqual(self.visit.announced_start, at("2026-03-06 13:00"))
        self._undo(step)
        self.assertFalse(self._get_waiting())
        self.assertEqual(self._get_known(), before)

    def test_a_draft_is_moved_and_no_technician_is_told_anything(self):
        draft = self._create_appointment(start=at("2026-03-06 10:00"))
        draft.technician_id = self.technician_2
        vals = {"start": at("2026-03-06 12:00")}
        told = draft._prepare_technician_told_vals(vals)
        draft._write_protected({**vals, **told})
        self.assertFalse(draft.technician_notified_start)
        self.assertFalse(self._get_waiting(draft))

    def test_the_customer_alone(self):
        self._move(**LATER, technician_id=self.technician_2.id, tell_technician=False)
        self.assertEqual(self._get_notices_waiting(), ["rescheduled"])

    def test_both_times_in_one_sentence_before_it_is_done(self):
        vals = {"start": "2026-03-04 14:00:00", "stop": "2026-03-04 15:00:00"}
        answer = self.board.move(self.visit.id, {**vals, "technician_id": self.technician_2.id})
        self.assertEqual(answer["code"], "tell")
        self.assertEqual(
            answer["change"],
            "From Thursday 5 March, 10:00 to Wednesday 4 March, 14:00. Second Technician goes "
            "instead of First Technician.",
        )
        self.assertEqual(
            answer["choices"],
            {
                "tell_customer": "Tell Known Customer",
                "tell_technician": "Tell First Technician, Second Technician",
            },
        )
        self.assertEqual(self.visit.start, at("2026-03-05 10:00"))

    def test_one_that_only_its_technician_knows_of_is_asked_about_too(self):
        silent = self._create_appointment(
            start=at("2026-03-06 10:00"),
            technician_id=self.technician_2.id,
            state="confirmed",
            send_confirmation_email=False,
        ).with_user(self.user_dispatcher)
        self.assertEqual(silent.technician_notified_id, self.technician_2)
        self._send_queue()
        later = {"start": "2026-03-06 13:00:00", "stop": "2026-03-06 14:00:00"}
        answer = self.board.move(silent.id, later)
        self.assertEqual(answer["code"], "tell")
        self.assertRegex(answer["reason"], "Second Technician knows of this visit; the customer")
        self.assertEqual(answer["choices"], {"tell_technician": "Tell Second Technician"})
        self.assertEqual(
            self.steps.ask(silent.id, {"start": later["start"]})["choices"], answer["choices"]
        )
        self._move(silent, **later, tell=True, tell_technician=False)
        self.assertFalse(self._get_waiting(silent))
        self.assertEqual(silent.technician_notified_start, at("2026-03-06 13:00"))
        # A longer visit is no news to a technician, nor is anything while the rule is off.
        longer = {"start": "2026-03-06 13:00:00", "stop": "2026-03-06 16:00:00"}
        self.assertFalse(self.steps.ask(silent.id, {"stop": longer["stop"]}))
        self.env.ref("support_center.automation_notify_technician").active = False
        self.assertFalse(self.steps.ask(silent.id, {"start": "2026-03-06 15:00:00"}))

    def test_nobody_reads_the_name_of_a_technician_out_of_sight(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        far = self.env["support.technician"].create(
            {"name": "Far Technician", "company_id": company.id}
        )
        for user in (self.user_dispatcher, self.user_technician):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.steps.with_user(user).ask(self.visit.id, {"technician_id": far.id})

    def test_a_draft_that_is_planned_in_silence_stays_unknown(self):
        draft = self._create_appointment(start=False)
        self._move(draft, **LATER, technician_id=self.technician_2.id, tell_technician=False)
        self.assertFalse(draft.technician_notified_start)
        self.assertFalse(self._get_waiting(draft))

    # When it cannot be

    def test_after_a_minute_it_stays(self):
        step = self._move(**LATER)
        with freeze_time("2026-03-02 08:01:01"):
            self._refuse(step, "more than a minute ago")

    def test_somebody_else_has_changed_it(self):
        step = self._move(**LATER)
        self.visit.with_user(self.user_manager).location = "Elsewhere"
        self._refuse(step, f"{self.visit.name} was changed by support_manager")

    def test_the_time_is_taken(self):
        step = self._move(**LATER)
        self._create_appointment(technician_id=self.technician.id, state="confirmed")
        with mute_logger("odoo.sql_db"):
            self._refuse(step, "First Technician .*already booked")
        self.assertEqual(self._get_notices_waiting(), ["rescheduled"])

    def test_whose_it_is(self):
        step = self._move(**LATER)
        for user in (self.user_manager, self.user_technician):
            with self.assertRaisesRegex(AccessError, "Only the person who made a change"):
                self.steps.with_user(user).undo(step)
        with self.assertRaises(AccessError):
            self.steps.with_user(self.user_employee).undo(step)
        with self.assertRaises(AccessError):
            self.steps.search([])

    def test_a_step_that_is_gone(self):
        step = self._move(**LATER)
        with freeze_time("2026-03-12 08:00:00"):
            self.env["support.undo.step"]._gc_undo_steps()
        self._refuse(step, "too long ago")


@tagged("post_install", "-at_install")
class TestUndoCancel(UndoCase):
    """A cancellation is taken back as a move is."""

    def test_an_undone_cancellation_tells_nobody_anything(self):
        before = self._get_known()
        action = self._apply(self.visit)
        self.assertEqual(action["tag"], "support_center.undo")
        self.assertEqual(action["params"]["seconds"], 10)
        self.assertIn("cancelled", self._get_waiting().mapped("support_notice"))
        self._undo(action["params"]["id"])
        self.assertFalse(self._get_waiting())
        self.assertEqual(self._get_known(), before)

    def test_a_technician_with_a_user_hears_of_neither(self):
        """By mail, which waits; in the inbox both are read, since nothing there is taken back."""
        for preference, subjects in (
            ("email", []),
            ("inbox", ["Visit cancelled", "New visit"]),
        ):
            with self.subTest(preference=preference):
                self.user_technician.notification_type = preference
                before = self._get_known()
                last = self.env["mail.message"].search([], order="id desc", limit=1)
                self._undo(self._apply(self.visit)["params"]["id"])
                self.assertFalse(self._get_waiting())
                self.assertEqual(self._get_known(), before)
                told = self.env["mail.message"].search(
                    [
                        ("id", ">", last.id),
                        ("res_id", "=", self.visit.id),
                        ("message_type", "=", "user_notification"),
                    ],
                    order="id",
                )
                inbox = told.notification_ids.filtered(lambda n: n.notification_type == "inbox")
                notes = inbox.mail_message_id.mapped("subject")
                self.assertEqual([note.split(":")[0] for note in notes], subjects)

    def test_a_silent_one_gives_back_the_mail_that_was_withdrawn(self):
        other = self._create_appointment(start=at("2026-03-06 10:00"), state="confirmed")
        other = other.with_user(self.user_dispatcher)
        confirmation = self._get_notices(other)
        before = self._get_known(other)
        action = self._apply(other, tell_customer=False)
        self.assertEqual(confirmation.state, "cancel")
        self._undo(action["params"]["id"])
        self.assertEqual(confirmation.state, "outgoing")
        self.assertEqual(self._get_known(other), before)

    def test_a_draft_is_a_draft_again(self):
        draft = self._create_appointment(start=False).with_user(self.user_dispatcher)
        self._undo(self._apply(draft)["params"]["id"])
        self.assertEqual(draft.state, "draft")
        self.assertFalse(draft.cancel_reason)

    def test_one_in_progress_goes_on(self):
        self.visit.action_start()
        self._undo(self._apply(self.visit)["params"]["id"])
        self.assertEqual(self.visit.state, "in_progress")
        self.assertTrue(self.visit.started_at)
        self.assertFalse(self.visit.ended_at)

    def test_many_at_once_of_which_one_was_done_already(self):
        others = self.env["support.appointment"].union(
            *(self._create_appointment(start=at(f"2026-03-0{day} 10:00")) for day in (3, 4))
        )
        done = self._create_appointment(state="done")
        visits = (self.visit | others | done).with_user(self.user_dispatcher)
        action = self._apply(visits)
        self.assertEqual(action["params"]["message"], "3 appointments are cancelled.")
        self.assertEqual(action["params"]["next"]["res_model"], "support.bulk.result")
        self._undo(action["params"]["id"])
        self.assertEqual(visits.mapped("state"), ["confirmed", "draft", "draft", "done"])

    def test_the_ticket_follows(self):
        ticket = self.env["support.ticket"].create({"name": "T", "partner_id": self.customer.id})
        self.visit.ticket_id = ticket
        action = self._apply(self.visit)
        self.assertEqual(ticket.state, "open")
        self._undo(action["params"]["id"])
        self.assertEqual(ticket.state, "pending")


@tagged("post_install", "-at_install")
class TestUndoStates(UndoCase):
    """Started, done and missed by mistake; and too early."""

    def _press(self, method, visit=None, user=None):
        visit = (visit or self.visit).with_user(user or self.user_dispatcher)
        return getattr(visit.with_context(support_offer_undo=True), method)()

    def test_each_is_taken_back_within_the_minute(self):
        for method, prepare in (
            ("action_start", ()),
            ("action_no_show", ()),
            ("action_done", ("action_start",)),
        ):
            with self.subTest(method=method):
                for name in prepare:
                    getattr(self.visit, name)()
                before = self._get_known()
                action = self._press(method)
                self.assertNotEqual(self.visit.state, before["state"])
                self._undo(action["params"]["id"])
                self.assertEqual(self._get_known(), before)

    def test_and_later_by_a_dispatcher(self):
        self.visit.action_start()
        self.visit.action_done()
        with freeze_time("2026-03-09 08:00:00"):
            self.visit.action_take_back()
            self.assertEqual(self.visit.state, "in_progress")
            self.assertFalse(self.visit.ended_at)
            self.visit.action_take_back()
        self.assertEqual(self.visit.state, "confirmed")
        self.assertFalse(self.visit.started_at)
        self.assertIn("Taken back: Done.", "".join(self.visit.message_ids.mapped("body")))
        with self.assertRaisesRegex(UserError, "“Confirmed”: only a visit that was started"):
            self.visit.action_take_back()

    def test_a_technician_takes_nothing_back_later(self):
        self.visit.action_start()
        with self.assertRaisesRegex(AccessError, "Only a dispatcher takes back"):
            self.visit.with_user(self.user_technician).action_take_back()

    def test_done_stays_final_by_every_other_way(self):
        self.visit.action_start()
        self.visit.action_done()
        for user in (self.user_manager, self.user_dispatcher, self.user_technician):
            with self.assertRaisesRegex(UserError, "Allowed from here: nothing"):
                self.visit.with_user(user).write({"state": "in_progress"})

    def test_the_ticket_is_open_again(self):
        ticket = self.env["support.ticket"].create({"name": "T", "partner_id": self.customer.id})
        self.visit.ticket_id = ticket
        self.visit.action_start()
        action = self._press("action_done")
        self.assertEqual(ticket.state, "solved")
        self._undo(action["params"]["id"])
        self.assertEqual(ticket.state, "open")

    # Too early

    def test_a_technician_starts_nothing_before_its_day(self):
        visit = self.visit.with_user(self.user_technician)
        with self.assertRaisesRegex(UserError, r"03/05/2026.*start it on that day, or ask a disp"):
            visit.action_start()
        with self.assertRaisesRegex(UserError, "before that the customer is not absent. Wait"):
            visit.action_no_show()
        self.visit.action_start()
        with self.assertRaisesRegex(UserError, "done on that day at the earliest"):
            visit.action_done()

    def test_on_its_day_they_start_and_miss_it_once_it_has_begun(self):
        visit = self.visit.with_user(self.user_technician)
        with freeze_time("2026-03-05 00:01:00"):
            with self.assertRaisesRegex(UserError, "before that the customer is not absent"):
                visit.action_no_show()
            visit.action_start()
            visit.action_done()
        other = self._create_appointment(
            start=at("2026-03-06 10:00"), technician_id=self.technician.id, state="confirmed"
        )
        with freeze_time("2026-03-06 10:00:00"):
            other.with_user(self.user_technician).action_no_show()
        self.assertEqual(other.state, "no_show")

    def test_the_day_is_the_technician_s(self):
        self.technician.tz = "Pacific/Auckland"
        visit = self.visit.with_user(self.user_technician)
        self.visit.start = at("2026-03-05 22:00")
        with (
            freeze_time("2026-03-05 10:30:00"),
            self.assertRaisesRegex(UserError, "03/06/2026 11:00"),
        ):
            visit.action_start()
        with freeze_time("2026-03-05 11:30:00"):
            visit.action_start()
        self.assertEqual(visit.state, "in_progress")

    def test_a_dispatcher_may_and_is_asked_by_the_page(self):
        self.assertTrue(self.visit.is_before_day and self.visit.is_before_start)
        self.visit.action_start()
        self.visit.action_done()
        self.assertEqual(self.visit.state, "done")
