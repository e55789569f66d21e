"""Cleaning and shortening of text that anybody may have sent."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from xmlrpc.client import Binary, DateTime

# How much of a bad value a message repeats, in characters.
SHOWN_CHARACTERS = 80
# How much of nested data, which grows with the power of its levels.
SHOWN_ITEMS, SHOWN_LEVELS = 8, 3

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
# PostgreSQL stores no NUL and psycopg2 encodes no lone surrogate; the other
# control characters only confuse the reader of the text.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Joiners (U+200C, U+200D) stay: Persian words and emoji need them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BLANKS = re.compile(r"\s+")
_QUOTE_PAIRS = {'"': '"', "'": "'", "“": "”", "„": "“", "‘": "’", "«": "»", "`": "`"}


class _Shower(reprlib.Repr):
    """``repr`` with limits on depth and size, for values of any type."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.maxlevel = SHOWN_LEVELS
        self.maxstring = self.maxother = self.maxlong = size
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = SHOWN_ITEMS
        self.maxfrozenset = self.maxdeque = self.maxarray = SHOWN_ITEMS

    def repr_int(self, x: int, level: int) -> str:
        # Python refuses to write integers of thousands of digits.
        return repr(x) if x.bit_length() <= 512 else f"<integer of {x.bit_length()} bits>"

    def repr1(self, x: object, level: int) -> str:
        """What programs send beside text and numbers, as a person would write it."""
        if isinstance(x, DateTime):
            return str(x.value)
        if isinstance(x, (date, Decimal)):
            return str(x)
        content = x.data if isinstance(x, Binary) else x
        if isinstance(content, (bytes, bytearray)):
            return f"<{len(content)} bytes>"
        return super().repr1(x, level)


def clean(text: str) -> str:
    """``text`` with plain line ends and spaces, fit to be stored and matched.

    Removes control characters, byte order marks, zero-width and direction
    marks; keeps tabs and line feeds.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    text = _SURROGATES.sub("\ufffd", text)
    text = _INVISIBLE.sub("", text)
    return _SPACES.sub(" ", text)


def one_line(text: str) -> str:
    """``text`` with every run of blanks and line ends made one space."""
    return _BLANKS.sub(" ", text).strip()


def unquote(text: str) -> str:
    """``text`` without one pair of quotation marks round the whole of it."""
    text = text.strip()
    if len(text) >= 2 and _QUOTE_PAIRS.get(text[0]) == text[-1]:
        return text[1:-1].strip()
    return text


def describe(value: object, size: int = SHOWN_CHARACTERS) -> str:
    """A readable text of at most ``size`` characters for any value at all."""
    shown = value[: size * 4] if isinstance(value, str) else _Shower(size).repr(value)
    shown = one_line(clean(shown))
    return shown if len(shown) <= size else shown[: size - 1] + "…"


def holds_binary(value: object, level: int = SHOWN_LEVELS) -> bool:
    """Whether there are bytes in ``value``, as deep as ``describe`` would show them."""
    if isinstance(value, (bytes, bytearray, memoryview, Binary)):
        return True
    if not level:
        return False
    if isinstance(value, Mapping):
        return any(holds_binary(each, level - 1) for each in value.values())
    if isinstance(value, (list, tuple)):
        return any(holds_binary(each, level - 1) for each in value)
    return False


def describe_fully(value: object, size: int) -> str:
    """Like ``describe``, with the line breaks of a text kept."""
    if not isinstance(value, str):
        return describe(value, size)
    shown = clean(value[: size * 2]).strip()
    return shown if len(shown) <= size else shown[: size - 1] + "…"
