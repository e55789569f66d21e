from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestAppointmentTime(SupportCase):
    def test_stop_follows_start_and_duration(self):
        appointment = self._create_appointment(duration=1.5)
        self.assertEqual(appointment.stop, at("2026-03-05 11:30"))
        appointment.duration = 2
        self.assertEqual(appointment.stop, at("2026-03-05 12:00"))
        appointment.start = at("2026-03-06 08:00")
        self.assertEqual(appointment.stop, at("2026-03-06 10:00"))

    def test_duration_follows_start_and_stop(self):
        appointment = self._create_appointment(stop=at("2026-03-05 13:00"))
        self.assertEqual(appointment.duration, 3.0)
        appointment.stop = at("2026-03-05 10:45")
        self.assertEqual(appointment.duration, 0.75)
        appointment.write({"start": at("2026-03-05 09:00"), "stop": at("2026-03-05 13:00")})
        self.assertEqual(appointment.duration, 4.0)

    def test_stop_alone_gives_the_start(self):
        appointment = self._create_appointment(start=False, stop=at("2026-03-05 13:00"))
        self.assertEqual(appointment.start, at("2026-03-05 12:00"))

    def test_a_draft_may_have_no_time(self):
        appointment = self._create_appointment(start=False)
        self.assertFalse(appointment.stop)
        self.assertFalse(appointment.busy_start)

    def test_a_type_chosen_later_brings_its_length_unless_one_was_chosen(self):
        other = self.type.copy({"name": "Survey", "code": False, "duration": 3.0})
        draft = self._create_appointment().with_user(self.user_dispatcher)
        with Form(draft) as form:
            form.type_id = self.type
            self.assertEqual(form.duration, 2.0)
        self.assertEqual(draft.stop, at("2026-03-05 12:00"))
        with Form(draft) as form:
            form.type_id = other
            self.assertEqual(form.duration, 3.0)
            form.duration = 4.0
            form.type_id = self.type
            self.assertEqual(form.duration, 4.0)

    def test_a_confirmed_visit_keeps_its_length(self):
        visit = self._create_appointment(state="confirmed").with_user(self.user_dispatcher)
        with Form(visit) as form:
            form.type_id = self.type
        self.assertEqual(visit.duration, 1.0)

    def test_end_before_start_is_refused_in_words(self):
        for values in ({"duration": 0}, {"duration": -1}, {"stop": at("2026-03-05 09:00")}):
            with self.subTest(values), self.assertRaises(ValidationError) as caught:
                self._create_appointment(**values)
            self.assertIn("after the start", str(caught.exception))
        appointment = self._create_appointment()
        with self.assertRaisesRegex(ValidationError, "0 hours is not possible"):
            appointment.duration = 0

    def test_type_gives_duration_and_buffers_and_later_touches_nothing(self):
        appointment = self._create_appointment(type_id=self.type.id)
        self.assertEqual(appointment.duration, 2.0)
        self.assertEqual(appointment.busy_start, at("2026-03-05 09:45"))
        self.assertEqual(appointment.busy_stop, at("2026-03-05 12:30"))
        self.type.write({"duration": 5, "buffer_before": 60, "buffer_after": 60})
        self.env.flush_all()
        self.assertEqual(appointment.duration, 2.0)
        self.assertEqual(appointment.busy_start, at("2026-03-05 09:45"))
        # A new time takes a new snapshot.
        appointment.start = at("2026-03-06 10:00")
        self.assertEqual(appointment.busy_start, at("2026-03-06 09:00"))
        self.assertEqual(appointment.busy_stop, at("2026-03-06 13:00"))

    def test_another_type_leaves_the_snapshot(self):
        appointment = self._create_appointment()
        appointment.type_id = self.type
        self.env.flush_all()
        self.assertEqual(appointment.duration, 1.0)
        self.assertEqual(appointment.busy_start, appointment.start)

    def test_form_keeps_start_stop_and_duration_together(self):
        with Form(self.env["support.appointment"]) as form:
            form.partner_id = self.customer
            form.type_id = self.type
            self.assertEqual(form.duration, 2.0)
            form.start = at("2026-03-05 10:00")
            self.assertEqual(form.stop, at("2026-03-05 12:00"))
            form.stop = at("2026-03-05 10:30")
            self.assertEqual(form.duration, 0.5)
            form.start = at("2026-03-05 15:00")
            self.assertEqual(form.stop, at("2026-03-05 15:30"))
        self.assertEqual(form.record.stop, at("2026-03-05 15:30"))

    def test_past_start_is_refused_when_set_or_changed(self):
        with self.assertRaises(ValidationError) as caught:
            self._create_appointment(start=at("2026-03-02 07:00"))
        self.assertIn("past", str(caught.exception))
        appointment = self._create_appointment().with_user(self.user_dispatcher)
        with self.assertRaisesRegex(
            ValidationError, "cannot start in the past.*Choose a later time"
        ):
            appointment.start = at("2026-02-01 07:00")
        appointment.action_confirm()
        with self.assertRaisesRegex(ValidationError, "only a manager may record"):
            appointment.start = at("2026-02-01 07:00")

    def test_other_saves_of_a_past_appointment_pass(self):
        appointment = self._create_appointment()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = '2026-02-01 10:00', stop = '2026-02-01 11:00',"
            " busy_start = '2026-02-01 10:00', busy_stop = '2026-02-01 11:00' WHERE id = %s",
            [appointment.id],
        )
        appointment.invalidate_recordset()
        appointment.write({"description": "Something else", "start": appointment.start})
        self.assertEqual(appointment.description, "Something else")

    def test_a_manager_may_record_a_visit_that_took_place(self):
        appointment = (
            self.env["support.appointment"]
            .with_user(self.user_manager)
            .create({"partner_id": self.customer.id, "start": at("2026-02-27 10:00")})
        )
        for action in ("action_confirm", "action_start", "action_done"):
            getattr(appointment, action)()
        self.assertEqual(appointment.state, "done")

    def test_rescheduling_asks_for_a_new_reminder(self):
        appointment = self._create_appointment()
        appointment.action_confirm()
        appointment.reminder_sent = True
        appointment.description = "No new time"
        self.assertTrue(appointment.reminder_sent)
        appointment.start = at("2026-03-06 10:00")
        self.assertFalse(appointment.reminder_sent)
        self.assertEqual(appointment.requested_date, False)
