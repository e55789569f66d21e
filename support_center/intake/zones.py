"""Time zones by the names that people give them, and wall-clock time in them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from .request import Findings

UTC = timezone.utc

# Names with one meaning that are no IANA zones. The North American ones have
# their offsets from RFC 5322, section 4.3; the European ones are summer time as
# zoneinfo knows it under the standard name, and the German names of CET.
_ABBREVIATIONS: dict[str, str | int] = {
    "Z": "UTC",
    "UT": "UTC",
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "WEST": 1,
    "CEST": 2,
    "EEST": 3,
    "MEZ": "CET",
    "MESZ": 2,
}
_OFFSET = re.compile(r"(?:UTC|GMT|UT|Z)?\s*([+\-−])\s*(\d{1,2})(?::?([0-5]\d))?", re.I)
# Names of one offset in the zone database, beside those that begin with ``Etc/``.
_OFFSET_NAMES = frozenset(
    {
        *("UTC", "UCT", "GMT", "GMT0", "GMT+0", "GMT-0"),
        *("Greenwich", "Universal", "Zulu", "EST", "MST", "HST"),
    }
)
# Names in the zone database that name no place and no fixed meaning.
_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})
_LONGEST = 64


@lru_cache(maxsize=1)
def _names_by_lower() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() - _NO_ZONES}


def fixed_zone(hours: int, minutes: int = 0) -> tuple[str | None, tzinfo] | None:
    """A zone with a fixed offset east of UTC.

    :return: its IANA name, where there is one (whole hours), and the zone; None
        beyond what any place on earth has (-12 to +14 hours)
    """
    offset = timedelta(hours=hours, minutes=minutes)
    if not timedelta(hours=-12) <= offset <= timedelta(hours=14):
        return None
    if not offset:
        return "UTC", UTC
    # The signs of the Etc zones are those of POSIX: west is positive.
    return (None if minutes else f"Etc/GMT{-hours:+d}"), timezone(offset)


@lru_cache(maxsize=256)
def find_zone(text: str) -> tuple[str | None, tzinfo] | None:
    """The zone that ``text`` names.

    Knows IANA names in any case, ``UTC+2``, ``+02:00`` and the abbreviations
    with one meaning.

    :return: IANA name (None for offsets that have none) and zone; None for
        what is unknown or ambiguous
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    known = _ABBREVIATIONS.get(text.upper())
    if isinstance(known, int):
        return fixed_zone(known)
    name = known or _names_by_lower().get(text.lower().replace(" ", "_"))
    if name:
        return name, ZoneInfo(name)
    match = _OFFSET.fullmatch(text)
    if not match:
        return None
    sign = 1 if match[1] == "+" else -1
    return fixed_zone(sign * int(match[2]), sign * int(match[3] or 0))


def find_written_zone(text: str) -> str | None:
    """The IANA name that a ``timezone`` writes out, ``UTC`` included.

    :return: None for what is only an offset, be it by an abbreviation: it says which instant
        is meant, and not in which zone its writer lives
    """
    text = text.strip()
    found = find_zone(text)
    if not found or _OFFSET.fullmatch(text):
        return None
    known = _ABBREVIATIONS.get(text.upper())
    return None if isinstance(known, int) else found[0]


def find_place(zone: tuple[str | None, tzinfo] | None) -> str | None:
    """The IANA name of a zone that was written with a time, where it names a place.

    Programs end every time with ``Z`` or an offset, wherever the customer is.

    :param zone: as ``find_zone`` returns it
    """
    name = zone[0] if zone else None
    if name is None or name in _OFFSET_NAMES or name.startswith("Etc/"):
        return None
    return name


def name_zone(moment: datetime, name: str | None, zone: tzinfo, favourite: str) -> str:
    """The name to tell for a time that was given with an offset or zone of its own.

    :param moment: aware, the time that was read
    :param name: IANA name of its zone, None where there is none
    :param favourite: IANA name of the zone that would have counted otherwise;
        preferred where the clock there shows the same
    """
    found = find_zone(favourite)
    plain = name is None or name == "UTC" or name.startswith("Etc/")
    if found and plain and moment.astimezone(found[1]).utcoffset() == zone.utcoffset(moment):
        return favourite
    return name or "UTC"


def resolve(wall: datetime, zone: tzinfo, name: str, findings: Findings) -> datetime:
    """The instant at which clocks in ``zone`` show ``wall``.

    An hour that the switch to summer time skips moves forward by what was
    skipped; of an hour that comes twice the first one counts (PEP 495, fold 0).
    A note tells about either.

    :param wall: naive
    :param name: name of the zone, for the note
    :return: aware UTC
    """
    moment = wall.replace(tzinfo=zone, fold=0)
    instant = moment.astimezone(UTC)
    if moment.utcoffset() != wall.replace(tzinfo=zone, fold=1).utcoffset():
        shown = instant.astimezone(zone)
        skipped = shown.replace(tzinfo=None) != wall
        findings.note(
            "dst_skipped" if skipped else "dst_repeated",
            value=f"{wall:%Y-%m-%d %H:%M}",
            resolved=shown.isoformat(sep=" ", timespec="minutes"),
            timezone=name,
        )
    return instant
