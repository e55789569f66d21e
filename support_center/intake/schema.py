"""The table of ``keys`` as a schema that other programs can read (JSON Schema, 2020-12).

What the schema takes, ``parse_mapping`` takes, and the other way round, as far as a schema can
say; ``EXCLUDED`` names what it cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .keys import MAX_HOURS, TABLE, Key

#: What is taken or refused beyond what the schema says.
EXCLUDED = (
    "A time that has passed, a day or hour that does not exist, two times in one text, an hour "
    "with am or pm.",
    "A time zone, type, technician or ticket that is not known.",
    "A duration in words of none at all, or of more than 24 hours.",
    "The grammar of an e-mail address (`format` hints at it) and of a phone number.",
    "Blanks and invisible characters beyond the longest text, which are taken away before it is "
    "measured.",
    "Keys in another spelling (`Customer E-Mail`), which are known all the same, and a key in two "
    "spellings with two values.",
    "Digits of other scripts in times and durations.",
)
#: The codes of faults, of requests and of calls, and what each means.
CODES = {
    "missing": "A key that has to be there is not; or there is no `external_data` at all.",
    "invalid": "The value cannot be understood, or is out of bounds.",
    "past": "The time has passed.",
    "ambiguous": "It may be read in more than one way: day or month first, two times.",
    "missing_time": "A day without an hour.",
    "missing_day": "An hour without a day.",
    "unknown": "No such type, technician, ticket or time zone here.",
    "not_text": "A text is expected, and something else came: a list, a mapping, true, bytes.",
    "too_long": "Longer than the key may be.",
    "duplicate": "One key in two spellings with two values; by webhook and mail an "
    "`external_ref` that another request has.",
    "not_mapping": "`external_data` or one of its requests is not a set of keys and values.",
    "key_not_text": "A key is not a text.",
    "binary": "Bytes under a key that is not known, which nobody could read.",
    "wrong_length": "Not as many requests as values; or `date_to` is not after `date_from`, or by "
    "more than 92 days.",
    "unsupported": "`validate_only` by webhook or mail, where everything is kept.",
    "unknown_visit": "The answer of a calendar, by mail, belongs to no visit that is known.",
    "unconfirmed": "Asked for by a reply to a mail; a dispatcher speaks with the customer first.",
    "rights": "The user is not in the group Support Center / Integration, nor a dispatcher.",
    "company": "The user may not work in the company that the context names.",
    "refused": "A rule of this database forbids it, in its own words.",
}
# Numbers that every program writes without a loss (RFC 8259, section 6).
_LARGEST = 2**53 - 1
_BLANK = r"[ \t\r\n]*"
_ESCAPES = {"d": "[0-9]", "s": r"[ \t\r\n]"}


def make_request_schema() -> dict[str, Any]:
    """The schema of ``external_data``: one mapping."""
    return {
        "type": "object",
        "description": "One request. Keys that are not listed are kept in the description of the "
        "appointment. Beyond the schema: " + " ".join(EXCLUDED),
        "required": [key.name for key in TABLE.values() if key.required],
        "properties": {key.name: make_key_schema(key) for key in TABLE.values()},
        "additionalProperties": True,
        "examples": [{key.name: key.example for key in TABLE.values() if key.example}],
    }


def make_key_schema(key: Key) -> dict[str, Any]:
    """The schema of one key's value."""
    choices = [*_make_text_schemas(key), *_make_number_schemas(key)]
    if key.booleans:
        choices.append({"type": "boolean"})
    if not key.required:
        choices += _make_absent_schemas(is_false_a_value=key.booleans)
    head = {"description": key.text, "examples": [key.example]}
    return {**head, **(choices[0] if len(choices) == 1 else {"anyOf": choices})}


def to_pattern(regex: str) -> str:
    """A pattern that means the same without a flag for the case, in Python and in ECMAScript.

    :param regex: of the kind that ``keys`` has: without named groups and look-around
    """
    parts = []
    in_class = False
    for token in re.findall(r"\\.|\(\?:|\{[\d,]+\}|.", regex, re.S):
        letter = token[-1]
        if token.startswith("\\") and letter in _ESCAPES:
            parts.append(_ESCAPES[letter])
        elif len(token) == 1 and token.isascii() and token.isalpha():
            both = token.lower() + token.upper()
            parts.append(both if in_class else f"[{both}]")
        else:
            in_class = {"[": True, "]": False}.get(token, in_class)
            parts.append(token)
    return "".join(parts)


def _make_text_schemas(key: Key) -> Iterable[dict[str, Any]]:
    """Text that holds something to see; ``key.limit`` is counted without the blanks round it."""
    if key.patterns:
        # A day alone is no time, see ``ISO_TIME``: its last brackets are not optional here.
        sources = [
            pattern.pattern[:-1] if pattern.pattern.endswith(")?") else pattern.pattern
            for pattern in key.patterns
        ]
    elif key.words:
        sources = ["|".join(map(re.escape, key.words))]
    else:
        text = {"type": "string", "maxLength": key.limit, "pattern": r"\S"}
        yield {**text, "format": key.grammar} if key.grammar else text
        return
    for source in sources:
        pattern = f"^{_BLANK}(?:{to_pattern(source)}){_BLANK}$"
        yield {"type": "string", "maxLength": key.limit, "pattern": pattern}


def _make_number_schemas(key: Key) -> Iterable[dict[str, Any]]:
    if key.numbers == "hours":
        yield {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_HOURS}
    elif key.numbers == "words":
        yield {"enum": sorted({int(word) for word in key.words if word.isdecimal()})}
    elif key.numbers == "text":
        yield {"type": "number", "minimum": -_LARGEST, "maximum": _LARGEST}


def _make_absent_schemas(*, is_false_a_value: bool) -> list[dict[str, Any]]:
    """What stands for a key that is not there: XML-RPC's False, PHP's empty list, and so on."""
    nothing: list[object] = [None, [], {}] if is_false_a_value else [None, False, [], {}]
    return [{"enum": nothing}, {"type": "string", "pattern": f"^{_BLANK}$", "maxLength": 10_000}]
