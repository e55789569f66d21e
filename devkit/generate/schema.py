"""``make schema``: what integrators read by program, made from the tables that validate.

Writes ``docs/schema/``: JSON Schema of ``external_data`` and of the messages that leave, and
OpenAPI of the webhooks and of Odoo 19's JSON-2. A test compares the files with the tables.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from devkit.paths import ADDON, REPO

sys.path.insert(0, str(ADDON))

from delivery.event import FAULT, FIELDS, TYPES, make_event_schema
from intake.keys import PRIORITIES, TABLE, Key
from intake.schema import CODES, EXCLUDED, make_request_schema

FOLDER = REPO / "docs" / "schema"
REFERENCE = REPO / "docs" / "api.md"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_JSON = "application/json"


def make_files() -> dict[str, str]:
    """Name of each file to its text."""
    documents = {
        "external_data.json": make_external_data(),
        "event.json": {
            "$schema": _DIALECT,
            "title": "Message about a support appointment",
            **make_event_schema(),
            "$defs": {"fault": FAULT},
        },
        "openapi.json": make_openapi(),
    }
    return {
        name: json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        for name, document in documents.items()
    }


def make_external_data() -> dict[str, Any]:
    """One request or a list of them, as ``external_data`` holds it."""
    one = {"$ref": "#/$defs/request"}
    return {
        "$schema": _DIALECT,
        "title": "external_data of a support appointment",
        "anyOf": [one, {"type": "array", "items": one, "minItems": 1}],
        "$defs": {"request": make_request_schema()},
    }


def make_openapi() -> dict[str, Any]:
    """The description of all that goes by HTTP and JSON."""
    request = {"$ref": "#/components/schemas/request"}
    requests = {"anyOf": [request, {"type": "array", "items": request, "minItems": 1}]}
    event = json.loads(json.dumps(make_event_schema()).replace("#/$defs/", "#/components/schemas/"))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Support Center",
            "version": "1",
            "description": "Requests from other systems and messages to them. The calls under "
            "/json/2 are those of Odoo 19; Odoo 17 has the same methods by XML-RPC and JSON-RPC.",
        },
        "servers": [{"url": "https://odoo.example.com"}],
        "security": [{"apiKey": []}],
        "paths": {
            "/web/hook/{uuid}": {"post": _make_hook(requests)},
            "/json/2/support.appointment/create": {"post": _make_create(requests)},
            "/json/2/support.appointment/check_external_data": {
                "post": _make_call(
                    "checkExternalData",
                    "Check data without making anything.",
                    {"data": requests},
                    ["data"],
                    {"type": "array", "items": {"$ref": "#/components/schemas/fault"}},
                    "The faults; an empty list where all is well.",
                )
            },
            "/json/2/support.appointment/get_slots": {"post": _make_slots()},
            "/json/2/support.appointment/read": {
                "post": _make_call(
                    "readAppointments",
                    "Read what you created.",
                    {
                        "ids": {"type": "array", "items": {"type": "integer"}},
                        "fields": {"type": "array", "items": {"type": "string"}},
                    },
                    ["ids"],
                    {"type": "array", "items": {"type": "object"}},
                    "A mapping of fields to values for each.",
                )
            },
        },
        "webhooks": {
            "appointment": {
                "post": {
                    "summary": "A message about an appointment, signed as Standard Webhooks.",
                    "security": [],
                    "parameters": [
                        _make_header("webhook-id", "Take each id once only."),
                        _make_header("webhook-timestamp", "Seconds since 1970."),
                        _make_header("webhook-signature", "One or more, with blanks between."),
                    ],
                    "requestBody": _make_body({"$ref": "#/components/schemas/event"}),
                    "responses": {
                        "2XX": {"description": "Taken."},
                        "410": {"description": "Send no more: the address is switched off."},
                        "default": {"description": "Not taken: it is sent again later."},
                    },
                }
            }
        },
        "components": {
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key of a user of the group Support Center / "
                    "Integration.",
                }
            },
            "schemas": {
                "request": make_request_schema(),
                "event": event,
                "fault": FAULT,
                "error": {
                    "type": "object",
                    "description": "A refusal. The last line of `message` is a list of faults as "
                    "JSON, where the refusal is one of Support Center's.",
                    "required": ["name", "message"],
                    "properties": {"name": {"type": "string"}, "message": {"type": "string"}},
                },
            },
        },
    }


def _make_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {_JSON: {"schema": schema}}}


def _make_header(name: str, text: str) -> dict[str, Any]:
    schema = {"type": "string"}
    return {"name": name, "in": "header", "required": True, "description": text, "schema": schema}


def _make_hook(requests: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": "postHook",
        "summary": "Hand a request in. It is stored as it came, whatever it holds, and read then.",
        "security": [],
        "parameters": [
            {
                "name": "uuid",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "format": "uuid"},
            }
        ],
        "requestBody": _make_body(requests),
        "responses": {
            "200": {"description": "Stored."},
            "404": {"description": "There is no such address, or the rule is switched off."},
            "500": {"description": "Nothing was stored. Send it again."},
        },
    }


def _make_create(requests: dict[str, Any]) -> dict[str, Any]:
    context = {
        "type": "object",
        "required": ["external_data"],
        "properties": {"external_data": requests},
    }
    empty = {"type": "object", "maxProperties": 0}
    return _make_call(
        "createAppointments",
        "Create appointments from external data, all or none.",
        {
            "vals_list": {
                "description": "As many empty mappings as there are requests.",
                "anyOf": [empty, {"type": "array", "items": empty}],
            },
            "context": context,
        },
        ["vals_list", "context"],
        {"type": "array", "items": {"type": "integer"}},
        "The ids, in the order of the requests; none for `validate_only`.",
    )


def _make_slots() -> dict[str, Any]:
    bound = {"type": "string", "examples": ["2030-01-15", "2030-01-15 14:00:00"]}
    slot = {
        "type": "object",
        "required": ["start", "stop", "local_start", "local_stop", "timezone", "technicians"],
        "properties": {
            "start": {"type": "string", "description": "UTC."},
            "stop": {"type": "string", "description": "UTC."},
            "local_start": {"type": "string", "format": "date-time"},
            "local_stop": {"type": "string", "format": "date-time"},
            "timezone": {"type": "string"},
            "technicians": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "email": {"type": "string"}},
                },
            },
        },
    }
    return _make_call(
        "getSlots",
        "When a technician could come. Nothing is held free.",
        {
            "date_from": bound,
            "date_to": {**bound, "description": "A day is meant to its end; 92 days at most."},
            "duration": {"type": ["number", "null"], "description": "Hours."},
            "type": {
                "type": ["string", "integer", "null"],
                "description": "Code, name or id of a type.",
            },
            "limit": {"type": ["integer", "null"], "minimum": 1, "maximum": 1000, "default": 100},
        },
        ["date_from", "date_to"],
        {"type": "array", "items": slot},
        "Free times, the first ones first.",
    )


def _make_call(
    name: str,
    summary: str,
    properties: dict[str, Any],
    required: list[str],
    answer: dict[str, Any],
    text: str,
) -> dict[str, Any]:
    error = {"content": {_JSON: {"schema": {"$ref": "#/components/schemas/error"}}}}
    return {
        "operationId": name,
        "summary": summary,
        "requestBody": _make_body(
            {"type": "object", "required": required, "properties": properties}
        ),
        "responses": {
            "200": {"description": text, "content": {_JSON: {"schema": answer}}},
            "401": {"description": "No API key, or a wrong one.", **error},
            "403": {"description": "The user may not do this.", **error},
            "422": {"description": "Refused: a value or an argument is wrong.", **error},
        },
    }


def fill_reference(text: str) -> str:
    """``docs/api.md`` with its tables as they are now, each between two marks."""
    tables = {
        "keys": _make_table(
            "key | taken | meaning | example".split(" | "),
            (
                (_code(key.name), _describe_taken(key), key.text, _code(json.dumps(key.example)))
                for key in TABLE.values()
            ),
        ),
        "excluded": "\n".join(f"- {line}" for line in EXCLUDED),
        "codes": _make_table(
            ["code", "meaning"], ((_code(code), text) for code, text in CODES.items())
        ),
        "types": _make_table(
            ["type", "when"], ((_code(name), text) for name, text in TYPES.items())
        ),
        "event": _make_table(
            ["in `data`", "type", "meaning"],
            ((_code(each.name), _describe_kind(each.kind), each.text) for each in FIELDS),
        ),
    }
    for name, table in tables.items():
        before, mark, rest = text.partition(f"<!-- {name} -->\n")
        _old, end, after = rest.partition(f"<!-- /{name} -->")
        if not end:
            raise ValueError(f"{REFERENCE} does not say where the table “{name}” begins and ends")
        text = f"{before}{mark}{table}\n{end}{after}"
    return text


def _make_table(head: list[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _code(text: str) -> str:
    return f"`{text}`"


def _describe_taken(key: Key) -> str:
    parts = ["**required**"] if key.required else []
    if key.booleans:
        parts.append("true, false")
    elif key.numbers == "hours":
        parts.append("number or text")
    elif key.words:
        parts.append(", ".join(word for word in PRIORITIES if not word.isdecimal()) + ", 0 to 3")
    else:
        parts.append(f"text, up to {key.limit:,}")
    return ", ".join(parts)


def _describe_kind(kind: dict[str, Any]) -> str:
    types = kind.get("type", "text")
    names = {"string": "text", "null": "null", "integer": "whole number", "array": "list of faults"}
    return " or ".join(
        names.get(each, each) for each in ([types] if isinstance(types, str) else types)
    )


def main(folder: Path = FOLDER) -> None:
    """Write the files, and the tables of the reference."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {folder / name: text for name, text in make_files().items()}
    texts[REFERENCE] = fill_reference(REFERENCE.read_text(encoding="utf-8"))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(REPO))


if __name__ == "__main__":
    main()
