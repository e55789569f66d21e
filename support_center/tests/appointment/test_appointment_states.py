from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...models.appointment.states import ALLOWED_TRANSITIONS
from ..common import SupportCase

ACTIONS = {
    "confirmed": "action_confirm",
    "in_progress": "action_start",
    "done": "action_done",
    "cancelled": "action_cancel",
    "no_show": "action_no_show",
    "draft": "action_draft",
}
# How to bring a draft into a state.
PATHS = {
    "draft": [],
    "confirmed": ["action_confirm"],
    "in_progress": ["action_confirm", "action_start"],
    "done": ["action_confirm", "action_start", "action_done"],
    "cancelled": ["action_cancel"],
    "no_show": ["action_confirm", "action_no_show"],
}


@tagged("post_install", "-at_install")
class TestAppointmentStates(SupportCase):
    def test_columns_of_the_board_in_the_order_of_life(self):
        groups = self.env["support.appointment"]._expand_states(
            ["cancelled", "confirmed", "draft"], []
        )
        self.assertEqual(groups, ["draft", "confirmed", "cancelled"])

    def _make_in_state(self, state):
        appointment = self._create_appointment()
        for action in PATHS[state]:
            getattr(appointment, action)()
        self.assertEqual(appointment.state, state)
        return appointment

    def test_every_transition_of_the_contract_and_no_other(self):
        for state in PATHS:
            for wanted, action in ACTIONS.items():
                with self.subTest(state=state, wanted=wanted):
                    appointment = self._make_in_state(state).with_user(self.user_dispatcher)
                    if wanted in ALLOWED_TRANSITIONS[state]:
                        getattr(appointment, action)()
                        self.assertEqual(appointment.state, wanted)
                        continue
                    with self.assertRaises(UserError) as caught:
                        getattr(appointment, action)()
                    self.assertIn(appointment.name, str(caught.exception))
                    self.assertEqual(appointment.state, state)

    def test_the_contract_itself(self):
        self.assertEqual(
            {state: set(after) for state, after in ALLOWED_TRANSITIONS.items()},
            {
                "draft": {"confirmed", "cancelled"},
                "confirmed": {"in_progress", "cancelled", "no_show", "draft"},
                "in_progress": {"done", "cancelled"},
                "cancelled": {"draft"},
                "no_show": {"draft"},
                "done": set(),
            },
        )

    def test_refusal_names_appointment_state_and_what_is_allowed(self):
        appointment = self._make_in_state("confirmed")
        with self.assertRaises(UserError) as caught:
            appointment.action_done()
        message = str(caught.exception)
        for part in (appointment.name, "Confirmed", "In Progress", "Cancelled", "No Show"):
            self.assertIn(part, message)

    def test_plain_write_obeys_the_same_table(self):
        appointment = self._create_appointment()
        with self.assertRaisesRegex(
            UserError, "“Draft” and cannot become “Done”. Allowed from here: Confirmed"
        ):
            appointment.write({"state": "done"})
        with self.assertRaisesRegex(
            UserError, "'nonsense' cannot be stored, expected one of draft, conf"
        ):
            appointment.write({"state": "nonsense"})

    def test_batch_is_one_state_change_and_all_or_nothing(self):
        drafts = self._create_appointment() | self._create_appointment()
        done = self._make_in_state("done")
        with (
            self.assertRaisesRegex(UserError, f"{done.name} is in state “Done”"),
            self.env.cr.savepoint(),
        ):
            (drafts | done).action_confirm()
        self.assertEqual(drafts.mapped("state"), ["draft", "draft"])
        drafts.action_confirm()
        self.assertEqual(drafts.mapped("state"), ["confirmed", "confirmed"])

    def test_confirming_needs_start_and_customer_but_no_technician(self):
        for missing, values in (
            ("start", {"start": False}),
            ("customer", {"partner_id": False}),
        ):
            appointment = self._create_appointment(**values)
            with self.assertRaises(ValidationError) as caught:
                appointment.action_confirm()
            self.assertIn(missing, str(caught.exception))
            self.assertIn(appointment.name, str(caught.exception))
        appointment = self._create_appointment()
        appointment.action_confirm()
        self.assertFalse(appointment.technician_id)
        self.assertEqual(appointment.state, "confirmed")

    def test_a_confirmed_one_keeps_its_start_and_customer(self):
        appointment = self._make_in_state("confirmed")
        with self.assertRaisesRegex(ValidationError, "needs a start"):
            appointment.write({"start": False})

    def test_created_as_confirmed_is_checked_too(self):
        with self.assertRaisesRegex(ValidationError, "needs a customer"):
            self._create_appointment(state="confirmed", partner_id=False)
        self.assertEqual(self._create_appointment(state="confirmed").state, "confirmed")

    def test_state_is_tracked_in_the_chatter(self):
        appointment = self._create_appointment()
        self.flush_tracking()
        appointment.action_confirm()
        self.flush_tracking()
        values = appointment.message_ids.sudo().tracking_value_ids
        self.assertIn("Confirmed", values.mapped("new_value_char"))

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_customer_is_frozen_once_confirmed(self):
        draft = self._create_appointment()
        confirmed = self._make_in_state("confirmed")
        self.customer.write({"name": "Renamed", "email": "renamed@example.com"})
        self.env.flush_all()
        self.assertEqual(draft.customer_email, "renamed@example.com")
        self.assertEqual(confirmed.customer_name, "Known Customer")
        self.assertEqual(confirmed.customer_email, "known@example.com")
