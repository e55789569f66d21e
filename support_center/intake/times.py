"""When the customer wants the visit: text or date object to an instant."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from xmlrpc.client import DateTime

from .keys import BASIC_TIME, ISO_TIME
from .request import Findings
from .text import clean, describe, one_line
from .zones import UTC, find_place, find_zone, name_zone, resolve

KEY = "requested_date"
#: What a caller is told to send.
EXPECTED = "YYYY-MM-DD HH:MM:SS"

# How far the ``Date`` of a mail may lie ahead of its arrival and still count: a program that
# takes its own hour for UTC is half a day off, and clocks differ.
MOST_AHEAD = timedelta(days=1)
# And how far behind: servers try for five days to hand a mail on (RFC 5321, section 4.5.4.1), and
# over a weekend nobody mends the one that is down.
MOST_BEHIND = timedelta(days=7)

# Beyond these a date is a slip of the keyboard, and UTC conversion may overflow.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_LONGEST = 200
_HALF = re.compile(r"[ap]\.? ?m\b", re.I)
_RANGE = re.compile(r"[-–] ?(\d{1,2})(?::\d{2})?")


@dataclass(frozen=True)
class Clue:
    """A date and time as text gave them, before any zone is applied.

    ``day`` and ``clock`` (hour, minute, second) are None where they were not
    said; ``zone`` is a zone named with the time. ``worded`` marks what was
    worked out from words, ``year_assumed`` a year that was not written, ``counted`` a
    day that depends on when the text was written, and ``about`` an hour that was given as
    not quite exact.
    """

    day: date | None
    clock: tuple[int, int, int] | None
    zone: tuple[str | None, tzinfo] | None = None
    worded: bool = False
    year_assumed: bool = False
    counted: bool = False
    about: bool = False


class UnreadableTime(ValueError):
    """Text that is no usable time; ``code`` and ``params`` become the problem."""

    def __init__(self, code: str = "invalid", **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


#: Reads free wording; gets the text and the reference instant in the zone.
WordReader = Callable[[str, datetime], Clue]


def read_iso(text: str) -> Clue | None:
    """ISO 8601 and its relatives, as programs write them; None for other forms.

    :raise UnreadableTime: for a day, hour or zone that does not exist
    """
    match = ISO_TIME.fullmatch(text) or BASIC_TIME.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute, second, rest = match.groups()
    found = make_day(int(year), int(month), int(day))
    if hour is None:
        return Clue(found, None)
    rest, zone = rest.strip(), None
    if _HALF.match(rest):
        return None
    range_end = None if second or "T" in text.upper() else _RANGE.fullmatch(rest)
    if range_end and int(range_end[1]) > int(hour):
        # "08:00-10:00": two hours for a human, an offset for a program.
        raise UnreadableTime("ambiguous", reason="several_times")
    if rest:
        zone = find_zone(rest)
        if not zone:
            raise UnreadableTime(reason="unknown_zone")
    return Clue(found, make_clock(int(hour), int(minute), int(second or 0)), zone)


def make_day(year: int, month: int, day: int) -> date:
    """:raise UnreadableTime: for a day that does not exist or is out of all reason"""
    try:
        found = date(year, month, day)
    except ValueError:
        raise UnreadableTime(reason="no_such_day") from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise UnreadableTime(reason="no_such_day")
    return found


def make_clock(hour: int, minute: int, second: int = 0) -> tuple[int, int, int]:
    """:raise UnreadableTime: for an hour that no clock shows"""
    if hour > 23 or minute > 59 or second > 59:
        raise UnreadableTime(reason="no_such_hour")
    return hour, minute, second


def is_near(sent: datetime, arrived: datetime) -> bool:
    """Whether a mail that says it was sent then may have arrived then.

    :param sent: aware or naive, as ``arrived``
    """
    return arrived - MOST_BEHIND <= sent <= arrived + MOST_AHEAD


def read_requested_date(
    value: object,
    *,
    zone: tuple[str, tzinfo],
    zone_given: bool,
    now: datetime,
    sent: datetime,
    findings: Findings,
    read_words: WordReader | None = None,
    sent_known: bool = True,
) -> tuple[datetime | None, str | None, str | None]:
    """The instant that ``value`` asks for.

    :param value: text, ``datetime``, ``date`` or ``xmlrpc.client.DateTime``
    :param zone: IANA name and zone of a time that names none itself
    :param zone_given: whether the request itself named that zone
    :param now: aware; a time that is not after it is past
    :param sent: aware; what "tomorrow" counts from
    :param read_words: reads what is not ISO 8601; None to refuse it
    :param sent_known: whether ``sent`` is when it was written; else it is when it came in, and
        a note tells so of a day that was counted from there
    :return: aware UTC instant, IANA name of the zone in which it was read, and IANA
        name of the zone of a place that was written with the time; None for each with
        a problem among the findings
    """
    try:
        clue = _read_clue(value, sent.astimezone(zone[1]), read_words)
        if clue.day is None:
            raise UnreadableTime
        if clue.clock is None:
            raise UnreadableTime("missing_time")
    except UnreadableTime as error:
        params = {"value": describe(value), "expected": EXPECTED, **error.params}
        findings.problem(KEY, error.code, **params)
        return None, None, None
    wall = datetime(clue.day.year, clue.day.month, clue.day.day, *clue.clock)
    if clue.zone:
        instant = resolve(wall, clue.zone[1], clue.zone[0] or "UTC", findings)
        name = zone[0] if zone_given else name_zone(instant, *clue.zone, favourite=zone[0])
    else:
        name = zone[0]
        instant = resolve(wall, zone[1], name, findings)
        if not zone_given:
            findings.note("zone_assumed", timezone=name)
    shown = f"{wall:%Y-%m-%d %H:%M}"
    _note_wording(clue, findings, value=describe(value), resolved=shown, timezone=name)
    if clue.counted and not sent_known:
        day = f"{sent.astimezone(zone[1]):%Y-%m-%d}"
        findings.note("sent_unknown", value=describe(value), resolved=day)
    if instant <= now:
        findings.problem(KEY, "past", value=describe(value), resolved=shown, timezone=name)
    return instant, name, find_place(clue.zone)


def _note_wording(
    clue: Clue, findings: Findings, *, value: str, resolved: str, timezone: str
) -> None:
    """Tell how words were understood."""
    if clue.year_assumed:
        findings.note("year_assumed", value=value, resolved=resolved, timezone=timezone)
    elif clue.worded:
        findings.note("date_understood", value=value, resolved=resolved, timezone=timezone)
    if clue.about:
        findings.note("about_taken", value=value, resolved=resolved)


def _read_clue(value: object, sent: datetime, read_words: WordReader | None) -> Clue:
    if isinstance(value, DateTime):
        value = value.value
    if isinstance(value, datetime):
        offset = value.utcoffset() if value.tzinfo else None
        day = make_day(value.year, value.month, value.day)
        clock = (value.hour, value.minute, value.second)
        if offset is None:
            return Clue(day, clock)
        # The offset decides the instant; the zone's name, if it has one, is told.
        named = find_zone(str(value.tzinfo))
        return Clue(day, clock, (named[0] if named else None, timezone(offset)))
    if isinstance(value, date):
        return Clue(make_day(value.year, value.month, value.day), None)
    if not isinstance(value, str):
        raise UnreadableTime("not_text")
    if len(value) > _LONGEST:
        raise UnreadableTime
    text = one_line(clean(value))
    return _read_text(text, sent, read_words)


def _read_text(text: str, sent: datetime, read_words: WordReader | None) -> Clue:
    try:
        # A full stop may end the sentence, as in "2027-01-15T14:00:00Z."
        clue = read_iso(text.rstrip(" .,;!"))
    except UnreadableTime as error:
        # What follows the hour may be words: "2027-01-12 3:00 in the afternoon".
        if read_words is None or error.params.get("reason") != "unknown_zone":
            raise
        try:
            return read_words(text, sent)
        except UnreadableTime as other:
            raise error if other.params.get("reason") == "words" else other from None
    if clue is None and read_words:
        clue = read_words(text, sent)
    if clue is None:
        raise UnreadableTime
    return clue


def aware(moment: datetime) -> datetime:
    """``moment`` in UTC; a naive one is UTC already, as everywhere in Odoo."""
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
