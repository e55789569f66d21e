"""The keys of a request: one table that the readers of values, the parser of forms and the schema
for integrators all go by, so that none of them can say what another one does not do."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Text for a number, a word or a flag is not read beyond so many characters.
SHORT = 79
#: Longest duration of one visit, in hours.
MAX_HOURS = 24

#: What Odoo's priority field stores, by the words that may be sent.
PRIORITIES = {
    "low": "0",
    "normal": "1",
    "medium": "1",
    "high": "2",
    "urgent": "3",
    "critical": "3",
    "0": "0",
    "1": "1",
    "2": "2",
    "3": "3",
}
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

# Durations as text: hours, minutes, both, and ISO 8601.
HOURS = re.compile(
    r"(\d{1,4}(?:[.,]\d{1,6})?)\s*(?:h|hs|hrs?|hours?|std|stunden?|heures?|horas?|ore|ora|uur)?\.?",
    re.I,
)
MINUTES = re.compile(r"(\d{1,4})\s*(?:m|mins?|minutes?|minuten?|minutos?|minuti)\.?", re.I)
HOURS_MINUTES = re.compile(
    r"(?:PT)?(\d{1,2})\s*(?::|h|hrs?|hours?|std|stunden?)\s*(?:and|und)?\s*([0-5]?\d)\s*(?:m|min|minutes?|minuten?)?\.?",
    re.I,
)
ISO_HOURS = re.compile(r"PT(\d{1,4}(?:[.,]\d{1,6})?)([HM])", re.I)

# ISO 8601 in its extended and basic forms, and Odoo's own; the rest after the time is a zone or
# wrong. What stands in the last brackets, the time, is asked for: a day alone is no appointment.
ISO_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:T| +|, *)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?(.*))?",
    re.I,
)
BASIC_TIME = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:T(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?(.*))?", re.I
)


@dataclass(frozen=True)
class Key:
    """One key: what is taken for it, in columns that a program can read.

    ``limit`` is the longest text in characters; of text that is not read by ``patterns`` or
    ``words`` the rest is a matter of grammar (an address, a phone number) or of what this
    database knows (a type, a zone), as ``text`` says. ``numbers`` tells what a number is taken
    for: ``text`` for the text that it is written as, ``hours`` for a duration up to
    ``MAX_HOURS``, ``words`` for one of the ``words``, empty for nothing. ``grammar`` is a format
    of JSON Schema.
    """

    name: str
    text: str
    example: str | float | bool
    limit: int
    required: bool = False
    lines: bool = False
    numbers: str = ""
    booleans: bool = False
    words: tuple[str, ...] = ()
    patterns: tuple[re.Pattern[str], ...] = ()
    grammar: str = ""


#: All keys, in the order in which a form lists them.
TABLE = {
    key.name: key
    for key in (
        Key(
            "customer_email",
            "The customer's address. A contact with it is found, else made.",
            "customer@example.com",
            254,  # RFC 5321, section 4.5.3.1.3, less the angle brackets
            required=True,
            grammar="idn-email",
        ),
        Key(
            "customer_name",
            "The name of a contact that is made; one that exists keeps its own.",
            "John Doe",
            128,
            numbers="text",
        ),
        Key(
            "customer_phone",
            "A phone number as people write it, for a contact that is made.",
            "+32 2 555 01 00",
            64,
            numbers="text",
        ),
        Key(
            "requested_date",
            "The time asked for: ISO 8601, or YYYY-MM-DD HH:MM:SS. Without an offset or zone it "
            "is in `timezone`, else UTC. A time that has passed is refused.",
            "2030-01-15 14:00:00",
            200,
            patterns=(ISO_TIME, BASIC_TIME),
        ),
        Key(
            "duration",
            "Hours, more than 0 and at most 24, or a text such as 90 min, 1:30 or PT2H. Without "
            "one the type's counts, else one hour.",
            1.5,
            SHORT,
            numbers="hours",
            patterns=(HOURS, MINUTES, HOURS_MINUTES, ISO_HOURS),
        ),
        Key(
            "timezone",
            "The zone of `requested_date` and the one in which the customer is told: an IANA "
            "name, or an offset, which only says when.",
            "Europe/Brussels",
            64,
        ),
        Key(
            "description",
            "What it is about; line breaks stay.",
            "Network troubleshooting needed",
            20_000,
            lines=True,
            numbers="text",
        ),
        Key(
            "priority",
            "A word in any case, or 0 (low) to 3 (urgent). Without one: normal.",
            "high",
            SHORT,
            numbers="words",
            words=tuple(PRIORITIES),
        ),
        Key("location", "Where the visit is.", "123 Main Street", 256, numbers="text"),
        Key("type", "The code or name of an appointment type.", "repair", 128, numbers="text"),
        Key(
            "technician",
            "The address of the technician who should come.",
            "technician@example.com",
            254,
            grammar="idn-email",
        ),
        Key("ticket", "The number of a ticket.", "TCK/2030/00007", 64, numbers="text"),
        Key(
            "external_ref",
            "Your own id of the request. The same one by the same user again gives the "
            "appointment that exists and changes nothing.",
            "W-1",
            128,
            numbers="text",
        ),
        Key(
            "validate_only",
            "True checks everything and makes nothing.",
            False,
            SHORT,
            numbers="words",
            booleans=True,
            words=tuple(FLAGS),
        ),
    )
}
KEYS = tuple(TABLE)

# Longest key that is looked at, in characters; a hint in brackets may follow it.
_LONGEST = 80
_SEPARATORS = re.compile(r"[\s_.\-‐‑‒–—\u200c\u200d]+")
_HINT = re.compile(r"[(\[][^()\[\]]*[)\]]\s*\**\s*$")
_KEYS_BY_LETTERS = {key.replace("_", ""): key for key in KEYS}


def match_key(text: str) -> str | None:
    """The canonical key that ``text`` spells, or None.

    Case, spaces, dashes and underscores do not matter (``Customer E-Mail``),
    nor do a hint in brackets or the asterisk of a required form field
    (``Requested date (YYYY-MM-DD) *``).
    """
    if len(text) > _LONGEST:
        return None
    letters = _HINT.sub("", text.strip()).strip("*_\"'`“”‘’„ \t")
    return _KEYS_BY_LETTERS.get(_SEPARATORS.sub("", letters).lower())
