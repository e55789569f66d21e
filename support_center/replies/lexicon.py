"""What short replies to an appointment are made of, in five languages.

The words stand in ``phrases_of``, a file for each language, in the notation of ``phrases``. A
reply is understood only when each of its words is in one of these, so a word that changes the
meaning ("if", "but", "not yet") needs no entry: it is not there. ``filler`` says nothing about the
visit. ``move`` stands beside another time; ``ask_cancel`` cancels in the words of a question.
``reason_stops`` are words that keep a clause from being a mere reason for a cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .phrases import SLOTS, Pattern, Phrase, fold, read_patterns, read_phrases

LANGUAGES = ("en", "de", "fr", "es", "it")
KINDS = ("yes", "no", "cancel", "ask_cancel", "earlier", "move", "filler")
SECTIONS = (*KINDS, "greetings", "closings", "because", "reason_stops")


@dataclass(frozen=True)
class Lexicon:
    """The phrases of one language.

    ``patterns`` maps a first word, or a slot, to patterns. ``greetings`` open a mail, ``closings``
    end one, what follows them is a name; ``because`` opens a reason. ``words`` are all of it.
    """

    code: str
    patterns: dict[str, list[Pattern]]
    greetings: frozenset[Phrase]
    closings: frozenset[Phrase]
    because: frozenset[str]
    reason_stops: frozenset[str]
    words: frozenset[str]


FOLDER = Path(__file__).with_name("phrases_of")


def _load(code: str) -> dict[str, list[str]]:
    """The lines of each section of a file."""
    sections: dict[str, list[str]] = {}
    for line in (FOLDER / f"{code}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.rstrip("]")[1:] in SECTIONS:
            lines = sections.setdefault(line[1:-1], [])
        elif line.strip():
            lines.append(line)
    return sections


@lru_cache(maxsize=len(LANGUAGES))
def get_lexicon(code: str) -> Lexicon:
    """The phrases of a language.

    :param code: one of ``LANGUAGES``
    """
    table, common = _load(code), _load("common")
    patterns: dict[str, list[Pattern]] = {}
    words: set[str] = set()
    for kind in KINDS:
        for pattern in read_patterns([*table.get(kind, []), *common.get(kind, [])], kind):
            words.update(word for place in pattern.places for phrase in place for word in phrase)
            for first in pattern.list_first():
                patterns.setdefault(first, []).append(pattern)
    return Lexicon(
        code,
        patterns,
        read_phrases(table["greetings"]),
        read_phrases(table["closings"]),
        frozenset(fold(" ".join(table["because"])).split()),
        frozenset(fold(" ".join(table["reason_stops"])).split()),
        frozenset(words - set(SLOTS)),
    )


@lru_cache(maxsize=1)
def list_reason_stops() -> frozenset[str]:
    """Those of all languages: which one a reason is in is not known."""
    return frozenset().union(*(get_lexicon(code).reason_stops for code in LANGUAGES))
