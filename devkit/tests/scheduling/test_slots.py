"""Free starts beside a slow reference that tries every minute and asks the plain questions."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from scheduling.agenda import Absence, Agenda, Booking
from scheduling.explain import why_not
from scheduling.slots import Demand, Offers, find_starts

UTC = timezone.utc
MINUTE = timedelta(minutes=1)
# Both changes of the clock of each, where it has them: Brussels 29 March and 25 October 2026 at
# 1:00 UTC; New York 8 March at 7:00, 1 November at 6:00; Lord Howe shifts by half an hour,
# 4 April and 3 October at 15:00 and 15:30; Kathmandu and Kolkata stand off the full hour.
ZONES = [
    "UTC", "Europe/Brussels", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu",
    "Asia/Kolkata", "America/St_Johns",
]  # fmt: skip
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 6, 1, 12, tzinfo=UTC),
]
LENGTH = 36 * 60  # minutes of a window


def spans(start, longest=300):
    """Up to some stretches of time in the window from ``start``, to the minute."""
    return st.lists(
        st.tuples(st.integers(-120, LENGTH + 120), st.integers(1, longest)).map(
            lambda pair: (
                start + timedelta(minutes=pair[0]),
                start + timedelta(minutes=pair[0] + pair[1]),
            )
        ),
        max_size=6,
    )


@st.composite
def situations(draw, *, roomy=False):
    """An agenda, a demand and a window around a change of the clock.

    ``roomy``: at least one start fits into the window, wherever the clock changes.
    """
    start = draw(st.sampled_from(CHANGES)) - timedelta(minutes=draw(st.integers(0, LENGTH)))
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    minutes = st.integers(0, 45).map(lambda number: number * MINUTE)
    demand = Demand(
        duration=draw(st.integers(1, 300)) * MINUTE,
        before=draw(minutes),
        after=draw(minutes),
        step=draw(st.sampled_from([5, 15, 20, 30, 60, 90])) * MINUTE,
    )
    bookings = [
        Booking(
            number,
            since,
            until,
            (since - draw(minutes), until + draw(minutes)),
            is_live=draw(st.booleans()),
        )
        for number, (since, until) in enumerate(draw(spans(start)))
    ]
    agenda = Agenda(
        zone=zone,
        hours=draw(st.none() | spans(start, longest=900)),
        absences=[
            Absence(since, until, is_public=draw(st.booleans()))
            for since, until in draw(spans(start))
        ],
        bookings=bookings,
        events=draw(spans(start)),
        max_daily=draw(st.sampled_from([0, 0, 1, 2, 3])),
    )
    least = (demand.duration + demand.step) // MINUTE + 60 if roomy else 1
    return agenda, demand, (start, start + draw(st.integers(least, LENGTH)) * MINUTE)


def reference(agenda, demand, window, *, any_hour=False):
    """Every minute of the window, each question asked of the raw data."""
    found = []
    moment = window[0]
    while moment <= window[1]:
        if suits(agenda, demand, window, moment, any_hour=any_hour):
            found.append(moment)
        moment += MINUTE
    return found


def suits(agenda, demand, window, moment, *, any_hour):
    visit = moment, moment + demand.duration
    busy = moment - demand.before, visit[1] + demand.after
    local = moment.astimezone(agenda.zone)
    on_grid = (local.hour * 60 + local.minute) % (demand.step // MINUTE) == 0
    same_day = [
        b for b in agenda.bookings if b.start.astimezone(agenda.zone).date() == local.date()
    ]
    return (
        on_grid
        and window[0] <= visit[0]
        and visit[1] <= window[1]
        and (any_hour or works_throughout(agenda, visit))
        and not any(collide(busy, b.busy) for b in agenda.bookings if b.is_live)
        and not any(collide(busy, event) for event in agenda.events)
        and not (agenda.max_daily and len(same_day) >= agenda.max_daily)
    )


def works_throughout(agenda, visit):
    moment = visit[0]
    while moment < visit[1]:
        if agenda.hours is not None and not any(a <= moment < b for a, b in agenda.hours):
            return False
        if any(absence.start <= moment < absence.stop for absence in agenda.absences):
            return False
        moment += MINUTE
    return True


def collide(one, other):
    return one[0] < other[1] and other[0] < one[1]


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(situations(), st.booleans())
def test_the_same_starts_as_the_slow_reference(situation, any_hour):
    agenda, demand, window = situation
    found = list(find_starts(agenda, demand, window, any_hour=any_hour))
    assert found == reference(agenda, demand, window, any_hour=any_hour)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(situations(), st.lists(situations(), min_size=1, max_size=3), st.booleans())
def test_who_shares_hours_or_a_zone_is_offered_no_other_times(situation, others, any_hour):
    first, demand, window = situation
    agendas = [first, *(other for other, _demand, _window in others)]
    # The very same list, as colleagues of one schedule have it, also in another zone.
    agendas += [replace(other, hours=first.hours) for other in agendas[1:]]
    offers = Offers(demand, window, any_hour=any_hour)
    for agenda in agendas:
        expected = find_starts(agenda, demand, window, any_hour=any_hour)
        assert offers.find(agenda) == expected
        assert expected == reference(agenda, demand, window, any_hour=any_hour)


def fitting(zone, demand, window):
    """All that could be offered if nothing stood against it, by the minute."""
    minutes = int((window[1] - demand.duration - window[0]) / MINUTE)
    moments = [window[0] + number * MINUTE for number in range(minutes + 1)]
    walls = [(moment, moment.astimezone(zone)) for moment in moments]
    return [m for m, wall in walls if (wall.hour * 60 + wall.minute) % (demand.step // MINUTE) == 0]


@settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(situations(roomy=True), st.booleans(), st.data())
def test_a_time_is_offered_exactly_if_there_is_no_reason_against_it(situation, any_hour, data):
    agenda, demand, window = situation
    starts = fitting(agenda.zone, demand, window)
    # One of them is taken for certain, be it by no more than a minute of a buffer.
    refused = data.draw(st.sampled_from(starts))
    since, until = refused - demand.before, refused + demand.duration + demand.after
    taken = data.draw(
        st.sampled_from(
            [
                (refused, refused + demand.duration),
                (since - 60 * MINUTE, since + MINUTE),
                (until - MINUTE, until + 60 * MINUTE),
            ]
        )
    )
    if data.draw(st.booleans()):
        agenda = replace(agenda, events=[*agenda.events, taken])
    else:
        agenda = agenda.with_booking(Booking(99, taken[0], taken[1], taken))
    offered = set(find_starts(agenda, demand, window, any_hour=any_hour))
    event(f"{'some' if offered else 'none'} offered")
    assert refused not in offered
    assert offered <= set(starts)
    for start in starts:
        reasons = why_not(agenda, demand, start, any_hour=any_hour)
        assert (start in offered) == (not reasons), (start, reasons)


def make(zone, hours, **values):
    return Agenda(zone=ZoneInfo(zone), hours=hours, **values)


def clock(starts, zone):
    return [start.astimezone(ZoneInfo(zone)).strftime("%d %H:%M") for start in starts]


def local(zone, *parts):
    year, month, day, hour = parts
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # 2:00 to 3:00 does not exist.
        ((2026, 3, 29), ["29 01:00", "29 03:00", "29 04:00"]),
        # 2:00 to 3:00 happens twice, and both can be had.
        ((2026, 10, 25), ["25 01:00", "25 02:00", "25 02:00", "25 03:00", "25 04:00"]),
    ],
)
def test_hours_of_a_night_in_which_the_clock_changes(day, expected):
    zone = "Europe/Brussels"
    window = local(zone, *day, 1), local(zone, *day, 5)
    demand = Demand(duration=60 * MINUTE, step=60 * MINUTE)
    found = list(find_starts(make(zone, [window]), demand, window))
    assert clock(found, zone) == expected


def test_half_an_hour_of_change_keeps_the_clock_round():
    zone = "Australia/Lord_Howe"
    window = local(zone, 2026, 4, 5, 0), local(zone, 2026, 4, 5, 5)
    demand = Demand(duration=30 * MINUTE, step=60 * MINUTE)
    found = clock(find_starts(make(zone, [window]), demand, window), zone)
    assert found == ["05 00:00", "05 01:00", "05 02:00", "05 03:00", "05 04:00"]


def test_buffers_reach_beyond_hours_but_not_into_visits():
    zone = "UTC"
    day = [local(zone, 2026, 3, 5, 8), local(zone, 2026, 3, 5, 12)]
    visit = local(zone, 2026, 3, 5, 10), local(zone, 2026, 3, 5, 11)
    agenda = make(zone, [tuple(day)], bookings=[Booking(1, *visit, busy=visit)])
    demand = Demand(60 * MINUTE, before=30 * MINUTE, after=30 * MINUTE)
    found = clock(find_starts(agenda, demand, tuple(day)), zone)
    # 11:00 would need the half hour before it, which is the visit's.
    assert found == ["05 08:00", "05 08:30"]


def test_a_gap_of_exactly_the_length_is_found():
    zone = "UTC"
    day = local(zone, 2026, 3, 5, 9), local(zone, 2026, 3, 5, 10)
    demand = Demand(60 * MINUTE)
    assert list(find_starts(make(zone, [day]), demand, day)) == [day[0]]


def test_the_last_hour_of_the_day_is_offered_right_behind_a_meeting():
    day = local("UTC", 2026, 3, 5, 9), local("UTC", 2026, 3, 5, 12)
    agenda = make("UTC", [day], events=[(day[0], day[1] - 60 * MINUTE)])
    assert list(find_starts(agenda, Demand(60 * MINUTE), day)) == [day[1] - 60 * MINUTE]
    assert list(find_starts(agenda, Demand(60 * MINUTE, before=MINUTE), day)) == []


@pytest.mark.parametrize(
    ("duration", "step", "words"),
    [
        (0, 30, "duration and step have to be positive"),
        (-60, 30, "duration and step have to be positive"),
        (60, 0, "duration and step have to be positive"),
        (60, -30, "duration and step have to be positive"),
        (60, 7, "the step has to divide a day"),
        (60, 2 * 24 * 60, "the step has to divide a day"),
    ],
)
def test_a_demand_that_makes_no_sense(duration, step, words):
    with pytest.raises(ValueError, match=words):
        Demand(duration=duration * MINUTE, step=step * MINUTE)


def test_a_demand_of_which_only_the_length_is_known():
    demand, start = Demand(60 * MINUTE), local("UTC", 2026, 3, 5, 9)
    assert demand == Demand(60 * MINUTE, 0 * MINUTE, 0 * MINUTE, step=30 * MINUTE)
    assert demand.visit_at(start) == demand.busy_at(start) == (start, start + 60 * MINUTE)
    buffered = Demand(60 * MINUTE, before=10 * MINUTE, after=20 * MINUTE)
    assert buffered.visit_at(start) == (start, start + 60 * MINUTE)
    assert buffered.busy_at(start) == (start - 10 * MINUTE, start + 80 * MINUTE)


def test_hours_and_absences_hold_unless_a_dispatcher_overrules_them():
    day = local("UTC", 2026, 3, 5, 9), local("UTC", 2026, 3, 5, 12)
    agenda = make("UTC", [], absences=[Absence(*day)])
    demand = Demand(60 * MINUTE, step=60 * MINUTE)
    assert list(find_starts(agenda, demand, day)) == []
    assert clock(find_starts(agenda, demand, day, any_hour=True), "UTC") == [
        "05 09:00",
        "05 10:00",
        "05 11:00",
    ]


def test_a_change_of_the_clock_is_found_to_the_second():
    """Offers begin right at the change, though the window begins at an odd moment before it."""
    for seconds in (1, 2, 3, 1799, 1801, 3599):
        zone, change = "Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
        window = change - timedelta(seconds=seconds), change + 90 * MINUTE
        demand = Demand(30 * MINUTE, step=60 * MINUTE)
        found = [s for s in find_starts(make(zone, None), demand, window) if s >= change]
        # The clock goes from 2:00 to 2:30, so 2:00 is not shown at all; 3:00 is.
        assert clock(found, zone) == ["04 03:00"]
    for seconds in (1, 2, 3, 1799, 1801):
        zone, change = "Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)
        window = change - timedelta(seconds=seconds), change + 90 * MINUTE
        demand = Demand(30 * MINUTE, step=30 * MINUTE)
        # From 2:00 back to 1:30.
        found = clock(find_starts(make(zone, None), demand, window), zone)
        assert found[-3:] == ["05 01:30", "05 02:00", "05 02:30"]


def test_offers_stand_on_whole_minutes_though_a_window_does_not():
    start = local("UTC", 2026, 3, 5, 9)
    odd = timedelta(minutes=1, seconds=2, microseconds=3)
    window = start + odd, start + 150 * MINUTE
    found = find_starts(make("UTC", None), Demand(60 * MINUTE), window)
    assert list(found) == [start + number * 30 * MINUTE for number in (1, 2, 3)]
    for early in (timedelta(seconds=1), timedelta(microseconds=1), timedelta(hours=1)):
        window = start - early, start + 60 * MINUTE
        assert list(find_starts(make("UTC", None), Demand(60 * MINUTE), window))[-1] == start
