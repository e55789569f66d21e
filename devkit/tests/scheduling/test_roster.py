"""Neighbouring visits, hours of the week and drafts, as the choice sees them."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from scheduling.agenda import Agenda, Booking
from scheduling.rank import Candidate, Job, Part, Place, find_delay, score
from scheduling.roster import Roster
from scheduling.slots import Demand

UTC = timezone.utc
AUCKLAND = ZoneInfo("Pacific/Auckland")
MONDAY = date(2026, 3, 2)
JOB = Job(None)
DEMAND = Demand(timedelta(hours=1), before=timedelta(minutes=15))


def at(day, hour, minute=0):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def book(record_id, start, hours=1.0):
    stop = start + timedelta(hours=hours)
    return Booking(record_id, start, stop, (start, stop))


def make_roster(bookings=(), zone=UTC, **values):
    agenda = Agenda(zone=zone, hours=None, bookings=list(bookings))
    return Roster(
        names={1: "Ann", 2: "Ben"},
        agendas={1: agenda, 2: Agenda(zone=zone, hours=None)},
        **values,
    )


def place(number):
    return Place((float(number), 4.0))


def find(roster, start, **values):
    return roster.find_candidate(1, start, DEMAND.busy_at(start), **values)


def test_neighbours_are_those_of_the_same_day_that_are_on_site():
    bookings = [book(1, at(4, 9)), book(2, at(4, 11)), book(3, at(4, 15)), book(4, at(5, 9))]
    roster = make_roster(bookings, places={1: place(1), 3: place(3), 4: place(4)})
    found = find(roster, at(4, 13))
    assert (found.previous, found.following) == (place(1), place(3))
    found = find(roster, at(4, 16))
    assert (found.previous, found.following) == (place(3), None)
    found = find(roster, at(5, 8))
    assert (found.previous, found.following) == (None, place(4))
    assert find(roster, at(6, 8)).previous is None


def test_the_day_is_that_of_the_technician():
    # In Auckland it is Thursday from 11 o'clock UTC on.
    bookings = [book(1, at(4, 10)), book(2, at(4, 12))]
    roster = make_roster(bookings, AUCKLAND, places={1: place(1), 2: place(2)})
    assert find(roster, at(4, 13)).previous == place(2)
    assert find(roster, at(4, 11, 30)).previous is None
    assert roster.find_monday(1, at(8, 11)) == date(2026, 3, 9)
    assert roster.find_monday(1, at(8, 10)) == MONDAY


def test_drafts_count_for_the_way_but_not_against_themselves():
    drafts = {1: [book(8, at(4, 9)), book(9, at(4, 13))]}
    roster = make_roster(pencilled=drafts, places={8: place(8), 9: place(9)})
    found = find(roster, at(4, 13, 30))
    assert found.pencilled == (9,)
    assert found.previous == place(8)
    # The buffer collides too.
    assert find(roster, at(4, 14)).pencilled == (9,)
    assert find(roster, at(4, 14, 15)).pencilled == ()


def test_a_visit_that_was_assigned_counts_for_the_next_one():
    roster = make_roster(hours={(1, MONDAY): 2.0}, homes={1: place(5)})
    after = roster.with_booking(1, book(7, at(4, 9), 1.5), place(7))
    assert (find(after, at(4, 13)).hours, find(after, at(4, 13)).previous) == (3.5, place(7))
    assert (find(roster, at(4, 13)).hours, find(roster, at(4, 13)).previous) == (2.0, None)
    assert find(roster, at(4, 13)).home == place(5)
    assert [booking.record_id for booking in after.agendas[1].bookings] == [7]
    remote = roster.with_booking(2, book(7, at(12, 9)), None)
    assert remote.hours == {(1, MONDAY): 2.0, (2, date(2026, 3, 9)): 1.0}
    assert not remote.places


def test_a_visit_that_was_assigned_adds_to_what_is_planned_in_its_week():
    roster = make_roster(hours={(1, MONDAY): 2.0}, places={3: place(3)})
    once = roster.with_booking(2, book(7, at(4, 9), 1.5), place(7))
    twice = once.with_booking(2, book(8, at(5, 9), 0.5), place(8))
    assert twice.hours == {(1, MONDAY): 2.0, (2, MONDAY): 2.0}
    assert twice.places == {3: place(3), 7: place(7), 8: place(8)}
    assert (twice.agendas[1], twice.names) == (roster.agendas[1], roster.names)


def test_what_is_told_of_a_candidate():
    roster = make_roster(
        [book(1, at(4, 9)), book(3, at(4, 15))],
        places={1: place(1), 3: place(3), 5: place(5)},
        hours={(1, MONDAY): 2.5},
        homes={1: place(9)},
        pencilled={1: [book(5, at(4, 12, 30))]},
    )
    assert find(roster, at(4, 13), last_id=1) == Candidate(
        1, "Ann", place(1), place(3), place(9), 2.5, was_last=True, pencilled=(5,)
    )
    assert roster.find_candidate(2, at(4, 13), DEMAND.busy_at(at(4, 13))) == Candidate(2, "Ben")
    # The draft counts for the way of a visit that leaves it its time.
    assert find(roster, at(4, 14)).previous == place(5)


def test_neighbours_are_found_in_whatever_order_visits_come_and_at_their_own_start():
    bookings = [book(3, at(4, 15)), book(1, at(4, 9)), book(2, at(4, 11))]
    roster = make_roster(bookings, places={number: place(number) for number in (1, 2, 3)})
    asked = {8: (None, 1), 9: (1, 2), 10: (1, 2), 11: (2, 3), 14: (2, 3), 16: (3, None)}
    for hour, numbers in asked.items():
        found = find(roster, at(4, hour))
        told = tuple(number and place(number) for number in numbers)
        assert (found.previous, found.following) == told


def test_offers_of_a_week_are_measured_by_the_least_planned_of_the_whole_roster():
    roster = make_roster(hours={(1, MONDAY): 3.0, (2, MONDAY): 1.0, (1, date(2026, 3, 9)): 4.0})
    offers = [(at(4, 9), 1), (at(5, 9), 2), (at(11, 9), 1), (at(11, 9), 2)]
    found = list(roster.score_offers(Job(None), DEMAND, offers, at(4, 9)))
    assert [(score.technician_id, score.parts) for score in found] == [
        (1, (Part("remote", 0.0), Part("load", 10.0, hours=3.0, above=2.0), find_delay(JOB, 0.0))),
        (2, (Part("remote", 0.0), Part("load", 0.0, hours=1.0), find_delay(JOB, 1.0))),
        (1, (Part("remote", 0.0), Part("load", 20.0, hours=4.0, above=4.0), find_delay(JOB, 7.0))),
        (2, (Part("remote", 0.0), Part("load", 0.0), find_delay(JOB, 7.0))),
    ]


def test_who_was_last():
    roster = make_roster()
    assert find(roster, at(4, 9), last_id=1).was_last
    assert not find(roster, at(4, 9), last_id=2).was_last
    assert not find(roster, at(4, 9)).was_last


@given(
    st.lists(st.tuples(st.integers(3, 12), st.integers(0, 23)), max_size=12, unique=True),
    st.lists(st.tuples(st.integers(3, 12), st.integers(0, 23)), max_size=20),
    st.integers(1, 4),
)
def test_offers_cost_what_each_would_cost_alone(visits, offers, modulus):
    bookings = [book(number + 1, at(*when)) for number, when in enumerate(visits)]
    drafts = {1: bookings[::modulus]}
    booked = [booking for booking in bookings if booking not in drafts[1]]
    places = {booking.record_id: place(booking.record_id) for booking in bookings}
    hours = {(1, MONDAY): 3.0, (2, MONDAY): 1.0}
    roster = make_roster(booked, pencilled=drafts, places=places, hours=hours)
    job, wanted = Job(place(20)), at(5, 12)
    asked = [(at(*when), 1 + number % 2) for number, when in enumerate(offers)]
    found = roster.score_offers(job, DEMAND, asked, wanted, last_id=2)
    for (start, technician_id), offer in zip(asked, found, strict=True):
        least = min(roster.find_hours(each, start) for each in (1, 2))
        candidate = roster.find_candidate(technician_id, start, DEMAND.busy_at(start), 2)
        alone = score(job, candidate, least, roster.atlas)
        delay = find_delay(job, (start - wanted) / timedelta(days=1))
        assert offer.parts == (*alone.parts, delay)
