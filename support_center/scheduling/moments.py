"""Moments, days and zones: values in, values out.

Odoo keeps a moment as a naive datetime in UTC; the packages without Odoo compute with aware ones.
A zone is an IANA name, as Odoo keeps it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
ONE_DAY = timedelta(days=1)
FALLBACK_ZONE = "UTC"


def aware(moment: datetime) -> datetime:
    """Naive UTC, as Odoo has it, to aware UTC."""
    return moment.replace(tzinfo=UTC)


def naive(moment: datetime) -> datetime:
    """Any aware moment to naive UTC, as Odoo has it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def is_zone(name: object) -> bool:
    """Whether this machine knows a zone of this name."""
    if not isinstance(name, str) or not name:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def choose_zone(*names: object) -> str:
    """The first of ``names`` that is a zone, in the order in which they are to be asked.

    :return: IANA name; UTC where none of them is one
    """
    return next((str(name) for name in names if is_zone(name)), FALLBACK_ZONE)


def get_day(moment: datetime, zone: str) -> date:
    """The day that a calendar on the wall of ``zone`` shows at a moment in naive UTC."""
    return aware(moment).astimezone(ZoneInfo(zone)).date()


def get_midnight(day: date, zone: str) -> datetime:
    """When ``day`` begins in ``zone``, in naive UTC.

    The next day begins 23 to 25 hours later where the clock changes: ask for it, add no hours.
    """
    return from_local(datetime.combine(day, time.min), zone)


def from_local(moment: datetime, zone: str) -> datetime:
    """What a clock in ``zone`` shows, to naive UTC.

    :param moment: naive; an hour that the clock shows twice is the first of the two
    """
    return naive(moment.replace(tzinfo=ZoneInfo(zone)))
