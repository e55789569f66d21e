"""What the addon alone sets, whatever user asks and by whatever way."""

from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common import GUIDE_DATA, SupportCase, at

# Fixed by the contract: each of these is to be among the protected ones.
MARKS = {
    "access_token", "name", "ics_uid", "ics_sequence", "announced_at", "announced_start",
    "announced_details", "announced_before", "confirmation_sent", "confirmation_queued_at",
    "reminder_sent", "confirmed_at", "started_at", "ended_at", "webhook_told", "source",
    "webhook_sequence",
    "external_ref", "intake_state", "intake_note", "intake_raw", "intake_sender", "intake_round",
    "busy_start", "busy_stop", "technician_notified_id", "technician_notified_start",
    "ticket_sync_mark", "daily_number",
    "rating_last_value", "merged_into_id", "edit_version",
}  # fmt: skip
SAMPLES = {
    "binary": b"Zm9yZ2Vk",
    "boolean": True,
    "char": "forged",
    "date": "2026-03-05",
    "datetime": "2026-03-05 12:34:56",
    "float": 4.5,
    "integer": 42,
    "json": {"forged": True},
    "many2one": 1,
    "one2many": [(5, 0, 0)],
    "text": "forged",
}


@tagged("post_install", "-at_install")
class TestProtection(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id)
        cls.env.flush_all()

    def _as(self, user):
        return self.visit.with_user(user)

    def _get_sample(self, name, record):
        field = record._fields[name]
        if field.type == "selection":
            return next(v for v in field.get_values(self.env) if v != record[name])
        return SAMPLES[field.type]

    def test_what_the_contract_names_is_protected(self):
        names = self.visit._get_protected_fields() | {"edit_version"}
        self.assertLessEqual(MARKS, names)
        for name in ("start", "state", "technician_id", "description", "customer_email"):
            self.assertNotIn(name, names)

    def test_nobody_writes_them_whatever_the_role(self):
        for user in (self.user_technician, self.user_dispatcher, self.user_manager):
            for name in sorted(self.visit._get_protected_fields() - {"edit_version", "edit_trail"}):
                with self.subTest(user=user.login, field=name):
                    before = self.visit[name]
                    # Who may not even read it is told so, in Odoo's words.
                    refusal = rf'\({name}\) cannot be set|- {name} \(allowed|field "{name}"'
                    with self.assertRaisesRegex(AccessError, refusal):
                        self._as(user).write({name: self._get_sample(name, self.visit)})
                    self.env.flush_all()
                    self.visit.invalidate_recordset()
                    self.assertEqual(self.visit[name], before)

    def test_a_field_of_tomorrow_is_protected_too(self):
        field = self.visit._fields["location"]
        # What is protected is remembered by the registry.
        self.addCleanup(self.env.registry.clear_cache)
        with patch.object(field, "readonly", True):
            self.env.registry.clear_cache()
            with self.assertRaisesRegex(AccessError, "location"):
                self._as(self.user_dispatcher).write({"location": "elsewhere"})

    def test_the_refusal_names_all_and_stores_nothing(self):
        with self.assertRaisesRegex(AccessError, "confirmation_sent.*reminder_sent"):
            self._as(self.user_dispatcher).write(
                {"location": "elsewhere", "reminder_sent": True, "confirmation_sent": True}
            )
        self.assertFalse(self.visit.location)

    def test_a_value_that_changes_nothing_is_let_through(self):
        self._as(self.user_dispatcher).write(
            {"name": self.visit.name, "source": "manual", "location": "Hall 3"}
        )
        self.assertEqual(self.visit.location, "Hall 3")

    def test_through_another_record(self):
        ticket = self.env["support.ticket"].create(
            {"name": "Ticket", "appointment_ids": [(4, self.visit.id)]}
        )
        for command in (
            (1, self.visit.id, {"confirmation_sent": True}),
            (0, 0, {"partner_id": self.customer.id, "confirmation_sent": True}),
        ):
            with self.subTest(command=command), self.assertRaisesRegex(AccessError, "cannot be"):
                ticket.with_user(self.user_dispatcher).write({"appointment_ids": [command]})

    def test_in_create_as_value_default_or_copy(self):
        appointments = self.env["support.appointment"].with_user(self.user_dispatcher)
        vals = {"partner_id": self.customer.id}
        for name, value in (
            ("confirmation_sent", True),
            ("source", "api"),
            ("access_token", "guessed"),
            ("intake_state", "accepted"),
            ("announced_start", "2026-03-05 10:00:00"),
            ("name", "APT/0000/1"),
            ("external_ref", "taken"),
        ):
            with self.subTest(field=name):
                with self.assertRaisesRegex(AccessError, rf"\({name}\)"):
                    appointments.create({**vals, name: value})
                with self.assertRaisesRegex(AccessError, rf"\({name}\)"):
                    appointments.with_context(**{f"default_{name}": value}).create(vals)
                with self.assertRaisesRegex(AccessError, rf"\({name}\)"):
                    self._as(self.user_dispatcher).copy({name: value})

    def test_a_default_that_the_user_has_set_is_a_value_too(self):
        defaults = self.env["ir.default"].with_user(self.user_dispatcher)
        defaults.set("support.appointment", "source", "webhook", user_id=True)
        with self.assertRaisesRegex(AccessError, r"\(source\)"):
            self.env["support.appointment"].with_user(self.user_dispatcher).create(
                {"partner_id": self.customer.id}
            )

    def test_a_user_s_own_defaults_make_nothing_of_a_request_from_outside(self):
        defaults = self.env["ir.default"].with_user(self.user_integration)
        for name, value in (
            ("state", "done"),
            ("active", False),
            ("access_token", "known"),
            ("confirmation_sent", True),
            ("announced_start", "2026-03-05 10:00:00"),
            ("ignore_working_hours", True),
        ):
            defaults.set("support.appointment", name, value, user_id=True)
        made = (
            self.env["support.appointment"]
            .with_user(self.user_integration)
            .with_context(external_data=GUIDE_DATA)
            .create({})
            .sudo()
        )
        self.assertEqual((made.state, made.active, made.source), ("draft", True, "api"))
        self.assertNotEqual(made.access_token, "known")
        self.assertTrue(made.access_token)
        self.assertFalse(made.confirmation_sent or made.announced_start)
        self.assertFalse(made.ignore_working_hours)

    def test_a_button_s_context_makes_nothing_of_a_rebooked_visit(self):
        self.visit.action_confirm()
        self.visit.action_cancel()
        visit = self._as(self.user_dispatcher).with_context(
            default_state="done",
            default_start="2020-01-01 10:00:00",
            default_access_token="known",
            default_confirmation_sent=True,
        )
        self.env["ir.default"].with_user(self.user_dispatcher).set(
            "support.appointment", "ics_uid", "known", user_id=True
        )
        visit.action_rebook()
        made = self.visit.rebooked_ids
        self.assertEqual((made.state, made.start, made.confirmation_sent), ("draft", False, False))
        self.assertNotIn("known", (made.access_token, made.ics_uid))

    def test_an_empty_mark_leaves_the_addon_s_own(self):
        made = (
            self.env["support.appointment"]
            .with_user(self.user_dispatcher)
            .create({"partner_id": self.customer.id, "ics_uid": False, "access_token": ""})
        )
        self.assertTrue(made.ics_uid and made.access_token)

    def test_what_closes_a_visit_strips_it_of_nothing(self):
        self.visit.action_confirm()
        self.visit.action_start()
        visit = self._as(self.user_technician)
        for vals, words in (
            ({"start": False}, "keeps its start"),
            ({"partner_id": False}, "keeps its customer"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                visit.write({"state": "done", **vals})

    def test_an_import_brings_its_numbers(self):
        manager = self.env["support.appointment"].with_user(self.user_manager)
        result = manager.load(
            ["name", "external_ref", "partner_id/.id"],
            [["OLD/17", "crm-17", str(self.customer.id)]],
        )
        self.assertFalse(result["messages"])
        made = manager.browse(result["ids"])
        self.assertEqual((made.name, made.external_ref), ("OLD/17", "crm-17"))
        with self.assertRaisesRegex(AccessError, r"\(name\)"):
            made.write({"name": "NEW/17"})

    def test_tickets_and_technicians(self):
        ticket = self.env["support.ticket"].create({"name": "Ticket"})
        for record, name in (
            (ticket, "number"),
            (ticket, "synced_stage_id"),
            (ticket, "access_token"),
            (ticket, "state"),
        ):
            with (
                self.subTest(model=record._name, field=name),
                self.assertRaisesRegex(AccessError, rf"\({name}\)"),
            ):
                record.with_user(self.user_manager).write({name: self._get_sample(name, record)})

    def test_the_addon_s_key_cannot_be_sent(self):
        for value in (True, 1, "INTERNAL", {"INTERNAL": True}):
            with self.subTest(value=value), self.assertRaisesRegex(AccessError, "cannot be set"):
                self._as(self.user_dispatcher).with_context(support_center_internal=value).write(
                    {"confirmation_sent": True}
                )

    def test_the_addon_s_key_holds_for_one_call(self):
        visit = self._as(self.user_dispatcher)
        visit._write_protected({"cancel_silently": True})
        self.assertTrue(self.visit.cancel_silently)
        made = visit._create_protected([{"partner_id": self.customer.id, "source": "portal"}])
        self.assertEqual(made.source, "portal")
        with self.assertRaisesRegex(AccessError, "cannot be set"):
            made.write({"source": "api"})

    # ------------------------------------------------------------------
    # The contact of a confirmed visit
    # ------------------------------------------------------------------

    def test_the_contact_of_a_confirmed_visit_stays(self):
        self.visit.action_confirm()
        for user in (self.user_technician, self.user_dispatcher, self.user_manager):
            for name in ("customer_name", "customer_email", "customer_phone"):
                with (
                    self.subTest(user=user.login, field=name),
                    self.assertRaisesRegex(AccessError, f"{self.visit.name}.*back to draft"),
                ):
                    self._as(user).write({name: "other@example.com"})
        # What a form sends along unchanged is no change.
        self._as(self.user_dispatcher).write(
            {"customer_email": "known@example.com", "location": "Hall 3"}
        )
        self.assertEqual(self.visit.location, "Hall 3")

    def test_the_contact_changes_with_the_customer(self):
        self.visit.action_confirm()
        other = self.env["res.partner"].create({"name": "Other", "email": "other@example.com"})
        # There and back again with words of one's own leaves the customers' own.
        for partner in (other, self.customer):
            self._as(self.user_technician).write(
                {"partner_id": partner.id, "customer_email": "thief@example.com"}
            )
            self.assertEqual(self.visit.customer_email, partner.email)

    def test_the_contact_of_a_draft_is_corrected(self):
        draft = self._create_appointment(partner_id=False, customer_email="typo@example")
        draft.with_user(self.user_dispatcher).write({"customer_email": "right@example.com"})
        self.assertEqual(draft.customer_email, "right@example.com")

    # ------------------------------------------------------------------
    # First states
    # ------------------------------------------------------------------

    def test_no_appointment_begins_in_the_middle(self):
        vals = {"partner_id": self.customer.id, "start": at("2020-01-02 10:00")}
        for appointments in (
            self.env["support.appointment"],
            self.env["support.appointment"].with_user(self.user_dispatcher),
            self.env["support.appointment"].with_user(self.user_manager),
        ):
            for state, label in (
                ("done", "Done"),
                ("in_progress", "In Progress"),
                ("no_show", "No Show"),
            ):
                with self.subTest(user=appointments.env.user.login, state=state):
                    with self.assertRaisesRegex(UserError, f"“{label}”: create it as “Draft”"):
                        appointments.create({**vals, "state": state})
                    with self.assertRaisesRegex(UserError, f"“{label}”"):
                        appointments.with_context(default_state=state).create(vals)
        with self.assertRaisesRegex(ValidationError, "asleep.*draft, confirmed"):
            self.env["support.appointment"].create({**vals, "state": "asleep"})

    def test_what_an_appointment_begins_with(self):
        appointments = self.env["support.appointment"].with_user(self.user_dispatcher)
        vals = {"partner_id": self.customer.id, "start": at("2026-03-05 10:00")}
        for state in ("draft", "confirmed", "cancelled"):
            self.assertEqual(appointments.create({**vals, "state": state}).state, state)
        with self.assertRaisesRegex(ValidationError, "needs a start and a customer"):
            appointments.create({"state": "confirmed"})
