from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import at
from .common import CalendarCase


@tagged("post_install", "-at_install")
class TestCalendarMoves(CalendarCase):
    """What users do to the event of a visit, in the calendar or over RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id, state="confirmed")
        cls.event = cls.visit.calendar_event_ids.with_user(cls.user_technician)

    def _assert_refused(self, work, kind=UserError):
        """Without the savepoint of ``assertRaises``: a caller who catches the error and goes on
        must find nothing half done."""
        names = ["start", "stop", "active", "allday", "user_id", "partner_ids"]
        before = self.event.sudo().read(names)
        caught = None
        with mute_logger("odoo.sql_db"):
            try:
                work()
            except kind as error:
                caught = error
        self.assertTrue(caught, "It was not refused.")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.event.sudo().read(names), before)
        self.assertEqual(self.visit.start, at("2026-03-05 10:00"))
        return str(caught)

    # ------------------------------------------------------------------
    # Moves
    # ------------------------------------------------------------------

    def test_the_technician_moves_his_own_visit(self):
        self.visit.reminder_sent = True
        self._move(self.event)
        self.assertEqual((self.visit.start, self.visit.stop), (self.event.start, self.event.stop))
        self.assertEqual(self.visit.start, at("2026-03-05 14:00"))
        self.assertEqual(self.visit.write_uid, self.user_technician)
        # It is a reschedule like any other: the customer is told, and reminded anew.
        self.assertFalse(self.visit.reminder_sent)
        self.assertTrue(self._get_notices(self.visit, "rescheduled"))
        self.assertEqual(self._get_log(self.visit, "calendar_move").outcome, "ok")

    def test_a_start_alone_keeps_the_length_and_a_length_the_start(self):
        self.event.write({"start": at("2026-03-05 14:00")})
        self.assertEqual(self.visit.stop, at("2026-03-05 15:00"))
        self.event.write({"duration": 2.5})
        self.assertEqual(self.visit.start, at("2026-03-05 14:00"))
        self.assertEqual(self.visit.duration, 2.5)
        self.event.write({"stop": at("2026-03-05 14:30")})
        self.assertEqual(self.visit.duration, 0.5)

    def test_in_the_form_of_the_calendar(self):
        with Form(self.event) as form:
            form.start = at("2026-03-05 15:00")
            form.stop = at("2026-03-05 16:30")
        self.assertEqual(self.visit.start, at("2026-03-05 15:00"))
        self.assertEqual(self.visit.duration, 1.5)

    def test_buffers_move_along(self):
        visit = self._plan(start=at("2026-03-06 10:00"), type_id=self.type.id)
        self._move(
            self._get_event(visit).with_user(self.user_technician),
            "2026-03-06 14:00",
            "2026-03-06 16:00",
        )
        self.assertEqual(visit.busy_start, at("2026-03-06 13:45"))
        self.assertEqual(visit.busy_stop, at("2026-03-06 16:30"))

    def test_a_visit_of_another_company_than_the_one_at_work(self):
        other = self.env["res.company"].create({"name": "Branch"})
        self.user_technician.company_ids |= other
        # Who works in both is one technician, of no company.
        self.technician.company_id = False
        self.customer.company_id = False
        visit = self.env["support.appointment"].create(
            {
                "partner_id": self.customer.id,
                "technician_id": self.technician.id,
                "company_id": other.id,
                "start": at("2026-03-06 10:00"),
                "state": "confirmed",
            }
        )
        event = self._get_event(visit).with_user(self.user_technician)
        self._move(
            event.with_context(allowed_company_ids=self.env.company.ids),
            "2026-03-06 14:00",
            "2026-03-06 15:00",
        )
        self.assertEqual(visit.start, at("2026-03-06 14:00"))

    def test_a_stranger_learns_and_does_nothing(self):
        stranger = new_test_user(self.env, login="stranger", groups="base.group_portal")
        event = self.event.with_user(stranger)
        count = len(self.visit.message_ids)
        for call in (
            lambda: event.with_context(dont_notify=True).unlink(),
            event.unlink,
            lambda: event.write({"allday": True}),
            lambda: event.with_context(dont_notify=True).write({"start": "2026-03-06 10:00:00"}),
        ):
            with self.assertRaises(AccessError) as caught:
                call()
            self.assertNotIn(self.visit.name, str(caught.exception))
        self.assertEqual(len(self.visit.message_ids), count)
        self.assertFalse(self.visit.activity_ids)

    def test_a_move_into_the_past_is_refused(self):
        message = self._assert_refused(
            lambda: self._move(self.event, "2026-02-05 14:00", "2026-02-05 15:00"), ValidationError
        )
        self.assertIn(self.visit.name, message)

    def test_a_move_onto_another_visit_is_refused(self):
        other = self._plan(start=at("2026-03-05 14:30"))
        message = self._assert_refused(lambda: self._move(self.event), ValidationError)
        self.assertIn(other.name, message)

    def test_a_visit_dragged_in_the_calendar_of_appointments_too(self):
        other = self._plan(start=at("2026-03-05 14:30"))
        with mute_logger("odoo.sql_db"), self.assertRaises(ValidationError) as caught:
            self.visit.write({"start": at("2026-03-05 14:00"), "stop": at("2026-03-05 15:00")})
        self.assertIn(other.name, str(caught.exception))

    def test_of_several_moves_one_refused_undoes_all(self):
        other = self._plan(start=at("2026-03-06 10:00"))
        events = self.event | self._get_event(other)
        self._assert_refused(lambda: self._move(events), ValidationError)
        self.assertEqual(other.start, at("2026-03-06 10:00"))

    def test_only_the_technician_and_who_attends_may_move_it(self):
        for user in (self.user_employee, self.user_2, self.user_dispatcher):
            self._assert_refused(lambda u=user: self._move(self.event.with_user(u)), AccessError)

    def test_a_right_in_the_calendar_is_none_in_the_appointment(self):
        self.env["ir.rule"].search([("name", "=", "Private events")]).active = False
        self._assert_refused(
            lambda: self._move(self.event.with_user(self.user_employee)), AccessError
        )

    def test_a_technician_who_is_none_any_more(self):
        self.user_technician.write(
            {"groups_id": [Command.set(self.env.ref("base.group_user").ids)]}
        )
        self._assert_refused(lambda: self._move(self.event), AccessError)

    def test_a_visit_that_is_done_stays_where_it_took_place(self):
        self.visit.action_start()
        self.visit.action_done()
        message = self._assert_refused(lambda: self._move(self.event))
        self.assertIn(self.visit.name, message)
        self.event.unlink()
        self.assertEqual(self.visit.state, "done")

    # ------------------------------------------------------------------
    # Other changes
    # ------------------------------------------------------------------

    def test_what_the_technician_may_change(self):
        tag = self.env["calendar.event.type"].create({"name": "Ladder"})
        alarm = self.env["calendar.alarm"].create(
            {"name": "Pop-up", "alarm_type": "notification", "duration": 1, "interval": "hours"}
        )
        self.event.write(
            {
                "description": "<p>Key under the mat</p>",
                "videocall_location": "https://meet.example.com/a",
                "categ_ids": [Command.set(tag.ids)],
                "alarm_ids": [Command.set(alarm.ids)],
                "show_as": "free",
                # As a form or an import sends what it did not change.
                "active": True,
                "allday": False,
                "recurrency": False,
                "user_id": self.user_technician.id,
                "partner_ids": [Command.set(self.user_technician.partner_id.ids)],
            }
        )
        self.assertEqual(self.visit.start, at("2026-03-05 10:00"))

    def test_what_makes_no_sense_for_a_visit(self):
        technician = self.user_technician.partner_id
        for vals in (
            {"allday": True, "start_date": "2026-03-05", "stop_date": "2026-03-05"},
            {"recurrency": True, "rrule_type": "daily", "count": 3, "end_type": "count"},
            {"user_id": self.user_2.id},
            {"user_id": False},
            {"partner_ids": [Command.link(self.customer.id)]},
            {"partner_ids": [Command.set([technician.id, self.customer.id])]},
            {"partner_ids": [Command.unlink(technician.id)]},
            {"partner_ids": [Command.clear()]},
            {"partner_ids": [self.customer.id]},
            {"partner_ids": [Command.create({"name": "Somebody"})]},
            {"attendee_ids": [Command.create({"partner_id": self.customer.id})]},
            {"active": False},
        ):
            message = self._assert_refused(lambda v=vals: self.event.write(v))
            self.assertIn(self.visit.name, message)
        self.assertEqual(self.event.partner_ids, technician)

    def test_deleting_names_the_visit_and_the_remedy(self):
        message = self._assert_refused(self.event.unlink)
        self.assertIn(self.visit.name, message)
        self.assertIn("Cancel the appointment", message)
        message = self._assert_refused(self.event.action_archive)
        self.assertIn("Cancel the appointment", message)

    def test_declining_is_told_to_a_dispatcher(self):
        self.event.change_attendee_status("declined", "self_only")
        self.assertEqual(self.visit.state, "confirmed")
        self.assertIn("declined", self.visit.activity_ids.summary)

    def test_the_event_of_a_cancelled_visit(self):
        self.visit.action_cancel()
        with self.assertRaises(UserError) as caught:
            self.event.action_unarchive()
        self.assertIn(self.visit.name, str(caught.exception))
        self.event.unlink()
        self.visit.action_draft()
        self.visit.action_confirm()
        self.assertTrue(self._get_event(self.visit))

    def test_other_events_of_the_same_write_and_ordinary_events(self):
        ordinary = (
            self.env["calendar.event"]
            .with_user(self.user_technician)
            .create(
                {"name": "Lunch", "start": at("2026-03-05 12:00"), "stop": at("2026-03-05 13:00")}
            )
        )
        (ordinary | self.event).write({"location": "Canteen"})
        self.assertEqual((ordinary | self.event).mapped("location"), ["Canteen", "Canteen"])
        self._move(ordinary)
        ordinary.write({"active": False})
        ordinary.unlink()

    def test_nobody_sets_the_link_by_hand(self):
        events = self.env["calendar.event"].with_user(self.user_technician)
        vals = {"name": "Mine", "start": at("2026-03-05 12:00"), "stop": at("2026-03-05 13:00")}
        for context in ({}, {"support_center_mirror": True}, {"support_center_mirror": {}}):
            forging = events.with_context(**context, default_support_appointment_id=self.visit.id)
            made = forging.create({**vals, "support_appointment_id": self.visit.id})
            self.assertFalse(made.support_appointment_id)
            with self.assertRaisesRegex(UserError, "is not set by hand"):
                made.write({"support_appointment_id": self.visit.id})
            self._assert_refused(
                lambda c=context: self.event.with_context(**c).write({"active": False})
            )
            self._assert_refused(lambda c=context: self.event.with_context(**c).unlink())

    def test_while_the_mirror_is_off_events_are_ordinary_ones(self):
        self.env["ir.config_parameter"].set_param("support_center.calendar_mirror", "False")
        self._move(self.event)
        self.assertEqual(self.visit.start, at("2026-03-05 10:00"))
        self.event.unlink()
