"""The hours of a working schedule: when its weekly lines are at work in a window of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from .intervals import Interval, merge
from .moments import ONE_DAY, UTC


class Shift(NamedTuple):
    """One line of a schedule: hours of a weekday, 0 for Monday, each week or every other one.

    ``opens`` and ``closes`` are hours of the day, 24 for its end. ``week`` is 0 or 1 for the
    weeks that ``get_week`` counts so, and None for each. The line holds from ``since`` to
    ``until``, both of them included.
    """

    weekday: int
    opens: float
    closes: float
    week: int | None = None
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return (
            self.weekday == day.weekday()
            and self.week in (None, get_week(day))
            and (self.since is None or self.since <= day)
            and (self.until is None or day <= self.until)
        )


def find_hours(
    shifts: Iterable[Shift], window: Interval, localize: Callable[[datetime], datetime]
) -> list[Interval]:
    """When somebody of this schedule is at work within ``window``, merged.

    :param localize: what a clock on the wall shows, naive, to the aware moment
    """
    shifts = list(shifts)
    day, last = (window[0] - ONE_DAY).date(), (window[1] + ONE_DAY).date()
    found = []
    while day <= last:
        for shift in shifts:
            if shift.holds_on(day):
                opens, closes = (
                    localize(datetime.combine(day, get_time(hours))).astimezone(UTC)
                    for hours in (shift.opens, shift.closes)
                )
                start, stop = max(opens, window[0]), min(closes, window[1])
                found.append((start, round_up(stop)))
        day += ONE_DAY
    return merge(found)


def get_week(day: date) -> int:
    """0 or 1, in turn, as Odoo counts the weeks of a schedule of two."""
    return (day.toordinal() - 1) // 7 % 2


def get_time(hours: float) -> time:
    """Hours of a day, to the minute; 24 are the last moment of it, as Odoo has them."""
    minutes = int(hours * 60 + 0.5 + 1e-6)
    return time.max if minutes == 24 * 60 else time(*divmod(minutes, 60))


def round_up(moment: datetime) -> datetime:
    """To the whole second: Odoo writes midnight, as the end of a day, as the moment before it."""
    if moment.microsecond:
        moment = moment.replace(microsecond=0) + timedelta(seconds=1)
    return moment
