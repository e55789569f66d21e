"""Who of those who can come is to come: a cost in minutes, the lowest wins.

The parts of the cost are kept, so that the choice can be told in words. All weights stand in
one table at the top; docs/scheduling.md explains them under "Who is chosen".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import asin, cos, radians, sin, sqrt

# How fast a technician comes nearer in a straight line. Roads are longer than the line, so
# this is less than what the car shows.
KM_PER_HOUR = 40.0
# A way whose ends have the same postal code, where coordinates are missing.
SAME_POSTAL_CODE_MINUTES = 10.0
# A way within one area of ours, likewise.
SAME_AREA_MINUTES = 20.0
# A way of which nothing is known, and one that starts nobody knows where.
UNKNOWN_MINUTES = 30.0
# What each hour costs that somebody is booked in the week above the least booked one.
MINUTES_PER_HOUR_ABOVE_LEAST = 5.0
# What knowing the customer's house is worth.
LAST_TECHNICIAN_MINUTES = 15.0
# A draft of theirs at the same time: they are asked only when nobody else can come.
PENCILLED_MINUTES = 480.0
# What a day costs that a visit lies away from the time that was asked for.
MINUTES_PER_DAY_OF_DELAY = 30.0
# For these the way and the delay count double and the balance of hours half.
HURRIED_PRIORITIES = frozenset({"2", "3"})
HURRIED_WAY_WEIGHT = 2.0
HURRIED_LOAD_WEIGHT = 0.5

EARTH_RADIUS_KM = 6371.0
# The parts of a cost that are a way.
WAYS = frozenset({"between", "previous", "next", "home", "nowhere"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visit is or somebody starts from, as far as it is known.

    ``point`` is latitude and longitude in degrees; ``postal_code`` is without spaces and in
    capitals.
    """

    point: tuple[float, float] | None = None
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """Minutes from one place to another; ``basis`` is ``line``, ``postal_code``, ``area`` or
    ``unknown``: what they were found by."""

    minutes: float
    basis: str


@dataclass(frozen=True, slots=True)
class Atlas:
    """Finds ways. ``areas`` are the beginnings of the postal codes of each area."""

    areas: tuple[tuple[str, ...], ...] = ()
    _known: dict[tuple[Place, Place], Way] = field(default_factory=dict, compare=False, repr=False)

    def find_way(self, one: Place, other: Place) -> Way:
        way = self._known.get((one, other))
        if way is None:
            way = self._known[one, other] = self._measure(one, other)
        return way

    def _measure(self, one: Place, other: Place) -> Way:
        if one.point and other.point:
            return Way(find_kilometres(one.point, other.point) / KM_PER_HOUR * 60, "line")
        codes = one.postal_code, other.postal_code
        if not all(codes):
            return Way(UNKNOWN_MINUTES, "unknown")
        if codes[0] == codes[1]:
            return Way(SAME_POSTAL_CODE_MINUTES, "postal_code")
        if any(all(code.startswith(area) for code in codes) for area in self.areas):
            return Way(SAME_AREA_MINUTES, "area")
        return Way(UNKNOWN_MINUTES, "unknown")


@dataclass(frozen=True, slots=True)
class Job:
    """What the visit is, apart from its time; ``place`` is None for one by remote."""

    place: Place | None
    priority: str = "1"

    @property
    def is_hurried(self) -> bool:
        return self.priority in HURRIED_PRIORITIES


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can come.

    ``previous`` and ``following`` are the places of the visits before and after on the same
    day; ``home`` is where the technician starts from. Hours are those planned in that week;
    ``pencilled`` are the drafts of theirs in the same time.
    """

    technician_id: int
    name: str
    previous: Place | None = None
    following: Place | None = None
    home: Place | None = None
    hours: float = 0.0
    was_last: bool = False
    pencilled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a cost; ``minutes`` is how much of it, weights included.

    ============  =====================================================================
    code          values
    ============  =====================================================================
    ``between``   ``way`` in minutes that is longer by this visit between two others
    ``previous``  ``way`` from the visit before
    ``next``      ``way`` to the visit after
    ``home``      ``way`` from where the technician starts
    ``nowhere``   nothing is known of where the technician comes from; ``way`` is assumed
    ``remote``    there is no way
    ``load``      ``hours`` planned in that week, ``above`` those of the least planned one
    ``last``      the customer's last technician; ``minutes`` is below zero
    ``pencilled`` ``record_ids`` of drafts in the same time
    ``delay``     ``days`` that the visit lies away from the time asked for
    ============  =====================================================================

    ``basis`` is that of the way, see ``Way``; the weakest of several.
    """

    code: str
    minutes: float
    way: float = 0.0
    basis: str = ""
    hours: float = 0.0
    above: float = 0.0
    days: float = 0.0
    record_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """What it costs to send somebody, in minutes, and why."""

    technician_id: int
    name: str
    parts: tuple[Part, ...]

    @property
    def cost(self) -> float:
        # What differs by less than a tenth of a minute is equal, so that no noise of
        # floating numbers decides but the name.
        return round(sum(part.minutes for part in self.parts), 1)

    @property
    def order(self) -> tuple[float, bool, str, int]:
        # Of equals the one of whose way something is known.
        return self.cost, not self.is_way_known, self.name, self.technician_id

    @property
    def way(self) -> Part | None:
        """The part that is the way."""
        return next((part for part in self.parts if part.code in WAYS), None)

    @property
    def is_way_known(self) -> bool:
        way = self.way
        return way is None or way.basis != "unknown"


def rank(job: Job, candidates: Iterable[Candidate], atlas: Atlas) -> list[Score]:
    """The candidates' scores, best first: by cost, then by name, then by id."""
    candidates = list(candidates)
    least = min((candidate.hours for candidate in candidates), default=0.0)
    scores = [score(job, candidate, least, atlas) for candidate in candidates]
    return sorted(scores, key=lambda found: found.order)


def score(job: Job, candidate: Candidate, least: float, atlas: Atlas) -> Score:
    """What sending one candidate costs.

    :param least: hours planned of the one who has the fewest in that week
    """
    parts = [find_travel(job, candidate, atlas), find_load(job, candidate.hours, least)]
    if candidate.was_last:
        parts.append(Part("last", -LAST_TECHNICIAN_MINUTES))
    if candidate.pencilled:
        parts.append(Part("pencilled", PENCILLED_MINUTES, record_ids=candidate.pencilled))
    return Score(candidate.technician_id, candidate.name, tuple(parts))


def find_travel(job: Job, candidate: Candidate, atlas: Atlas) -> Part:
    """The way that this visit adds to the technician's day."""
    if job.place is None:
        return Part("remote", 0.0)
    code, way, basis = _find_detour(job.place, candidate, atlas)
    weight = HURRIED_WAY_WEIGHT if job.is_hurried else 1.0
    return Part(code, way * weight, way=way, basis=basis)


def _find_detour(place: Place, candidate: Candidate, atlas: Atlas) -> tuple[str, float, str]:
    previous, following = candidate.previous, candidate.following
    if previous and following:
        there, on = atlas.find_way(previous, place), atlas.find_way(place, following)
        without = atlas.find_way(previous, following)
        # Assumed minutes need not add up as those on a map do.
        extra = max(there.minutes + on.minutes - without.minutes, 0.0)
        basis = _find_weakest(way.basis for way in (there, on, without))
        if basis == "unknown":
            # Else a far known way less an assumed one would look like none at all.
            extra = max(extra, UNKNOWN_MINUTES)
        return "between", extra, basis
    for code, other in (("previous", previous), ("next", following), ("home", candidate.home)):
        if other:
            way = atlas.find_way(other, place)
            return code, way.minutes, way.basis
    return "nowhere", UNKNOWN_MINUTES, "unknown"


def _find_weakest(bases: Iterator[str]) -> str:
    return max(bases, key=("line", "postal_code", "area", "unknown").index)


def find_load(job: Job, hours: float, least: float) -> Part:
    """What balance is worth, in the week of the visit."""
    above = max(hours - least, 0.0)
    weight = HURRIED_LOAD_WEIGHT if job.is_hurried else 1.0
    return Part("load", above * MINUTES_PER_HOUR_ABOVE_LEAST * weight, hours=hours, above=above)


def find_delay(job: Job, days: float) -> Part:
    """What it costs that a visit lies so many days, of either sign, from where it should."""
    weight = HURRIED_WAY_WEIGHT if job.is_hurried else 1.0
    return Part("delay", abs(days) * MINUTES_PER_DAY_OF_DELAY * weight, days=days)


def find_kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance of two points on a sphere as large as the earth.

    The haversine formula, see R. W. Sinnott, "Virtues of the Haversine", Sky and Telescope 68
    (1984), p. 159; it is off by 0.5 % at most, since the earth is not quite a sphere.
    """
    latitude, longitude = radians(one[0]), radians(one[1])
    other_latitude, other_longitude = radians(other[0]), radians(other[1])
    haversine = (
        sin((other_latitude - latitude) / 2) ** 2
        + cos(latitude) * cos(other_latitude) * sin((other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(haversine)))
