from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting

from psycopg2.errors import SerializationFailure

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ...exceptions import EditConflict
from ..booking.test_double_booking import Connection, connect
from ..common import SupportCase, SupportHttpCase, at


@tagged("post_install", "-at_install")
class TestEditConflict(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment()
        cls.other = cls._create_appointment(start=at("2026-03-06 10:00"))

    def test_each_change_counts_once(self):
        version = self.visit.edit_version
        self.visit.write({"location": "Main Street", "priority": "3"})
        self.assertEqual(self.visit.edit_version, version + 1)
        # The same again, and what nobody plans with, is no change.
        self.visit.write({"location": "Main Street", "send_reminder_email": False})
        self.assertEqual(self.visit.edit_version, version + 1)
        self.visit.technician_id = self.technician
        self.visit.action_confirm()
        self.assertEqual(self.visit.edit_version, version + 3)

    def test_a_copy_starts_anew(self):
        self.visit.location = "Main Street"
        copy = self.visit.copy()
        self.assertFalse(copy.edit_version or copy.edit_trail)
        made = self.visit.create({"edit_version": 7, "partner_id": self.customer.id})
        self.assertFalse(made.edit_version)

    def test_an_older_picture_is_refused_in_words(self):
        version = self.visit.edit_version
        self.visit.with_user(self.user_manager).write({"start": at("2026-03-05 11:00")})
        self.visit.with_user(self.user_manager).write({"priority": "3"})
        with self.assertRaises(EditConflict) as caught:
            self.visit.with_user(self.user_dispatcher).write(
                {"location": "Main Street", "edit_version": version}
            )
        message = str(caught.exception)
        for word in (self.visit.name, self.user_manager.name, "Start", "Priority", "Reload"):
            self.assertIn(word, message)
        self.assertFalse(self.visit.location)

    def test_the_current_one_is_taken(self):
        self.visit.location = "Main Street"
        version = self.visit.edit_version
        self.visit.write({"location": "Side Street", "edit_version": version})
        self.assertEqual(self.visit.location, "Side Street")
        self.assertEqual(self.visit.edit_version, version + 1)

    def test_what_names_no_version_is_not_asked(self):
        self.visit.location = "Main Street"
        self.visit.write({"location": "Side Street"})
        self.assertEqual(self.visit.location, "Side Street")

    def test_several_at_once_each_by_its_own_version(self):
        both = self.visit | self.other
        self.visit.location = "Main Street"
        known = {str(record.id): record.edit_version for record in both}
        both.write({"priority": "2", "edit_version": known})
        self.assertEqual(set(both.mapped("priority")), {"2"})
        with self.assertRaises(EditConflict) as caught:
            both.write({"priority": "3", "edit_version": {**known, str(self.other.id): 99}})
        self.assertIn(self.visit.name, str(caught.exception))
        self.assertNotIn(self.other.name, str(caught.exception))
        self.assertEqual(set(both.mapped("priority")), {"2"})

    def test_only_the_last_changes_are_kept(self):
        for number in range(30):
            self.visit.location = f"Street {number}"
        self.assertEqual(len(self.visit.edit_trail), 10)
        with self.assertRaisesRegex(
            EditConflict, f"{self.visit.name} was changed while you had it open"
        ):
            self.visit.write({"location": "Main Street", "edit_version": 1})

    def test_one_query_for_many(self):
        visits = self.env["support.appointment"].create(
            [{"partner_id": self.customer.id, "location": f"{n}"} for n in range(30)]
        )
        counts = []
        for those in (visits[:2], visits):
            those.flush_recordset()
            before = self.env.cr.sql_log_count
            those._count_edit(("location",))
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts, [1, 1])


@tagged("post_install", "-at_install")
class TestEditConflictSessions(SupportHttpCase):
    """As two browsers do it: ``web_save`` over HTTP, each with what it has read."""

    def _call(self, method, args, **kwargs):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/support.appointment/{method}",
            {"model": "support.appointment", "method": method, "args": args, "kwargs": kwargs},
        )

    def test_two_forms(self):
        visit = self._create_appointment(start=False)
        specification = {"edit_version": {}, "location": {}, "description": {}}
        self.authenticate(self.user_dispatcher.login, self.user_dispatcher.login)
        (first,) = self._call("web_read", [visit.ids], specification=specification)
        self.authenticate(self.user_manager.login, self.user_manager.login)
        (second,) = self._call("web_read", [visit.ids], specification=specification)
        self._call(
            "web_save",
            [visit.ids, {"location": "Second", "edit_version": second["edit_version"]}],
            specification=specification,
        )
        self.authenticate(self.user_dispatcher.login, self.user_dispatcher.login)
        values = {"description": "First", "edit_version": first["edit_version"]}
        with mute_logger("odoo.http"), self.assertRaises(Exception) as caught:
            self._call("web_save", [visit.ids, values], specification=specification)
        self.assertIn("EditConflict", str(caught.exception))
        visit.invalidate_recordset()
        self.assertEqual((visit.location, visit.description), ("Second", False))
        (again,) = self._call("web_read", [visit.ids], specification=specification)
        values["edit_version"] = again["edit_version"]
        (saved,) = self._call("web_save", [visit.ids, values], specification=specification)
        self.assertEqual(saved["edit_version"], again["edit_version"] + 1)
        self.assertEqual(saved["description"], "First")


@tagged("post_install", "-at_install")
class TestEditConflictRace(BaseCase):
    """Two real connections that both have read before either writes."""

    def setUp(self):
        super().setUp()
        with Connection(connect()) as env:
            partner = env["res.partner"].create({"name": "Race Customer"})
            visit = env["support.appointment"].create({"partner_id": partner.id})
            self.visit_id, self.partner_id = visit.id, partner.id
        self.addCleanup(self._remove)

    def _remove(self):
        with Connection(connect()) as env:
            env["support.appointment"].browse(self.visit_id).unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def _write(self, connection, values):
        record = connection.env["support.appointment"].browse(self.visit_id)
        record.write({**values, "edit_version": connection.version})
        connection.env.flush_all()

    def test_both_cannot_pass(self):
        first, second = Connection(connect()), Connection(connect())
        for connection in (first, second):
            # The snapshot of the transaction is taken here.
            visit = connection.env["support.appointment"].browse(self.visit_id)
            connection.version = visit.edit_version
        self._write(first, {"location": "Main Street"})
        with mute_logger("odoo.sql_db"), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self._write, second, {"description": "Side Street"})
            with self.assertRaises(StillWaiting):
                waiting.result(timeout=0.5)
            first.finish()
            # Odoo repeats the request of the one that fails so.
            with self.assertRaises(SerializationFailure):
                waiting.result(timeout=60)
        second.drop()
        again = Connection(connect())
        again.version = second.version
        with self.assertRaisesRegex(EditConflict, "was changed while you had it open"):
            self._write(again, {"description": "Side Street"})
        again.drop()
