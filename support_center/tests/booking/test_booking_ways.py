import json
import xmlrpc.client
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import get_db_name, tagged
from odoo.tools import SQL, mute_logger

from odoo.addons.support_center.exceptions import DoubleBooking

from ..common import SupportCase, SupportHttpCase, at

OWN_SQL = (
    "env.cr.execute(\"UPDATE support_appointment SET state = 'confirmed' WHERE id = %s\", "
    "[record.id])"
)
LOWEST_LAYER = "record._write({'state': 'confirmed'})"


@tagged("post_install", "-at_install")
class TestBookingWays(SupportCase):
    """By whatever way a visit comes to take a technician's time, it cannot take it twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.appointments = cls.env["support.appointment"].with_user(cls.user_dispatcher)
        # 10:00 to 11:00 on Thursday the 5th is taken.
        cls.taken = cls._create_appointment(technician_id=cls.technician.id, state="confirmed")

    def _vals(self, hour="10:30", **values):
        return {
            "partner_id": self.customer.id,
            "technician_id": self.technician.id,
            "start": at(f"2026-03-05 {hour}"),
            **values,
        }

    def _draft(self, hour="10:30", **values):
        return self.appointments.create(self._vals(hour, **values))

    def _assert_refused(self, work, *parts):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(DoubleBooking) as caught,
            self.env.cr.savepoint(),
        ):
            work()
        for part in ("First Technician", *parts):
            self.assertIn(part, str(caught.exception))

    def test_a_caller_can_tell_it_from_other_refusals(self):
        draft = self._draft()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(DoubleBooking, "First Technician is already booked"),
        ):
            draft.action_confirm()
        # The transaction goes on: the next technician can be tried.
        draft.technician_id = self.technician_2
        draft.action_confirm()
        self.assertEqual(draft.state, "confirmed")
        bare = self.appointments.create({"start": at("2026-03-05 15:00")})
        with self.assertRaises(ValidationError) as caught:
            bare.action_confirm()
        self.assertNotIsInstance(caught.exception, DoubleBooking)

    def test_created_live_by_a_default(self):
        appointments = self.appointments.with_context(
            default_technician_id=self.technician.id, default_state="confirmed"
        )
        vals = {"partner_id": self.customer.id, "start": at("2026-03-05 10:30")}
        self._assert_refused(lambda: appointments.create(vals), self.taken.name)

    def test_copied_as_live(self):
        draft = self._draft("14:00")
        values = {**self._vals(), "state": "confirmed"}
        self._assert_refused(lambda: draft.copy(values), self.taken.name)
        self.assertFalse(draft.copy().technician_id)

    def test_unarchived(self):
        other = self._draft("14:00")
        other.action_confirm()
        other.action_archive()
        other.write({"start": at("2026-03-05 10:30")})
        self._assert_refused(other.action_unarchive, self.taken.name)

    def test_archived_leaves_its_time(self):
        # Of whom the customer was told already, see test_archiving.
        self.taken.action_draft()
        self.taken.write({"announced_start": False, "send_confirmation_email": False})
        self.taken.action_confirm()
        self.taken.action_archive()
        self._draft().action_confirm()
        self._assert_refused(self.taken.action_unarchive)

    def test_opened_again(self):
        first = self._draft("14:00")
        first.action_confirm()
        first.action_cancel()
        second = self._draft("14:30")
        second.action_confirm()
        first.action_draft()
        self._assert_refused(first.action_confirm, second.name)

    def test_a_changed_type_touches_nothing_and_the_next_move_takes_its_buffers(self):
        self.technician.sudo().resource_calendar_id = False  # at work at noon, too
        visit = self._draft("11:00")
        visit.action_confirm()
        visit.type_id = self.type
        self.type.sudo().buffer_before = 60
        self.assertEqual(visit.busy_start, at("2026-03-05 11:00"))
        # Free by itself, but its hour before reaches into the visit of 10 o'clock.
        self._assert_refused(
            lambda: visit.write({"start": at("2026-03-05 11:30")}), self.taken.name
        )
        visit.write({"start": at("2026-03-05 12:00")})
        self.assertEqual(visit.busy_start, at("2026-03-05 11:00"))

    def test_changed_technician_start_stop_duration(self):
        other = self._draft(technician_id=self.technician_2.id)
        other.action_confirm()
        self._assert_refused(lambda: other.write({"technician_id": self.technician.id}))
        before = self._draft("09:00")
        before.action_confirm()
        for vals in (
            {"start": at("2026-03-05 09:15")},
            {"stop": at("2026-03-05 10:15")},
            {"duration": 1.5},
        ):
            with self.subTest(vals):
                self._assert_refused(lambda v=vals: before.write(v), self.taken.name)
        self.assertEqual(before.busy_stop, at("2026-03-05 10:00"))

    def test_archived_technician_is_still_booked(self):
        self.technician.active = False
        self._assert_refused(self._draft().action_confirm, self.taken.name)

    def test_two_who_exchange_their_technicians(self):
        other = self._draft("10:00", technician_id=self.technician_2.id)
        other.action_confirm()
        self._assert_refused(lambda: other.write({"technician_id": self.technician.id}))
        mine = self.taken.with_user(self.user_dispatcher)
        mine.technician_id = False
        other.technician_id = self.technician
        mine.technician_id = self.technician_2
        self.env.flush_all()
        self.assertEqual(mine.state, "confirmed")
        self.assertEqual(other.technician_id, self.technician)

    def test_import(self):
        header = ["partner_id/.id", "technician_id/.id", "start", "state"]
        row = [str(self.customer.id), str(self.technician.id)]
        count = self.appointments.search_count([])
        for rows, bad in (
            (["2026-03-05 10:30:00"], 0),
            (["2026-03-05 14:00:00", "2026-03-05 14:30:00"], 1),
        ):
            with self.subTest(rows), mute_logger("odoo.sql_db"):
                result = self.appointments.load(
                    header, [[*row, start, "confirmed"] for start in rows]
                )
                self.assertFalse(result["ids"])
                # Odoo 19 tells of the batch too, ahead of the rows.
                message = result["messages"][-1]
                self.assertIn("First Technician is already booked", message["message"])
                self.assertEqual(message["rows"], {"from": bad, "to": bad})
                self.assertEqual(self.appointments.search_count([]), count)
        result = self.appointments.load(
            header, [[*row, f"2026-03-05 {hour}:00:00", "confirmed"] for hour in (14, 15)]
        )
        self.assertEqual(len(result["ids"]), 2)

    def test_what_goes_past_write_is_told_in_words_too(self):
        draft = self._draft()
        # As a computed field does: it shows at the flush, wherever that comes.
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(DoubleBooking) as caught,
            self.env.cr.savepoint(),
            self.env.protecting([draft._fields["state"]], draft),
        ):
            draft.state = "confirmed"
        message = str(caught.exception)
        self.assertIn("2026-03-05 10:00", message)
        self.assertNotIn("conflicting key", message)

    def test_the_check_costs_no_query_of_its_own(self):
        # What rules and the calendar do when a visit is confirmed is not the check's cost, nor
        # is what hours and leaves are looked at for.
        self.env["base.automation"].search([]).active = False
        self.env["ir.config_parameter"].set_param("support_center.calendar_mirror", "False")
        self.startPatcher(patch.object(type(self.taken), "_check_available", lambda _self: {}))
        nobody, somebody = self.technician.browse(), self.technician
        counts = {}
        # The first two fill the caches.
        for hour, technician in enumerate((nobody, somebody, nobody, somebody), start=14):
            draft = self._draft(f"{hour}:00", technician_id=technician.id)
            self.env.cr.flush()
            before = self.env.cr.sql_log_count
            draft.action_confirm()
            self.env.cr.flush()
            counts[technician] = self.env.cr.sql_log_count - before
        # The lock, a savepoint and its release; and the row among the held times.
        self.assertEqual(counts[somebody] - counts[nobody], 4)


@tagged("post_install", "-at_install")
class TestBookingNeedsNothing(SupportCase):
    """A managed PostgreSQL gives no superuser and not every extension."""

    def test_nothing_of_the_constraint_comes_from_an_extension(self):
        self.env.cr.execute(
            """
            SELECT index.relname, opclass.opcname, extension.extname
              FROM pg_class index
              JOIN pg_index ON indexrelid = index.oid
              CROSS JOIN LATERAL unnest(indclass::oid[]) AS used
              JOIN pg_opclass opclass ON opclass.oid = used
              JOIN pg_am method ON method.oid = opcmethod
              LEFT JOIN pg_depend needs ON deptype = 'e' AND needs.objid IN
                   (opclass.oid, opclass.opcfamily, method.oid, opclass.opcintype)
              LEFT JOIN pg_extension extension ON extension.oid = needs.refobjid
             WHERE index.relname = 'support_appointment_no_double_booking'
            """
        )
        rows = self.env.cr.fetchall()
        self.assertEqual(sorted(row[1] for row in rows), ["range_ops", "range_ops"])
        self.assertEqual([row[2] for row in rows], [None, None])

    def test_a_role_without_any_privilege_makes_it(self):
        definition = (
            self.env["ir.model.constraint"]
            .search([("name", "=", "support_appointment_no_double_booking")])
            .definition
        )
        cr = self.env.cr
        cr.execute("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
        (may_make_roles,) = cr.fetchone()
        if may_make_roles:
            # Rolled back with the test. Else the tests' own role is such a one.
            cr.execute("CREATE ROLE support_center_nobody NOSUPERUSER NOCREATEDB NOCREATEROLE")
            cr.execute("GRANT support_center_nobody TO current_user")
            cr.execute("SET LOCAL ROLE support_center_nobody")
        cr.execute(
            "CREATE TEMPORARY TABLE support_probe (technician_id int4, busy_start timestamp, "
            "busy_stop timestamp, state varchar, active bool)"
        )
        cr.execute(SQL("ALTER TABLE support_probe ADD CONSTRAINT probe %s", SQL(definition)))
        cr.execute("RESET ROLE")
        cr.execute(
            "SELECT contype, convalidated FROM pg_constraint "
            "WHERE conname = 'probe' AND conrelid = to_regclass('support_probe')"
        )
        self.assertEqual(cr.fetchall(), [("x", True)])


@tagged("post_install", "-at_install")
class TestBookingOverHttp(SupportHttpCase):
    """What clients get: of a real server, by the routes that they use."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        day = fields.Datetime.now().replace(hour=10, minute=0, second=0, microsecond=0)
        start = day + timedelta(days=5)
        cls.taken, cls.draft = (
            cls._create_appointment(
                technician_id=cls.technician.id, start=start, ignore_working_hours=True
            )
            for _number in range(2)
        )
        cls.taken.action_confirm()

    def _call(self, model, method, *args, **kwargs):
        user = self.user_dispatcher
        return self.xmlrpc_object.execute_kw(
            get_db_name(), user.id, user.login, model, method, list(args), kwargs
        )

    def _assert_fault(self, *args, parts=("First Technician", "10:00"), **kwargs):
        with (
            mute_logger("odoo.sql_db", "odoo.http"),
            self.assertRaises(xmlrpc.client.Fault) as caught,
        ):
            self._call(*args, **kwargs)
        fault = caught.exception
        self.assertEqual(fault.faultCode, 2, fault.faultString)
        for part in parts:
            self.assertIn(part, fault.faultString)
        for part in ("UPDATE", "conflicting key", "Traceback"):
            self.assertNotIn(part, fault.faultString)
        self.assertEqual(self.draft.state, "draft")

    def test_xml_rpc(self):
        self._assert_fault("support.appointment", "action_confirm", self.draft.ids)
        self._assert_fault("support.appointment", "write", self.draft.ids, {"state": "confirmed"})

    def test_sql_of_another_addon_s_method(self):
        def own_sql(records):
            records.env.cr.execute(
                "UPDATE support_appointment SET state = 'confirmed' WHERE id IN %s", [records._ids]
            )
            return True

        with patch.object(type(self.env["support.appointment"]), "action_view_log", own_sql):
            # Odoo 17.0 has but the constraint's own message for it, 19 asks the model.
            is_asked = hasattr(self.env["support.appointment"], "_table_objects")
            self._assert_fault(
                "support.appointment",
                "action_view_log",
                self.draft.ids,
                parts=("already booked", "First Technician" if is_asked else "The technician"),
            )

    def test_the_web_client_shows_a_warning(self):
        self.authenticate(self.user_dispatcher.login, self.user_dispatcher.login)
        data = {
            "model": "support.appointment",
            "method": "action_confirm",
            "args": [self.draft.ids],
            "kwargs": {},
        }
        with mute_logger("odoo.sql_db", "odoo.http"):
            answer = self.url_open(
                "/web/dataset/call_kw",
                data=json.dumps({"jsonrpc": "2.0", "params": data}),
                headers={"Content-Type": "application/json"},
            ).json()
        error = answer["error"]["data"]
        # The class by which both series choose the dialog where they do not know the name.
        self.assertEqual(error["context"]["exception_class"], "odoo.exceptions.ValidationError")
        self.assertIn("First Technician", error["message"])

    def test_a_server_action_s_own_sql_and_a_late_flush(self):
        for code in (OWN_SQL, LOWEST_LAYER):
            with self.subTest(code):
                action = self.env["ir.actions.server"].create(
                    {
                        "name": "Late",
                        "model_id": self.env["ir.model"]._get_id("support.appointment"),
                        "state": "code",
                        "code": code,
                    }
                )
                # A test has one connection, so the name cannot be looked up; in
                # devkit/testing/race_test.py it is.
                self._assert_fault(
                    "ir.actions.server",
                    "run",
                    action.ids,
                    context={"active_model": "support.appointment", "active_id": self.draft.id},
                    parts=("already booked", "10:00 to"),
                )
