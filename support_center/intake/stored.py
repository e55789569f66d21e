"""What was read of a request, as plain values for JSON.

A request is read once; the answer to it, its review and replies to it use what was read then.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .keys import match_key
from .request import AppointmentRequest, MailForm, Note, ParseResult, Problem, Wish

# Another one was written by another parser: it is read anew.
VERSION = 1
# The longest form that is kept beside what was read of it, in characters of JSON.
MAX_FORM = 100_000
# A line begins with its key; what follows is of no interest here.
_KEY_LENGTH = 200


def find_lines(text: str) -> dict[str, int]:
    """Where in a text each key stands: the number of its first line, from 0."""
    found: dict[str, int] = {}
    for number, line in enumerate(text.splitlines()):
        start = line[:_KEY_LENGTH].replace("=", ":")
        if ":" not in start:
            continue
        key = match_key(start.partition(":")[0].strip(' >"{,'))
        if key:
            found.setdefault(key, number)
    return found


def dump_result(result: ParseResult, form: MailForm | None = None) -> dict[str, object]:
    """A result as plain values for JSON.

    :param form: what it was read of; left out where it is longer than ``MAX_FORM``
    """
    request = {name: value for name, value in vars(result.request).items() if value}
    if result.request.requested_date:
        request["requested_date"] = result.request.requested_date.isoformat()
    if result.request.wish:
        request["wish"] = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in vars(result.request.wish).items()
            if value
        }
    stored: dict[str, object] = {
        "version": VERSION,
        "request": request,
        "problems": [vars(problem) for problem in result.problems],
        "notes": [vars(note) for note in result.notes],
        "has_form": result.has_form,
    }
    if form is not None and len(json.dumps(written := vars(form))) <= MAX_FORM:
        stored["form"] = written
    return stored


def load_result(stored: object) -> ParseResult | None:
    """What ``dump_result`` has made; None for anything else, and for what another version made."""
    if not isinstance(stored, Mapping) or stored.get("version") != VERSION:
        return None
    request = dict(stored["request"])
    if request.get("requested_date"):
        request["requested_date"] = datetime.fromisoformat(request["requested_date"])
    request["extra"] = _pairs(request.get("extra", ()))
    if request.get("wish"):
        request["wish"] = _load_wish(request["wish"])
    return ParseResult(
        AppointmentRequest(**request),
        tuple(Problem(**problem) for problem in stored["problems"]),
        tuple(Note(**note) for note in stored["notes"]),
        stored["has_form"],
    )


def _load_wish(stored: Mapping[str, Any]) -> Wish:
    start, stop = stored.get("start"), stored.get("stop")
    return Wish(
        start and datetime.fromisoformat(start),
        stop and datetime.fromisoformat(stop),
        tuple(stored.get("parts", ())),
        tuple(stored.get("without", ())),
        tuple(stored.get("words", ())),
    )


def load_form(stored: object) -> MailForm | None:
    """The form that ``dump_result`` was given; None where it was not kept."""
    if not isinstance(stored, Mapping) or stored.get("version") != VERSION:
        return None
    form = stored.get("form")
    return form and MailForm(**{**form, "extra": _pairs(form["extra"])})


def _pairs(stored: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in stored)
