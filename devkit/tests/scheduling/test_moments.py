"""Naive and aware moments, zones, days; over changes of the clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from scheduling.moments import (
    ONE_DAY,
    UTC,
    aware,
    choose_zone,
    from_local,
    get_day,
    get_midnight,
    is_zone,
    naive,
)


def test_a_moment_goes_to_aware_and_back():
    moment = datetime(2026, 3, 5, 14, 30)
    assert aware(moment) == datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    assert naive(aware(moment)) == moment
    brussels = datetime(2026, 3, 5, 15, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    assert naive(brussels) == moment
    assert naive(datetime(2026, 3, 5, 9, 30, tzinfo=timezone(timedelta(hours=-5)))) == moment


@pytest.mark.parametrize("name", ["UTC", "Europe/Brussels", "America/New_York", "Etc/GMT+5"])
def test_names_of_zones(name):
    assert is_zone(name)


@pytest.mark.parametrize(
    "name", ["", None, False, 5, ["UTC"], "Mars/Olympus", "../../etc/passwd", "Europe", "a\0b"]
)
def test_names_of_no_zone(name):
    assert not is_zone(name)


@pytest.mark.parametrize(
    ("names", "zone"),
    [
        (("Asia/Tokyo", "Europe/Paris"), "Asia/Tokyo"),
        ((False, "Europe/Paris"), "Europe/Paris"),
        (("Mars/Olympus", None, "Europe/Paris"), "Europe/Paris"),
        ((), "UTC"),
        ((False, "", "Mars/Olympus"), "UTC"),
    ],
)
def test_the_first_zone_that_there_is(names, zone):
    assert choose_zone(*names) == zone


@pytest.mark.parametrize(
    ("hour", "zone", "day"),
    [
        (23, "UTC", date(2026, 3, 5)),
        (23, "Asia/Tokyo", date(2026, 3, 6)),
        (3, "America/Los_Angeles", date(2026, 3, 4)),
    ],
)
def test_the_day_is_that_of_the_zone(hour, zone, day):
    assert get_day(datetime(2026, 3, 5, hour), zone) == day


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 5), "Europe/Brussels", 24),
        (date(2026, 3, 29), "Europe/Brussels", 23),
        (date(2026, 10, 25), "Europe/Brussels", 25),
        (date(2026, 3, 29), "UTC", 24),
    ],
)
def test_a_day_goes_from_midnight_to_midnight(day, zone, hours):
    length = get_midnight(day + ONE_DAY, zone) - get_midnight(day, zone)
    assert length == timedelta(hours=hours)
    assert get_day(get_midnight(day, zone), zone) == day


def test_what_a_clock_shows():
    assert from_local(datetime(2026, 7, 1, 10), "Europe/Brussels") == datetime(2026, 7, 1, 8)
    # 2:30 comes twice that night, in summer time first; in March it is left out.
    assert from_local(datetime(2026, 10, 25, 2, 30), "Europe/Brussels") == datetime(
        2026, 10, 25, 0, 30
    )
    assert from_local(datetime(2026, 3, 29, 2, 30), "Europe/Brussels") == datetime(
        2026, 3, 29, 1, 30
    )
