from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..common import SupportCase

UTC = timezone.utc
STEP = timedelta(minutes=30)
# A zone and the day on which its clock changes, if it does.
DAYS = [
    ("UTC", date(2026, 6, 10)),
    ("Europe/Brussels", date(2026, 3, 29)),
    ("Europe/Brussels", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Asia/Kathmandu", date(2026, 5, 4)),
]
quarters = st.integers(0, 96)  # of a day


@st.composite
def shifts(draw):
    """Working times of a schedule: week, weekday, from and to in quarters of an hour."""
    found = []
    for week in (0, 1):
        for weekday in range(7):
            times = sorted(draw(st.sets(quarters, min_size=0, max_size=4)))
            pairs = zip(times[::2], times[1::2], strict=False)
            found += [(week, weekday, start, stop) for start, stop in pairs]
    return found


spans = st.lists(st.tuples(st.integers(-300, 4500), st.integers(1, 900), st.booleans()), max_size=4)


@tagged("post_install", "-at_install")
class TestSlotsProperty(SupportCase):
    """Slots of real schedules, leaves and visits beside a slow reference.

    The reference asks of every half hour on the wall clock, minute by minute,
    whether it lies in a shift. Where a shift begins or ends at a time that the
    clock skips or shows twice, standard time is meant, as Odoo has it for all
    its schedules.
    """

    def test_the_same_as_the_slow_reference(self):
        @settings(
            deadline=None,
            max_examples=25,
            derandomize=True,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        )
        @given(
            place=st.sampled_from(DAYS),
            shifts=shifts(),
            is_two_weeks=st.booleans(),
            absences=spans,
            visits=spans,
            minutes=st.sampled_from([15, 30, 60, 95, 180]),
            buffers=st.sampled_from([(0, 0), (15, 0), (10, 40)]),
        )
        def check(**situation):
            with self.env.cr.savepoint() as savepoint:
                self._check(**situation)
                savepoint.rollback()
            self.env.invalidate_all()

        check()

    def _check(self, place, shifts, is_two_weeks, absences, visits, minutes, buffers):
        zone_name, day = place
        origin = datetime.combine(day - timedelta(days=1), datetime.min.time(), UTC)
        window = origin, origin + timedelta(days=3)
        self._set_schedule(zone_name, shifts, is_two_weeks)
        self.type.write(
            {
                "duration": minutes / 60,
                "buffer_before": buffers[0],
                "buffer_after": buffers[1],
                "horizon_days": 0,
            }
        )
        absences = [self._add_absence(origin, *span) for span in absences]
        visits = self._add_visits(origin, visits)
        slots = self.technician._free_slots(
            *(moment.replace(tzinfo=None) for moment in window), appointment_type=self.type
        )
        duration = timedelta(minutes=minutes)
        busy = [
            (start - timedelta(minutes=buffers[1]), stop + timedelta(minutes=buffers[0]))
            for start, stop in visits
        ]
        zone = ZoneInfo(zone_name)
        work = [
            span
            for number in range(-2, 4)
            for span in self._get_shifts_on(
                day + timedelta(days=number), zone, shifts, is_two_weeks
            )
        ]
        expected = []
        moment = window[0]
        while moment + duration <= window[1]:
            local = moment.astimezone(zone)
            if local.minute % 30 == 0 and not any(
                moment < stop and start < moment + duration for start, stop in busy
            ):
                every = [moment + timedelta(minutes=n) for n in range(minutes)]
                if all(
                    any(start <= each < stop for start, stop in work)
                    and not any(start <= each < stop for start, stop in absences)
                    for each in every
                ):
                    expected.append(moment.replace(tzinfo=None))
            moment += timedelta(minutes=15)
        self.assertEqual([slot.start for slot in slots], expected)

    def _set_schedule(self, zone_name, shifts, is_two_weeks):
        self.technician.tz = zone_name
        self.calendar.attendance_ids.unlink()
        self.calendar.two_weeks_calendar = is_two_weeks
        self.env["resource.calendar.attendance"].create(
            [
                {
                    "name": "Shift",
                    "calendar_id": self.calendar.id,
                    "dayofweek": str(weekday),
                    "hour_from": start / 4,
                    "hour_to": stop / 4,
                    "week_type": str(week) if is_two_weeks else False,
                }
                for week, weekday, start, stop in shifts
                if is_two_weeks or week == 0
            ]
        )

    def _add_absence(self, origin, first, length, is_public):
        start = origin + timedelta(minutes=first)
        stop = start + timedelta(minutes=length)
        self.env["resource.calendar.leaves"].create(
            {
                "calendar_id": self.calendar.id,
                "resource_id": False if is_public else self.technician.resource_id.id,
                "date_from": start.replace(tzinfo=None),
                "date_to": stop.replace(tzinfo=None),
            }
        )
        return start, stop

    def _add_visits(self, origin, spans):
        """Visits one after the other, confirmed outside hours too; returns their busy times."""
        found, free_from = [], origin - timedelta(days=1)
        for first, length, _flag in sorted(spans):
            start = max(origin + timedelta(minutes=first), free_from)
            stop = free_from = start + timedelta(minutes=length)
            self._create_appointment(
                technician_id=self.technician.id,
                state="confirmed",
                ignore_working_hours=True,
                start=start.replace(tzinfo=None),
                stop=stop.replace(tzinfo=None),
                send_confirmation_email=False,
            )
            found.append((start, stop))
        return found

    def _get_shifts_on(self, day, zone, shifts, is_two_weeks):
        # Weeks are counted from the first Monday of the calendar, 1 January of the year 1.
        week = (day.toordinal() - 1) // 7 % 2 if is_two_weeks else 0
        return [
            (self._read_clock(day, start, zone), self._read_clock(day, stop, zone))
            for of_week, weekday, start, stop in shifts
            if (of_week, weekday) == (week, day.weekday())
        ]

    def _read_clock(self, day, quarter, zone):
        local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=15 * quarter)
        # Summer time is ahead of UTC by more, so standard time is the later of two readings.
        return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
