"""Calendar data in mails: invitations and what calendars answer to them (RFC 5545, 5546, 6047).

Read as programs write it, not only as it should be: a line that cannot be read is left out and
the rest counts. Nothing here raises, and all of it is linear in the size of its input: what could
be expanded without end, such as the rules of a repeating event, is never expanded.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone, tzinfo
from email.message import EmailMessage
from urllib.parse import unquote

from icalendar import vDuration
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from .bounds import bound_html
from .html_text import html_to_text
from .mime_headers import EMAIL_ERRORS, set_header
from .mime_repair import decode_text, is_attachment, read_bytes
from .text import clean, one_line
from .values import LIMITS, normalise_email
from .zones import UTC, find_place, find_zone

# How much of a calendar file is read, and how much of what is in it.
MAX_BYTES = 1_000_000
MAX_LINES = 20_000
MAX_EVENTS = 20
MAX_FILES = 5
MAX_ATTENDEES = 100
_MAX_ZONES = 20
_MAX_NESTING = 20
_MAX_OBSERVANCES = 100
_LONGEST_LINE = 50_000
# Four bytes each at most: an index of PostgreSQL takes no more than some 2,700 bytes.
_LONGEST_UID = 600
_LONGEST_NAME = 200
_LONGEST_SUMMARY = 500
# Of a text, before its HTML is read; it is cut to far less.
_LONGEST_TEXT = 20_000
# Beyond these a date is a mistake, and its conversion to another zone may overflow.
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
#: Methods that ask for a visit; a file without any method is one that somebody has exported.
REQUESTS = frozenset({"REQUEST", "PUBLISH", "ADD", ""})

_FOLD = re.compile(r"(?:\r\n|\n|\r)[ \t]")
_LINE_END = re.compile(r"\r\n|\n|\r")
_NAME = re.compile(r"\s*([A-Za-z0-9-]{1,60})(?=[;:])")
_PARAMETER = re.compile(r";\s*([A-Za-z0-9-]{1,60})=((?:\"[^\"]*\"|[^\";:])*)")
_ESCAPED = re.compile(r"\\(.)")
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})?(Z?))?", re.I)
_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?")
_BY_DAY = re.compile(r"([+-]?[1-5])(MO|TU|WE|TH|FR|SA|SU)")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_TAG = re.compile(r"<(?:br|p|div|span|a|b|i|ul|html)\b[^<>]{0,500}>", re.I)
_TEXTS = frozenset({"SUMMARY", "LOCATION", "DESCRIPTION", "COMMENT", "UID"})
_HEAD_NAMES = frozenset({"METHOD", "PRODID"})
_EVENT_NAMES = _TEXTS | {
    "SEQUENCE", "DTSTART", "DTEND", "DURATION", "ORGANIZER", "ATTENDEE", "STATUS",
    "RECURRENCE-ID", "RRULE", "RDATE",
}  # fmt: skip
_ZONE_NAMES = frozenset({"TZID", "X-LIC-LOCATION", "DTSTART", "TZOFFSETTO", "RRULE", "RDATE"})
# Calendars that write the text of the mail themselves; what a person adds is the comment.
_WRITES_ITS_TEXT = re.compile(
    r"google|apple|icloud|yahoo|fastmail|cyrus|zimbra|proton|nextcloud|sabre|sogo", re.I
)
_CALENDAR_ROBOT = re.compile(r"calendar-(?:notification|server)@", re.I)


@dataclass(frozen=True)
class Attendee:
    """Somebody who was invited; ``partstat`` is their answer, in upper case."""

    email: str
    partstat: str = ""
    delegated_to: str = ""


@dataclass(frozen=True)
class CalendarEvent:
    """One event as it was understood; empty where nothing usable was said.

    ``start`` and ``stop`` are aware UTC; naive where the event names no zone or one that nobody
    knows (``unknown_zone``), then they are what the clock shows. Of an event that lasts whole
    days only ``day`` is known. ``timezone`` is the IANA name of the zone that the event names.
    ``method`` is upper case, as in ``METHOD``; that of a cancelled event is ``CANCEL``.
    """

    method: str = ""
    uid: str = ""
    sequence: int = 0
    start: datetime | None = None
    stop: datetime | None = None
    day: date | None = None
    timezone: str = ""
    unknown_zone: str = ""
    summary: str = ""
    location: str = ""
    description: str = ""
    comment: str = ""
    organizer: str = ""
    organizer_name: str = ""
    sent_by: str = ""
    attendees: tuple[Attendee, ...] = ()
    is_part: bool = False
    repeats: bool = False
    writes_its_text: bool = False

    @property
    def is_request(self) -> bool:
        """Whether it asks for a visit, and does not answer to one."""
        return self.method in REQUESTS


@dataclass(frozen=True)
class CalendarMail:
    """What the calendar files of a mail hold; without any event ``is_broken`` says why."""

    events: tuple[CalendarEvent, ...] = ()
    is_broken: bool = False

    def find(self, uid: str | bool | None) -> CalendarEvent | None:
        """The first event of that UID."""
        return next((event for event in self.events if uid and event.uid == uid), None)


# ----------------------------------------------------------------------
# Mails
# ----------------------------------------------------------------------


def name_calendar_parts(message: EmailMessage) -> None:
    """Let each calendar file of a mail be attached under a name that ends with ``.ics``.

    Odoo calls the nameless ones “attachment”, and takes one that is the whole mail for its text.
    """
    try:
        if not message.is_multipart() and message.get_content_type() in TYPES:
            message.make_mixed()
        for part in _list_calendar_parts(message):
            name = part.get_filename() or "invite"
            if name.lower().endswith((".ics", ".vcs")) and is_attachment(part):
                continue
            name = "".join(letter for letter in name if letter.isalnum() or letter in " ._-")
            stem = name[:_LONGEST_NAME].removesuffix(".ics").strip() or "invite"
            disposition = f'attachment; filename="{_ascii(stem)}.ics"'
            set_header(part, "Content-Disposition", disposition)
    except EMAIL_ERRORS:
        # What cannot be read is repaired later, and attached as it is.
        return


def _ascii(text: str) -> str:
    return text.encode("ascii", "ignore").decode().strip() or "invite"


def read_calendar_mail(message: EmailMessage) -> CalendarMail | None:
    """What calendars said by a mail; None where it carries no calendar file.

    A file that came in a mail attached to it is that mail's; one in a part that was signed as a
    whole is this mail's.
    """
    parts = sorted(_list_calendar_parts(message), key=is_attachment)
    parts = parts or _list_sealed_parts(message)
    if not parts:
        return None
    events: dict[tuple[str, str], CalendarEvent] = {}
    for part in parts[:MAX_FILES]:
        for event in _read_part(part):
            events.setdefault((event.uid, str(event.start or event.day)), event)
    found = tuple(events.values())[:MAX_EVENTS]
    return CalendarMail(found, is_broken=not found)


def _list_calendar_parts(message: EmailMessage) -> list[EmailMessage]:
    found: list[EmailMessage] = []
    stack: list[object] = [message]
    while stack:
        part = stack.pop()
        if not isinstance(part, EmailMessage):
            continue
        try:
            if part.get_content_maintype() == "message":
                continue
            payload = part.get_payload()
            if isinstance(payload, list):
                stack.extend(reversed(payload))
            elif _is_calendar(part):
                found.append(part)
        except EMAIL_ERRORS:
            continue
    return found


def _list_sealed_parts(message: EmailMessage) -> list[EmailMessage]:
    """The calendar files inside of parts that were signed as a whole."""
    # The reader of texts knows the request form, which knows invitations.
    from .mail_text import read_mail_text  # noqa: PLC0415

    try:
        if not any(_is_sealed(part) for part in message.walk()):
            return []
        files = read_mail_text(message).files
    except EMAIL_ERRORS:
        return []
    return [part for part in files if _is_calendar(part)]


def _is_sealed(part: object) -> bool:
    if not isinstance(part, EmailMessage):
        return False
    name = (part.get_filename() or "").strip().lower()
    return part.get_content_type() in _SEALED or name == "smime.p7m"


def _is_calendar(part: EmailMessage) -> bool:
    return part.get_content_type() in TYPES or (part.get_filename() or "").lower().endswith(".ics")


def _read_part(part: EmailMessage) -> list[CalendarEvent]:
    try:
        charset = part.get_content_charset()
        method = part.get_param("method", "")
    except EMAIL_ERRORS:
        charset, method = None, ""
    text = decode_text(read_bytes(part)[:MAX_BYTES], charset)
    return read_events(text, method=method if isinstance(method, str) else "")


# ----------------------------------------------------------------------
# Files
# ----------------------------------------------------------------------


@dataclass
class _Observance:
    """Standard or summer time in the definition of a zone."""

    onset: datetime | None = None
    offset: timedelta | None = None
    rule: Mapping[str, str] = field(default_factory=dict)
    #: Further onsets that are written out.
    dates: list[datetime] = field(default_factory=list)


@dataclass
class _Zone:
    location: str = ""
    observances: list[_Observance] = field(default_factory=list)


@dataclass
class _Line:
    """One line; the value is as it was written, with what is escaped in a text."""

    name: str
    params: Mapping[str, str]
    value: str

    def param(self, name: str) -> str:
        """A parameter, without its quotation marks; empty where it is missing."""
        return self.params.get(name, "").strip().strip('"')


class _Reader:
    """Sorts the lines of a file into its head, zones and events."""

    def __init__(self) -> None:
        self.head: dict[str, str] = {}
        self.zones: dict[str, _Zone] = {}
        self.events: list[list[_Line]] = []
        self._path: list[str] = []
        self._zone = _Zone()
        self._zone_id = ""

    def take(self, raw: str) -> None:
        """Heed one line; what nobody needs or can read is left out."""
        name = _NAME.match(raw[:_LONGEST_NAME])
        key = name[1].upper() if name else ""
        if key in ("BEGIN", "END"):
            block = raw.partition(":")[2].strip().upper()[:_LONGEST_NAME]
            (self._begin if key == "BEGIN" else self._end)(block)
            return
        inner = self._path[-1] if self._path else ""
        if not self._is_needed(key, inner) or len(raw) > _LONGEST_LINE:
            return
        line = _read_line(raw)
        if line is None:
            return
        if inner == "VEVENT":
            self.events[-1].append(line)
        elif key in _HEAD_NAMES:
            self.head.setdefault(key, one_line(line.value))
        else:
            self._take_zone(line, inner)

    def _is_needed(self, key: str, inner: str) -> bool:
        if inner == "VEVENT":
            return key in _EVENT_NAMES and len(self.events) <= MAX_EVENTS
        if key in _HEAD_NAMES:
            return inner in ("VCALENDAR", "")
        return key in _ZONE_NAMES and "VTIMEZONE" in self._path

    def _begin(self, block: str) -> None:
        if len(self._path) >= _MAX_NESTING:
            return
        if block == "VEVENT" and len(self.events) <= MAX_EVENTS:
            self.events.append([])
        elif block == "VTIMEZONE":
            self._zone, self._zone_id = _Zone(), ""
        elif self._path[-1:] == ["VTIMEZONE"] and len(self._zone.observances) < _MAX_OBSERVANCES:
            self._zone.observances.append(_Observance())
        self._path.append(block)

    def _end(self, block: str) -> None:
        if block in self._path:
            # What was not closed before ends here, too.
            del self._path[len(self._path) - 1 - self._path[::-1].index(block) :]
        if block == "VTIMEZONE" and self._zone_id and len(self.zones) < _MAX_ZONES:
            self.zones[_fold_zone(self._zone_id)] = self._zone

    def _take_zone(self, line: _Line, inner: str) -> None:
        if inner == "VTIMEZONE" and line.name == "TZID":
            self._zone_id = line.value.strip()
        elif inner == "VTIMEZONE" and line.name == "X-LIC-LOCATION":
            self._zone.location = line.value.strip()
        elif self._zone.observances:
            _keep_observance(self._zone.observances[-1], line)


def read_events(text: str, *, method: str = "") -> list[CalendarEvent]:
    """The events of a calendar file.

    :param text: the file, as long as it may be
    :param method: what the mail says that is to be done with it, where the file does not
    """
    unfolded = _FOLD.sub("", text[:MAX_BYTES].lstrip("\ufeff"))
    reader = _Reader()
    for raw in _LINE_END.split(unfolded, MAX_LINES)[:MAX_LINES]:
        reader.take(raw)
    method = one_line(reader.head.get("METHOD") or method).upper()[:40]
    writes_its_text = bool(_WRITES_ITS_TEXT.search(reader.head.get("PRODID", "")))
    return [
        replace(_read_event(lines, reader.zones, method), writes_its_text=writes_its_text)
        for lines in reader.events[:MAX_EVENTS]
        if lines
    ]


def _read_line(raw: str) -> _Line | None:
    name = _NAME.match(raw)
    if not name:
        return None
    params: dict[str, str] = {}
    end = name.end()
    while match := _PARAMETER.match(raw, end):
        params.setdefault(match[1].upper(), match[2])
        end = match.end()
    # Of broken parameters the value is told apart by the first colon at least.
    colon = raw.find(":", end)
    return _Line(name[1].upper(), params, raw[colon + 1 :]) if colon >= 0 else None


def _keep_observance(observance: _Observance, line: _Line) -> None:
    if line.name == "DTSTART":
        moment = _read_wall(line.value)
        observance.onset = moment if isinstance(moment, datetime) else None
    elif line.name == "TZOFFSETTO":
        match = _OFFSET.fullmatch(line.value.strip())
        if match:
            offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
            if offset < timedelta(hours=24):
                observance.offset = -offset if match[1] == "-" else offset
    elif line.name == "RDATE":
        values = line.value.split(",", _MAX_OBSERVANCES)[:_MAX_OBSERVANCES]
        moments = [_read_wall(value.partition("/")[0]) for value in values]
        room = _MAX_OBSERVANCES - len(observance.dates)
        observance.dates += [each for each in moments if isinstance(each, datetime)][:room]
    elif line.name == "RRULE":
        pairs = (pair.partition("=") for pair in line.value.upper().split(";")[:20])
        observance.rule = {name.strip(): value.strip() for name, _sign, value in pairs}


def _read_event(lines: list[_Line], zones: Mapping[str, _Zone], method: str) -> CalendarEvent:
    first: dict[str, _Line] = {}
    attendees: list[_Line] = []
    for line in lines:
        first.setdefault(line.name, line)
        if line.name == "ATTENDEE" and len(attendees) < MAX_ATTENDEES:
            attendees.append(line)
    texts = {name: _read_text(first[name].value) for name in _TEXTS & first.keys()}
    start, zone_name, unknown = _read_moment(first.get("DTSTART"), zones)
    stop, _name, _unknown = _read_moment(first.get("DTEND"), zones)
    moment = start if isinstance(start, datetime) else None
    status = first["STATUS"].value.strip().upper() if "STATUS" in first else ""
    organizer = first.get("ORGANIZER")
    return CalendarEvent(
        method="CANCEL" if status == "CANCELLED" and method in REQUESTS else method,
        uid=one_line(texts.get("UID", ""))[:_LONGEST_UID],
        sequence=_read_number(first.get("SEQUENCE")),
        start=moment,
        stop=_read_stop(moment, stop, first.get("DURATION")),
        day=start if moment is None else None,
        timezone=zone_name,
        unknown_zone=unknown,
        summary=one_line(texts.get("SUMMARY", ""))[:_LONGEST_SUMMARY],
        location=one_line(texts.get("LOCATION", ""))[: LIMITS["location"]],
        description=texts.get("DESCRIPTION", "")[: LIMITS["description"]],
        comment=texts.get("COMMENT", "")[: LIMITS["description"]],
        organizer=_read_address(organizer),
        organizer_name=one_line(clean(organizer.param("CN")))[:_LONGEST_NAME] if organizer else "",
        sent_by=_read_mailto(organizer.param("SENT-BY")) if organizer else "",
        attendees=tuple(
            Attendee(
                _read_address(line),
                line.param("PARTSTAT").strip().upper()[:40],
                _read_mailto(line.param("DELEGATED-TO")),
            )
            for line in attendees
        ),
        is_part="RECURRENCE-ID" in first,
        repeats="RRULE" in first or "RDATE" in first,
    )


def _read_text(value: str) -> str:
    """A text, its escapes undone; some calendars write HTML into it."""
    value = value[:_LONGEST_TEXT]
    text = clean(_ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value))
    if _TAG.search(text):
        text = html_to_text(bound_html(text))
    return text.strip()


def _read_number(line: _Line | None) -> int:
    text = line.value.strip() if line else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _read_address(line: _Line | None) -> str:
    if line is None:
        return ""
    return _read_mailto(line.value) or _read_mailto(line.param("EMAIL"))


def _read_mailto(text: str) -> str:
    """The address of a ``mailto:``, normalised; empty where there is none."""
    text = unquote(text[:_LONGEST_UID]).strip().strip('"').strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    return normalise_email(text.strip().strip("<>")) or ""


def _read_stop(
    start: datetime | None, stop: date | None, duration: _Line | None
) -> datetime | None:
    if start is None:
        return None
    if isinstance(stop, datetime) and (stop.tzinfo is None) == (start.tzinfo is None):
        return stop
    if duration is None:
        return None
    try:
        found: timedelta = vDuration.from_ical(duration.value.strip()[:40])  # type: ignore[no-untyped-call]
        return start + found
    except (ValueError, OverflowError):
        return None


# ----------------------------------------------------------------------
# Times
# ----------------------------------------------------------------------


def _read_wall(value: str) -> date | None:
    """What the clock shows, a ``date`` where there is none; the zone is not looked at."""
    match = _MOMENT.fullmatch(value.strip()[:40])
    if not match:
        return None
    year, month, day, hour, minute, second, _zulu = match.groups()
    try:
        if hour is None:
            return date(int(year), int(month), int(day))
        return datetime(
            int(year), int(month), int(day), int(hour), int(minute), min(int(second or 0), 59)
        )
    except ValueError:
        return None


def _read_moment(line: _Line | None, zones: Mapping[str, _Zone]) -> tuple[date | None, str, str]:
    """The moment of a property, the IANA name of its zone, and the name of one nobody knows."""
    wall = _read_wall(line.value) if line else None
    if wall and not _FIRST_YEAR <= wall.year <= _LAST_YEAR:
        wall = None
    if line is None or not isinstance(wall, datetime):
        return wall, "", ""
    if line.value.strip()[-1:] in "Zz":
        return wall.replace(tzinfo=UTC), "", ""
    zone_id = line.param("TZID")
    if not zone_id:
        return wall, "", ""
    name, zone = _find_zone(zone_id, zones.get(_fold_zone(zone_id)), wall)
    if zone is None:
        return wall, "", one_line(clean(zone_id))[:60]
    return wall.replace(tzinfo=zone).astimezone(UTC), name, ""


def _find_zone(zone_id: str, definition: _Zone | None, wall: datetime) -> tuple[str, tzinfo | None]:
    """The zone that a calendar names: of IANA, of Windows, or one that it defines itself."""
    segments = zone_id.strip("/").split("/")
    names = [zone_id, WINDOWS_TO_OLSON.get(zone_id, "")]
    # As Mozilla and Evolution have it: their own name, a version and the zone behind it.
    names += ["/".join(segments[-count:]) for count in (3, 2) if len(segments) > count]
    if segments[-1].lower() == "utc":
        # "tzone://Microsoft/Utc"
        names.append("UTC")
    if definition:
        names.append(definition.location)
    offset = _find_offset(definition, wall) if definition else None
    for name in filter(None, names):
        found = find_zone(name)
        # "EST" is New York's time, in summer too, where the calendar defines it so.
        if found and (offset is None or offset == _get_offset(found[1], wall)):
            return found[0] or "", found[1]
        if found and find_place(found):
            return found[0] or "", found[1]
    return "", None if offset is None else timezone(offset)


def _fold_zone(zone_id: str) -> str:
    """The name of a zone, as definition and use may differ in its escapes and capitals."""
    return _ESCAPED.sub(r"\1", zone_id).strip().casefold()


def _get_offset(zone: tzinfo, wall: datetime) -> timedelta | None:
    return wall.replace(tzinfo=zone).utcoffset()


def _find_offset(definition: _Zone, wall: datetime) -> timedelta | None:
    """How far a zone that a calendar defines is from UTC, when its clocks show ``wall``."""
    known = [each for each in definition.observances if each.offset is not None]
    offsets = {each.offset for each in known}
    if len(offsets) == 1:
        return known[0].offset
    onsets = [
        (onset, each.offset)
        for each in known
        for onset in _list_onsets(each, wall.year)
        if onset <= wall and each.offset is not None
    ]
    return max(onsets, key=lambda pair: pair[0])[1] if onsets else None


def _list_onsets(observance: _Observance, year: int) -> Iterator[datetime]:
    """When it begins, in the year before and in ``year``; rules of other kinds are not guessed."""
    first = observance.onset
    if first is None:
        return
    yield from observance.dates
    rule = observance.rule
    if not rule:
        yield first
        return
    until = _read_wall(rule.get("UNTIL", ""))
    last_year = until.year if until else year
    day, month = _BY_DAY.fullmatch(_number_day(rule)), rule.get("BYMONTH", "")
    if rule.get("FREQ") != "YEARLY" or rule.get("INTERVAL", "1") != "1" or not day:
        return
    if month not in {str(number) for number in range(1, 13)} or "COUNT" in rule:
        return
    for each in {min(year, last_year) - 1, min(year, last_year)}:
        if each < max(first.year, 1):
            continue
        weeks = calendar.monthcalendar(each, int(month))
        days = [week[_WEEKDAYS.index(day[2])] for week in weeks]
        days = [number for number in days if number]
        count = int(day[1])
        if abs(count) <= len(days):
            found = days[count - 1] if count > 0 else days[count]
            yield first.replace(year=each, month=int(month), day=found)


def _number_day(rule: Mapping[str, str]) -> str:
    """``BYDAY`` of a rule; the Sunday among the 8th to the 14th is the second one."""
    day, numbers = rule.get("BYDAY", ""), rule.get("BYMONTHDAY", "").split(",")
    if len(day) == 2 and all(number.isdecimal() for number in numbers):
        days = sorted(int(number) for number in numbers if len(number) <= 2)
        if len(days) == 7 and days == list(range(days[0], days[0] + 7)):
            if days[0] % 7 == 1:
                return f"{days[0] // 7 + 1}{day}"
            if days[-1] == 31:
                return f"-1{day}"
    return day


# ----------------------------------------------------------------------
# Requests
# ----------------------------------------------------------------------


def request_values(event: CalendarEvent) -> dict[str, str]:
    """What an invitation asks for, by the keys of the request form.

    :return: ``requested_date`` with its offset, or without any where the event names no zone;
        ``timezone``, ``duration`` and ``location`` where they are known
    """
    found: dict[str, str] = {}
    if event.start:
        zone = find_zone(event.timezone) if event.timezone else None
        start = event.start.astimezone(zone[1]) if zone else event.start
        found["requested_date"] = start.isoformat(sep=" ", timespec="seconds")
        if event.timezone or event.unknown_zone:
            found["timezone"] = event.timezone or event.unknown_zone
    elif event.day:
        found["requested_date"] = event.day.isoformat()
    length = event.stop - event.start if event.start and event.stop else timedelta()
    minutes = int(length.total_seconds() // 60)
    if minutes > 0:
        found["duration"] = f"{minutes} min" if minutes % 15 else f"{minutes / 60:g}"
    if event.location:
        found["location"] = event.location
    return found


def describe_event(event: CalendarEvent, text: str) -> str:
    """What an invitation and the text beside it say, each of it once.

    :param text: the sender's own text in the mail
    """
    parts = [event.summary]
    if _flat(event.description) not in _flat(text):
        parts.append(event.description)
    if _flat(text) not in _flat("\n".join(parts)):
        parts.append(text)
    return "\n".join(part.strip() for part in parts if part.strip())


def _flat(text: str) -> str:
    return " ".join(text.split())


def find_customer(event: CalendarEvent, sender: str | None) -> str | None:
    """The address for which an invitation asks, where that is not the sender.

    Anybody may pass an invitation on: the organizer counts only where the sender says so, or
    where nobody else is known.

    :param sender: normalised; None where it is nobody's to send a visit to
    """
    organizer = event.organizer
    if not organizer or organizer == sender:
        return None
    if sender and sender != event.sent_by and not _CALENDAR_ROBOT.match(sender):
        return None
    return organizer


def find_attendee(event: CalendarEvent, known: Collection[str]) -> Attendee:
    """The one who answers: one of ``known``, else the first; RFC 5546 has exactly one."""
    answers = [each for each in event.attendees if each.email in known]
    return next(iter([*answers, *event.attendees]), Attendee(""))


# ----------------------------------------------------------------------
# Storage
# ----------------------------------------------------------------------


def dump_mail(mail: CalendarMail) -> dict[str, object]:
    """``mail`` as plain values for JSON; attendees are left out, they are nobody's request."""
    return {"broken": mail.is_broken, "events": [_dump_event(event) for event in mail.events]}


def load_mail(stored: object) -> CalendarMail | None:
    """What ``dump_mail`` has made; None for anything else."""
    if not isinstance(stored, Mapping):
        return None
    events = stored.get("events")
    if not isinstance(events, list):
        return None
    return CalendarMail(
        tuple(_load_event(event) for event in events if isinstance(event, Mapping)),
        is_broken=bool(stored.get("broken")),
    )


def _dump_event(event: CalendarEvent) -> dict[str, object]:
    plain: dict[str, object] = {}
    for name, value in vars(event).items():
        if name == "attendees" or not value:
            continue
        plain[name] = value.isoformat() if isinstance(value, date) else value
    return plain


def _load_event(stored: Mapping[str, object]) -> CalendarEvent:
    values = {name: value for name, value in stored.items() if name in vars(CalendarEvent())}
    for name in ("start", "stop"):
        if isinstance(values.get(name), str):
            values[name] = datetime.fromisoformat(str(values[name]))
    if isinstance(values.get("day"), str):
        values["day"] = date.fromisoformat(str(values["day"]))
    return CalendarEvent(**values)  # type: ignore[arg-type]
