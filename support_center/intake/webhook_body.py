"""What programs put around a request, and the bytes in which it comes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from .keys import match_key
from .mime_headers import find_charset

#: A longer list is kept as it came, for somebody to look at.
MAX_REQUESTS = 100

# Only a request has these; ``type`` or ``priority`` stand in all kinds of messages.
_TELLING = {"customer_email", "customer_name", "customer_phone", "requested_date"}
# May stand beside a request and be about the message, like the name of an event.
_SIDE = {"type"}
# How deep a request may be wrapped.
_MAX_DEPTH = 5
# How many fields of a form are read; one with more is kept as the text that it is.
_MAX_FIELDS = 1_000
# Of a text that says nothing of its characters and is no UTF-8; the second one fails never.
_LAST_RESORTS = ("cp1252", "latin-1")


# ----------------------------------------------------------------------
# Bytes
# ----------------------------------------------------------------------


def decode(body: bytes, charset: str | None = None) -> str:
    """The text of a body, without the mark that some programs begin it with.

    By its byte order mark, by the zeros that UTF-16 and UTF-32 leave in JSON, as UTF-8, or as its
    sender says, in this order: what is UTF-8 by chance is nothing else.

    :param charset: of the content type
    """
    guess = json.detect_encoding(body)
    # Whatever cannot be decoded, the last one takes it byte by byte.
    for encoding in (guess, find_charset(charset), *_LAST_RESORTS):
        if not encoding:
            continue
        try:
            return body.decode(encoding).removeprefix("\ufeff")
        except (UnicodeError, LookupError, ValueError):
            continue
    return body.decode("utf-8", "replace")


def parse_body(body: bytes, *, is_form: bool = False, charset: str | None = None) -> object:
    """JSON in whatever way it was sent, the fields of a form, or the text itself.

    :param is_form: whether the content type says so; it says so of much that is JSON, and says
        nothing of many a form
    :param charset: of the content type
    :return: anything that JSON can be; ``None`` where there is nothing
    """
    text = decode(body, charset).strip().strip("\0")
    if not text:
        return None
    found = _parse_json(text)
    if found is not _NO_JSON and not (is_form and not isinstance(_read_text(found), (dict, list))):
        return found
    fields = parse_fields(_parse_form(body, charset)) if is_form or "=" in text else {}
    return fields if fields and (is_form or _is_request(fields)) else text


def parse_fields(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The fields of a form; what was sent several times stands behind one another."""
    fields: dict[str, dict[str, None]] = {}
    for key, value in pairs:
        fields.setdefault(key.removeprefix("\ufeff"), {})[value] = None
    return {key: ", ".join(filter(None, values)) for key, values in fields.items()}


def _parse_form(body: bytes, charset: str | None) -> list[tuple[str, str]]:
    """Names and values; what is escaped in them counts as UTF-8 unless it is none."""
    for encoding in ("utf-8", find_charset(charset), *_LAST_RESORTS):
        if not encoding:
            continue
        try:
            return parse_qsl(
                decode(body, charset),
                keep_blank_values=True,
                encoding=encoding,
                errors="strict",
                max_num_fields=_MAX_FIELDS,
            )
        except ValueError:
            continue
    return []


_NO_JSON = object()


def _parse_json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NO_JSON


# ----------------------------------------------------------------------
# Envelopes
# ----------------------------------------------------------------------


def split(payload: object, most: int = MAX_REQUESTS) -> list[object]:
    """The requests in a payload, each as it came with all that stands around it.

    A list holds several, also one inside an envelope: then each comes in an envelope of its own
    that is like the one they had together.

    :return: the payload alone where there are more than ``most`` in it
    """
    found = _split(payload, _MAX_DEPTH, most)
    return found if len(found) <= most else [payload]


def unwrap(payload: object) -> object:
    """The request in one payload, without what stands around it.

    The payload itself where it holds none, or several of which nothing says which one is meant.
    """
    found = _unwrap(payload, _MAX_DEPTH)
    return payload if found is None else found


def _split(payload: object, depth: int, most: int) -> list[object]:
    """The parts of ``payload``; of too many, as many as it takes to see that."""
    payload = _read_text(payload)
    if isinstance(payload, list) and payload and depth:
        found: list[object] = []
        for each in payload:
            # A list in a list is opened where there is a request in it.
            found += _split(each, depth - 1, most) if _holds_request(each, depth - 1) else [each]
            if len(found) > most:
                break
        return found
    if isinstance(payload, Mapping) and depth and not _is_request(payload):
        key = _find_key(payload, depth)
        inner = _read_text(payload[key]) if key is not None else None
        if key is not None and isinstance(inner, (list, Mapping)):
            parts = _split(inner, depth - 1, most)
            if len(parts) > most:
                return parts
            if len(parts) > 1:
                return [{**payload, key: part} for part in parts]
    return [payload]


def _unwrap(payload: object, depth: int) -> Mapping[object, object] | None:
    payload = _read_text(payload)
    if isinstance(payload, Mapping):
        if _is_request(payload):
            return payload
        key = _find_key(payload, depth) if depth else None
        return None if key is None else _unwrap(payload[key], depth - 1)
    if isinstance(payload, list) and len(payload) == 1 and depth:
        return _unwrap(payload[0], depth - 1)
    return None


def _find_key(payload: Mapping[object, object], depth: int) -> object | None:
    """The one key whose value holds a request, beside nothing that is about one."""
    known = {match_key(key) for key in payload if isinstance(key, str)} - {None, *_SIDE}
    if known:
        return None
    keys = [key for key, value in payload.items() if _holds_request(value, depth - 1)]
    return keys[0] if len(keys) == 1 else None


def _holds_request(value: object, depth: int) -> bool:
    value = _read_text(value)
    if isinstance(value, list):
        return depth > 0 and any(_holds_request(each, depth - 1) for each in value)
    if not isinstance(value, Mapping):
        return False
    return _is_request(value) or (depth > 0 and _find_key(value, depth) is not None)


def _is_request(payload: object) -> bool:
    return isinstance(payload, Mapping) and any(
        match_key(key) in _TELLING for key in payload if isinstance(key, str)
    )


def _read_text(value: object) -> object:
    """JSON that was written into a text once more, as it was before."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[", '"'):
        found = _parse_json(value)
        return value if found is _NO_JSON else _read_inner(found)
    return value


def _read_inner(found: object) -> object:
    return _read_text(found) if isinstance(found, str) else found
