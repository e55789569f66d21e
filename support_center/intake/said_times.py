"""Times within a sentence: which words may belong to one, and what they say.

For readers that look for a time among other words, as ``replies`` does. What is no time, or may
be more than one, is None: they ask nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import cache

from .lexicon import LANGUAGES, get_lexicon
from .request import Findings
from .times import KEY, Clue, UnreadableTime, read_iso, read_requested_date
from .wording import read_words
from .zones import UTC

_HALVES = frozenset({"am", "pm", "a.m", "p.m"})
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


@dataclass(frozen=True)
class SaidTime:
    """A day, an hour, or both; ``is_weekday`` where only the weekday names the day."""

    day: date | None
    clock: tuple[int, int, int] | None
    is_weekday: bool = False
    has_zone: bool = False


def _may_name_time(text: str) -> bool:
    """Whether a phrase holds more than words that stand beside a time."""
    words = _WORD.findall(text.lower())
    return any(letter.isdigit() for letter in text) or not _list_naming_words().isdisjoint(words)


@cache
def _list_naming_words() -> frozenset[str]:
    found: set[str] = set()
    for code in LANGUAGES:
        lexicon = get_lexicon(code)
        for table in (
            lexicon.weekdays, lexicon.days, lexicon.shifted, lexicon.noon, lexicon.midnight,
            lexicon.numbers, lexicon.months, [lexicon.tomorrow_or_morning],
        ):  # fmt: skip
            found.update(table)
    return frozenset(found)


class TimeReader:
    """Reads the times in what somebody wrote at ``now``.

    :param now: aware
    :param zone: IANA name and zone of the writer
    """

    def __init__(self, now: datetime, zone: tuple[str, tzinfo]) -> None:
        self.now = now
        self.zone = zone
        self._read: dict[str, SaidTime | None] = {}

    def may_belong(self, code: str, word: str) -> bool:
        """Whether a word, in small letters, may be part of a time in a language."""
        is_known = word in _HALVES or get_lexicon(code).knows(word)
        return is_known or any(letter.isdigit() for letter in word)

    def read_time(self, text: str) -> SaidTime | None:
        """What a phrase says, each word of it understood."""
        if text not in self._read:
            self._read[text] = self._read_phrase(text) if _may_name_time(text) else None
        return self._read[text]

    def _read_phrase(self, text: str) -> SaidTime | None:
        local = self.now.astimezone(self.zone[1])
        try:
            clue = read_iso(text) or read_words(text, local)
        except UnreadableTime:
            return None
        if clue.about or (clue.day is None and clue.clock is None):
            return None
        return SaidTime(clue.day, clue.clock, self._is_weekday(clue, text), bool(clue.zone))

    def find_instant(self, text: str) -> datetime | None:
        """The instant in UTC that a phrase names; None where it is past or not certain."""
        findings = Findings()
        instant, _name, _place = read_requested_date(
            text,
            zone=self.zone,
            zone_given=True,
            now=self.now,
            sent=self.now,
            findings=findings,
            read_words=read_words,
        )
        is_doubtful = any(note.code.startswith("dst") for note in findings.notes)
        if instant is None or is_doubtful or any(each.field == KEY for each in findings.problems):
            return None
        return instant.astimezone(UTC)

    def _is_weekday(self, clue: Clue, text: str) -> bool:
        if not clue.counted or clue.year_assumed:
            return False
        words = _WORD.findall(text.lower())
        return any(word in get_lexicon(code).weekdays for code in LANGUAGES for word in words)
