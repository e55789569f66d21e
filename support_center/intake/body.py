"""``key: value`` lines in the text of a mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .keys import match_key
from .text import one_line, unquote

# An unknown key is a few words at most; more is a sentence with a colon.
_MAX_KEY = 40
_MAX_WORDS = 3
# Mail programs wrap at 72 to 78 columns; a shorter line ended on purpose.
_WRAP_COLUMN = 76
_SHORTEST_WRAPPED = 50

_BULLET = re.compile(r"\s*(?:(?:[-+•·‣▪◦–—]|\*(?!\S)|\d{1,2}[.)](?=\s))\s*)?")
_SEPARATOR = re.compile(r"[:=：﹕|\t]")
_UNKNOWN_KEY = re.compile(r"[^\W\d_][\w\-/.' ]*")
_NO_KEYS = frozenset({"http", "https", "mailto", "tel", "ftp", "www"})


@dataclass
class Form:
    """The form in a text; ``values`` has the first value of each key."""

    values: dict[str, str] = field(default_factory=dict)
    repeated: dict[str, str] = field(default_factory=dict)
    extra: list[tuple[str, str]] = field(default_factory=list)
    free_text: str = ""
    found: bool = False


@dataclass(frozen=True)
class _Line:
    """One line: ``key`` is canonical or None, ``name`` as it was written."""

    text: str
    key: str | None = None
    name: str = ""
    value: str = ""

    @property
    def is_pair(self) -> bool:
        return bool(self.name)


def read_form(text: str) -> Form:
    """Read all form lines of ``text``, which is clean (see ``text.clean``)."""
    raw = text.split("\n")
    lines = [_read_line(line) for line in raw]
    # One word on a line of its own is a label only where a form surely is.
    labelled = [line if line.is_pair else _read_label(line) for line in lines]
    if any(line.key and "_" in line.key for line in labelled):
        lines = labelled
    numbers = [number for number, line in enumerate(lines) if line.key]
    form = Form(found=bool(numbers))
    if not numbers:
        form.free_text = text.strip()
        return form
    first, last = _find_block(lines, numbers)
    free: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        start, number = number, number + 1
        if line.key == "description":
            value, number = _take_description(lines, start)
            _keep(form, line.key, value)
        elif line.key:
            value, number = _take_value(lines, raw, start)
            _keep(form, line.key, value)
        elif line.is_pair and line.value and first <= start <= last:
            form.extra.append((line.name, one_line(line.value)))
        else:
            free.append(line.text)
    text = "\n".join(free).strip()
    # Brackets and rules round a form say nothing.
    form.free_text = text if any(letter.isalnum() for letter in text) else ""
    return form


def _keep(form: Form, key: str, value: str) -> None:
    if not value:
        return
    if key not in form.values:
        form.values[key] = value
    elif one_line(form.values[key]).lower() != one_line(value).lower():
        form.repeated.setdefault(key, value)


def _read_line(text: str) -> _Line:
    match = _BULLET.match(text)
    plain = text[match.end() if match else 0 :].strip().strip("|").strip()
    separator = _SEPARATOR.search(plain, 0, 100)
    if not separator:
        return _Line(text)
    left, right = plain[: separator.start()], plain[separator.end() :]
    marks = left[: len(left) - len(left.lstrip("*_"))]
    name = left.strip(" *_`\"'“”„‘’\t")
    value = right.strip()
    if marks:
        # "*key:* value", "**key**: value" and "*key: value*" alike.
        value = value.removeprefix(marks).strip()
        if not left.rstrip().endswith(marks) and right == right.lstrip(marks):
            value = value.removesuffix(marks).strip()
    if left.lstrip().startswith('"'):
        # A line of JSON: its comma is no part of the value.
        value = value.rstrip(",")
    key = match_key(left)
    if key:
        return _Line(text, key, name, value)
    if separator[0] in ":：﹕=" and _is_unknown_key(name, right):
        return _Line(text, None, name, unquote(value))
    return _Line(text)


def _is_unknown_key(name: str, right: str) -> bool:
    """Whether ``name`` may be a key: no sentence, address of a page or hour."""
    return (
        len(name) <= _MAX_KEY
        and len(name.split()) <= _MAX_WORDS
        and bool(_UNKNOWN_KEY.fullmatch(name))
        and name.lower() not in _NO_KEYS
        and not right.startswith("//")
        and not (name[-1].isdigit() and right[:1].isdigit())
    )


def _read_label(line: _Line) -> _Line:
    """A key alone on its line, as flattened tables have it."""
    if len(line.text) > _MAX_KEY * 2:
        return line
    match = _BULLET.match(line.text)
    plain = line.text[match.end() if match else 0 :]
    key = match_key(plain)
    return _Line(line.text, key, plain.strip(), "") if key else line


def _find_block(lines: list[_Line], numbers: list[int]) -> tuple[int, int]:
    """First and last line of the form: known keys and the pairs that touch them."""
    first, last = numbers[0], numbers[-1]
    while first > 0 and lines[first - 1].is_pair:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].is_pair:
        last += 1
    return first, last


def _take_value(lines: list[_Line], raw: list[str], start: int) -> tuple[str, int]:
    """The value of a key other than the description, and the line after it.

    It may stand on the next line, and a line that the mail program wrapped goes on.
    """
    value = lines[start].value
    end = start + 1
    if not value:
        labelled = not _SEPARATOR.search(lines[start].text)
        value_at = end
        if labelled and value_at < len(lines) and not lines[value_at].text.strip():
            value_at += 1
        if value_at < len(lines) and not lines[value_at].is_pair and lines[value_at].text.strip():
            value, end = lines[value_at].text.strip(), value_at + 1
    while value and end < len(lines) and _goes_on(raw[end - 1], lines[end], raw[end]):
        value, end = f"{value} {raw[end].strip()}", end + 1
    return unquote(value), end


def _goes_on(before: str, line: _Line, text: str) -> bool:
    """Whether ``text`` is the rest of a line that was broken to fit the page."""
    words = text.split(maxsplit=1)
    if line.is_pair or not words or text.lstrip().startswith((">", "-", "*", "•")):
        return False
    if text[0] in " \t" and text.strip() and before[:1] not in (" ", "\t"):
        # Folded like a mail header.
        return True
    if len(before) < _SHORTEST_WRAPPED:
        return False
    # format=flowed (RFC 3676) leaves a space at the end of what goes on.
    return before.endswith(" ") or len(before) + 1 + len(words[0]) > _WRAP_COLUMN


def _take_description(lines: list[_Line], start: int) -> tuple[str, int]:
    """The description with all lines up to the next known key, and the line after it."""
    end = start + 1
    while end < len(lines) and not lines[end].key:
        end += 1
    following = [line.text.strip() for line in lines[start + 1 : end]]
    return unquote("\n".join([lines[start].value, *following]).strip()), end
