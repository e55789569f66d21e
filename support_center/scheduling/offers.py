"""Which of the free times a person would offer, and in which order.

Whether somebody *can* come is told by ``slots`` and ``explain``; that stays as it is. Here the
times are left out that nobody would propose on the telephone, and the rest is put in the order in
which it would be said: docs/scheduling.md has it in words under "What is offered".
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from operator import itemgetter

from .intervals import Interval
from .moments import UTC

# From and until when a customer opens the door, on the customer's own clock.
DAY_BEGINS = time(7)
DAY_ENDS = time(21)
# What separates the halves of that day.
NOON = time(12)
# How long before its start a time can still be offered, where the type asks for no longer notice:
# so long a telephone call and the first steps of the way take. Offers stand on the step, so it is
# 15 to 45 minutes with a step of 30.
LEAD = timedelta(minutes=15)

MORNING, AFTERNOON = "morning", "afternoon"
PARTS_OF_DAY = (MORNING, AFTERNOON)

# The parts of the day that a wish may name, by the hours in which a visit of theirs begins.
EVENING = "evening"
PART_HOURS = {MORNING: (0, 12), AFTERNOON: (12, 17), EVENING: (17, 24)}

HalfDay = tuple[date, str]


@dataclass(frozen=True)
class Bounds:
    """Within what an offer lies.

    ``opening`` are the merged opening hours of the company; None where it has none. ``zone`` is
    the customer's. ``day`` and ``part`` are what was chosen, in that zone; None for any.
    """

    zone: tzinfo
    earliest: datetime
    opening: list[Interval] | None = None
    day: date | None = None
    part: str | None = None

    def allow(self, visit: Interval, *, is_emergency: bool = False) -> bool:
        """Whether a person would offer this time.

        A visit lies wholly within opening hours and within the customer's day; one that is longer
        than either has to begin in it.

        :param is_emergency: an urgent visit of somebody on call, for which neither counts
        """
        if visit[0] < self.earliest:
            return False
        day, part = self.find_half_day(visit[0])
        if self.day not in (None, day) or self.part not in (None, part):
            return False
        return is_emergency or (self._is_open(visit) and self._is_in_the_day(visit))

    def find_half_day(self, start: datetime) -> HalfDay:
        """The customer's day of a start, and which half of it."""
        local = start.astimezone(self.zone)
        return local.date(), MORNING if local.time() < NOON else AFTERNOON

    @cached_property
    def _longest(self) -> timedelta:
        return max((stop - start for start, stop in self.opening or ()), default=timedelta())

    def _is_open(self, visit: Interval) -> bool:
        if self.opening is None:
            return True
        position = bisect_right(self.opening, visit[0], key=itemgetter(0))
        if not position:
            return False
        since, until = self.opening[position - 1]
        return _lies_within(visit, (since, until), can_reach_beyond=self._longest)

    def _is_in_the_day(self, visit: Interval) -> bool:
        day = visit[0].astimezone(self.zone).date()
        begins, ends = (
            datetime.combine(day, clock, self.zone).astimezone(UTC)
            for clock in (DAY_BEGINS, DAY_ENDS)
        )
        return _lies_within(visit, (begins, ends), can_reach_beyond=ends - begins)


@dataclass(frozen=True)
class Window:
    """When it would suit somebody who named no exact time; what is left out does not matter.

    ``start`` and ``stop`` are aware, ``parts`` are of ``PART_HOURS``, ``without`` are weekdays of
    the customer's zone, Monday is 0, on which it does not suit.
    """

    start: datetime | None = None
    stop: datetime | None = None
    parts: frozenset[str] = frozenset()
    without: frozenset[int] = frozenset()

    def rank(self, start: datetime, zone: tzinfo) -> int:
        """How well a start meets the wish: 0 fits, 1 is in it on another part of the day or a day
        that does not suit; the next ones are after it, by days, and last comes what is before."""
        if self.start and start < self.start:
            return _BEFORE_WISH + (self.start - start).days
        if self.stop and start >= self.stop:
            return 2 + (start - self.stop).days
        local = start.astimezone(zone)
        return 0 if self._suits(local) else 1

    def _suits(self, local: datetime) -> bool:
        if local.weekday() in self.without:
            return False
        return not self.parts or any(
            PART_HOURS[part][0] <= local.hour < PART_HOURS[part][1] for part in self.parts
        )


# Later than any time after a wish that is looked at.
_BEFORE_WISH = 10_000


def _lies_within(visit: Interval, span: Interval, can_reach_beyond: timedelta) -> bool:
    """Whether all of a visit lies in ``span``, or the beginning of one that is too long for it."""
    if visit[1] - visit[0] > can_reach_beyond:
        return span[0] <= visit[0] < span[1]
    return span[0] <= visit[0] and visit[1] <= span[1]


@dataclass(frozen=True, slots=True)
class Option:
    """A time that may be offered. ``cost`` is that of ``rank``, with the delay.

    ``is_way_known`` is false where nothing is known of the way; a visit by remote is known to have
    none. ``is_pencilled``: they have a draft at that time. ``key`` is the caller's own.
    """

    start: datetime
    technician_id: int
    name: str
    cost: float
    is_way_known: bool = True
    is_pencilled: bool = False
    key: int = 0


def choose_options(
    options: Iterable[Option],
    bounds: Bounds,
    limit: int,
    *,
    wish: datetime | None = None,
    window: Window | None = None,
    favourites: Sequence[int] = (),
) -> list[Option]:
    """The few that are offered, in the order in which they are said.

    1. What lies in the wished half of the wished day comes first, then the rest of that day, then
       all others. Without a wished time, what lies in the wished window comes first, then the rest
       of its days, then what is nearest after it.
    2. The best time of each favourite comes before all others that are alike by 1.
    3. Else the lower cost comes first. In one half of a day nobody of whose way nothing is known
       comes before somebody of whose way something is, but for those with a draft at that time,
       who are asked last.
    4. Nobody has a second time in one half of a day before everybody has the first in each half
       of a day in which they can come, and no time is said twice.

    :param options: in any order, all of them allowed by ``bounds``
    :param wish: the time that was asked for
    :param window: what was asked for where no time was
    :param favourites: technician ids whom the customer knows, those who matter most first
    """
    ordered = _sort(list(options), bounds, wish, window, favourites)
    chosen: dict[datetime, Option] = {}
    if window and not wish:
        # All that fits comes before what does not, also a second time of one half of a day.
        fits = [option for option in ordered if not window.rank(option.start, bounds.zone)]
        _choose_in_turns(fits, bounds, limit, chosen)
    _choose_in_turns(ordered, bounds, limit, chosen)
    return list(chosen.values())


def _choose_in_turns(
    ordered: list[Option], bounds: Bounds, limit: int, chosen: dict[datetime, Option]
) -> None:
    """Add to ``chosen`` up to ``limit``: one of each technician and half of a day, then a second.

    :param chosen: by their start, in the order in which they are said
    """
    while ordered and len(chosen) < limit:
        left: list[Option] = []
        seen: set[tuple[int, HalfDay]] = set()
        for option in ordered:
            if option.start in chosen:
                continue
            turn = option.technician_id, bounds.find_half_day(option.start)
            if turn in seen:
                left.append(option)
                continue
            seen.add(turn)
            chosen[option.start] = option
            if len(chosen) >= limit:
                return
        ordered = left


def find_wish(start: datetime, bounds: Bounds, wish: datetime | None) -> int:
    """How well a start meets a wish: 0 in the half of the day, 1 on the day, 2 else."""
    if wish is None:
        return 2
    wished, found = bounds.find_half_day(wish), bounds.find_half_day(start)
    if found == wished:
        return 0
    return 1 if found[0] == wished[0] else 2


def _sort(
    options: list[Option],
    bounds: Bounds,
    wish: datetime | None,
    window: Window | None,
    favourites: Sequence[int],
) -> list[Option]:
    # Thousands of options stand at a few hundred starts.
    starts = {option.start for option in options}
    halves = {start: bounds.find_half_day(start) for start in starts}
    if window and not wish:
        wishes = {start: window.rank(start, bounds.zone) for start in starts}
    else:
        wishes = {start: find_wish(start, bounds, wish) for start in starts}
    # What those cost at most of whose way something is known.
    most: dict[HalfDay, float] = {}
    for option in options:
        if option.is_way_known and not option.is_pencilled:
            half = halves[option.start]
            most[half] = max(most.get(half, option.cost), option.cost)

    def order(option: Option) -> tuple[int, float, bool, datetime, str, int]:
        cost = option.cost
        if not option.is_way_known:
            cost = max(cost, most.get(halves[option.start], cost))
        return (
            wishes[option.start],
            cost,
            not option.is_way_known,
            option.start,
            option.name,
            option.technician_id,
        )

    ordered = sorted(options, key=order)
    ranks = _promote(ordered, wishes, favourites)
    return sorted(
        ordered,
        key=lambda option: (wishes[option.start], ranks.get(id(option), len(ranks))),
    )


def _promote(
    ordered: list[Option], wishes: dict[datetime, int], favourites: Sequence[int]
) -> dict[int, int]:
    """The places of the favourites' best times, by the identity of the option; no time twice."""
    best: dict[tuple[int, int], list[Option]] = {}
    for option in ordered:
        if option.technician_id in favourites:
            place = wishes[option.start], favourites.index(option.technician_id)
            best.setdefault(place, []).append(option)
    ranks: dict[int, int] = {}
    said: set[datetime] = set()
    for place in sorted(best):
        found = next((option for option in best[place] if option.start not in said), None)
        if found:
            said.add(found.start)
            ranks[id(found)] = len(ranks)
    return ranks
