"""The words of a reply in one language: phrases and times that use up all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from .lexicon import Lexicon, list_reason_stops
from .words import Word, cut

if TYPE_CHECKING:
    from .read import Context

# The longest time in words: "next Thursday, the third of December 2026, at half past two".
_MOST_TIME_WORDS = 12
# How long a reason for a cancellation may be.
_MOST_REASON_WORDS = 14
# What is done alone only once all of it was understood, and may have a reason beside it.
_WITH_REASON = frozenset({"cancel", "ask_cancel", "no"})
# What a refusal without a mark after it may mean to refuse.
_DENIABLE = frozenset({"yes", "cancel", "ask_cancel", "move", "earlier", "time"})


@dataclass(frozen=True)
class Clause:
    """A phrase that says something: its kind, or ``time`` with the instant that it names.

    ``when`` is None for a time that is not certain.
    """

    kind: str
    sentence: str
    when: datetime | None = None
    is_question: bool = False


@dataclass(frozen=True)
class Reading:
    """A whole reply in one language; ``share`` of its words are understood."""

    clauses: tuple[Clause, ...]
    share: float
    unknown: str = ""
    first: str = ""


@dataclass(frozen=True)
class _Unknown:
    """Words of a sentence, by its number, that are not understood, from the word ``start`` on."""

    number: int
    start: int
    sentence: str
    words: list[Word]


@dataclass(frozen=True)
class _Step:
    """One phrase or time in a sentence, from a word to another."""

    kind: str
    start: int
    end: int
    when: datetime | None = None


def read_in(lexicon: Lexicon, sentences: list[str], context: Context) -> Reading:
    """Read sentences in one language."""
    clauses: list[Clause] = []
    unknown: list[_Unknown] = []
    found_steps: list[tuple[int, _Step]] = []
    total = 0
    denied = False
    for number, sentence in enumerate(sentences):
        words = cut(sentence)
        total += len(words)
        found = _Sentence(lexicon, context, sentence, words)
        steps = found.cover()
        if steps is None:
            steps = []
            for each, start, run in found.read_pieces():
                steps += each
                if run:
                    unknown.append(_Unknown(number, start, sentence, run))
        if found.denies(steps):
            denied = True
            unknown.append(_Unknown(number, 0, sentence, words))
            steps = []
        found_steps += [(number, step) for step in steps]
        clauses += [
            Clause(step.kind, sentence, step.when, sentence.rstrip().endswith("?"))
            for step in steps
            if step.kind != "filler"
        ]
    if unknown and not denied and _are_reasons(unknown, found_steps):
        unknown = []
    left = sum(len(each.words) for each in unknown)
    share = max(0.0, 1 - left / total) if total else 0.0
    return Reading(
        tuple(clauses),
        share,
        unknown[0].sentence if unknown else "",
        sentences[0] if sentences else "",
    )


def _are_reasons(unknown: list[_Unknown], steps: list[tuple[int, _Step]]) -> bool:
    """Whether what is not understood is only why somebody cancels or refuses, and asks for nothing.

    :param steps: what is understood, each with the number of its sentence
    """
    told = [(number, step) for number, step in steps if step.kind != "filler"]
    words = [word for each in unknown for word in each.words]
    if not told or len(words) > _MOST_REASON_WORDS:
        return False
    kinds = {step.kind for _number, step in told}
    if not kinds <= _WITH_REASON:
        return False
    if kinds == {"no"}:
        # "No" is a word of three languages, and what stands before it may be what it denies.
        first = min((number, step.start) for number, step in told)
        is_word = all(step.end - step.start == 1 for _number, step in told)
        if is_word or any((each.number, each.start) < first for each in unknown):
            return False
    if any(each.sentence.rstrip().endswith("?") for each in unknown):
        return False
    stops = list_reason_stops()
    return not any(
        word.text in stops or any(letter.isdigit() for letter in word.text) for word in words
    )


class _Sentence:
    """The words of one sentence, to be used up from left to right in one language."""

    def __init__(
        self, lexicon: Lexicon, context: Context, sentence: str, words: list[Word]
    ) -> None:
        self.lexicon = lexicon
        self.context = context
        self.sentence = sentence
        self.words = words
        self.texts = [word.text for word in words]
        self._times: dict[int, list[tuple[int, str, datetime | None]]] = {}
        self._rests: dict[int, list[_Step] | None] = {}

    def cover(self, start: int = 0, end: int | None = None) -> list[_Step] | None:
        """Phrases and times from ``start`` to ``end``, the longest first; None where words are
        left."""
        last = len(self.words) if end is None else end
        if end is not None:
            self._rests = {}
        return self._cover(start, last)

    def _cover(self, at: int, last: int) -> list[_Step] | None:
        if at == last:
            return []
        if at not in self._rests:
            self._rests[at] = None
            for step in self._list_steps(at, last):
                rest = self._cover(step.end, last)
                if rest is not None:
                    self._rests[at] = [step, *rest]
                    break
        return self._rests[at]

    def denies(self, steps: list[_Step]) -> bool:
        """Whether a refusal may be of what stands beside it: "no puedo cancelar", and "on 13 March
        I can't"."""
        told = [step for step in steps if step.kind != "filler"]
        times = [step.start for step in told if step.kind == "time"]
        return any(
            (step.kind == "no" and any(start < step.start for start in times))
            or (
                before.kind == "no"
                and step.kind in _DENIABLE
                and not any(self.words[at].before_break for at in range(before.end - 1, step.start))
            )
            for before, step in pairwise(told)
        )

    def read_pieces(self) -> Iterator[tuple[list[_Step], int, list[Word]]]:
        """The parts between marks and before reasons: what is understood, the first word, and the
        words that are not."""
        start = 0
        for at in range(1, len(self.words) + 1):
            is_end = at == len(self.words)
            if not is_end and not (
                self.words[at].after_break or self.texts[at] in self.lexicon.because
            ):
                continue
            steps = self.cover(start, at)
            yield steps or [], start, [] if steps is not None else self.words[start:at]
            start = at

    def _list_steps(self, at: int, last: int) -> list[_Step]:
        found: dict[tuple[int, str], _Step] = {}
        for first in (self.texts[at], "<time>", "<day>"):
            for pattern in self.lexicon.patterns.get(first, ()):
                for end in pattern.find_ends(self.texts, at, self._find_told):
                    if end <= last and self._is_whole(at, end, pattern.kind):
                        found.setdefault((end, pattern.kind), _Step(pattern.kind, at, end))
        for end, slot, when in self._list_times(at):
            if end <= last and slot == "other":
                found.setdefault((end, "time"), _Step("time", at, end, when))
        # Of two readings as long, what asks for nothing counts.
        return sorted(found.values(), key=lambda step: (-step.end, step.kind != "filler"))

    def _is_whole(self, start: int, end: int, kind: str) -> bool:
        """Whether no mark divides words, but those within a time."""
        if kind == "no" and end == start + 1 and not self.words[start].before_break:
            # "No cancelen": one word that refuses what follows says the opposite of it.
            return False
        if self.lexicon.code == "es" and end == start + 1 and self.texts[start] == "si":
            # Without its accent it is "if" as well.
            word = self.words[start]
            return self.sentence[word.end - 1] in "íÍ" or word.before_break
        breaks = [at for at in range(start + 1, end) if self.words[at].after_break]
        return all(
            any(first < at < stop for first in range(start, at) for stop in self._ends_at(first))
            for at in breaks
        )

    def _ends_at(self, start: int) -> list[int]:
        return [end for end, _slot, _when in self._list_times(start)]

    # -- times ---------------------------------------------------------------

    def _find_told(self, slot: str, at: int) -> list[int]:
        """The positions after the visit's own time or day at a position."""
        return [
            end
            for end, name, _when in self._list_times(at)
            if name == "<day>" or (name == "<time>" and slot == name)
        ]

    def _list_times(self, at: int) -> list[tuple[int, str, datetime | None]]:
        """The longest time from a position on, as position after it, slot and instant."""
        if at not in self._times:
            self._times[at] = []
            run = at
            while run < len(self.words) and run - at < _MOST_TIME_WORDS and self._may_belong(run):
                run += 1
            for end in range(run, at, -1):
                found = self._read_time(at, end)
                if found:
                    self._times[at] = [(end, *found)]
                    break
        return self._times[at]

    def _may_belong(self, at: int) -> bool:
        word = self.words[at]
        raw = self.sentence[word.start : word.end].lower().replace("’", "'")
        return self.context.times.may_belong(self.lexicon.code, raw)

    def _read_time(self, start: int, end: int) -> tuple[str, datetime | None] | None:
        text = self.sentence[self.words[start].start : self.words[end - 1].end]
        told = self.context.start and self.context.start.astimezone(self.context.zone)
        if told and _is_day_of_month(self.texts[start:end], told.day):
            return "<day>", None
        said = self.context.times.read_time(text)
        if said is None:
            return None
        is_same_clock = told is not None and said.clock == (told.hour, told.minute, 0)
        if told and said.is_weekday and said.day and not said.has_zone:
            this_week = told.date() - timedelta(days=told.weekday() - said.day.weekday())
            if this_week == told.date() and (said.clock is None or is_same_clock):
                return ("<day>" if said.clock is None else "<time>"), None
            if said.day != this_week:
                # This week's or that of the visit's week?
                return "other", None
        if told and not said.has_zone:
            is_same_day = said.day in (None, told.date())
            if is_same_day and (said.clock is None or is_same_clock):
                return ("<day>" if said.clock is None else "<time>"), None
        if said.day is None or said.clock is None:
            return "other", None
        return "other", self.context.times.find_instant(text)


def _is_day_of_month(words: list[str], day: int) -> bool:
    """Whether words such as "on the 12th" are the day of the visit."""
    figures = [word for word in words if word[0].isdigit()]
    return (
        len(words) <= 3
        and len(figures) == 1
        and words[-1] == figures[0]
        and figures[0] in (f"{day}th", f"{day}st", f"{day}nd", f"{day}rd")
    )
