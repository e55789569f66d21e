"""Dates and times as people write them in mails, in seven languages.

The hour, the zone and numeric dates are read here, since a wrong guess sends a
technician on the wrong day; what is left of the text, names of months or words
such as "tomorrow", is for ``dateparser``, which is slow to import and therefore
loaded at the first such text only.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from .times import Clue, UnreadableTime, make_clock, make_day
from .zones import find_zone

# Few languages, since each one costs time and makes wrong guesses likelier.
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt")
_LONGEST_DAY = 60

_BEFORE_CLOCK = r"(?:(?<!\w)(?:um|gegen|at|@|à|vers|a\slas?|alle|ore|om|às|as|kl\.?|um\sca\.?)\s*)"
_OCLOCK = r"(?:uhr|uur|u|heures?|horas?|hrs?|h|o['’]?clock)\b"
_HALF = r"(?:a\.?\s?m\b\.?|p\.?\s?m\b\.?)"
_CLOCK = re.compile(
    rf"""(?P<lead>{_BEFORE_CLOCK})?
    (?<![\d.,:/+\-−])(?:
        (?P<h1>\d{{1,2}}):(?P<m1>\d{{2}})(?::(?P<s1>\d{{2}}))?\s?(?P<half1>{_HALF}|{_OCLOCK})?
      | (?P<h2>\d{{1,2}})\s?h\s?(?P<m2>[0-5]\d)\b
      | (?P<h3>\d{{1,2}})[.](?P<m3>\d{{2}})\s?(?P<half3>{_HALF}|{_OCLOCK})
      | (?P<h4>\d{{1,2}})\s?(?P<half4>{_HALF}|{_OCLOCK})(?:\s?(?P<m4>[0-5]\d)\b(?![./:]))?
      | (?<!\w)(?P<noon>noon|midday|mittags?|midi|mediodía|mezzogiorno|middag|meio-dia)\b
    )(?![\d:])""",
    re.I | re.X,
)
# "14.30" and a bare "10" are an hour only after a word that says so.
_CLOCK_AFTER_WORD = re.compile(
    rf"{_BEFORE_CLOCK}(\d{{1,2}})(?:\.(\d{{2}}))?(?![\d.:/]|\s*[^\W\d]*\s*\d{{4}})", re.I
)
_DOTTED_CLOCK = re.compile(r"(?<![\d.,:/])(\d{1,2})\.(\d{2})(?![\d.])")
_DAY_FIRST = re.compile(
    r"(?<![\d.,:/\-])(\d{1,2})\s?([./-])\s?(\d{1,2})\s?(?:\2\s?(\d{4}|\d{2}))?(?![\d:/])\.?"
)
_YEAR_FIRST = re.compile(r"(?<![\d.,:/\-])(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?![\d:/.])")
_ZONE_AT_END = re.compile(
    r"[\s(\[]*((?:(?:utc|gmt)\s?)?[+\-−]\d{1,2}(?::?\d{2})?|[a-z][a-z_]+/[a-z_+\-/0-9]+|[a-z]{1,5})[)\]]?",
    re.I,
)
_SECOND_CLOCK = re.compile(
    r"(?:-(?!\d{4}\b)|–|−|/|bis|to|until|till|à|a|tot|até|or|oder|ou|and|und)\s*\d", re.I
)
_ORDINAL_DOT = re.compile(r"(?<=\d)(?:\.|º|ª)(?=\s|$)")
_SPACES = re.compile(r"[\s,;]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# What the library does not know, in words that it does.
_DAYS_AHEAD = {
    "dopodomani": "in 2 days",
    "pasado mañana": "in 2 days",
    "depois de amanhã": "in 2 days",
}
# Words round a date that carry nothing: articles, prepositions, "next".
_FILLERS = frozenset(
    """on the this next coming am der den dem diesen dieser nächsten nächster nächste kommenden
    kommender le la el il lo op em no na de het di du prochain prochaine próximo próxima proximo
    prossimo prossima volgende komende aanstaande que vem ab from h uhr""".split()
)


def read_words(text: str, sent: datetime) -> Clue:
    """What ``text`` says about day, hour and zone.

    :param text: one line
    :param sent: when it was written, in the zone of the writer; "tomorrow"
        counts from there
    :raise UnreadableTime: for what is no time, or may be more than one
    """
    day, rest, year_assumed = _take_numeric_day(text, sent.date())
    clock, rest, zone_text = _take_clock(rest, day is not None)
    zone = None
    if zone_text:
        match = _ZONE_AT_END.fullmatch(zone_text)
        zone = find_zone(match[1]) if match else None
        if zone is None:
            rest = f"{rest} {zone_text}"
    rest = _SPACES.sub(" ", rest).strip(" .-–()")
    if day is None and clock and not rest:
        raise UnreadableTime("missing_day")
    if day is None:
        found = _read_day(rest, sent, clock)
        return replace(found, clock=clock, zone=zone)
    left = [word for word in _WORD.findall(rest.lower()) if word not in _FILLERS]
    weekdays = {_weekdays().get(word) for word in left} - {None}
    if len(left) > len([word for word in left if word in _weekdays()]) or re.search(r"\d", rest):
        raise UnreadableTime
    _check_weekday(day, {weekday for weekday in weekdays if weekday is not None}, year_assumed)
    return Clue(day, clock, zone, year_assumed=year_assumed)


def _take_numeric_day(text: str, today: date) -> tuple[date | None, str, bool]:
    """The date written in digits, the text without it, and whether its year was not written."""
    matches = [*_YEAR_FIRST.finditer(text)]
    if not matches:
        matches = [match for match in _DAY_FIRST.finditer(text) if _is_day(match, text)]
    if not matches:
        return None, text, False
    if len(matches) > 1:
        raise UnreadableTime("ambiguous", reason="several_dates")
    match = matches[0]
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    first, mark, second, third = match.groups()
    if len(first) == 4:
        return make_day(int(first), int(second), int(third)), rest, False
    day, month = int(first), int(second)
    if mark == "/":
        # Half the world writes the month first; dots and dashes are day first.
        if day <= 12 and month <= 12 and day != month:
            options = f"{day:02}.{month:02}., {month:02}.{day:02}."
            raise UnreadableTime("ambiguous", reason="day_month", options=options)
        if month > 12 >= day:
            day, month = month, day
    if third:
        year = int(third) if len(third) == 4 else 2000 + int(third)
        return make_day(year, month, day), rest, False
    return _next_such_day(month, day, today), rest, True


def _is_day(match: re.Match[str], text: str) -> bool:
    """Whether day and month without a year are meant, and not an hour such as 14.30."""
    if match[4]:
        return True
    if match[2] == "-":
        return False
    after_word = re.search(rf"{_BEFORE_CLOCK}$", text[: match.start()], re.I)
    closed = match[2] == "/" or match[0].endswith(".")
    return closed and not after_word


def _next_such_day(month: int, day: int, today: date) -> date:
    # Eight years hold a 29 February even where a century year drops one.
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise UnreadableTime(reason="no_such_day")


def _take_clock(text: str, with_day: bool) -> tuple[tuple[int, int, int] | None, str, str]:
    """The hour, the text before it and round it, and what follows it (maybe a zone)."""
    matches = [*_CLOCK.finditer(text)]
    if not matches:
        matches = [*_CLOCK_AFTER_WORD.finditer(text)]
        if not matches and with_day:
            matches = [*_DOTTED_CLOCK.finditer(text)]
        if not matches:
            return None, text, ""
    if len(matches) > 1:
        raise UnreadableTime("ambiguous", reason="several_times")
    match = matches[0]
    before, after = text[: match.start()], text[match.end() :].strip()
    if "lead" not in match.groupdict():
        hour, minute = int(match[1]), int(match[2] or 0)
        if match[2] is None and 1 <= hour <= 6:
            options = f"{hour:02}:00, {hour + 12}:00"
            raise UnreadableTime("ambiguous", reason="hour", options=options)
        clock = make_clock(hour, minute)
    else:
        clock = _read_clock({name: value for name, value in match.groupdict().items() if value})
    # "14:00-16:00" is two hours and no offset from UTC, which people do not write.
    if _SECOND_CLOCK.match(after):
        raise UnreadableTime("ambiguous", reason="several_times")
    if _ZONE_AT_END.fullmatch(after):
        return clock, before, after
    return clock, f"{before} {after}", ""


def _read_clock(found: dict[str, str]) -> tuple[int, int, int]:
    if "noon" in found:
        return 12, 0, 0
    form = next(number for number in "1234" if f"h{number}" in found)
    hour = int(found[f"h{form}"])
    half = found.get(f"half{form}", "").lower()[:1]
    if half in ("a", "p"):
        if (not 1 <= hour <= 12 and half == "a") or hour == 0:
            raise UnreadableTime(reason="no_such_hour")
        # "14:00 pm" says the same thing twice.
        hour = hour % 12 + (12 if half == "p" else 0) if hour <= 12 else hour
    return make_clock(hour, int(found.get(f"m{form}", 0)), int(found.get("s1", 0)))


def _read_day(text: str, sent: datetime, clock: tuple[int, int, int] | None) -> Clue:
    """A day from weekday names, month names or relative words."""
    words = [word for word in _WORD.findall(text.lower()) if word not in _FILLERS]
    names = {_weekdays()[word] for word in words if word in _weekdays()}
    if len(words) == 1 and len(names) == 1 and not re.search(r"\d", text):
        return _read_weekday(names.pop(), sent, clock)
    kept = " ".join(
        word for word in text.split() if word.lower().strip(".,") not in _weekdays() or not names
    )
    return _ask_library(kept if re.search(r"\d", kept) else text, sent, names)


def _read_weekday(weekday: int, sent: datetime, clock: tuple[int, int, int] | None) -> Clue:
    ahead = (weekday - sent.weekday()) % 7
    if ahead == 0 and clock and clock > (sent.hour, sent.minute, sent.second):
        # "Monday 2 pm", written on a Monday morning: today or in a week?
        raise UnreadableTime("ambiguous", reason="weekday")
    return Clue(sent.date() + timedelta(days=ahead or 7), None, worded=True)


def _ask_library(text: str, sent: datetime, weekdays: set[int]) -> Clue:
    text = _ORDINAL_DOT.sub("", text).strip(" .,-–")
    text = _DAYS_AHEAD.get(text.lower(), text)
    for filler in ("am ", "on ", "den ", "dem ", "le ", "el ", "il ", "op ", "em ", "ab "):
        text = text[len(filler) :] if text.lower().startswith(filler) else text
    if not _WORD.search(text) or len(text) > _LONGEST_DAY:
        raise UnreadableTime
    from dateparser.date import DateDataParser  # noqa: PLC0415 - slow, and seldom needed

    # The base is a whole day, since the library keeps its settings for each
    # base it ever saw.
    base = datetime(sent.year, sent.month, sent.day)
    reader = DateDataParser(
        languages=list(LANGUAGES),
        settings={
            "DATE_ORDER": "DMY",
            "PARSERS": ["relative-time", "absolute-time"],
            "PREFER_DATES_FROM": "future",
            "RELATIVE_BASE": base,
            "REQUIRE_PARTS": ["day", "month"],
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    found = reader.get_date_data(text)
    if found.date_obj is None or found.period != "day":
        raise UnreadableTime
    day = make_day(found.date_obj.year, found.date_obj.month, found.date_obj.day)
    absolute = bool(re.search(r"\d", text)) and any(
        word in _months() for word in _WORD.findall(text.lower())
    )
    year_assumed = absolute and not re.search(r"\d{4}|\d\D+\d{2}$", text)
    _check_weekday(day, weekdays, year_assumed)
    return Clue(day, None, worded=True, year_assumed=year_assumed)


def _check_weekday(day: date, weekdays: set[int], year_assumed: bool) -> None:
    if weekdays and weekdays != {day.weekday()}:
        reason = "weekday_year" if year_assumed else "weekday"
        raise UnreadableTime("ambiguous", reason=reason)


@lru_cache(maxsize=1)
def _weekdays() -> dict[str, int]:
    """Weekday (Monday is 0) by its names in ``LANGUAGES``, from the CLDR."""
    return _names_of("days")


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Month by its names in ``LANGUAGES``, from the CLDR."""
    return _names_of("months")


def _names_of(kind: str) -> dict[str, int]:
    from babel import Locale  # noqa: PLC0415 - slow, and seldom needed

    names: dict[str, int] = {}
    for language in LANGUAGES:
        forms = getattr(Locale(language), kind)
        for width in ("wide", "abbreviated"):
            for number, name in forms["format"][width].items():
                for word in (name.lower(), name.lower().rstrip(".")):
                    names.setdefault(word, number)
    return names
