"""Free times to start a visit.

A visit has to lie within working hours and outside absences. Its buffers, the way there and
back, may reach beyond hours, but neither into another visit with its buffers nor into a
meeting. So the possible starts are ranges, found by arithmetic; only their offered points are
enumerated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from .agenda import Agenda
from .intervals import Interval, subtract
from .moments import ONE_DAY


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


def find_starts(
    agenda: Agenda, demand: Demand, window: Interval, *, any_hour: bool = False
) -> Iterator[datetime]:
    """Every offered start, in order, of a visit that lies wholly within ``window``.

    Offers stand where the technician's wall clock shows a multiple of the step since
    midnight, on both sides of a change of the clock.

    :param any_hour: a dispatcher overrules hours and absences
    """
    at_work = [window] if any_hour else agenda.at_work(window)
    for first, last in _find_ranges(at_work, agenda.taken, demand, window):
        for start in _enumerate(first, last, demand.step, agenda.zone):
            if not agenda.max_daily or not agenda.is_full(agenda.day_of(start)):
                yield start


def _find_ranges(
    at_work: list[Interval], taken: list[Interval], demand: Demand, window: Interval
) -> Iterator[Interval]:
    """Ranges of possible starts; both ends belong to the range, which may be one moment."""
    margin = demand.before + demand.duration + demand.after
    around = (window[0] - margin, window[1] + margin)
    gaps = subtract([around], taken)
    position = 0
    for work_start, work_stop in at_work:
        first_at_work = max(work_start, window[0])
        last_at_work = min(work_stop, window[1]) - demand.duration
        if first_at_work > last_at_work:
            continue
        while position < len(gaps) and gaps[position][1] < first_at_work:
            position += 1
        ahead = position
        while ahead < len(gaps) and gaps[ahead][0] <= last_at_work:
            gap_start, gap_stop = gaps[ahead]
            first = max(first_at_work, gap_start + demand.before)
            last = min(last_at_work, gap_stop - demand.duration - demand.after)
            if first <= last:
                yield first, last
            ahead += 1


def _enumerate(
    first: datetime, last: datetime, step: timedelta, zone: tzinfo
) -> Iterator[datetime]:
    moment = _next_on_clock(first, step, zone)
    if _offset(first, zone) == _offset(last, zone):
        while moment <= last:
            yield moment
            moment += step
        return
    while moment <= last:
        yield moment
        moment = _next_on_clock(moment + timedelta(seconds=1), step, zone)


def _next_on_clock(moment: datetime, step: timedelta, zone: tzinfo) -> datetime:
    """The first moment from ``moment`` on at which the wall clock shows a multiple of ``step``."""
    while True:
        local = moment.astimezone(zone)
        since_midnight = timedelta(
            hours=local.hour,
            minutes=local.minute,
            seconds=local.second,
            microseconds=local.microsecond,
        )
        missing = -since_midnight % step
        if not missing:
            return moment
        ahead = moment + missing
        if _offset(ahead, zone) == local.utcoffset():
            return ahead
        moment = _change_of_clock(moment, ahead, zone)


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


def _offset(moment: datetime, zone: tzinfo) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
