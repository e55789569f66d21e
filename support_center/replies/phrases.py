"""A small notation for the phrases of the lexicon, and how they are found among words.

``(a|b)`` stands for one of several, ``[a|b]`` for one or none, ``(a|b c)`` may hold several words;
groups do not nest. ``<time>`` and ``<day>`` stand for the present time of the visit, however it
is written, and for its day alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Phrase = tuple[str, ...]
#: The positions after a present time or day that begins at a position; gets the slot's name.
TimeEnds = Callable[[str, int], Sequence[int]]

SLOTS = ("<time>", "<day>")
_GROUP = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|([^\s()\[\]]+)")
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u0060\u00b4", "'"))


@dataclass(frozen=True)
class Pattern:
    """One pattern of a ``kind``: for each place the phrases that may stand there."""

    kind: str
    places: tuple[tuple[Phrase, ...], ...]

    def list_first(self) -> set[str]:
        """The words and slots that it may begin with."""
        found: set[str] = set()
        for place in self.places:
            found.update(phrase[0] for phrase in place if phrase)
            if () not in place:
                break
        return found

    def find_ends(self, words: Sequence[str], start: int, find_times: TimeEnds) -> set[int]:
        """The positions after each way to match the pattern from ``start`` on."""
        ends = {start}
        for place in self.places:
            ends = {
                end
                for at in ends
                for phrase in place
                for end in _find_phrase(phrase, words, at, find_times)
            }
        return ends - {start}


def _find_phrase(
    phrase: Phrase, words: Sequence[str], start: int, find_times: TimeEnds
) -> set[int]:
    ends = {start}
    for word in phrase:
        if word in SLOTS:
            ends = {end for at in ends for end in find_times(word, at)}
        else:
            ends = {at + 1 for at in ends if at < len(words) and words[at] == word}
    return ends


def fold(text: str) -> str:
    """``text`` in small letters, without accents: people leave them out on a phone."""
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def read_patterns(lines: Iterable[str], kind: str) -> list[Pattern]:
    """The patterns of lines in the notation, one on each."""
    return [Pattern(kind, tuple(_read_places(line))) for line in lines]


def read_phrases(lines: Iterable[str]) -> frozenset[Phrase]:
    """Phrases without any group, one on each line."""
    return frozenset(tuple(fold(line).split()) for line in lines)


def _read_places(line: str) -> list[tuple[Phrase, ...]]:
    places = []
    for either, maybe, word in _GROUP.findall(line):
        options = either.split("|") if either else ["", *maybe.split("|")] if maybe else [word]
        places.append(tuple(tuple(fold(option).split()) for option in options))
    return places
