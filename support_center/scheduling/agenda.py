"""What is known of one technician's time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import cached_property
from typing import NamedTuple

from .intervals import Interval, merge, subtract


class Booking(NamedTuple):
    """A visit that is planned, or done today.

    ``start`` and ``stop`` are the visit; ``busy`` is the visit with its own buffers. A visit
    that is done takes no time any more, but counts for its day and is where the technician
    comes from (``is_live`` false).
    """

    record_id: int
    start: datetime
    stop: datetime
    busy: Interval
    partner_id: int | None = None
    is_live: bool = True


class Hold(NamedTuple):
    """A time that is kept for somebody who is deciding, until ``until``.

    ``record_id`` is the appointment that may be planned there; None for one that is not made yet.
    """

    start: datetime
    stop: datetime
    busy: Interval
    until: datetime
    record_id: int | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """A leave of the technician, or a holiday of the whole company; ``name`` may be empty."""

    start: datetime
    stop: datetime
    name: str = ""
    is_public: bool = False


@dataclass(frozen=True)
class Agenda:
    """One technician's hours and what is in them, within the window that was read.

    ``hours`` are the times of the working schedule before any absence; ``None`` stands for a
    technician without a schedule, who is always at work. ``events`` are busy times of the
    calendar. ``max_daily`` is the most visits on one day of the technician's zone, 0 for no
    limit. ``holds`` are times that are kept for others than those who ask.
    """

    zone: tzinfo
    hours: list[Interval] | None
    absences: list[Absence] = field(default_factory=list)
    bookings: list[Booking] = field(default_factory=list)
    events: list[Interval] = field(default_factory=list)
    max_daily: int = 0
    holds: list[Hold] = field(default_factory=list)

    @cached_property
    def shifts(self) -> list[Interval] | None:
        """The hours, merged."""
        return None if self.hours is None else merge(self.hours)

    @cached_property
    def away(self) -> list[Interval]:
        """When the technician is absent, merged."""
        return merge((absence.start, absence.stop) for absence in self.absences)

    @cached_property
    def taken(self) -> list[Interval]:
        """When the technician is with a customer, on the way, in a meeting, or held, merged."""
        live = [booking.busy for booking in self.bookings if booking.is_live]
        return merge([*live, *(hold.busy for hold in self.holds), *self.events])

    @cached_property
    def visits_by_day(self) -> dict[date, int]:
        """How many visits each day of the technician's zone has or may get.

        Of several times that are held for one appointment on a day, one will be taken.
        """
        counts: dict[date, int] = {}
        for booking in self.bookings:
            day = self.day_of(booking.start)
            counts[day] = counts.get(day, 0) + 1
        held = {(self.day_of(h.start), h.record_id) for h in self.holds if h.record_id}
        days = [day for day, _record_id in held]
        days += [self.day_of(hold.start) for hold in self.holds if not hold.record_id]
        for day in days:
            counts[day] = counts.get(day, 0) + 1
        return counts

    def day_of(self, moment: datetime) -> date:
        """The day that the technician's wall calendar shows at ``moment``."""
        return moment.astimezone(self.zone).date()

    def is_full(self, day: date) -> bool:
        """Whether one more visit on ``day`` would be too many."""
        return bool(self.max_daily) and self.visits_by_day.get(day, 0) >= self.max_daily

    def at_work(self, within: Interval) -> list[Interval]:
        """Hours less absences, merged, for ``within``."""
        return subtract([within] if self.shifts is None else self.shifts, self.away)

    def with_booking(self, booking: Booking) -> Agenda:
        """The same agenda with one more visit in it."""
        return replace(self, bookings=[*self.bookings, booking])

    def without_booking(self, record_id: int) -> Agenda:
        """The same agenda without one visit, and what is held for it: it is not in its own way."""
        return replace(
            self,
            bookings=[b for b in self.bookings if b.record_id != record_id],
            holds=[h for h in self.holds if h.record_id != record_id],
        )
