from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..common_availability import AvailabilityCase

UTC = timezone.utc
# The middle of a window, and so around a change of the clock in some of the zones.
DAYS = [
    date(2026, 6, 10),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 4, 5),
    date(2026, 11, 1),
]
ZONES = ["UTC", "Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]
quarters = st.integers(0, 96)  # of a day

lines = st.lists(
    st.fixed_dictionaries(
        {
            "weekday": st.integers(0, 6),
            "hours": st.tuples(quarters, quarters).map(sorted).filter(lambda h: h[0] < h[1]),
            "week": st.sampled_from(["0", "1"]),
            "is_lunch": st.booleans(),
            # Days from the middle of the window, in Odoo 17; of the first technician alone.
            "since": st.none() | st.integers(-3, 3),
            "until": st.none() | st.integers(-3, 3),
            "is_own": st.booleans(),
        }
    ),
    max_size=8,
)


@tagged("post_install", "-at_install")
class TestReadHours(AvailabilityCase):
    """The hours that are read for all schedules at once beside those that Odoo finds for each."""

    def setUp(self):
        super().setUp()
        self.availability = self.env["support.availability"]
        self.technicians = self.technician | self.technician_2
        self.other_calendar = self.calendar.copy()

    def test_the_same_as_odoo_s_own(self):
        @settings(
            deadline=None,
            max_examples=40,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(
            day=st.sampled_from(DAYS),
            zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
            schedules=st.tuples(lines, lines),
            is_two_weeks=st.booleans(),
            is_shared=st.booleans(),
            minutes=st.tuples(st.integers(-6000, 0), st.integers(1, 20_000)),
        )
        def check(**situation):
            with self.env.cr.savepoint() as savepoint:
                self._check(**situation)
                savepoint.rollback()
            self.env.invalidate_all()

        check()

    def _check(self, day, zones, schedules, is_two_weeks, is_shared, minutes):
        calendars = self.calendar | self.other_calendar
        calendars.attendance_ids.unlink()
        calendars.two_weeks_calendar = is_two_weeks
        for technician, zone in zip(self.technicians, zones, strict=True):
            technician.tz = zone
        self.technician.resource_calendar_id = self.calendar
        self.technician_2.resource_calendar_id = self.calendar if is_shared else self.other_calendar
        for calendar, schedule in zip(calendars, schedules, strict=True):
            self._add_lines(calendar, schedule, day, is_two_weeks)
        middle = datetime.combine(day, datetime.min.time(), UTC)
        window = tuple(middle + timedelta(minutes=number) for number in (minutes[0], minutes[1]))
        people = self.availability._read_people(self.technicians)
        self.assertTrue(self.availability._has_plain_hours())
        found = self.availability._read_hours(people, window)
        self.assertEqual(found, self.availability._ask_hours(people, window))

    def _add_lines(self, calendar, schedule, day, is_two_weeks):
        attendances = self.env["resource.calendar.attendance"]
        for line in schedule:
            vals = {
                "name": "Shift",
                "calendar_id": calendar.id,
                "dayofweek": str(line["weekday"]),
                "hour_from": line["hours"][0] / 4,
                "hour_to": line["hours"][1] / 4,
                "week_type": line["week"] if is_two_weeks else False,
                "day_period": "lunch" if line["is_lunch"] else "morning",
            }
            if "resource_id" in attendances:
                vals["resource_id"] = line["is_own"] and self.technician.resource_id.id
                for name, days in (("date_from", line["since"]), ("date_to", line["until"])):
                    vals[name] = False if days is None else day + timedelta(days=days)
            attendances.create(vals)
        attendances.flush_model()

    def test_hours_that_another_addon_finds_are_asked_of_it(self):
        calendars = type(self.env["resource.calendar"])
        original = calendars._attendance_intervals_batch

        def _nobody_works(calendar, start, stop, resources=None, **kwargs):
            found = original(calendar, start, stop, resources, **kwargs)
            return {resource_id: [] for resource_id in found}

        window = "2026-03-05 08:00", "2026-03-05 12:00"
        self.assertTrue(self._is_free(*window))
        with patch.object(calendars, "_attendance_intervals_batch", _nobody_works):
            self.assertFalse(self._is_free(*window))

    def test_the_queries_do_not_grow_with_the_schedules(self):
        technicians = self.env["support.technician"].create(
            [
                {"name": f"T {number}", "resource_calendar_id": self.calendar.copy().id}
                for number in range(12)
            ]
        )
        counts = []
        for those in (technicians[:1], technicians[:1], technicians):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            slots = those._free_slots(datetime(2026, 3, 2), datetime(2026, 3, 9))
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual({slot.technician_id for slot in slots}, set(those.ids))
        # Technicians with their users, people, lines, leaves, visits; none of them has a user.
        self.assertEqual(counts[1:], [5, 5])
