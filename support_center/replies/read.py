"""From the text of a reply to what it asks for; see ``read_short_reply``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Protocol

from .clauses import Clause, Reading, read_in
from .lexicon import LANGUAGES, get_lexicon
from .numbers import read_choice
from .words import split_sentences, strip_frame

# A longer reply is a letter, and for a person to read.
MAX_LENGTH = 1200
MAX_WORDS = 60
# What people write when they do not mean what they say, or are not done.
_IRONY = ("...", "…", "??", "?!", "!?", "🙄", "😒", "😏", ";)", ";-)", "/s")


# A question that asks for it does no less than the word.
_SAME = {"ask_cancel": "cancel"}
_ELIDED_ARTICLE = re.compile(r"\b[lL]['’](?=\w)")


class Time(Protocol):
    """A day, an hour, or both, as ``intake.SaidTime``."""

    @property
    def day(self) -> date | None: ...
    @property
    def clock(self) -> tuple[int, int, int] | None: ...
    @property
    def is_weekday(self) -> bool: ...
    @property
    def has_zone(self) -> bool: ...


class Times(Protocol):
    """What reads times, as ``intake.TimeReader``."""

    def may_belong(self, code: str, word: str) -> bool: ...
    def read_time(self, text: str) -> Time | None: ...
    def find_instant(self, text: str) -> datetime | None: ...


@dataclass(frozen=True)
class Context:
    """What the reply answers.

    :param times: reads times, in the zone of the person who replies
    :param start: aware start of the visit that was told; None where there is none
    :param zone: of the person who replies
    :param choices: how many times were offered by number
    """

    times: Times
    zone: tzinfo
    start: datetime | None = None
    choices: int = 0


@dataclass(frozen=True)
class Understood:
    """What a reply asks for.

    :param kind: ``yes``, ``no``, ``cancel``, ``number``, ``new_time``, ``earlier`` or ``unclear``
    :param number: the chosen one, from 1 on, for ``number``
    :param when: aware, for ``new_time``
    :param sentence: the one that decided, as it was written; for ``unclear`` the first one that
        was not understood
    :param certainty: the share of the words that were understood, 1 for all that is acted upon
    """

    kind: str
    number: int | None = None
    when: datetime | None = None
    sentence: str = ""
    certainty: float = 1.0


def read_short_reply(text: str, context: Context) -> Understood:
    """What a reply asks for; ``unclear`` unless every word of it was understood.

    :param text: what the person wrote, without what they quote
    """
    text = text.strip()
    found = _read(text, context)
    # As it was written, with the greeting that a language has taken off.
    whole = (each for each in split_sentences(text) if found.sentence and found.sentence in each)
    return replace(found, sentence=next(whole, found.sentence))


def _read(text: str, context: Context) -> Understood:
    if not text:
        return Understood("unclear", certainty=0.0)
    if len(text) > MAX_LENGTH or len(text.split()) > MAX_WORDS:
        return Understood("unclear", sentence=_shorten(text), certainty=0.0)
    mark = next((mark for mark in _IRONY if mark in text), None)
    if mark:
        sentence = next(each for each in (*split_sentences(text), text) if mark in each)
        return Understood("unclear", sentence=sentence, certainty=0.0)
    bodies = {code: strip_frame(text, get_lexicon(code), context.times) for code in LANGUAGES}
    numbers = _list_choices([text, *bodies.values()], context.choices)
    if len(numbers) == 1:
        (number,) = numbers
        return Understood("number", number=number, sentence=_first_line(text, number))
    readings = [
        read_in(get_lexicon(code), split_sentences(body), context) for code, body in bodies.items()
    ]
    known = [reading for reading in readings if reading.share == 1]
    found = {_conclude(reading, context) for reading in known}
    if len({(each.kind, each.when) for each in found}) == 1:
        return next(iter(found))
    clear = {each for each in found if each.kind != "unclear"}
    best = max(readings, key=lambda reading: reading.share)
    if len({(each.kind, each.when) for each in clear}) == 1:
        # To another language the same words say nothing at all, as "merci" or "ok".
        silent = all(not each.clauses for each in known if _conclude(each, context) not in clear)
        if silent:
            return next(iter(clear))
    sentence = best.unknown or (_conclude(best, context).sentence if known else "")
    return Understood("unclear", sentence=sentence or _shorten(text), certainty=best.share)


def _list_choices(texts: list[str], count: int) -> set[int]:
    """The numbers that any of the texts chooses."""
    plain = {_ELIDED_ARTICLE.sub("", text) for text in texts}
    found = {read_choice(text, count) for text in plain} if count else set()
    return {number for number in found if number}


def _conclude(reading: Reading, context: Context) -> Understood:
    """What all clauses of a reading say together."""
    clauses = reading.clauses
    kinds = {_SAME.get(clause.kind, clause.kind) for clause in clauses}
    order = [clause.kind for clause in clauses]
    times = {clause.when for clause in clauses if clause.kind == "time"}

    def _answer(kind: str, by: str, when: datetime | None = None) -> Understood:
        return Understood(kind, when=when, sentence=_sentence_of(clauses, by))

    questions = {clause.kind for clause in clauses if clause.is_question}
    # A refusal below a time may be of that time.
    doubtful = bool({"yes", "no", "cancel"} & questions) or (
        "time" in kinds and "no" in order[order.index("time") :]
    )
    if doubtful or not kinds:
        pass
    elif kinds == {"yes"} and context.choices <= 1:
        return _answer("yes", "yes")
    elif kinds == {"no"}:
        return _answer("no", "no")
    elif "cancel" in kinds and kinds <= {"cancel", "no"}:
        return _answer("cancel", "cancel")
    elif "earlier" in kinds and kinds <= {"earlier", "no"}:
        return _answer("earlier", "earlier")
    elif "time" in kinds and kinds <= {"time", "no", "move"} and len(times) == 1:
        (when,) = times
        if when:
            return _answer("new_time", "time", when=when)
    # The last clause is the one that disagrees with those before it.
    sentence = clauses[-1].sentence if clauses else reading.first
    return Understood("unclear", sentence=sentence, certainty=reading.share)


def _sentence_of(clauses: tuple[Clause, ...], kind: str) -> str:
    return next(
        clause.sentence for clause in clauses if _SAME.get(clause.kind, clause.kind) == kind
    )


def _first_line(text: str, number: int) -> str:
    """The line of a choice: the first one with a figure, else with more than a greeting."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next(
        (line for line in lines if str(number) in line),
        lines[-1] if len(lines) == 1 else " ".join(lines)[:200],
    )


def _shorten(text: str) -> str:
    return text if len(text) <= 300 else text[:299].rstrip() + "…"
