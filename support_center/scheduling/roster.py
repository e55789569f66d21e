"""What several technicians have planned, and so who of them is a candidate for a visit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from .agenda import Agenda, Booking
from .intervals import Interval, overlaps
from .rank import Atlas, Candidate, Job, Place, Score, find_delay, score
from .slots import ONE_DAY, Demand

HOUR = timedelta(hours=1)

Week = tuple[int, int]


@dataclass(frozen=True)
class Roster:
    """The agendas of several technicians and where their visits are.

    ``places`` are those of the visits on site, by record; a visit that is not in it is
    remote. ``pencilled`` are drafts with a technician and a time: they block nothing, but
    count for the hours of the week and for the way. A visit that is asked about must not be
    in the roster, see ``without_booking``.
    """

    names: dict[int, str]
    agendas: dict[int, Agenda]
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
        :param last_id: the technician who came to the customer last
        """
        previous, following = self._find_neighbours(technician_id, start)
        return Candidate(
            technician_id=technician_id,
            name=self.names[technician_id],
            previous=self.places[previous] if previous else None,
            following=self.places[following] if following else None,
            home=self.homes.get(technician_id),
            hours=self.find_hours(technician_id, start),
            was_last=technician_id == last_id,
            pencilled=self._find_pencilled(technician_id, busy),
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
        least: dict[Week, float] = {}
        known: dict[tuple[object, ...], Score] = {}
        for start, technician_id in offers:
            week = self.find_week(technician_id, start)
            if week not in least:
                least[week] = min(self.find_hours(each, start) for each in self.agendas)
            pencilled = self._find_pencilled(technician_id, demand.busy_at(start))
            # Thousands of offers lie between a few hundred visits, and cost the same there.
            gap = technician_id, week, pencilled, self._find_neighbours(technician_id, start)
            if gap not in known:
                candidate = self.find_candidate(
                    technician_id, start, demand.busy_at(start), last_id
                )
                known[gap] = score(job, candidate, least[week], self.atlas)
            found, delay = known[gap], find_delay(job, (start - wanted) / ONE_DAY)
            yield replace(found, parts=(*found.parts, delay))

    def find_week(self, technician_id: int, moment: datetime) -> Week:
        """The ISO year and week that the technician's wall calendar shows."""
        year, week, _day = self.agendas[technician_id].day_of(moment).isocalendar()
        return year, week

    def find_hours(self, technician_id: int, moment: datetime) -> float:
        """Hours planned in the week of ``moment``."""
        week = self.find_week(technician_id, moment)
        return self._hours_by_week.get((technician_id, week), 0.0)

    # ------------------------------------------------------------------
    # Changes
    # ------------------------------------------------------------------

    def with_booking(self, technician_id: int, booking: Booking, place: Place | None) -> Roster:
        """The same roster with a visit that has found its technician."""
        left = self.without_booking(booking.record_id)
        agenda = left.agendas[technician_id].with_booking(booking)
        places = {**left.places, booking.record_id: place} if place else left.places
        return replace(left, agendas={**left.agendas, technician_id: agenda}, places=places)

    def without_booking(self, record_id: int) -> Roster:
        """The same roster without one visit, whoever had it."""
        return replace(
            self,
            agendas={
                technician_id: agenda.without_booking(record_id)
                for technician_id, agenda in self.agendas.items()
            },
            pencilled={
                technician_id: [draft for draft in drafts if draft.record_id != record_id]
                for technician_id, drafts in self.pencilled.items()
            },
        )

    # ------------------------------------------------------------------
    # Looked up often
    # ------------------------------------------------------------------

    @cached_property
    def _visits(self) -> dict[int, list[Booking]]:
        return {
            technician_id: [*agenda.bookings, *self.pencilled.get(technician_id, ())]
            for technician_id, agenda in self.agendas.items()
        }

    @cached_property
    def _hours_by_week(self) -> dict[tuple[int, Week], float]:
        hours: dict[tuple[int, Week], float] = {}
        for technician_id, visits in self._visits.items():
            for visit in visits:
                key = technician_id, self.find_week(technician_id, visit.start)
                hours[key] = hours.get(key, 0.0) + (visit.stop - visit.start) / HOUR
        return hours

    @cached_property
    def _days(self) -> dict[tuple[int, date], tuple[list[datetime], list[int]]]:
        """Starts and records of the visits on site, by technician and day."""
        found: dict[tuple[int, date], list[tuple[datetime, int]]] = {}
        for technician_id, visits in self._visits.items():
            day_of = self.agendas[technician_id].day_of
            for visit in visits:
                if visit.record_id in self.places:
                    key = technician_id, day_of(visit.start)
                    found.setdefault(key, []).append((visit.start, visit.record_id))
        return {
            key: ([start for start, _id in sorted(those)], [number for _at, number in sorted(those)])
            for key, those in found.items()
        }

    def _find_pencilled(self, technician_id: int, busy: Interval) -> tuple[int, ...]:
        drafts = self.pencilled.get(technician_id, ())
        return tuple(draft.record_id for draft in drafts if overlaps(draft.busy, busy))

    def _find_neighbours(
        self, technician_id: int, start: datetime
    ) -> tuple[int | None, int | None]:
        """The records of the visits on site before and after ``start`` on the same day."""
        day = self.agendas[technician_id].day_of(start)
        starts, records = self._days.get((technician_id, day), ([], []))
        position = bisect_right(starts, start)
        return (
            records[position - 1] if position else None,
            records[position] if position < len(records) else None,
        )
