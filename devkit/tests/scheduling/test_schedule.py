"""The hours of working schedules; beside Odoo's own they stand in the addon's tests."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from scheduling.schedule import Shift, find_hours, get_time, get_week, round_up

UTC = timezone.utc
MONDAY = date(2026, 3, 2)


def at(day, hour=0, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def in_utc(moment):
    return moment.replace(tzinfo=UTC)


def find(*shifts, start=None, stop=None, localize=in_utc):
    return find_hours(shifts, (start or at(2), stop or at(16)), localize)


def test_each_week_and_within_the_window_alone():
    shift = Shift(0, 8, 12.5)
    assert find(shift) == [(at(2, 8), at(2, 12, 30)), (at(9, 8), at(9, 12, 30))]
    assert find(shift, start=at(2, 9), stop=at(9, 10)) == [
        (at(2, 9), at(2, 12, 30)),
        (at(9, 8), at(9, 10)),
    ]
    assert find(shift, start=at(2, 12, 30), stop=at(9, 8)) == []
    assert find() == []


def test_every_other_week():
    week = get_week(MONDAY)
    assert get_week(MONDAY + timedelta(days=6)) == week
    assert get_week(MONDAY + timedelta(days=7)) == 1 - week
    assert find(Shift(0, 8, 12, week)) == [(at(2, 8), at(2, 12))]
    assert find(Shift(0, 8, 12, 1 - week)) == [(at(9, 8), at(9, 12))]


def test_for_a_time():
    assert find(Shift(0, 8, 12, None, date(2026, 3, 3))) == [(at(9, 8), at(9, 12))]
    assert find(Shift(0, 8, 12, None, None, date(2026, 3, 8))) == [(at(2, 8), at(2, 12))]
    both_days = Shift(0, 8, 12, None, date(2026, 3, 2), date(2026, 3, 9))
    assert len(find(both_days)) == 2


def test_lines_that_touch_are_one_also_over_midnight():
    hours = find(Shift(0, 20, 24), Shift(1, 0, 4), Shift(1, 3, 5), stop=at(6))
    assert hours == [(at(2, 20), at(3, 5))]


def test_the_day_is_that_of_the_wall_clock():
    def localize(moment):
        return moment.replace(tzinfo=ZoneInfo("Pacific/Auckland"))

    # There it is Monday from Sunday noon on.
    assert find(Shift(0, 8, 12), start=at(1), stop=at(4), localize=localize) == [
        (at(1, 19), at(1, 23))
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (0, time(0)),
        (7.25, time(7, 15)),
        (8 + 1 / 3, time(8, 20)),
        (8.999, time(9)),
        (23.99, time(23, 59)),
        (24, time.max),
    ],
)
def test_hours_of_a_day(hours, expected):
    assert get_time(hours) == expected


def test_rounded_up_to_the_second():
    assert round_up(at(2, 8)) == at(2, 8)
    assert round_up(datetime.combine(MONDAY, time.max, UTC)) == at(3)
