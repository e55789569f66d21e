"""Why somebody cannot come: every reason with all that is told of it."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from scheduling.agenda import Absence, Agenda, Booking
from scheduling.explain import OVERRULABLE, Reason, why_not
from scheduling.slots import Demand

UTC = timezone.utc
HOUR = timedelta(hours=1)
# An hour of work, with a quarter of an hour before and half an hour behind it.
DEMAND = Demand(HOUR, before=HOUR / 4, after=HOUR / 2)


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def during(day, start, stop):
    return at(day, start), at(day, stop)


def book(record_id, times, busy=None, *, is_live=True):
    return Booking(record_id, times[0], times[1], busy or times, is_live=is_live)


def absent(times, name="", *, is_public=False):
    return Absence(times[0], times[1], name, is_public)


def ask(start, *, hours=None, zone=UTC, **values):
    options = {"any_hour": values.pop("any_hour")} if "any_hour" in values else {}
    return why_not(Agenda(zone, hours, **values), DEMAND, start, **options)


def test_nothing_speaks_against_a_free_time():
    assert ask(at(4, 9)) == []
    assert ask(at(4, 9), hours=[during(4, 9, 10)]) == []


@pytest.mark.parametrize(
    ("start", "is_buffer"),
    [
        (at(4, 11), False),
        (at(4, 10, 1), False),
        (at(4, 10), True),  # the half hour behind reaches into the visit
        (at(4, 9, 31), True),
        (at(4, 12), True),  # the quarter of an hour before does
        (at(4, 12, 14), True),
        (at(4, 9, 30), None),
        (at(4, 12, 15), None),
    ],
)
def test_another_visit_and_whether_only_buffers_collide(start, is_buffer):
    times = during(4, 11, 12)
    bookings = [book(7, times), book(8, times, is_live=False)]
    told = [Reason("booked", times, 7, is_buffer, name="", hours=(), count=0)]
    assert ask(start, bookings=bookings) == ([] if is_buffer is None else told)
    told = [Reason("event", times=times, is_buffer=is_buffer)]
    assert ask(start, events=[times]) == ([] if is_buffer is None else told)


def test_the_buffers_of_the_other_visit_count_too():
    times = during(4, 11, 12)
    other = book(7, times, during(4, 10, 14))
    told = Reason("booked", times=times, record_id=7, is_buffer=True)
    assert ask(at(4, 13), bookings=[other]) == [told]
    assert ask(at(4, 14, 15), bookings=[other]) == []


def test_several_in_the_way_are_all_told_visits_first():
    first, second = during(4, 9, 10), during(4, 10, 11)
    found = ask(
        at(4, 9, 30),
        events=[second],
        bookings=[book(7, first), book(8, second)],
        absences=[absent(first, "Doctor")],
        max_daily=2,
    )
    assert [(reason.code, reason.times, reason.record_id) for reason in found] == [
        ("booked", first, 7),
        ("booked", second, 8),
        ("event", second, None),
        ("leave", first, None),
        ("full", None, None),
    ]


def test_absences_by_kind_and_name():
    times = during(4, 9, 12)
    for is_public, code in ((False, "leave"), (True, "holiday")):
        absence = absent(times, "Spring", is_public=is_public)
        told = [Reason(code, times=times, name="Spring")]
        assert ask(at(4, 11), absences=[absence]) == told
        assert ask(at(4, 8, 1), absences=[absence]) == told
        # The way there and back may fall into it, the visit may not.
        assert ask(at(4, 12), absences=[absence]) == []
        assert ask(at(4, 8), absences=[absence]) == []


def test_an_absence_without_a_name_is_a_leave_of_no_name():
    assert ask(at(4, 9), absences=[Absence(*during(4, 9, 12))]) == [
        Reason("leave", times=during(4, 9, 12), is_buffer=False, name="", hours=(), count=0)
    ]


def test_hours_of_that_day_are_told():
    hours = [during(3, 8, 12), during(4, 8, 12), during(4, 13, 17), during(5, 7, 11)]
    for start in (at(4, 7), at(4, 11, 30), at(4, 12, 30), at(4, 16, 1), at(4, 22)):
        assert ask(start, hours=hours) == [Reason("hours", hours=tuple(hours[1:3]))]
    assert ask(at(4, 16), hours=hours) == []
    assert ask(at(6, 9), hours=hours) == [Reason("hours", hours=())]
    assert ask(at(6, 9), hours=[]) == [Reason("hours", hours=())]


def test_hours_are_those_of_the_day_on_which_the_visit_starts():
    night = at(4, 20), at(5, 4)
    morning = during(5, 8, 12)
    # The visit lasts from 23:30 to 0:30.
    assert ask(at(3, 23, 30), hours=[night, morning]) == [Reason("hours", hours=())]
    assert ask(at(4, 19), hours=[night, morning]) == [Reason("hours", hours=(night,))]
    assert ask(at(5, 3, 30), hours=[night, morning]) == [Reason("hours", hours=(night, morning))]
    # What ends at midnight belongs to the day before only, to the microsecond.
    for early in (timedelta(), timedelta(microseconds=1)):
        late = at(4, 20), at(5, 0) - early
        assert ask(at(5, 9), hours=[late]) == [Reason("hours", hours=())]
    past = at(4, 20), at(5, 0) + timedelta(microseconds=1)
    assert ask(at(5, 9), hours=[past]) == [Reason("hours", hours=(past,))]


def test_the_day_is_that_of_the_technician():
    # In Auckland 11:00 UTC is midnight.
    auckland = ZoneInfo("Pacific/Auckland")
    evening, next_day = during(4, 8, 11), during(4, 20, 23)
    for start, told in ((at(4, 7), evening), (at(4, 11), next_day)):
        hours = [evening, next_day]
        assert ask(start, hours=hours, zone=auckland) == [Reason("hours", hours=(told,))]
    booking = book(7, during(4, 8, 9))
    asked = {"zone": auckland, "bookings": [booking], "max_daily": 1}
    assert ask(at(4, 9, 30), **asked) == [Reason("full", count=1)]
    assert ask(at(4, 11), **asked) == []


def test_a_full_day_tells_how_many_are_too_many():
    times = during(4, 8, 9)
    bookings = [book(number, times, is_live=number > 1) for number in (1, 2)]
    # A visit that is done counts for its day.
    assert ask(at(4, 14), bookings=bookings, max_daily=2) == [Reason("full", count=2)]
    assert ask(at(4, 14), bookings=bookings, max_daily=1) == [Reason("full", count=2)]
    assert ask(at(4, 14), bookings=bookings, max_daily=3) == []
    assert ask(at(4, 14), bookings=bookings) == []
    assert ask(at(5, 14), bookings=bookings, max_daily=1) == []


def test_a_dispatcher_overrules_when_somebody_works_not_what_they_do_then():
    times = during(4, 9, 12)
    against = {
        "hours": [],
        "absences": [absent(times), absent(times, is_public=True)],
        "bookings": [book(7, times)],
        "events": [times],
        "max_daily": 1,
    }
    every = {reason.code for reason in ask(at(4, 9), **against)}
    left = {reason.code for reason in ask(at(4, 9), any_hour=True, **against)}
    assert every == {"hours", "leave", "holiday", "booked", "event", "full"}
    assert left == {"booked", "event", "full"}
    assert every - left == OVERRULABLE
