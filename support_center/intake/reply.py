"""The lines that a reply corrects, apart from all that it only repeats.

A reply may quote our answer in any way: marked, unmarked, or edited in place.
So each line is held against what the answer showed, and what says the same is
no correction; nor can a robot that echoes our text start a dialogue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .body import Form, read_form
from .quotes import split_quotes
from .text import clean, one_line

# How much of a reply is searched, in characters.
MAX_REPLY = 200_000
# Enough of a hint to know it again where a mail program has broken its line.
_HINT_START = 24


@dataclass(frozen=True)
class ShownLine:
    """A line of our answer: the ``hint`` below it says what is wrong, if anything is."""

    key: str
    value: str
    hint: str = ""


def read_reply(text: str, shown: Iterable[ShownLine]) -> dict[str, str]:
    """The corrected values in a reply by canonical key, as they were written.

    The sender's own lines count. Only where there are none, the lines of the
    quoted answer do that were marked wrong and were changed in place.

    :param text: plain text, or what ``html_to_text`` makes of HTML
    :param shown: the lines of the answer that the reply may quote
    """
    lines = {line.key: line for line in shown}
    parts = split_quotes(clean(text[:MAX_REPLY]))
    changes = _find_changes(read_form(parts.own), lines)
    if changes:
        return changes
    quoted = _find_changes(read_form(parts.inner), lines)
    return {key: value for key, value in quoted.items() if key in lines and lines[key].hint}


def _find_changes(form: Form, lines: Mapping[str, ShownLine]) -> dict[str, str]:
    written = {
        key: [_without_hint(value, lines.get(key)), _without_hint(again, lines.get(key))]
        for key, value in form.values.items()
        for again in [form.repeated.get(key, "")]
    }
    repeats = any(
        key in lines and _is_same(value, lines[key].value)
        for key, values in written.items()
        for value in values
        if value
    )
    changes = {}
    for key, values in written.items():
        for value in values:
            if value and not (key in lines and _repeats(value, lines[key], loosely=repeats)):
                changes[key] = value
                break
    return changes


def _without_hint(value: str, line: ShownLine | None) -> str:
    """``value`` without the hint of our answer, which an unmarked quotation runs into it."""
    if line is None or not line.hint:
        return value
    flat, hint = one_line(value), one_line(line.hint)
    at = flat.find(hint[:_HINT_START])
    if at >= 0:
        return flat[:at].strip()
    return "" if hint.startswith(flat) else value


def _repeats(value: str, line: ShownLine, *, loosely: bool) -> bool:
    """Whether ``value`` is what the answer showed.

    :param loosely: the form is an unmarked quotation, so that the text below
        the description counts as part of it
    """
    if _is_same(value, line.value):
        return True
    start = one_line(line.value).rstrip("…").rstrip().casefold()
    return (
        loosely
        and line.key == "description"
        and bool(start)
        and one_line(value).casefold().startswith(start)
    )


def _is_same(one: str, other: str) -> bool:
    return one_line(one).casefold() == one_line(other).casefold()
