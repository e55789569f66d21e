"""Sentences and words of a reply, and what frames it: a greeting, a farewell and a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .lexicon import Lexicon
from .phrases import Phrase, fold

if TYPE_CHECKING:
    from .read import Times

# A full stop after a figure may belong to a day, "am 13. März".
_SENTENCE_END = re.compile(r"(?<!\d)[.]+(?=\s|$)|(?<=\d)\.(?=\s*$)|[!?]+(?=\W|$)|\n+|;", re.M)
_ABBREVIATION = re.compile(
    r"(?:^|\s)(?:mr|mrs|ms|dr|nr|no|hr|fr|st|sr|sra|sig|m|mme|[a-z])\.$", re.I
)
# Elided articles and pronouns are words of their own.
_ELISION = re.compile(r"^(?:l|d|j|m|t|s|n|c|qu|un|all|dell|dall|nell|quest)'(?=\w)")
_TOKEN = re.compile(r"[👍👌✅✔🙂😊😀😃😄🙏☺👋❤🌞☀]|[^\W_]+(?:['’´`.:/-][^\W_]+)*'?[°ª]?|\S")
_IDLE = frozenset('\ufe0f🏻🏼🏽🏾🏿\u200d\u200b"“”„«»()*¡¿_~')
_SMILEYS = re.compile(r"(?<!\w)[:=]-?[)D](?!\w)")
_BREAKS = frozenset(".,!?;:-–—")
_MAX_NAME_WORDS = 4
_MAX_FAREWELL_LINES = 8
_MAX_LINE_WORDS = 8


@dataclass(frozen=True)
class Word:
    """A word as it is compared, and where it stands in its sentence."""

    text: str
    start: int
    end: int
    #: Whether a mark stands before it, over which no phrase reaches.
    after_break: bool = False
    #: Whether a mark or the end follows it.
    before_break: bool = False


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, each with the mark that ends it."""
    found, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        if match[0] == "." and _ABBREVIATION.search(text[start : match.end()]):
            continue
        found.append(text[start : match.end()].strip())
        start = match.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence.strip(" .,!?;\n")]


def cut(sentence: str) -> list[Word]:
    """The words of a sentence."""
    sentence = _SMILEYS.sub(lambda match: " " * len(match[0]), sentence)
    words: list[Word] = []
    is_broken = False
    for match in _TOKEN.finditer(sentence):
        token = match[0]
        if token in _IDLE:
            continue
        if token in _BREAKS:
            is_broken = True
            if words:
                last = words[-1]
                words[-1] = Word(last.text, last.start, last.end, last.after_break, True)
            continue
        for piece, start, end in _divide(token, match.start()):
            words.append(Word(piece, start, end, is_broken))
            is_broken = False
    if words:
        last = words[-1]
        words[-1] = Word(last.text, last.start, last.end, last.after_break, True)
    return words


def _divide(token: str, start: int) -> list[tuple[str, int, int]]:
    """The pieces of a token: "d'annuler" and "appelez-moi" are two words each."""
    pieces = []
    at = 0
    for part in re.split(r"(?<=[^\W\d_])-(?=[^\W\d_])", token):
        offset = token.index(part, at)
        at = offset + len(part)
        folded = fold(part)
        elided = _ELISION.match(folded)
        if elided and len(folded) == len(part):
            middle = start + offset + elided.end()
            pieces.append((elided[0], start + offset, middle))
            pieces.append((folded[elided.end() :], middle, start + at))
        else:
            pieces.append((folded, start + offset, start + at))
    return pieces


# ----------------------------------------------------------------------------
# The frame
# ----------------------------------------------------------------------------


def strip_frame(text: str, lexicon: Lexicon, times: Times) -> str:
    """``text`` without the greeting before it and the farewell with names after it."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if lines:
        lines[0] = _without_greeting(lines[0], lexicon)
        lines = [line for line in lines if line]
    for number, line in enumerate(lines):
        if number and _is_farewell(line, lexicon) and _is_signature(lines[number + 1 :]):
            lines = lines[:number]
            break
    if len(lines) > 1 and _is_name(lines[-1], lexicon, times):
        lines.pop()
    if lines:
        lines[-1] = _without_farewell(lines[-1], lexicon, times)
    return "\n".join(lines)


def _find_longest(words: list[Word], start: int, phrases: frozenset[Phrase]) -> int:
    """How many words from ``start`` on are one of the phrases; 0 for none."""
    texts = [word.text for word in words]
    return max(
        (len(each) for each in phrases if tuple(texts[start : start + len(each)]) == each),
        default=0,
    )


def _without_greeting(line: str, lexicon: Lexicon) -> str:
    words = cut(line)
    length = _find_longest(words, 0, lexicon.greetings)
    if not length:
        return line
    end = length
    while (
        end < len(words)
        and end - length < _MAX_NAME_WORDS
        and not words[end - 1].before_break
        and words[end].text not in lexicon.words
        and not words[end].text[0].isdigit()
    ):
        end += 1
    # A title may be followed by a full stop and the name: "Sehr geehrter Hr. Meier,".
    if end > length and not words[end - 1].before_break:
        return line
    return line[words[end - 1].end :].lstrip(" ,.:!-–—")


def _is_farewell(line: str, lexicon: Lexicon) -> bool:
    words = cut(line)
    return bool(words) and _find_longest(words, 0, lexicon.closings) == len(words)


def _is_signature(lines: list[str]) -> bool:
    """Whether lines below a farewell are names and addresses, and no postscript."""
    return len(lines) <= _MAX_FAREWELL_LINES and all(
        len(line.split()) <= _MAX_LINE_WORDS
        and "?" not in line
        and not re.match(r"p\.? ?s\b", line, re.I)
        and not (line[-1] in ".!" and len(line.split()) > 3)
        for line in lines
    )


def _is_name(line: str, lexicon: Lexicon, times: Times) -> bool:
    """Whether a line is the name of somebody and nothing that is known."""
    words = line.strip(" .,-").split()
    return 0 < len(words) <= 3 and all(_is_part_of_name(word, lexicon, times) for word in words)


def _is_part_of_name(word: str, lexicon: Lexicon, times: Times) -> bool:
    plain = fold(word.strip(".,-"))
    return (
        bool(plain)
        and word[0].isupper()
        and plain.replace("-", "").replace("'", "").isalpha()
        and plain not in lexicon.words
        and not times.may_belong(lexicon.code, word.strip(".,-").lower())
        and plain not in lexicon.reason_stops
    )


def _without_farewell(line: str, lexicon: Lexicon, times: Times) -> str:
    """``line`` without "Kind regards, Joan" at its end; a farewell alone is left to the phrases."""
    words = cut(line)
    for at in range(len(words)):
        length = _find_longest(words, at, lexicon.closings)
        if not length:
            continue
        rest = line[words[at + length - 1].end :].strip(" ,.-–—!")
        if not rest or _is_name_after(rest, lexicon, times):
            return line[: words[at].start].rstrip(" ,-–—") if at else ("" if rest else line)
    return line


def _is_name_after(rest: str, lexicon: Lexicon, times: Times) -> bool:
    words = rest.split()
    return len(words) <= _MAX_NAME_WORDS and all(
        _is_part_of_name(word, lexicon, times) for word in words
    )
