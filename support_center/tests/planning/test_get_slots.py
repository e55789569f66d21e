import xmlrpc.client
from datetime import date, datetime, timedelta, timezone

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from ..common import SupportCase, SupportHttpCase, at


@tagged("post_install", "-at_install")
class TestGetSlots(SupportCase):
    """Free times for other systems."""

    def _get(self, *args, user=None, **kwargs):
        appointments = self.env["support.appointment"].with_user(user or self.user_integration)
        return appointments.get_slots(*args, **kwargs)

    def _get_starts(self, *args, **kwargs):
        return [slot["start"] for slot in self._get(*args, **kwargs)]

    # What comes back

    def test_one_entry_a_time_with_all_who_could_come(self):
        self.technician_2.email = "second@example.com"
        slots = self._get("2026-03-03", "2026-03-03")
        # 8 to 12 and 13 to 17, a visit of an hour every half hour.
        self.assertEqual(len(slots), 14)
        self.assertEqual(
            slots[0],
            {
                "start": "2026-03-03 08:00:00",
                "stop": "2026-03-03 09:00:00",
                "local_start": "2026-03-03T08:00:00+00:00",
                "local_stop": "2026-03-03T09:00:00+00:00",
                "timezone": "UTC",
                "technicians": [
                    {"name": "First Technician", "email": self.technician.email},
                    {"name": "Second Technician", "email": "second@example.com"},
                ],
            },
        )
        self.assertEqual(slots, sorted(slots, key=lambda slot: slot["start"]))
        self.assertEqual(slots[-1]["stop"], "2026-03-03 17:00:00")

    def test_who_is_booked_is_not_in_it(self):
        for technician in (self.technician, self.technician_2):
            self._create_appointment(
                technician_id=technician.id, start=at("2026-03-03 08:00"), state="confirmed"
            )
        self._create_appointment(
            technician_id=self.technician.id, start=at("2026-03-03 09:00"), state="confirmed"
        )
        slots = {
            slot["start"]: slot["technicians"] for slot in self._get("2026-03-03", "2026-03-03")
        }
        self.assertNotIn("2026-03-03 08:00:00", slots)
        self.assertEqual(
            [entry["name"] for entry in slots["2026-03-03 09:00:00"]], ["Second Technician"]
        )
        self.assertEqual(len(slots["2026-03-03 10:00:00"]), 2)

    def test_what_is_offered_can_be_confirmed(self):
        for slot in self._get("2026-03-03", "2026-03-04", type="rep", limit=3):
            visit = self._create_appointment(
                type_id=self.type.id,
                start=fields.Datetime.to_datetime(slot["start"]),
                technician_id=self.technician.id,
            )
            visit.action_confirm()
            visit.action_cancel()

    def test_nothing_in_the_past(self):
        self.assertEqual(self._get_starts("2026-03-01", "2026-03-02")[0], "2026-03-02 08:00:00")
        with freeze_time("2026-03-02 09:10:00"):
            self.assertEqual(self._get_starts("2026-03-02", "2026-03-02")[0], "2026-03-02 09:30:00")
        self.assertEqual(self._get("2026-02-02", "2026-02-03"), [])

    # Types

    def test_a_type_by_name_code_or_id(self):
        for kind in ("Repair", "rep", "REP", self.type.id):
            with self.subTest(kind):
                slots = self._get("2026-03-03", "2026-03-03", type=kind)
                self.assertEqual(slots[0]["stop"], "2026-03-03 10:00:00")
                # Two hours before and after lunch: 8 to 10 and 13 to 15.
                self.assertEqual(len(slots), 10)

    def test_the_duration_given_wins_over_the_type_s(self):
        slots = self._get("2026-03-03", "2026-03-03", duration=3.5, type="rep")
        self.assertEqual(
            (slots[0]["start"], slots[0]["stop"]), ("2026-03-03 08:00:00", "2026-03-03 11:30:00")
        )
        self.assertEqual(len(slots), 4)

    def test_buffers_of_the_type_count(self):
        for technician in (self.technician, self.technician_2):
            self._create_appointment(
                technician_id=technician.id, start=at("2026-03-03 10:00"), state="confirmed"
            )
        # 15 minutes before, 30 after: nothing fits before ten.
        starts = self._get_starts("2026-03-03", "2026-03-03", type="rep")
        self.assertEqual(starts[0], "2026-03-03 13:00:00")
        self.type.write({"buffer_before": 0, "buffer_after": 0})
        self.assertEqual(
            self._get_starts("2026-03-03", "2026-03-03", type="rep")[0], "2026-03-03 08:00:00"
        )

    def test_skills_of_the_type_count(self):
        self.type.skill_ids = self.env["support.skill"].create({"name": "Fibre"})
        self.assertEqual(self._get("2026-03-03", "2026-03-03", type="rep"), [])
        self.technician_2.skill_ids = self.type.skill_ids
        slots = self._get("2026-03-03", "2026-03-03", type="rep")
        names = {entry["name"] for slot in slots for entry in slot["technicians"]}
        self.assertEqual(names, {"Second Technician"})

    def test_notice_and_horizon_of_the_type_count(self):
        self.type.write({"min_notice_hours": 26, "horizon_days": 3})
        starts = self._get_starts("2026-03-02", "2026-03-20", type="rep")
        self.assertEqual((starts[0], starts[-1]), ("2026-03-03 10:00:00", "2026-03-05 08:00:00"))
        self.type.horizon_days = 0
        starts = self._get_starts("2026-03-02", "2026-03-20", type="rep", limit=1000)
        self.assertEqual(starts[-1], "2026-03-20 15:00:00")

    def test_the_limit_is_one_of_times(self):
        self.assertEqual(len(self._get("2026-03-03", "2026-03-13", limit=5)), 5)
        self.assertEqual(len(self._get("2026-03-03", "2026-03-31")), 100)
        slots = self._get("2026-03-03", "2026-03-03", limit=1)
        self.assertEqual(len(slots[0]["technicians"]), 2)

    # Zones

    def test_a_day_is_one_of_the_callers_zone(self):
        self.user_integration.tz = "America/New_York"
        slots = self._get("2026-03-03", "2026-03-03")
        # 3 March in New York is from 5:00 UTC to 5:00 UTC.
        self.assertEqual(slots[0]["local_start"], "2026-03-03T03:00:00-05:00")
        self.assertEqual(slots[0]["start"], "2026-03-03 08:00:00")
        self.assertEqual(slots[0]["timezone"], "America/New_York")

    def test_the_zone_of_the_context_wins(self):
        appointments = self.env["support.appointment"].with_user(self.user_integration)
        slots = appointments.with_context(tz="Asia/Tokyo").get_slots("2026-03-03", "2026-03-03")
        # From 15:00 UTC to 15:00 UTC, which is midnight in Tokyo.
        self.assertEqual(slots[0]["local_start"], "2026-03-03T00:00:00+09:00")
        self.assertEqual(slots[0]["start"], "2026-03-02 15:00:00")
        self.assertEqual(slots[-1]["local_stop"], "2026-03-04T00:00:00+09:00")

    def test_moments_with_and_without_an_offset(self):
        for start, stop in (
            ("2026-03-03 10:00:00", "2026-03-03 12:00:00"),
            ("2026-03-03T10:00:00Z", "2026-03-03T12:00:00Z"),
            ("2026-03-03T11:00:00+01:00", "2026-03-03T07:00:00-05:00"),
            (" 2026-03-03T10:00 ", "2026-03-03T12:00"),
            (datetime(2026, 3, 3, 10), datetime(2026, 3, 3, 12)),
            (
                datetime(2026, 3, 3, 11, tzinfo=timezone(timedelta(hours=1))),
                datetime(2026, 3, 3, 12, tzinfo=timezone.utc),
            ),
        ):
            with self.subTest(start):
                starts = self._get_starts(start, stop)
                self.assertEqual(
                    (starts[0], starts[-1]), ("2026-03-03 10:00:00", "2026-03-03 11:00:00")
                )

    def test_days_as_python_has_them(self):
        starts = self._get_starts(date(2026, 3, 3), date(2026, 3, 4), limit=1000)
        self.assertEqual((starts[0], starts[-1]), ("2026-03-03 08:00:00", "2026-03-04 16:00:00"))

    def test_a_day_with_a_change_of_the_clock_is_23_or_25_hours_long(self):
        (self.technician | self.technician_2).resource_calendar_id = False
        (self.technician | self.technician_2).tz = "Europe/Brussels"
        self.user_integration.tz = "Europe/Brussels"
        for day, count, first, last in (
            # A visit of an hour at every half of an hour.
            ("2026-03-29", 45, "2026-03-29T00:00:00+01:00", "2026-03-29T23:00:00+02:00"),
            ("2026-10-25", 49, "2026-10-25T00:00:00+02:00", "2026-10-25T23:00:00+01:00"),
            ("2026-03-28", 47, "2026-03-28T00:00:00+01:00", "2026-03-28T23:00:00+01:00"),
        ):
            with self.subTest(day), freeze_time("2026-03-20 08:00:00"):
                slots = self._get(day, day, limit=1000)
                self.assertEqual(len(slots), count)
                self.assertEqual(slots[0]["local_start"], first)
                self.assertEqual(slots[-1]["local_start"], last)
        spring = [slot["local_start"] for slot in self._get("2026-03-29", "2026-03-29")]
        self.assertFalse([start for start in spring if start.startswith("2026-03-29T02")])

    def test_working_hours_stay_on_the_wall_clock_over_a_change(self):
        self.calendar.tz = "Europe/Brussels"
        (self.technician | self.technician_2).tz = "Europe/Brussels"
        self.user_integration.tz = "Europe/Brussels"
        for day, start in (("2026-03-27", "07:00:00"), ("2026-03-30", "06:00:00")):
            slot = self._get(day, day)[0]
            self.assertEqual(slot["start"], f"{day} {start}")
            self.assertIn("T08:00:00", slot["local_start"])

    # Wrong arguments

    def test_all_that_is_wrong_is_named_at_once(self):
        with self.assertRaises(ValidationError) as caught:
            self._get("next week", "2026-13-40", duration=-1, type="nonsense", limit=0)
        for part in (
            "date_from is “next week”",
            "date_to is “2026-13-40”",
            "duration is “-1”",
            "type is “nonsense”",
            "limit is “0”",
        ):
            self.assertIn(part, str(caught.exception))

    def test_each_wrong_argument(self):
        good = {"date_from": "2026-03-03", "date_to": "2026-03-04"}
        for name, value in (
            ("date_from", None),
            ("date_from", False),
            ("date_from", ""),
            ("date_from", 20260303),
            ("date_from", ["2026-03-03"]),
            ("date_from", "03/03/2026"),
            ("date_from", "2026-03-03 25:00:00"),
            ("date_from", "0001-01-01T00:00:00+14:00"),
            ("date_from", "2026-03-05"),
            ("date_to", "9999-12-31"),
            ("date_to", "2026-03-02"),
            ("date_to", "2026-12-31"),
            ("duration", 0),
            ("duration", "two"),
            ("duration", True),
            ("duration", float("nan")),
            ("duration", float("inf")),
            ("duration", 10_000),
            ("type", "unknown"),
            ("type", -1),
            ("type", 2**40),
            ("type", ["rep"]),
            ("type", True),
            ("limit", 1001),
            ("limit", -1),
            ("limit", "ten"),
            ("limit", True),
            ("limit", 1.5),
        ):
            with self.subTest(f"{name}={value!r}"), self.assertRaises(ValidationError) as caught:
                self._get(**{**good, name: value})
            self.assertIn("date_from" if name == "date_from" else name, str(caught.exception))

    def test_a_tiny_duration_is_no_error_of_python(self):
        with self.assertRaisesRegex(ValidationError, "duration is “1e-05”: hours above zero"):
            self._get("2026-03-03", "2026-03-04", duration=0.00001)

    # Rights and companies

    def test_a_dispatcher_may_ask(self):
        self.assertTrue(self._get("2026-03-03", "2026-03-03", user=self.user_dispatcher))

    def test_others_may_not(self):
        portal = new_test_user(self.env, login="slots_portal", groups="base.group_portal")
        for user in (
            self.user_employee,
            self.user_technician,
            portal,
            self.env.ref("base.public_user"),
        ):
            with (
                self.subTest(user.login),
                self.assertRaisesRegex(
                    AccessError, "may not send external data: ask an administrator"
                ),
            ):
                self._get("2026-03-03", "2026-03-03", user=user)

    def test_technicians_and_types_of_the_own_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.technician.company_id = company
        self.technician_2.company_id = self.env.company
        slots = self._get("2026-03-03", "2026-03-03")
        names = {entry["name"] for slot in slots for entry in slot["technicians"]}
        self.assertEqual(names, {"Second Technician"})
        self.type.company_id = company
        for kind in ("rep", self.type.id):
            with self.assertRaisesRegex(ValidationError, f"type is “{kind}”: the name, code or id"):
                self._get("2026-03-03", "2026-03-03", type=kind)

    def test_the_archived_are_not_offered(self):
        self.technician.active = False
        slots = self._get("2026-03-03", "2026-03-03")
        names = {entry["name"] for slot in slots for entry in slot["technicians"]}
        self.assertEqual(names, {"Second Technician"})

    def test_the_queries_do_not_grow(self):
        counts = []
        for number in (1, 1, 30):
            self.env["support.technician"].create(
                [
                    {"name": f"T{len(counts)}-{n}", "resource_calendar_id": self.calendar.id}
                    for n in range(number)
                ]
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._get("2026-03-03", "2026-03-10", limit=1000)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])
        # Of the technicians: who they are, who has left, what decides their time, the lines of
        # their schedules, leaves, visits; then the names of those who are free, and the user's.
        self.assertLessEqual(counts[2], 10)


@tagged("post_install", "-at_install")
class TestGetSlotsHttp(SupportHttpCase):
    """Over the wire, as the integration user."""

    def _call(self, *args, user=None, **kwargs):
        user = user or self.user_integration
        return self.xmlrpc_object.execute_kw(
            get_db_name(),
            user.id,
            user.login,
            "support.appointment",
            "get_slots",
            list(args),
            kwargs,
        )

    def _get_days(self):
        # Not tomorrow, which has begun elsewhere already.
        today = fields.Date.today()
        return str(today + timedelta(days=2)), str(today + timedelta(days=3))

    def test_plain_values_come_back(self):
        first, last = self._get_days()
        slots = self._call(first, last, limit=3)
        self.assertEqual(len(slots), 3)
        self.assertEqual(slots[0]["start"], f"{first} 00:00:00")
        self.assertEqual(slots[0]["stop"], f"{first} 01:00:00")
        self.assertIn("First Technician", [entry["name"] for entry in slots[0]["technicians"]])

    def test_with_a_type_and_a_zone(self):
        first, last = self._get_days()
        # XML-RPC has no None: what is not given is False there.
        slots = self._call(first, last, False, "rep", 1, context={"tz": "Asia/Tokyo"})
        self.assertEqual(slots[0]["timezone"], "Asia/Tokyo")
        self.assertEqual(slots[0]["local_start"], f"{first}T00:00:00+09:00")

    def test_faults_arrive_in_words(self):
        with (
            mute_logger("odoo.http", "odoo.addons.base.models.ir_http"),
            self.assertRaises(xmlrpc.client.Fault) as caught,
        ):
            self._call("soon", "later", duration=-1)
        for part in ("date_from is “soon”", "date_to is “later”", "duration is “-1”"):
            self.assertIn(part, caught.exception.faultString)

    def test_others_are_refused(self):
        first, last = self._get_days()
        with mute_logger("odoo.http"), self.assertRaises(xmlrpc.client.Fault) as caught:
            self._call(first, last, user=self.user_technician)
        self.assertEqual(caught.exception.faultCode, 4)
