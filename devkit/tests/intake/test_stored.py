"""What was read of a request comes back from JSON as it was."""

import json
from datetime import datetime, timezone

import pytest
from intake import (
    Correction,
    dump_result,
    find_lines,
    load_form,
    load_result,
    parse_mail,
    read_mail_form,
    read_mail_request,
)
from intake.stored import MAX_FORM

NOW = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)
FORM = """Good morning,

customer_email: ana@example.com
requested_date: 5 March 2026, 14:00
priority: asap
priority: high
colour of the door: green
description: No light
in the hall
"""


def understand(form, **others):
    return read_mail_request(
        form, **{"sender": None, "now": NOW, "default_timezone": "Europe/Madrid", **others}
    )


def store(result, form=None):
    return json.loads(json.dumps(dump_result(result, form)))


@pytest.mark.parametrize(
    "text",
    [
        FORM,
        "no form at all",
        "",
        "requested_date: 2020-01-01 10:00",
        "requested_date: " + "x" * 999,
    ],
)
def test_result_and_form_come_back_as_they_were(text):
    form = read_mail_form(text, "Request")
    result = understand(form, sender="Ana <ana@example.com>")
    stored = store(result, form)
    assert load_result(stored) == result
    assert load_form(stored) == form


def test_a_kept_form_is_corrected_like_the_mail_itself():
    correction = Correction({"priority": "low", "requested_date": "tomorrow 10:00"}, NOW, NOW)
    whole = parse_mail(
        FORM,
        sender=None,
        subject="Request",
        now=NOW,
        default_timezone="Europe/Madrid",
        corrections=[correction],
    )
    form = read_mail_form(FORM, "Request")
    kept = load_form(store(understand(form), form))
    assert understand(kept, corrections=[correction]) == whole
    assert whole.request.priority == "0"
    # What is understood of a form leaves it as it is.
    assert understand(kept, corrections=[correction]) == whole
    assert form == kept


def test_a_form_that_is_too_long_is_left_out():
    form = read_mail_form("description: " + "word " * (MAX_FORM // 4), "")
    stored = store(understand(form), form)
    assert load_form(stored) is None
    assert load_result(stored) is not None


@pytest.mark.parametrize("stored", [None, False, {}, [], "text", {"version": 0}, {"request": {}}])
def test_what_somebody_else_made_is_not_read(stored):
    assert load_result(stored) is None
    assert load_form(stored) is None


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (FORM, {"customer_email": 2, "requested_date": 3, "priority": 4, "description": 7}),
        ('{\n  "customer_email": "a@b.example",\n}', {"customer_email": 1}),
        ("> Priority = high\nPriority: low", {"priority": 0}),
        ("priority\n", {}),
        ("", {}),
    ],
)
def test_the_line_of_each_key(text, lines):
    assert find_lines(text) == lines
