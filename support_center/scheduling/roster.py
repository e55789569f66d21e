"""What several technicians have planned, and so who of them is a candidate for a visit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from operator import itemgetter

from .agenda import Agenda, Booking
from .intervals import Interval, overlaps
from .moments import ONE_DAY
from .rank import Atlas, Candidate, Job, Part, Place, Score, find_delay, score
from .slots import Demand

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Roster:
    """What several technicians do around the times that are asked about.

    The visits that are asked about must not be in it. ``hours`` are those planned in a week,
    by technician and Monday. ``pencilled`` are drafts with a technician and a time: they block
    nothing, but count for the hours and for the way. ``places`` are those of the visits on
    site, by record; a visit that is not in it is remote. ``homes`` is where technicians start
    from, as far as it is known.
    """

    names: dict[int, str]
    agendas: dict[int, Agenda]
    hours: dict[tuple[int, date], float] = field(default_factory=dict)
    pencilled: dict[int, list[Booking]] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    homes: dict[int, Place] = field(default_factory=dict)
    atlas: Atlas = field(default_factory=Atlas)

    # ------------------------------------------------------------------
    # Questions
    # ------------------------------------------------------------------

    def find_candidate(
        self, technician_id: int, start: datetime, busy: Interval, last_id: int | None = None
    ) -> Candidate:
        """What speaks for one technician, for a visit at ``start``.

        :param busy: the visit's time with its buffers
        :param last_id: the technician who was last at the customer's
        """
        day = self.agendas[technician_id].day_of(start)
        pencilled = self._find_pencilled(technician_id, busy)
        neighbours = self._find_neighbours(technician_id, day, start, pencilled)
        hours = self.hours.get((technician_id, _monday_of(day)), 0.0)
        return self._make_candidate(technician_id, neighbours, pencilled, hours, last_id)

    def _make_candidate(
        self,
        technician_id: int,
        neighbours: tuple[int | None, int | None],
        pencilled: tuple[int, ...],
        hours: float,
        last_id: int | None,
    ) -> Candidate:
        previous, following = neighbours
        return Candidate(
            technician_id=technician_id,
            name=self.names[technician_id],
            previous=self.places[previous] if previous else None,
            following=self.places[following] if following else None,
            home=self.homes.get(technician_id),
            hours=hours,
            was_last=technician_id == last_id,
            pencilled=pencilled,
        )

    def score_offers(
        self,
        job: Job,
        demand: Demand,
        offers: Iterable[tuple[datetime, int]],
        wanted: datetime,
        last_id: int | None = None,
    ) -> Iterator[Score]:
        """What each offer of a start and a technician costs, in the order of the offers.

        The least planned hours are those of the whole roster in that week.

        :param wanted: from when on a delay is counted, in both directions
        """
        least: dict[date, float] = {}
        known: dict[tuple[object, ...], Score] = {}
        # Many technicians are offered at the same time, and most have the same calendar day.
        days: dict[tuple[tzinfo, datetime], date] = {}
        delays: dict[datetime, Part] = {}
        for start, technician_id in offers:
            zone = self.agendas[technician_id].zone
            if (zone, start) not in days:
                days[zone, start] = start.astimezone(zone).date()
            day = days[zone, start]
            monday = _monday_of(day)
            if monday not in least:
                least[monday] = min(self.hours.get((each, monday), 0.0) for each in self.agendas)
            pencilled = self._find_pencilled(technician_id, demand.busy_at(start))
            neighbours = self._find_neighbours(technician_id, day, start, pencilled)
            # Thousands of offers lie between a few hundred visits, and cost the same there.
            gap = technician_id, monday, neighbours, pencilled
            if gap not in known:
                hours = self.hours.get((technician_id, monday), 0.0)
                candidate = self._make_candidate(
                    technician_id, neighbours, pencilled, hours, last_id
                )
                known[gap] = score(job, candidate, least[monday], self.atlas)
            if start not in delays:
                delays[start] = find_delay(job, (start - wanted) / ONE_DAY)
            found = known[gap]
            yield Score(technician_id, found.name, (*found.parts, delays[start]))

    def find_monday(self, technician_id: int, moment: datetime) -> date:
        """The first day of the week that the technician's wall calendar shows."""
        return _monday_of(self.agendas[technician_id].day_of(moment))

    def find_hours(self, technician_id: int, moment: datetime) -> float:
        """Hours planned in the week of ``moment``."""
        return self.hours.get((technician_id, self.find_monday(technician_id, moment)), 0.0)

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def with_booking(self, technician_id: int, booking: Booking, place: Place | None) -> Roster:
        """The same roster with one more visit, which has found its technician."""
        key = technician_id, self.find_monday(technician_id, booking.start)
        length = (booking.stop - booking.start) / HOUR
        agenda = self.agendas[technician_id].with_booking(booking)
        return replace(
            self,
            agendas={**self.agendas, technician_id: agenda},
            hours={**self.hours, key: self.hours.get(key, 0.0) + length},
            places={**self.places, booking.record_id: place} if place else self.places,
        )

    # ------------------------------------------------------------------
    # Looking up
    # ------------------------------------------------------------------

    @cached_property
    def _days(self) -> dict[tuple[int, date], list[tuple[datetime, int]]]:
        """Start and record of the visits on site, sorted, by technician and day."""
        days: dict[tuple[int, date], list[tuple[datetime, int]]] = {}
        for technician_id, agenda in self.agendas.items():
            for visit in (*agenda.bookings, *self.pencilled.get(technician_id, ())):
                if visit.record_id in self.places:
                    key = technician_id, agenda.day_of(visit.start)
                    days.setdefault(key, []).append((visit.start, visit.record_id))
        for visits in days.values():
            visits.sort()
        return days

    def _find_neighbours(
        self, technician_id: int, day: date, start: datetime, pencilled: tuple[int, ...]
    ) -> tuple[int | None, int | None]:
        """The records of the visits on site before and after ``start`` on its day.

        :param day: of the technician's calendar
        :param pencilled: drafts that would have to give way
        """
        visits = self._days.get((technician_id, day), [])
        if pencilled:
            visits = [visit for visit in visits if visit[1] not in pencilled]
        position = bisect_right(visits, start, key=itemgetter(0))
        return (
            visits[position - 1][1] if position else None,
            visits[position][1] if position < len(visits) else None,
        )

    def _find_pencilled(self, technician_id: int, busy: Interval) -> tuple[int, ...]:
        drafts = self.pencilled.get(technician_id)
        if not drafts:
            return ()
        return tuple(draft.record_id for draft in drafts if overlaps(draft.busy, busy))


def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
