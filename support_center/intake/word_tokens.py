"""The pieces of a line about a time: days and hours in digits, zones, and words.

All languages together, before ``wording`` reads the pieces in each of them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

from .lexicon import LANGUAGES, get_lexicon
from .times import UnreadableTime, make_day
from .zones import find_zone

# A phrase of more tokens is a sentence.
_MOST_TOKENS = 40
_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<zone>[a-z][a-z_]+/[a-z][a-z_+\-/0-9]*|(?:utc|gmt)\s?[+\-]\d{1,2}(?::?\d{2})?(?!\d))
    | (?P<year_first>(?P<y1>\d{4})(?P<s1>[./-])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})
        (?![\d:/]|\.\d))
    | (?P<day_first>(?P<d2>\d{1,2})\s?(?P<s2>[./-])\s?(?P<m2>\d{1,2})\s?(?P=s2)\s?(?P<y2>\d{4})
        (?![\d:/])
      | (?P<d3>\d{1,2})(?P<s3>[./-])(?P<m3>\d{1,2})(?P=s3)(?P<y3>\d{2})(?![\d:/]|\.\d))
    | (?P<clock>(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<sec>\d{2}))?(?![\d:]))
    | (?P<slashed>(?P<d4>\d{1,2})\s?/\s?(?P<m4>\d{1,2})(?![\d:/]))
    | (?P<dotted>(?P<d5>\d{1,2})\.(?:\s(?=\d{1,2}\.))?(?P<m5>\d{1,2})(?P<end>\.)?(?!\d))
    | (?P<offset>\+\d{1,2}(?::?\d{2})?(?![\d:]) | (?<=\s)-\d{2}:?\d{2}(?![\d:]))
    | (?P<number>\d+)(?P<nth>(?:st|nd|rd|th|er|ère|[ºª°])(?!\w))?
    | (?P<half>[ap]\.\s?m(?!\w)\.?)
    | (?P<word>'s(?=[\s-])|[^\W\d_]+(?:['-][^\W\d_]+)*'?)
    | (?P<mark>[-–/.,;:()\[\]"“”„«»'*?!])
    | (?P<other>.)
    """,
    re.I | re.X,
)
# Dashes and apostrophes of word processors, and the spellings of one word that hold a blank.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4", "'")
    | {"\uff1a": ":", "\uff0e": ".", "\uff0f": "/", "\uff0c": ",", "\u223c": "~"}
)
_ELISION = re.compile(r"\b(l|d|jusqu|all|dell|nell|dall|quest)'(?=\w)")
_JOINED = (
    (re.compile(r"\b(?:the )?day after tomorrow\b"), "overmorrow"),
    (re.compile(r"\bpasado mañana\b"), "pasado-mañana"),
    (re.compile(r"\bdepois de amanhã\b"), "depois-de-amanhã"),
    (re.compile(r"\b(?:que viene|que vem)\b"), "próximo"),
    (re.compile(r"\bapr[eè]s (?=midi\b|demain\b)"), "après-"),
    (re.compile(r"\b(?:a eso de|cerca de|alrededor de)(?= las?\b)"), "alrededor"),
    (re.compile(r"\b(?:aux alentours|autour) de(?= \d| midi\b)"), "autour"),
    (re.compile(r"\bthis coming\b"), "coming"),
    (re.compile(r"\ba (?=quarter (?:past|to|after|of)\b)"), ""),
    (re.compile(r"\bavant hier\b"), "avant-hier"),
    (re.compile(r"\b(dix|vingt|trente|quarante|cinquante) (?=cinq\b|dix\b)"), r"\1-"),
    (re.compile(r"\b(meio) (?=dia\b)"), r"\1-"),
)
# "15-Jan-2027", as spreadsheets write a day.
_DASHED_DAY = re.compile(
    r"\b(?:(\d{1,2})([-/])([^\W\d_]{3,12}\.?)\2(\d{4}|\d{2})|(\d{4})-([^\W\d_]{3,12})-(\d{1,2}))\b"
)
# What is said out of politeness, or to stress an hour that is exact anyway.
_COURTESY = (
    r"please|pls|thanks|thank you|many thanks|bitte|danke|vielen dank|s'il vous pla[iî]t|"
    r"s'il te pla[iî]t|svp|merci|por favor|gracias|per favore|per piacere|per cortesia|grazie|"
    r"alstublieft|a\.?u\.?b\.?|obrigad[oa]"
)
_COURTESY_BEFORE = re.compile(rf"^\s*(?:{_COURTESY})(?:\s*[,:]\s*|\s+)")
_COURTESY_AFTER = re.compile(rf"(?:\s*,\s*|\s+)(?:{_COURTESY})[\s.!]*$")
_EXACTLY = re.compile(
    r"(?<=\s)(?:exactly|(?:genau|punkt|pünktlich)(?= (?:um )?\d)|(?:um )?pünktlich(?= um\b))\s+"
    r"|\s+(?:sharp|on the dot|pile|précises|precises|en punto|in punto)(?!\w)"
)
# Abbreviations of zones are taken in capitals, and in small letters where they are no word.
_SMALL_ZONES = frozenset("utc gmt cet cest mez mesz pst pdt edt cdt mdt z".split())


@dataclass(frozen=True)
class Token:
    """A piece of the text: its kind is a group of ``_TOKEN``, or ``day``."""

    kind: str
    text: str
    day: date | None = None
    clock: tuple[int, int, int] = (0, 0, 0)
    zone: tuple[str | None, object] | None = None
    #: Of days: ``digits``, ``year`` (in digits or by month, the year not written), ``month`` or
    #: ``counted`` (from the day of writing).
    origin: str = ""

    @property
    def number(self) -> int | None:
        return int(self.text) if self.kind == "number" and len(self.text) <= 2 else None


def cut(text: str, sent: datetime) -> list[Token]:
    """Cut a line into tokens, with one spelling for each word.

    :param sent: when it was written, in the zone of the writer
    :raise UnreadableTime: for digits that are no day or hour in any language
    """
    plain = "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() else letter
        for letter in text.translate(_PLAIN)
    )
    tokens: list[Token] = []
    for match in _TOKEN.finditer(_join_words(plain)):
        kind = next(name for name in _KINDS if match[name] is not None)
        if kind != "space":
            tokens.append(_make_token(kind, match, sent))
    if len(tokens) > _MOST_TOKENS:
        raise UnreadableTime
    return tokens


_KINDS = (
    *("space", "zone", "year_first", "day_first", "clock", "slashed", "dotted", "offset"),
    *("number", "half", "word", "mark", "other"),
)


def _join_words(text: str) -> str:
    """``text`` in small letters, but for what may be the abbreviation of a zone."""
    lowered = re.sub(
        r"[^\W\d_]+",
        lambda match: match[0] if _is_zone(match[0]) else match[0].lower(),
        text,
    )
    lowered = _COURTESY_BEFORE.sub("", _COURTESY_AFTER.sub("", lowered))
    lowered = _EXACTLY.sub(" ", lowered)
    for pattern, word in _JOINED:
        lowered = pattern.sub(word, lowered)
    lowered = _DASHED_DAY.sub(_spread_day, lowered)
    return _ELISION.sub(r"\1' ", lowered)


def _spread_day(match: re.Match[str]) -> str:
    day, _mark, month, year, first_year, middle, last_day = match.groups()
    name = (month or middle).rstrip(".")
    if not any(name in get_lexicon(code).months for code in LANGUAGES):
        return match[0]
    return f"{day or last_day} {name} {year or first_year}"


def _is_zone(word: str) -> bool:
    if word in _SMALL_ZONES:
        return True
    return word.isupper() and 1 <= len(word) <= 5 and word != "AM" and bool(find_zone(word))


def _make_token(kind: str, match: re.Match[str], sent: datetime) -> Token:
    text = match[0]
    if kind == "year_first":
        day = make_day(int(match["y1"]), int(match["m1"]), int(match["d1"]))
        return Token("day", text, day, origin="digits")
    if kind == "day_first":
        form = "2" if match["d2"] else "3"
        year = int(match[f"y{form}"])
        number, month = int(match[f"d{form}"]), int(match[f"m{form}"])
        number, month = _order(number, month, match[f"s{form}"])
        day = make_day(year + 2000 * (year < 100), month, number)
        return Token("day", text, day, origin="digits")
    if kind == "slashed":
        number, month = _order(int(match["d4"]), int(match["m4"]), "/")
        return Token("day", text, find_next_day(month, number, sent.date()), origin="year")
    if kind == "clock":
        return Token(
            "clock", text, clock=(int(match["h"]), int(match["min"]), int(match["sec"] or 0))
        )
    if kind == "dotted":
        return Token("dotted", text, clock=(int(match["d5"]), int(match["m5"]), 0))
    if kind in ("zone", "offset") or (kind == "word" and _is_zone(text)):
        return Token(
            "offset" if kind == "offset" else "zone", text, zone=find_zone(text.replace(" ", ""))
        )
    if kind == "number":
        return Token("number", match["number"], origin="nth" if match["nth"] else "")
    if kind == "half":
        return Token("word", f"{text[0]}.m.")
    return Token(kind, text)


def _order(first: int, second: int, mark: str) -> tuple[int, int]:
    """Day and month of a date in digits."""
    if mark == "/":
        # Half the world writes the month first; dots and dashes are day first.
        if first <= 12 and second <= 12 and first != second:
            options = f"{first:02}.{second:02}., {second:02}.{first:02}."
            raise UnreadableTime("ambiguous", reason="day_month", options=options)
        if second > 12 >= first:
            return second, first
    return first, second


def find_next_day(month: int, day: int, today: date) -> date:
    """The first such day from ``today`` on.

    :raise UnreadableTime: for a day that no year has
    """
    # Eight years hold a 29 February even where a century year drops one.
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise UnreadableTime(reason="no_such_day")
