"""Why somebody cannot come: codes and values, which the addon puts in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .agenda import Agenda
from .intervals import Interval, covers, overlaps
from .slots import Demand

# What a dispatcher may overrule: when the technician works, never what they do then.
OVERRULABLE = frozenset({"hours", "leave", "holiday"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against a time.

    =============  ==================================================================
    code           values
    =============  ==================================================================
    ``booked``     ``record_id`` of the visit in the way, ``times`` of it; ``is_buffer``
                   when only the buffers collide
    ``held``       ``times`` that are kept for somebody who is deciding, ``until`` when
    ``event``      ``times`` of the meeting in the calendar
    ``leave``      ``times``, ``name``
    ``holiday``    ``times``, ``name``
    ``hours``      ``hours`` of that day, empty for a day off
    ``full``       ``count`` of the visits on that day, which is the limit
    ``lost``       another transaction was faster, see ``_assign_together``
    =============  ==================================================================
    """

    code: str
    times: Interval | None = None
    record_id: int | None = None
    is_buffer: bool = False
    name: str = ""
    hours: tuple[Interval, ...] = ()
    count: int = 0
    until: datetime | None = None


def why_not(
    agenda: Agenda, demand: Demand, start: datetime, *, any_hour: bool = False
) -> list[Reason]:
    """All that speaks against a visit at ``start``; empty when nothing does.

    :param any_hour: leave out what a dispatcher overrules, see ``OVERRULABLE``
    """
    visit, busy = demand.visit_at(start), demand.busy_at(start)
    reasons = _find_collisions(agenda, visit, busy)
    if not any_hour:
        reasons += _find_absences(agenda, visit)
    day = agenda.day_of(start)
    if agenda.is_full(day):
        reasons.append(Reason("full", count=agenda.visits_by_day[day]))
    return reasons


def _find_collisions(agenda: Agenda, visit: Interval, busy: Interval) -> list[Reason]:
    reasons = [
        Reason(
            "booked",
            times=(booking.start, booking.stop),
            record_id=booking.record_id,
            is_buffer=not overlaps(visit, (booking.start, booking.stop)),
        )
        for booking in agenda.bookings
        if booking.is_live and overlaps(busy, booking.busy)
    ]
    reasons += [
        Reason(
            "held",
            times=(hold.start, hold.stop),
            is_buffer=not overlaps(visit, (hold.start, hold.stop)),
            until=hold.until,
        )
        for hold in agenda.holds
        if overlaps(busy, hold.busy)
    ]
    return reasons + [
        Reason("event", times=event, is_buffer=not overlaps(visit, event))
        for event in agenda.events
        if overlaps(busy, event)
    ]


def _find_absences(agenda: Agenda, visit: Interval) -> list[Reason]:
    reasons = [
        Reason(
            "holiday" if absence.is_public else "leave",
            times=(absence.start, absence.stop),
            name=absence.name,
        )
        for absence in agenda.absences
        if overlaps(visit, (absence.start, absence.stop))
    ]
    if agenda.shifts is not None and not covers(agenda.shifts, visit):
        reasons.append(Reason("hours", hours=_hours_of_day(agenda, visit[0])))
    return reasons


def _hours_of_day(agenda: Agenda, moment: datetime) -> tuple[Interval, ...]:
    day = agenda.day_of(moment)
    return tuple(
        (start, stop)
        for start, stop in agenda.shifts or ()
        if day in (agenda.day_of(start), agenda.day_of(stop - timedelta(microseconds=1)))
    )
