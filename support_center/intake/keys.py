"""The keys of a request and how people spell them."""

from __future__ import annotations

import re

#: All keys, in the order in which a form lists them.
KEYS = (
    "customer_email",
    "customer_name",
    "customer_phone",
    "requested_date",
    "duration",
    "timezone",
    "description",
    "priority",
    "location",
    "type",
    "technician",
    "ticket",
    "external_ref",
    "validate_only",
)

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
