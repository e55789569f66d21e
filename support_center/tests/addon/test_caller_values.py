"""Values as programs send them: taken as plain Odoo takes them, or refused in words."""

import xmlrpc.client
from datetime import datetime, timedelta, timezone

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestCallerValues(SupportCase):
    def _create(self, **vals):
        made = self.env["support.appointment"].create(
            {"partner_id": self.customer.id, "start": "2026-03-05 10:00:00", **vals}
        )
        self.env.flush_all()
        return made

    def test_records_as_text_number_or_pair(self):
        for value in (
            str(self.technician.id),
            f" {self.technician.id} ",
            float(self.technician.id),
            [self.technician.id, "First Technician"],
            (self.technician.id, "First Technician"),
            self.technician,
        ):
            with self.subTest(value=value):
                made = self._create(technician_id=value, state="confirmed")
                self.assertEqual(made.technician_id, self.technician)
                made.action_cancel()
                made.write({"technician_id": value})
                self.assertEqual(made.technician_id, self.technician)
        for nothing in (False, None, ""):
            self.assertFalse(self._create(technician_id=nothing).technician_id)

    def test_its_own_customer_as_text_changes_nothing(self):
        visit = self._create(state="confirmed")
        queued = self._get_notices(visit, "confirmation")
        self.assertEqual(queued.state, "outgoing")
        for value in (str(self.customer.id), [self.customer.id, "Known Customer"]):
            visit.write({"partner_id": value})
            self.env.flush_all()
            self.assertEqual(queued.state, "outgoing")
            self.assertTrue(visit.confirmation_sent)
            self.assertFalse(visit.activity_ids)

    def test_numbers_as_text(self):
        made = self._create(duration="1.5")
        self.assertEqual(made.stop, at("2026-03-05 11:30"))
        made.write({"duration": "2"})
        self.assertEqual(made.stop, at("2026-03-05 12:00"))
        typed = self._create(type_id=str(self.type.id))
        self.assertEqual(typed.duration, 2.0)
        self.assertEqual(self._create(priority=2).priority, "2")
        kind = self.env["support.appointment.type"].create(
            {"name": "Text", "duration": "1.5", "buffer_before": "10"}
        )
        self.assertEqual((kind.duration, kind.buffer_before), (1.5, 10))
        technician = self.env["support.technician"].create(
            {"name": "Text", "max_daily_appointments": "3"}
        )
        self.assertEqual(technician.max_daily_appointments, 3)
        team = self.env["support.team"].create({"name": "Text"})
        ticket = self.env["support.ticket"].create(
            {"name": 42, "partner_id": str(self.customer.id), "team_id": str(team.id)}
        )
        self.assertEqual((ticket.name, ticket.team_id), ("42", team))

    def test_flags_as_text(self):
        for value, expected in (("false", False), ("0", False), ("true", True), (1, True)):
            self.assertIs(
                self._create(send_confirmation_email=value).send_confirmation_email, expected
            )

    def test_moments(self):
        east = timezone(timedelta(hours=2))
        for value in (
            "2026-03-05 10:00:00",
            "2026-03-05T10:00:00",
            "2026-03-05T10:00:00Z",
            "2026-03-05T10:00:00.000Z",
            "2026-03-05T12:00:00+02:00",
            "2026-03-05T15:30:00+05:30",
            datetime(2026, 3, 5, 12, tzinfo=east),
            xmlrpc.client.DateTime("20260305T10:00:00"),
        ):
            with self.subTest(value=value):
                self.assertEqual(self._create(start=value).start, at("2026-03-05 10:00"))

    def test_what_cannot_be_stored_is_named_with_the_remedy(self):
        draft = self._create()
        for name, value, words in (
            ("technician_id", "Tom", "'Tom' cannot be stored, expected the number of a record"),
            ("technician_id", "1.5", "expected the number of a record"),
            ("technician_id", -3, "expected the number of a record"),
            ("technician_id", 2**40, "expected the number of a record"),
            ("technician_id", {"id": 1}, "expected the number of a record"),
            ("technician_id", True, "expected the number of a record"),
            ("duration", "long", "'long' cannot be stored, expected a number"),
            ("duration", float("nan"), "expected a number"),
            ("duration", float("inf"), "expected a number"),
            ("duration", [1], "expected a number"),
            ("start", "tomorrow", "'tomorrow' cannot be stored, expected a date and time"),
            ("start", "2026-02-30 10:00:00", "expected a date and time"),
            ("start", "0101-01-01 10:00:00", "expected a date and time"),
            ("start", 12, "expected a date and time"),
            ("priority", "whenever", "expected one of 0, 1, 2, 3"),
            ("timezone", "Mars/Olympus", "expected one of .*…"),
            ("send_reminder_email", "perhaps", "expected true or false"),
            ("send_reminder_email", [], "expected true or false"),
            ("description", {"a": 1}, "expected a text"),
            ("description", xmlrpc.client.Binary(b"x"), "expected a text"),
        ):
            with self.subTest(field=name, value=value):
                label = draft.fields_get([name])[name]["string"]
                expected = rf"{label} \({name}\).*{words}"
                with self.assertRaisesRegex(ValidationError, expected):
                    self._create(**{name: value})
                with self.assertRaisesRegex(ValidationError, expected):
                    draft.write({name: value})

    def test_all_that_is_wrong_at_once(self):
        with self.assertRaisesRegex(ValidationError, r"(?s)\(duration\).*\(priority\)"):
            self._create(duration="long", priority="whenever")

    def test_integers_that_no_column_holds(self):
        technicians = self.env["support.technician"]
        for value in (10**12, "many", 1.5):
            with self.assertRaisesRegex(ValidationError, "expected a whole number"):
                technicians.create({"name": "X", "max_daily_appointments": value})

    def test_text_that_postgresql_does_not_hold(self):
        made = self._create(description="a\0b \ud800")
        self.assertEqual(made.description, "ab ?")

    def test_the_caller_s_values_stay_as_they_were(self):
        vals = {"duration": "2"}
        self._create().write(vals)
        self.assertEqual(vals, {"duration": "2"})

    def test_an_old_version_as_text(self):
        visit = self._create()
        version = visit.edit_version
        visit.write({"description": "newer"})
        for value in (version, str(version), {str(visit.id): str(version)}):
            with self.subTest(value=value), self.assertRaisesRegex(UserError, "was changed while"):
                visit.write({"description": "older", "edit_version": value})
        visit.write({"description": "newest", "edit_version": str(visit.edit_version)})
        self.assertEqual(visit.description, "newest")
        with self.assertRaisesRegex(ValidationError, "edit_version.*expected a whole number"):
            visit.write({"description": "x", "edit_version": "last"})
