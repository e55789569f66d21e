import json

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import GUIDE_DATA, SupportCase, at


@tagged("post_install", "-at_install")
class TestIntakeRpc(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointments = cls.env["support.appointment"].with_user(cls.user_integration)

    def _make(self, *data, appointments=None, **values):
        payload = list(data) if len(data) > 1 else {**GUIDE_DATA, **(data[0] if data else values)}
        appointments = appointments if appointments is not None else self.appointments
        count = max(1, len(data))
        vals = [{} for _each in range(count)] if count > 1 else {}
        return appointments.with_context(external_data=payload).create(vals).sudo()

    @mute_logger("support_center.automation")
    def _refuse(self, data):
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            self.appointments.with_context(external_data=data).create({})
        message = str(caught.exception)
        return message, json.loads(message.splitlines()[-1])

    def test_the_guide_s_example(self):
        made = self._make()
        self.assertEqual(made.state, "draft")
        self.assertEqual(made.source, "api")
        self.assertEqual(made.intake_state, "accepted")
        self.assertEqual(made.requested_date, at("2026-03-05 14:00"))
        self.assertEqual(made.start, at("2026-03-05 14:00"))
        self.assertEqual(made.stop, at("2026-03-05 15:00"))
        self.assertEqual(made.description, "Network troubleshooting needed")
        self.assertEqual(made.priority, "2")
        self.assertEqual(made.location, "123 Main Street")
        self.assertEqual(made.partner_id.name, "John Doe")
        self.assertEqual(made.partner_id.email, "customer@example.com")
        self.assertEqual(made.customer_email, "customer@example.com")
        self.assertEqual(made.create_uid, self.user_integration)
        self.assertEqual(self._get_log(made).mapped("outcome"), ["ok"])
        self.assertIn("123 Main Street", made.intake_raw)

    def test_every_wrong_key_at_once_and_nothing_left_behind(self):
        partners = self.env["res.partner"].search_count([])
        message, faults = self._refuse(
            {
                **GUIDE_DATA,
                "customer_email": "not an address",
                "requested_date": "2025-01-15 14:00:00",
                "priority": "whenever",
            }
        )
        self.assertEqual(
            {(fault["field"], fault["code"]) for fault in faults},
            {("customer_email", "invalid"), ("requested_date", "past"), ("priority", "invalid")},
        )
        for part in ("not an address", "2025-01-15 14:00:00", "whenever", "urgent"):
            self.assertIn(part, message)
        for fault in faults:
            self.assertEqual(set(fault), {"index", "field", "code", "message"})
            self.assertEqual(fault["index"], 0)
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertFalse(self.appointments.search([]))

    def test_a_refusal_is_logged(self):
        # Not by assertRaises, which rolls back to before the call.
        appointments = self.appointments.with_context(external_data={"priority": "x"})
        refused = None
        with self.assertLogs("support_center.automation", "WARNING"):
            try:
                appointments.create({})
            except ValidationError as error:
                refused = error
        row = self._get_log(action="external_request")
        self.assertEqual(row.outcome, "failed")
        self.assertIn("customer_email", row.message)
        self.assertIn(row.message, str(refused))

    def test_bad_values(self):
        for values, field, code in (
            ({"customer_email": False}, "customer_email", "missing"),
            ({"customer_email": "a@b@c"}, "customer_email", "invalid"),
            ({"requested_date": "2026-02-30 10:00:00"}, "requested_date", "invalid"),
            ({"requested_date": "2026-03-02 08:00:00"}, "requested_date", "past"),
            ({"requested_date": ["2026"]}, "requested_date", "not_text"),
            ({"priority": 7}, "priority", "invalid"),
            ({"duration": -1}, "duration", "invalid"),
            ({"timezone": "Mars/Base"}, "timezone", None),
            ({"type": "no such type"}, "type", "unknown"),
            ({"technician": "nobody@example.com"}, "technician", "unknown"),
            ({"ticket": "TCK/1999/1"}, "ticket", "unknown"),
        ):
            with self.subTest(values):
                _message, faults = self._refuse({**GUIDE_DATA, **values})
                self.assertEqual([fault["field"] for fault in faults], [field])
                if code:
                    self.assertEqual(faults[0]["code"], code)

    def test_what_is_no_mapping(self):
        for data in ("text", 5, [["a"]], [None]):
            with self.subTest(data):
                _message, faults = self._refuse(data)
                self.assertEqual(faults[0]["field"], "external_data")

    def test_references_are_resolved(self):
        ticket = self.env["support.ticket"].create({"name": "Printer"})
        made = self._make(
            type="REP", technician=self.user_technician.email, ticket=ticket.number.lower()
        )
        self.assertEqual(made.type_id, self.type)
        self.assertEqual(made.duration, 2.0)
        self.assertEqual(made.technician_id, self.technician)
        self.assertEqual(made.ticket_id, ticket)
        self.assertEqual(self._make(type="repair", duration=3).duration, 3.0)

    def test_only_the_address_is_required(self):
        made = self.appointments.with_context(
            external_data={"customer_email": "new@example.com"}
        ).create({})
        made = made.sudo()
        self.assertFalse(made.start)
        self.assertEqual(made.partner_id.name, "new@example.com")
        self.assertEqual(made.priority, "1")

    def test_keys_in_any_spelling(self):
        made = self.appointments.with_context(
            external_data={"Customer Email": "new@example.com", "PRIORITY": "Urgent"}
        ).create({})
        self.assertEqual(made.sudo().priority, "3")

    def test_unknown_keys_are_kept_and_set_no_field(self):
        made = self._make(state="confirmed", building="B 12", technician_id=self.technician.id)
        self.assertEqual(made.state, "draft")
        self.assertFalse(made.technician_id)
        self.assertIn("building: B 12", made.description)
        self.assertIn("state: confirmed", made.description)

    def test_times_are_utc_unless_told_otherwise(self):
        self.env["ir.config_parameter"].set_param(
            "support_center.intake_timezone", "America/New_York"
        )
        self.assertEqual(self._make().start, at("2026-03-05 14:00"))
        made = self._make(timezone="Europe/Paris")
        self.assertEqual(made.start, at("2026-03-05 13:00"))
        self.assertEqual(made.timezone, "Europe/Paris")
        made = self._make(requested_date="2026-03-05T14:00:00+05:00", timezone="Europe/Paris")
        self.assertEqual(made.start, at("2026-03-05 09:00"))

    def test_contacts_are_found_and_never_changed(self):
        made = self._make(customer_email="Known@Example.COM", customer_name="Somebody Else")
        self.assertEqual(made.partner_id, self.customer)
        self.assertEqual(self.customer.name, "Known Customer")
        again = self._make() | self._make()
        self.assertEqual(len(again.partner_id), 1)

    def test_a_list_makes_as_many(self):
        made = self._make(GUIDE_DATA, {**GUIDE_DATA, "location": "Elsewhere"})
        self.assertEqual(made.mapped("location"), ["123 Main Street", "Elsewhere"])
        self.assertEqual(len(made.partner_id), 1)
        with (
            self.assertRaisesRegex(ValidationError, "1 requests for 2 empty values"),
            mute_logger("support_center.automation"),
        ):
            self.appointments.with_context(external_data=[GUIDE_DATA]).create([{}, {}])

    def test_one_bad_one_stops_the_whole_list_and_is_named_by_its_index(self):
        with (
            self.assertRaises(ValidationError) as caught,
            mute_logger("support_center.automation"),
        ):
            self._make(GUIDE_DATA, {**GUIDE_DATA, "priority": "x"})
        (fault,) = json.loads(str(caught.exception).splitlines()[-1])
        self.assertEqual((fault["index"], fault["field"]), (1, "priority"))
        self.assertFalse(self.appointments.search([]))

    def test_external_data_counts_only_for_empty_values(self):
        made = (
            self.env["support.appointment"]
            .with_user(self.user_dispatcher)
            .with_context(external_data=GUIDE_DATA)
            .create({"location": "By hand"})
        )
        self.assertEqual(made.source, "manual")
        self.assertFalse(made.partner_id)

    def test_external_data_does_not_leak(self):
        made = self.env["support.appointment"].with_context(external_data=GUIDE_DATA).create({})
        self.assertNotIn("external_data", made._as_caller().env.context)
        count = self.env["support.appointment"].search_count([])
        made.copy()
        made.message_post(body="hello")
        made.env["res.partner"].create({"name": "Somebody"})
        self.assertEqual(self.env["support.appointment"].search_count([]), count + 1)

    def test_validate_only_makes_nothing(self):
        made = self._make(validate_only=True)
        self.assertFalse(made)
        self.assertFalse(self.appointments.search([]))
        _message, faults = self._refuse({**GUIDE_DATA, "validate_only": True, "priority": "x"})
        self.assertEqual(faults[0]["field"], "priority")

    def test_check_external_data(self):
        partners = self.env["res.partner"].search_count([])
        self.assertEqual(self.appointments.check_external_data(GUIDE_DATA), [])
        faults = self.appointments.check_external_data({"priority": "x"})
        self.assertEqual({fault["field"] for fault in faults}, {"customer_email", "priority"})
        faults = self.appointments.check_external_data([GUIDE_DATA, {**GUIDE_DATA, "type": "x"}])
        self.assertEqual([fault["index"] for fault in faults], [1])
        self.assertEqual(self.env["res.partner"].search_count([]), partners)

    def test_external_ref_makes_one(self):
        first = self._make(external_ref="A-1")
        self.assertEqual(self._make(external_ref="A-1"), first)
        self.assertEqual(self._get_log(first).mapped("outcome"), ["ok"])
        changed = self._make(external_ref="A-1", location="Elsewhere")
        self.assertEqual(changed, first)
        self.assertEqual(first.location, "123 Main Street")
        skipped = self._get_log(first).filtered(lambda row: row.outcome == "skipped")
        self.assertIn("Elsewhere", skipped.payload)

    def test_external_ref_of_a_time_that_has_passed_meanwhile(self):
        first = self._make(external_ref="A-1")
        again = self._make(external_ref="A-1", requested_date="2026-03-01 10:00:00")
        self.assertEqual(again, first)

    def test_external_ref_belongs_to_its_user(self):
        first = self._make(external_ref="A-1")
        dispatcher = self.env["support.appointment"].with_user(self.user_dispatcher)
        self.assertNotEqual(self._make(external_ref="A-1", appointments=dispatcher), first)

    def test_external_ref_twice_in_one_list(self):
        data = {**GUIDE_DATA, "external_ref": "A-2"}
        made = self._make(data, dict(data))
        self.assertEqual(len(made), 2)
        self.assertEqual(len(set(made.ids)), 1)

    def test_the_server_action_tells_what_was_made(self):
        action = self.env.ref("support_center.server_action_create_appointment_external")
        run = action.with_user(self.user_integration)
        result = run.with_context(external_data=GUIDE_DATA).run()
        made = self.env["support.appointment"].browse(result["res_id"])
        self.assertEqual(made.customer_email, "customer@example.com")
        self.assertEqual(result["res_model"], "support.appointment")
        result = run.with_context(external_data=[GUIDE_DATA, GUIDE_DATA]).run()
        self.assertEqual(self.env["support.appointment"].search_count(result["domain"]), 2)
