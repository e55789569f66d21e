"""Free times to start a visit.

A visit has to lie within working hours and outside absences. Its buffers, the way there and
back, may reach beyond hours, but neither into another visit with its buffers nor into a
meeting. So each of these takes a range of starts away from those that the hours allow.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from .agenda import Agenda
from .intervals import Interval
from .moments import ONE_DAY, UTC

MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)

# From when to when a zone's clock shows UTC with this offset; without the end.
_Spell = tuple[datetime, datetime, timedelta]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a visit needs: its length, the buffers around it, and the step of its offers."""

    duration: timedelta
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    step: timedelta = timedelta(minutes=30)

    def __post_init__(self) -> None:
        if self.duration <= timedelta() or self.step <= timedelta():
            raise ValueError("duration and step have to be positive")
        if ONE_DAY % self.step:
            raise ValueError("the step has to divide a day")

    def visit_at(self, start: datetime) -> Interval:
        return start, start + self.duration

    def busy_at(self, start: datetime) -> Interval:
        return start - self.before, start + self.duration + self.after


class Offers:
    """Finds the offered starts of a visit in any number of agendas.

    All starts that the hours allow are found once for those who share the list of their hours
    and the zone; of these the agenda's absences, visits and meetings take theirs away.

    :param window: a visit lies wholly within it
    :param any_hour: a dispatcher overrules hours and absences
    """

    def __init__(self, demand: Demand, window: Interval, *, any_hour: bool = False) -> None:
        self.demand = demand
        self.window = window
        self.any_hour = any_hour
        self._spells: dict[tzinfo, list[_Spell]] = {}
        # By zone and identity of the hours, which are kept here so that the identity holds.
        self._starts: dict[tuple[tzinfo, int], tuple[object, list[datetime]]] = {}

    def find(self, agenda: Agenda) -> list[datetime]:
        """Every offered start, in order.

        Offers stand where the technician's wall clock shows a multiple of the step since
        midnight, on both sides of a change of the clock.
        """
        demand = self.demand
        starts = self._find_starts_within_hours(agenda)
        if not self.any_hour:
            starts = _leave_out(
                starts, [(start - demand.duration, stop) for start, stop in agenda.away]
            )
        length = demand.duration + demand.after
        starts = _leave_out(
            starts, [(start - length, stop + demand.before) for start, stop in agenda.taken]
        )
        if agenda.max_daily:
            return [start for start in starts if not agenda.is_full(agenda.day_of(start))]
        return starts

    def _find_starts_within_hours(self, agenda: Agenda) -> list[datetime]:
        hours = None if self.any_hour else agenda.hours
        key = agenda.zone, id(hours)
        if key not in self._starts:
            shifts = [self.window] if hours is None else agenda.shifts or []
            starts = [start for work in shifts for start in self._enumerate(work, agenda.zone)]
            self._starts[key] = hours, starts
        return self._starts[key][1]

    def _enumerate(self, work: Interval, zone: tzinfo) -> Iterator[datetime]:
        """Every start of a visit within both ``work`` and the window."""
        first = max(work[0], self.window[0])
        last = min(work[1], self.window[1]) - self.demand.duration
        step = self.demand.step
        if first > last:
            return
        if zone not in self._spells:
            self._spells[zone] = _find_spells(self.window, zone)
        for since, until, offset in self._spells[zone]:
            start = max(first, since)
            # The step divides a day, so that any midnight will do to count it from.
            start += (MIDNIGHT - offset - start) % step
            while start <= last and start < until:
                yield start
                start += step


def find_starts(
    agenda: Agenda, demand: Demand, window: Interval, *, any_hour: bool = False
) -> list[datetime]:
    """Every offered start in one agenda, see ``Offers``."""
    return Offers(demand, window, any_hour=any_hour).find(agenda)


def _leave_out(starts: list[datetime], holes: list[Interval]) -> list[datetime]:
    """Those of the sorted ``starts`` that lie in none of ``holes``, whose ends belong to none.

    :param holes: both ends of each are later than those of the one before
    """
    if not holes or not starts:
        return starts
    left: list[datetime] = []
    position = 0
    for since, until in holes:
        end = bisect_right(starts, since, position)
        left += starts[position:end]
        position = bisect_left(starts, until, end)
    left += starts[position:]
    return left


def _find_spells(window: Interval, zone: tzinfo) -> list[_Spell]:
    """The times within a window between which the zone changes its clock.

    No zone has changed its clock twice in a day.
    """
    spells: list[_Spell] = []
    since = moment = window[0].replace(microsecond=0)
    while moment <= window[1]:
        ahead = moment + ONE_DAY
        offset = _offset(moment, zone)
        if _offset(ahead, zone) != offset:
            change = _change_of_clock(moment, ahead, zone)
            spells.append((since, change, offset))
            since = change
        moment = ahead
    spells.append((since, moment, _offset(moment, zone)))
    return spells


def _change_of_clock(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The second, between two moments, at which the zone changes its clock."""
    offset = _offset(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _offset(middle, zone) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    # Every zone that has rules has an offset at every moment.
    return moment.astimezone(zone).utcoffset() or timedelta()
