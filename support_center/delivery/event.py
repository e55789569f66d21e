"""What a message to another system holds: one table, for the schema that its receiver reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: The types of messages, and when each is sent.
TYPES = {
    "appointment.accepted": "A request from outside was accepted: it is a draft.",
    "appointment.rejected": "A request from outside waits for review, see `data.errors`.",
    "appointment.confirmed": "The visit is confirmed.",
    "appointment.rescheduled": "The confirmed visit has another time.",
    "appointment.cancelled": "The visit is called off.",
    "appointment.done": "The visit took place.",
}
STATES = ("draft", "confirmed", "in_progress", "done", "cancelled", "no_show")
_MOMENT = {"type": "string", "format": "date-time"}
_MAYBE_MOMENT = {"type": ["string", "null"], "format": "date-time"}


@dataclass(frozen=True)
class Field:
    """One field of ``data``: ``kind`` is its piece of JSON Schema."""

    name: str
    text: str
    kind: dict[str, Any]
    example: object


#: What stands in ``data``.
FIELDS = (
    Field("id", "The appointment's id.", {"type": "integer", "minimum": 1}, 42),
    Field("name", "Its reference.", {"type": "string"}, "APT/2030/00042"),
    Field(
        "sequence",
        "Grows with each message about this appointment: one with a smaller number than you have "
        "heard is older, and tells you nothing any more.",
        {"type": "integer", "minimum": 1},
        3,
    ),
    Field("external_ref", "Your own id, if you gave one.", {"type": ["string", "null"]}, "W-1"),
    Field("state", "Its state.", {"enum": list(STATES)}, "confirmed"),
    Field("start", "When the visit starts, in UTC.", _MAYBE_MOMENT, "2030-01-15T14:00:00Z"),
    Field("stop", "When it ends, in UTC.", _MAYBE_MOMENT, "2030-01-15T15:00:00Z"),
    Field(
        "timezone", "The zone in which the customer is told.", {"type": "string"}, "Europe/Brussels"
    ),
    Field(
        "errors",
        "What is wrong with a request, as in a refusal.",
        {"type": "array", "items": {"$ref": "#/$defs/fault"}},
        [],
    ),
)
FAULT = {
    "type": "object",
    "description": "One fault of a request or call.",
    "required": ["index", "field", "code", "message"],
    "properties": {
        "index": {"type": "integer", "minimum": 0, "description": "Which request of a list."},
        "field": {"type": "string", "description": "The key or argument."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "message": {"type": "string", "description": "For people, in the user's language."},
    },
}


def make_event_schema() -> dict[str, Any]:
    """The schema of the body of a message."""
    properties = {
        field.name: {"description": field.text, "examples": [field.example], **field.kind}
        for field in FIELDS
    }
    return {
        "type": "object",
        "description": "A message about an appointment. More may be added; nothing is taken away.",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"oneOf": [{"const": key, "description": text} for key, text in TYPES.items()]},
            "timestamp": {**_MOMENT, "description": "When it happened, in UTC."},
            "data": {
                "type": "object",
                "required": [field.name for field in FIELDS],
                "properties": properties,
            },
        },
        "examples": [
            {
                "type": "appointment.confirmed",
                "timestamp": "2030-01-10T09:00:00.000Z",
                "data": {field.name: field.example for field in FIELDS},
            }
        ],
    }
