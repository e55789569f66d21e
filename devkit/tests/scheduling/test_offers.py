"""What is offered: the bounds minute by minute, the order row by row, and examples of both."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scheduling.intervals import merge
from scheduling.offers import (
    AFTERNOON,
    MORNING,
    Bounds,
    Option,
    Window,
    choose_options,
    find_wish,
)

UTC = timezone.utc
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# The clock of Brussels goes forward on 29 March 2026, that of New York back on 1 November.
STARTS = [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 31, tzinfo=UTC)]
ZONES = ["UTC", "Europe/Brussels", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"]
DAYS = 4
LENIENT = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def moments(origin):
    return st.integers(0, DAYS * 48).map(lambda number: origin + number * 30 * MINUTE)


@st.composite
def bounds(draw, origin):
    """A company's opening hours, a customer's zone, and what was chosen."""
    spans = draw(st.lists(st.tuples(moments(origin), st.integers(1, 30)), max_size=5))
    opening = merge((start, start + number * HOUR / 2) for start, number in spans)
    return Bounds(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        earliest=draw(moments(origin)) + draw(st.integers(0, 29)) * MINUTE,
        opening=draw(st.sampled_from([opening, None])),
        day=draw(st.sampled_from([None, None, (origin + timedelta(days=2)).date()])),
        part=draw(st.sampled_from([None, None, MORNING, AFTERNOON])),
    )


# ----------------------------------------------------------------------
# Bounds
# ----------------------------------------------------------------------


def suits(limits, visit, *, is_emergency):
    """The same as ``Bounds.allow``, asked of every minute of the visit."""
    start = visit[0].astimezone(limits.zone)
    if visit[0] < limits.earliest or limits.day not in (None, start.date()):
        return False
    if limits.part not in (None, MORNING if start.hour < 12 else AFTERNOON):
        return False
    if is_emergency:
        return True
    minutes = [visit[0] + n * MINUTE for n in range((visit[1] - visit[0]) // MINUTE)]
    asked_in_day = minutes if len(minutes) <= 14 * 60 else minutes[:1]
    for minute in asked_in_day:
        local = minute.astimezone(limits.zone)
        if local.date() != start.date() or not 7 <= local.hour < 21:
            return False
    if limits.opening is None:
        return True
    longest = max([(stop - since) // MINUTE for since, stop in limits.opening], default=0)
    asked_to_be_open = minutes if len(minutes) <= longest else minutes[:1]
    return all(
        any(since <= minute < stop for since, stop in limits.opening) for minute in asked_to_be_open
    )


@LENIENT
@given(st.data(), st.sampled_from(STARTS), st.booleans())
def test_the_bounds_beside_a_look_at_every_minute(data, origin, is_emergency):
    limits = data.draw(bounds(origin))
    length = data.draw(st.sampled_from([15, 60, 120, 480, 840, 900, 1500])) * MINUTE
    for number in range(0, DAYS * 48, 3):
        start = origin + number * 30 * MINUTE
        visit = start, start + length
        assert limits.allow(visit, is_emergency=is_emergency) == suits(
            limits, visit, is_emergency=is_emergency
        ), visit


def at(text):
    return datetime.strptime(f"2026-06-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def span(begins, ends):
    return at(begins), at(ends)


# Wednesday, 10 June. It is eight o'clock; the office opens at nine, and the customer lives in
# Brussels, where it is two hours later than UTC.
OFFICE = Bounds(
    zone=ZoneInfo("Europe/Brussels"),
    earliest=at("10 08:15"),
    opening=[span("10 07:00", "10 16:00"), span("11 07:00", "11 23:00")],
)


@pytest.mark.parametrize(
    ("visit", "is_allowed"),
    [
        (span("10 08:00", "10 09:00"), False),  # now
        (span("10 08:30", "10 09:30"), True),
        (span("10 15:00", "10 16:00"), True),  # until the office closes
        (span("10 15:30", "10 16:30"), False),
        (span("10 22:00", "10 23:00"), False),  # midnight in Brussels
        (span("11 06:30", "11 07:30"), False),  # before the office opens
        (span("11 18:00", "11 19:00"), True),  # until nine in the evening
        (span("11 18:30", "11 19:30"), False),  # the office is open, but the customer's day is over
        (span("10 09:00", "11 02:00"), True),  # longer than any day: it begins in hours
        (span("10 17:00", "11 10:00"), False),  # as long, and begins after hours
    ],
)
def test_within_opening_hours_and_the_customer_s_day(visit, is_allowed):
    assert OFFICE.allow(visit) is is_allowed


def test_an_emergency_is_at_any_hour_but_not_at_once():
    assert OFFICE.allow(span("10 22:00", "10 23:00"), is_emergency=True)
    assert not OFFICE.allow(span("10 08:00", "10 09:00"), is_emergency=True)


def test_morning_and_afternoon_are_those_of_the_customer():
    noon = span("11 10:00", "11 11:00")  # twelve in Brussels
    before = span("11 09:30", "11 10:30")
    assert not replace(OFFICE, part=MORNING).allow(noon)
    assert replace(OFFICE, part=MORNING).allow(before)
    assert replace(OFFICE, part=AFTERNOON).allow(noon)
    assert not replace(OFFICE, part=AFTERNOON).allow(before)
    assert not replace(OFFICE, day=date(2026, 6, 10)).allow(noon)
    assert replace(OFFICE, day=date(2026, 6, 11)).allow(noon)


def test_a_company_without_hours_is_always_open_and_one_with_none_at_this_time_is_not():
    evening = span("10 18:00", "10 19:00")
    assert replace(OFFICE, opening=None).allow(evening)
    assert not replace(OFFICE, opening=[]).allow(evening)


# ----------------------------------------------------------------------
# Order
# ----------------------------------------------------------------------


def half_of(option, limits):
    local = option.start.astimezone(limits.zone)
    return local.date(), local.time() < time(12)


def tier_of(option, limits, wish):
    """0: in the wished half of the day, 1: on that day, 2: else."""
    if wish is None:
        return 2
    wished = half_of(replace(option, start=wish), limits)
    found = half_of(option, limits)
    return 0 if found == wished else 1 if found[0] == wished[0] else 2


def reference(options, limits, limit, wish, favourites):
    """Row by row: of all that may still be said, the one that nothing comes before."""

    def price(option):
        if option.is_way_known:
            return option.cost
        known = [
            other.cost
            for other in options
            if other.is_way_known
            and not other.is_pencilled
            and half_of(other, limits) == half_of(option, limits)
        ]
        return max([option.cost, *known])

    def order(option):
        return (
            tier_of(option, limits, wish),
            price(option),
            not option.is_way_known,
            option.start,
            option.name,
            option.technician_id,
        )

    # One time of each favourite in each tier, no time twice.
    promoted: dict[Option, int] = {}
    for tier in (0, 1, 2):
        for technician_id in favourites:
            theirs = [
                option
                for option in options
                if option.technician_id == technician_id
                and tier_of(option, limits, wish) == tier
                and option.start not in {other.start for other in promoted}
            ]
            if theirs:
                promoted[min(theirs, key=order)] = len(promoted)
    rows: list[Option] = []
    while len(rows) < limit:
        said = {row.start for row in rows}
        turns = [(row.technician_id, half_of(row, limits)) for row in rows]
        free = [option for option in options if option.start not in said]
        if not free:
            break
        rows.append(
            min(
                free,
                key=lambda option: (
                    turns.count((option.technician_id, half_of(option, limits))),
                    tier_of(option, limits, wish),
                    promoted.get(option, len(promoted)),
                    order(option),
                ),
            )
        )
    return rows


@st.composite
def choices(draw):
    """Times of some technicians, each time of each of them once."""
    origin = draw(st.sampled_from(STARTS))
    limits = Bounds(ZoneInfo(draw(st.sampled_from(ZONES))), origin)
    places = draw(
        st.lists(
            st.tuples(st.integers(0, 30), st.integers(1, 4)), unique=True, min_size=1, max_size=24
        )
    )
    options = [
        Option(
            start=origin + number * 3 * HOUR,
            technician_id=technician_id,
            name="ABBC"[technician_id - 1],
            cost=draw(st.sampled_from([0.0, 5.0, 30.0, 45.0, 480.0])),
            is_way_known=draw(st.booleans()),
            is_pencilled=draw(st.sampled_from([False, False, True])),
            key=key,
        )
        for key, (number, technician_id) in enumerate(places)
    ]
    wish = draw(st.none() | moments(origin))
    favourites = draw(st.lists(st.integers(1, 4), unique=True, max_size=2))
    return options, limits, draw(st.integers(1, 8)), wish, favourites


@LENIENT
@given(choices())
def test_the_order_beside_a_choice_row_by_row(choice):
    options, limits, limit, wish, favourites = choice
    rows = choose_options(options, limits, limit, wish=wish, favourites=favourites)
    assert rows == reference(options, limits, limit, wish, favourites)


@LENIENT
@given(choices())
def test_the_order_keeps_what_is_promised(choice):
    options, limits, _limit, wish, favourites = choice
    rows = choose_options(options, limits, len(options), wish=wish, favourites=favourites)
    # Each time once, and every time.
    assert sorted(row.start for row in rows) == sorted({option.start for option in options})
    # Nobody has a second time in a half of a day before everybody has the first.
    turns = [(row.technician_id, half_of(row, limits)) for row in rows]
    numbers = [turns[:place].count(turn) for place, turn in enumerate(turns)]
    assert numbers == sorted(numbers)
    first = rows[: numbers.count(0)]
    # Of these, the wished half of the day, then the rest of that day, then all others.
    tiers = [tier_of(row, limits, wish) for row in first]
    assert tiers == sorted(tiers)
    assert tiers == [find_wish(row.start, limits, wish) for row in first]
    # Who has the visit is the first who is said of those that are alike.
    if favourites and tiers[0] == min(
        [tier_of(o, limits, wish) for o in options if o.technician_id == favourites[0]], default=3
    ):
        assert first[0].technician_id == favourites[0]
    # Nobody of whose way nothing is known comes before somebody of whose way something is.
    strangers = [row for row in first if row.technician_id not in favourites]
    for place, row in enumerate(strangers):
        if not row.is_way_known:
            assert not [
                later
                for later in strangers[place:]
                if later.is_way_known
                and not later.is_pencilled
                and half_of(later, limits) == half_of(row, limits)
            ]
    # What was put in does not depend on its order.
    assert rows == choose_options(
        options[::-1], limits, len(options), wish=wish, favourites=favourites
    )


ANN, BEN, CLEO = 1, 2, 3
NAMES = {ANN: "Ann", BEN: "Ben", CLEO: "Cleo"}
ANY_DAY = Bounds(ZoneInfo("UTC"), at("01 00:00"))


def option(start, technician_id, cost=10.0, **values):
    return Option(at(start), technician_id, NAMES[technician_id], cost, **values)


def say(options, limit=6, **values):
    rows = choose_options(options, ANY_DAY, limit, **values)
    return [f"{row.start:%d %H:%M} {row.name}" for row in rows]


def test_the_wished_half_of_the_day_then_that_day_then_the_cheapest():
    options = [
        option("10 09:00", ANN, 0.0),
        option("11 09:00", ANN, 20.0),
        option("11 14:00", ANN, 50.0),
    ]
    assert say(options, wish=at("11 15:00")) == ["11 14:00 Ann", "11 09:00 Ann", "10 09:00 Ann"]
    assert say(options) == ["10 09:00 Ann", "11 09:00 Ann", "11 14:00 Ann"]


def test_nobody_has_a_second_time_before_everybody_has_the_first():
    options = [
        *(option(f"10 {hour}:00", ANN, 1.0) for hour in ("08", "09", "10", "14")),
        option("10 08:00", BEN, 90.0),
        option("10 11:00", BEN, 95.0),
        option("12 08:00", CLEO, 99.0),
    ]
    # The time of Ann that comes first is not said again with Ben.
    assert say(options) == [
        "10 08:00 Ann",
        "10 14:00 Ann",
        "10 11:00 Ben",
        "12 08:00 Cleo",
        "10 09:00 Ann",
        "10 10:00 Ann",
    ]


def test_who_is_known_comes_first_among_times_that_are_alike():
    options = [
        option("10 09:00", ANN, 0.0),
        option("10 10:00", BEN, 60.0),
        option("11 10:00", BEN, 70.0),
        option("11 09:00", CLEO, 5.0),
    ]
    assert say(options, favourites=[BEN])[0] == "10 10:00 Ben"
    # On the wished day the one who is known comes first, and that day before any other of theirs.
    assert say(options, favourites=[BEN], wish=at("11 09:00"))[:3] == [
        "11 10:00 Ben",
        "11 09:00 Cleo",
        "10 10:00 Ben",
    ]
    # Two who are known, of whom both would have the same time.
    options = [option("10 09:00", BEN), option("10 09:00", ANN), option("10 10:00", ANN, 99.0)]
    assert say([*options, option("10 11:00", CLEO, 0.0)], favourites=[BEN, ANN]) == [
        "10 09:00 Ben",
        "10 10:00 Ann",
        "10 11:00 Cleo",
    ]


def test_an_unknown_way_never_comes_before_a_known_one_in_the_same_half_of_a_day():
    unknown = {"is_way_known": False}
    options = [
        option("10 09:00", ANN, 30.0, **unknown),
        option("10 10:00", BEN, 110.0),
        option("11 09:00", CLEO, 120.0),
    ]
    assert say(options) == ["10 10:00 Ben", "10 09:00 Ann", "11 09:00 Cleo"]
    # At equal costs, too, and whatever they are called.
    options = [option("10 09:00", ANN, 30.0, **unknown), option("10 09:30", BEN, 30.0)]
    assert say(options) == ["10 09:30 Ben", "10 09:00 Ann"]
    # On another day it has no say: nobody waits for a day because of that.
    options = [option("10 09:00", ANN, 30.0, **unknown), option("11 09:30", BEN, 60.0)]
    assert say(options) == ["10 09:00 Ann", "11 09:30 Ben"]


def test_who_has_a_draft_at_that_time_is_asked_last_however_near():
    options = [
        option("10 09:00", ANN, 30.0, is_way_known=False),
        option("10 10:00", BEN, 485.0, is_pencilled=True),
    ]
    assert say(options) == ["10 09:00 Ann", "10 10:00 Ben"]


def test_without_times_nothing_is_offered():
    assert say([]) == []


# ----------------------------------------------------------------------
# A wish for no one time
# ----------------------------------------------------------------------


def test_what_fits_the_wish_comes_first_also_twice_in_one_half_of_a_day():
    window = Window(at("02 00:00"), at("03 00:00"), frozenset({"morning"}))
    options = [
        option("01 09:00", ANN, cost=1.0),
        option("02 09:00", ANN, cost=30.0),
        option("02 10:00", ANN, cost=40.0),
        option("02 14:00", ANN, cost=2.0),
        option("05 09:00", ANN, cost=3.0),
        option("03 09:00", ANN, cost=20.0),
    ]
    assert say(options, window=window) == [
        "02 09:00 Ann", "02 10:00 Ann", "02 14:00 Ann", "03 09:00 Ann", "05 09:00 Ann",
        "01 09:00 Ann",
    ]  # fmt: skip
    # An exact time that was asked for has the first word.
    assert say(options, 1, window=window, wish=at("05 09:00")) == ["05 09:00 Ann"]


@pytest.mark.parametrize(
    ("window", "fits"),
    [
        (Window(parts=frozenset({"evening"})), ["02 18:00"]),
        (Window(parts=frozenset({"morning", "evening"})), ["02 09:00", "02 18:00"]),
        (Window(without=frozenset({1})), []),
        (Window(start=at("02 12:00")), ["02 14:00", "02 18:00"]),
        (Window(stop=at("02 12:00")), ["02 09:00"]),
        (Window(), ["02 09:00", "02 14:00", "02 18:00"]),
    ],
)
def test_the_parts_of_a_wish(window, fits):
    # A Tuesday.
    starts = ["02 09:00", "02 14:00", "02 18:00"]
    assert [each for each in starts if not window.rank(at(each), ZoneInfo("UTC"))] == fits


def test_the_hours_of_a_wish_are_the_customer_s():
    morning = Window(parts=frozenset({"morning"}))
    assert morning.rank(at("02 14:00"), ZoneInfo("America/New_York")) == 0
    assert morning.rank(at("02 14:00"), ZoneInfo("UTC")) == 1
