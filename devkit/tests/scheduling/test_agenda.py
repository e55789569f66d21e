"""One technician's time: what is taken, what is free, and what a day holds."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from scheduling.agenda import Absence, Agenda, Booking

UTC = timezone.utc


def at(day, hour):
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def book(record_id, start, **values):
    stop = start + timedelta(hours=1)
    return Booking(record_id, start, stop, (start, stop), **values)


def test_hours_are_merged_and_their_lack_is_no_day_off():
    hours = [(at(4, 13), at(4, 17)), (at(4, 8), at(4, 12)), (at(4, 12), at(4, 13))]
    assert Agenda(UTC, hours).shifts == [(at(4, 8), at(4, 17))]
    assert Agenda(UTC, []).shifts == []
    assert Agenda(UTC, None).shifts is None


def test_at_work_is_hours_less_absences():
    absences = [Absence(at(4, 9), at(4, 10)), Absence(at(4, 16), at(4, 20))]
    day = at(4, 0), at(5, 0)
    agenda = Agenda(UTC, [(at(4, 8), at(4, 17))], absences=absences)
    assert agenda.away == [(at(4, 9), at(4, 10)), (at(4, 16), at(4, 20))]
    assert agenda.at_work(day) == [(at(4, 8), at(4, 9)), (at(4, 10), at(4, 16))]
    # Without a schedule the whole of the time that is asked about counts.
    always = Agenda(UTC, None, absences=absences)
    assert always.at_work((at(4, 9), at(4, 17))) == [(at(4, 10), at(4, 16))]
    assert Agenda(UTC, [], absences=absences).at_work(day) == []


def test_what_is_done_takes_no_time_but_counts_for_its_day():
    bookings = [book(1, at(4, 9)), book(2, at(4, 11), is_live=False), book(3, at(5, 9))]
    agenda = Agenda(UTC, None, bookings=bookings, events=[(at(4, 10), at(4, 11))], max_daily=2)
    assert agenda.taken == [(at(4, 9), at(4, 11)), (at(5, 9), at(5, 10))]
    assert agenda.visits_by_day == {date(2026, 3, 4): 2, date(2026, 3, 5): 1}
    assert [agenda.is_full(date(2026, 3, day)) for day in (4, 5, 6)] == [True, False, False]


def test_no_maximum_is_no_limit():
    agenda = Agenda(UTC, None, bookings=[book(1, at(4, 9))])
    assert not agenda.is_full(date(2026, 3, 4))
    assert not agenda.is_full(date(2026, 3, 5))


def test_days_are_those_of_the_technicians_zone():
    agenda = Agenda(ZoneInfo("Pacific/Auckland"), None, bookings=[book(1, at(4, 11))])
    assert agenda.day_of(at(4, 10)) == date(2026, 3, 4)
    assert agenda.day_of(at(4, 11)) == date(2026, 3, 5)
    assert agenda.visits_by_day == {date(2026, 3, 5): 1}


def test_one_visit_more_or_less_leaves_the_agenda_as_it_was():
    agenda = Agenda(UTC, None, bookings=[book(1, at(4, 9)), book(2, at(4, 11))])
    assert agenda.taken == [(at(4, 9), at(4, 10)), (at(4, 11), at(4, 12))]
    more = agenda.with_booking(book(3, at(4, 10)))
    assert [booking.record_id for booking in more.bookings] == [1, 2, 3]
    assert more.taken == [(at(4, 9), at(4, 12))]
    less = agenda.without_booking(1)
    assert [booking.record_id for booking in less.bookings] == [2]
    assert less.taken == [(at(4, 11), at(4, 12))]
    assert [booking.record_id for booking in agenda.bookings] == [1, 2]
