import json
import xmlrpc.client
from datetime import date, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import get_db_name, tagged
from odoo.tools import mute_logger

from ..common import GUIDE_DATA, SupportCase, SupportHttpCase, at

QUIET = (
    "odoo.http",
    "odoo.models",
    "odoo.addons.base.models.ir_http",
    "support_center.automation",
)


def read_faults(error):
    """The last line of a refusal, as a program reads it."""
    return json.loads(str(error).splitlines()[-1])


@tagged("post_install", "-at_install")
class TestIntegratorCallsHttp(SupportHttpCase):
    """What clients of other languages send, over the wire."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        moment = fields.Datetime.now().replace(microsecond=0) + timedelta(days=5)
        cls.moment = moment
        cls.data = {**GUIDE_DATA, "requested_date": fields.Datetime.to_string(moment)}

    def _call(self, method, *args, user=None, model="support.appointment", **kwargs):
        user = user or self.user_integration
        return self.xmlrpc_object.execute_kw(
            get_db_name(), user.id, user.login, model, method, list(args), kwargs
        )

    def _create(self, vals, data):
        return self._call("create", vals, context={"external_data": data})

    def _refuse(self, method, *args, code=2, **kwargs):
        with mute_logger(*QUIET), self.assertRaises(xmlrpc.client.Fault) as caught:
            self._call(method, *args, **kwargs)
        self.assertEqual(caught.exception.faultCode, code)
        faults = read_faults(caught.exception.faultString)
        for fault in faults:
            self.assertEqual(set(fault), {"index", "field", "code", "message"})
            self.assertIn(fault["message"], caught.exception.faultString)
        return faults

    def _read(self, record_id):
        return self.env["support.appointment"].browse(record_id)

    # PHP's empty list for an empty mapping

    def test_an_empty_list_stands_for_the_empty_values(self):
        (record_id,) = self._create([], self.data)
        self.assertEqual(self._read(record_id).customer_email, "customer@example.com")
        (record_id,) = self._create([[]], self.data)
        self.assertEqual(self._read(record_id).customer_email, "customer@example.com")
        made = self._create([], [self.data, {**self.data, "location": "Elsewhere"}])
        self.assertEqual(self._read(made).mapped("location"), ["123 Main Street", "Elsewhere"])

    def test_an_empty_list_stands_for_the_empty_data(self):
        for data in ([], {}, [[]], [{}]):
            with self.subTest(data):
                (fault,) = self._refuse("create", {}, context={"external_data": data})
                self.assertEqual((fault["field"], fault["code"]), ("customer_email", "missing"))
                (fault,) = self._call("check_external_data", data)
                self.assertEqual((fault["field"], fault["code"]), ("customer_email", "missing"))

    def test_an_empty_list_stands_for_no_options(self):
        user = self.user_integration
        for options in ([], {"context": []}):
            faults = self.xmlrpc_object.execute_kw(
                *(get_db_name(), user.id, user.login),
                *("support.appointment", "check_external_data", [self.data], options),
            )
            self.assertEqual(faults, [])

    def test_nothing_for_nothing(self):
        self.assertEqual(self._create([], []), [])

    def test_an_empty_list_as_ordinary_values(self):
        (record_id,) = self._call("create", [[]], user=self.user_dispatcher)
        self.assertEqual(self._read(record_id).source, "manual")
        with mute_logger(*QUIET), self.assertRaises(xmlrpc.client.Fault) as caught:
            self._call("create", ["nonsense"], user=self.user_dispatcher)
        self.assertIn("“nonsense” cannot be stored: a mapping", caught.exception.faultString)

    # The last line of a refusal

    def test_every_refusal_ends_with_its_faults(self):
        data, context = self.data, {"external_data": self.data}
        for expected, method, args, options in (
            ("wrong_length", "create", [[{}, {}]], {"context": context}),
            ("wrong_length", "create", [[{}, {}]], {"context": {"external_data": [data] * 3}}),
            ("not_mapping", "create", [{}], {"context": {"external_data": "text"}}),
            ("not_mapping", "create", [[]], {"context": {"external_data": 7}}),
            (
                "too_long",
                "create",
                [{}],
                {"context": {"external_data": {**data, "customer_name": "x" * 200}}},
            ),
            ("missing", "action_create_from_external_data", [], {}),
            ("invalid", "get_slots", ["soon", "2030-01-01"], {}),
        ):
            with self.subTest(expected=expected, args=args):
                faults = self._refuse(method, *args, **options)
                self.assertEqual([fault["code"] for fault in faults], [expected])

    def test_refused_rights_end_with_their_fault(self):
        today = str(fields.Date.today())
        company = self.env["res.company"].create({"name": "Elsewhere"})
        own = {"allowed_company_ids": company.ids}
        user = self.user_technician
        for expected, method, args, options in (
            ("rights", "check_external_data", [self.data], {"user": user}),
            ("rights", "create", [{}], {"user": user, "context": {"external_data": self.data}}),
            ("rights", "get_slots", [today, today], {"user": user}),
            ("company", "get_slots", [today, today], {"context": own}),
            ("company", "create", [{}], {"context": {**own, "external_data": self.data}}),
        ):
            with self.subTest(expected=expected, method=method):
                (fault,) = self._refuse(method, *args, code=4, **options)
                self.assertEqual((fault["field"], fault["code"]), ("external_data", expected))

    def test_every_wrong_argument_of_get_slots_is_a_fault(self):
        faults = self._refuse("get_slots", "soon", "later", -1, "nonsense", 0)
        self.assertEqual(
            [(fault["field"], fault["code"]) for fault in faults],
            [
                ("date_from", "invalid"),
                ("date_to", "invalid"),
                ("duration", "invalid"),
                ("limit", "invalid"),
                ("type", "unknown"),
            ],
        )
        (fault,) = self._refuse("get_slots", "2030-01-02", "2030-01-01")
        self.assertEqual((fault["field"], fault["code"]), ("date_to", "wrong_length"))

    def test_the_server_action_refuses_with_its_faults(self):
        action = self.env.ref("support_center.server_action_create_appointment_external")
        for data, field in ((self.data | {"priority": "x"}, "priority"), (None, "external_data")):
            context = {"external_data": data} if data else {}
            (fault,) = self._refuse("run", action.ids, model="ir.actions.server", context=context)
            self.assertEqual(fault["field"], field)

    def test_over_json_rpc(self):
        user, data = self.user_integration, {**self.data, "priority": "x", "location": None}
        context = {"context": {"external_data": data}}
        arguments = [get_db_name(), user.id, user.login, "support.appointment", "create", [{}]]
        call = {
            "jsonrpc": "2.0",
            "method": "call",
            "params": {"service": "object", "method": "execute_kw", "args": [*arguments, context]},
        }
        with mute_logger(*QUIET):
            answer = self.url_open(
                "/jsonrpc", json.dumps(call), headers={"Content-Type": "application/json"}
            ).json()
        (fault,) = read_faults(answer["error"]["data"]["message"])
        self.assertEqual((fault["field"], fault["code"]), ("priority", "invalid"))
        self.assertEqual(answer["error"]["data"]["name"], "odoo.exceptions.ValidationError")

    # Types

    def test_xml_rpc_s_own_type_for_moments(self):
        moment = xmlrpc.client.DateTime(self.moment)
        made = self._read(self._create({}, {**self.data, "requested_date": moment}))
        self.assertEqual(made.start, self.moment)
        slots = self._call("get_slots", moment, xmlrpc.client.DateTime(self.moment + timedelta(1)))
        self.assertGreaterEqual(slots[0]["start"], str(self.moment))
        data = {**self.data, "customer_name": moment}
        (fault,) = self._refuse("create", {}, context={"external_data": data})
        self.assertEqual((fault["field"], fault["code"]), ("customer_name", "not_text"))
        self.assertIn(f"customer_name “{self.moment:%Y}", fault["message"])

    def test_false_is_none_for_every_key(self):
        keys = ("customer_name", "customer_phone", "requested_date", "duration", "timezone")
        keys += ("description", "priority", "location", "type", "technician", "ticket")
        keys += ("external_ref", "validate_only")
        for empty in (False, "", [], {}):
            data = {**dict.fromkeys(keys, empty), "customer_email": "new@example.com"}
            with self.subTest(empty):
                made = self._read(self._create({}, data))
                self.assertEqual(made.partner_id.name, "new@example.com")
                self.assertFalse(made.start or made.description or made.external_ref)
        first = str(fields.Date.today() + timedelta(days=2))
        self.assertEqual(len(self._call("get_slots", first, first, False, False, False)), 47)

    def test_numbers_for_texts(self):
        self.type.code = "12"
        made = self._read(
            self._create(
                {},
                {
                    **self.data,
                    "customer_phone": 442071234567.0,
                    "external_ref": 42,
                    "type": 12.0,
                    "location": 7,
                    "description": 404,
                    "priority": 2.0,
                    "duration": "1.5",
                    "validate_only": 0.0,
                },
            )
        )
        self.assertEqual(made.external_ref, "42")
        self.assertEqual(made.intake_state, "accepted")
        self.assertIn("2071234567", made.customer_phone)
        self.assertEqual(made.type_id, self.type)
        self.assertEqual((made.location, made.description, made.priority), ("7", "404", "2"))
        first = str(fields.Date.today() + timedelta(days=2))
        self.assertEqual(len(self._call("get_slots", first, first, "1.5", False, "3")), 3)

    def test_a_file_is_no_text(self):
        file = xmlrpc.client.Binary(b"\x89PNG")
        for key in ("description", "customer_name", "location", "type"):
            with self.subTest(key):
                (fault,) = self._refuse(
                    "create", {}, context={"external_data": {**self.data, key: file}}
                )
                self.assertEqual((fault["field"], fault["code"]), (key, "not_text"))
                self.assertIn("<4 bytes>", fault["message"])
        for photo in (file, [file], {"front": file}):
            (fault,) = self._refuse(
                "create", {}, context={"external_data": {**self.data, "photo": photo}}
            )
            self.assertEqual((fault["field"], fault["code"]), ("external_data", "binary"))
            self.assertIn("“photo” holds a file", fault["message"])


@tagged("post_install", "-at_install")
class TestIntegratorCalls(SupportCase):
    """What Python itself sends, and what an import brings."""

    def _create(self, **values):
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        data = {**GUIDE_DATA, **values}
        return appointments.with_context(external_data=data).create({}).sudo()

    def test_python_s_own_types(self):
        made = self._create(
            requested_date=datetime(2026, 3, 5, 14),
            duration=Decimal("1.5"),
            external_ref=Decimal(7),
        )
        self.assertEqual(made.start, at("2026-03-05 14:00"))
        self.assertEqual((made.duration, made.external_ref), (1.5, "7"))
        for values, words in (
            ({"requested_date": date(2026, 3, 5)}, "“2026-03-05” has no hour"),
            ({"requested_date": datetime(2026, 3, 1)}, "“2026-03-01 00:00:00” lies in the past"),
            (
                {"requested_date": xmlrpc.client.DateTime("nonsense")},
                "“nonsense” cannot be understood",
            ),
            ({"duration": Decimal("NaN")}, "duration “NaN” cannot be understood"),
            ({"location": float("inf")}, "location “inf” is not a text"),
            ({"description": b"text"}, "description “<4 bytes>” is not a text"),
        ):
            with self.subTest(values), mute_logger("support_center.automation"):
                with self.assertRaisesRegex(ValidationError, words) as caught:
                    self._create(**values)
                self.assertEqual(read_faults(caught.exception)[0]["field"], next(iter(values)))

    def test_what_another_addon_forbids_ends_with_a_fault_too(self):
        """A constraint that the parser cannot know."""
        refuse = patch.object(
            type(self.env["support.appointment"]),
            "_check_start_not_past",
            side_effect=UserError("We are closed."),
        )
        with refuse, self.assertRaisesRegex(ValidationError, "^We are closed") as caught:
            self._create()
        (fault,) = read_faults(caught.exception)
        self.assertEqual((fault["field"], fault["code"]), ("external_data", "refused"))

    def _load(self, names, *rows):
        appointments = self.env["support.appointment"].with_user(self.user_manager)
        return appointments.load(list(names), [list(row) for row in rows])

    @mute_logger("odoo.sql_db")
    def test_an_import_with_a_reference_that_is_taken(self):
        names = ("customer_name", "external_ref")
        loaded = self._load(names, ("One", "A-1"), ("Two", "A-2"))
        self.assertEqual(loaded["messages"], [])
        first = self.env["support.appointment"].browse(loaded["ids"][0])
        loaded = self._load(names, ("Three", "A-3"), ("Again", "A-1"))
        self.assertFalse(loaded["ids"])
        # Odoo 19 tells what the whole batch was refused for as well.
        message = loaded["messages"][-1]
        self.assertIn(f"“A-1” belongs to {first.name} already", message["message"])
        self.assertEqual(message["record"], 1)

    @mute_logger("odoo.sql_db")
    def test_an_import_with_a_reference_that_comes_twice(self):
        loaded = self._load(("customer_name", "external_ref"), ("One", "A-1"), ("Two", "A-1"))
        self.assertFalse(loaded["ids"])
        self.assertTrue(loaded["messages"])
        for message in loaded["messages"]:
            self.assertRegex(message["message"], "“A-1” (comes twice|belongs to APT/.* already)")

    def test_a_reference_belongs_to_its_user_and_company(self):
        self._load(("customer_name", "external_ref"), ("One", "A-1"))
        made = self._create(external_ref="A-1")
        self.assertEqual(made.external_ref, "A-1")
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.user_manager.company_ids += company
        appointments = self.env["support.appointment"].with_user(self.user_manager)
        appointments.create({"external_ref": "A-1", "company_id": company.id})
        with self.assertRaisesRegex(ValidationError, "“A-1” belongs to APT/"):
            appointments.create({"external_ref": "A-1"})

    def test_an_import_names_records_as_other_systems_do(self):
        self.technician.email = "first@example.com"
        ticket = self.env["support.ticket"].create({"name": "Printer"})
        loaded = self._load(
            ("customer_name", "type_id", "technician_id", "ticket_id"),
            ("One", "rep", "first@example.com", ticket.number),
            ("Two", "Repair", "First Technician", "Printer"),
        )
        self.assertEqual(loaded["messages"], [])
        for made in self.env["support.appointment"].browse(loaded["ids"]):
            self.assertEqual(made.type_id, self.type)
            self.assertEqual(made.technician_id, self.technician)
            self.assertEqual(made.ticket_id, ticket)

    def test_a_company_of_somebody_else(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        appointments = appointments.with_context(allowed_company_ids=company.ids)
        with self.assertRaisesRegex(AccessError, r'"code": "company"'):
            appointments.check_external_data(GUIDE_DATA)
