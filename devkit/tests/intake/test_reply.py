"""Replies that correct a request, in the shapes in which mail programs send them."""

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake import Correction, ShownLine, html_to_text, parse_mail, read_reply, wants_no_answer

from .gateway import load, read

NOW = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)
DATE_HINT = (
    "✗ “2026-02-30 14:00” names a day that does not exist. "
    "Expected: a time ahead, like 2030-01-15 14:00:00."
)
PRIORITY_HINT = "✗ “asap” cannot be understood. Expected: low, normal, high or urgent, or 0 to 3."
SHOWN = [
    ShownLine("customer_email", "customer@example.com"),
    ShownLine("customer_name", "John Doe"),
    ShownLine("requested_date", "2026-02-30 14:00", DATE_HINT),
    ShownLine("priority", "asap", PRIORITY_HINT),
    ShownLine("description", "Network issue"),
]
ANSWER = f"""Hello John Doe,

thank you for your request. Some of it we could not read; the lines in question are marked below.

Please answer this mail with only the corrected lines, each one written as “key: value”.

customer_email: customer@example.com
customer_name: John Doe
requested_date: 2026-02-30 14:00
{DATE_HINT}
priority: asap
{PRIORITY_HINT}
description: Network issue

My Company · APT/2026/00001"""
QUOTED = "\n".join(f"> {line}".rstrip() for line in ANSWER.splitlines())
INTRODUCTION = "On Mon, Mar 2, 2026 at 9:05 AM My Company <appointments@example.com> wrote:\n\n"
OUTLOOK = """
From: My Company <appointments@example.com>
Sent: Monday, March 2, 2026 9:05 AM
To: John Doe <customer@example.com>
Subject: APT/2026/00001: please correct your request

"""
BOTH = "requested_date: 2026-03-06 10:00\npriority: high\n"
CORRECTED = {"requested_date": "2026-03-06 10:00", "priority": "high"}


def _edit(text):
    return text.replace("requested_date: 2026-02-30 14:00", "requested_date: 2026-03-06 10:00")


@pytest.mark.parametrize(
    "text",
    [
        BOTH,
        BOTH + "\n" + INTRODUCTION + QUOTED,
        INTRODUCTION + QUOTED + "\n\n" + BOTH,
        BOTH + "\nBest regards\nJohn\n" + OUTLOOK + ANSWER,
        "Sorry about that:\n\n" + BOTH + "\n-- \nJohn Doe\n\n" + INTRODUCTION + QUOTED,
        # Unmarked quotations, above and below.
        BOTH + "\n" + ANSWER,
        ANSWER + "\n\n" + BOTH,
        # Between the quoted lines.
        QUOTED.replace("> priority: asap", "requested_date: 2026-03-06 10:00\n> priority: asap")
        + "\npriority: high\n",
        "Requested Date: 2026-03-06 10:00\nPRIORITY = high",
    ],
)
def test_the_sender_s_own_lines_are_the_corrections(text):
    assert read_reply(text, SHOWN) == CORRECTED


@pytest.mark.parametrize(
    "text",
    [
        INTRODUCTION + QUOTED,
        "I have changed it below.\n\n" + INTRODUCTION + QUOTED,
        "See below\n" + OUTLOOK + ANSWER,
        ANSWER,
    ],
)
def test_lines_that_were_marked_may_be_edited_in_place(text):
    assert read_reply(_edit(text), SHOWN) == {"requested_date": "2026-03-06 10:00"}


def test_only_marked_lines_count_in_a_quotation():
    text = (INTRODUCTION + QUOTED).replace("John Doe", "Jane Roe")
    assert read_reply(text, SHOWN) == {}


def test_a_correction_that_stands_in_the_hint_is_one():
    text = (INTRODUCTION + QUOTED).replace("priority: asap", "priority: high")
    assert read_reply(text, SHOWN) == {"priority": "high"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Please ring twice.",
        "Thank you!\n\n" + INTRODUCTION + QUOTED,
        "Thank you!\n" + OUTLOOK + ANSWER,
        "Your mail has arrived. It said:\n\n" + ANSWER,
        ANSWER,
        "priority: asap\nrequested_date: 2026-02-30 14:00",
        "requested_date:\npriority:",
    ],
)
def test_what_only_repeats_the_answer_corrects_nothing(text):
    assert read_reply(text, SHOWN) == {}


def test_a_missing_line_and_its_hint():
    hint = "✗ This line is missing. Expected: a time ahead, like 2030-01-15 14:00:00."
    shown = [ShownLine("requested_date", "", hint)]
    quoted = f"requested_date:\n{hint}\n"
    assert read_reply(quoted, shown) == {}
    marked = INTRODUCTION + "> requested_date: tomorrow 2pm\n> " + hint
    assert read_reply(marked, shown) == {"requested_date": "tomorrow 2pm"}


def test_a_description_of_several_lines():
    text = "description: The printer\nis on fire.\npriority: high\n"
    assert read_reply(text, SHOWN) == {
        "description": "The printer\nis on fire.",
        "priority": "high",
    }


def test_gmail_s_html():
    body, _attachments = read(load("gmail_reply"))
    shown = [
        ShownLine("customer_email", "customer@example.com"),
        ShownLine("requested_date", "2025-02-30 14:00", "✗ …"),
        ShownLine("priority", "high"),
    ]
    assert read_reply(html_to_text(body), shown) == {"requested_date": "2025-01-16 10:00"}


@given(st.text(max_size=300))
def test_it_never_raises(text):
    changes = read_reply(text + "\n" + ANSWER, SHOWN)
    assert all(isinstance(value, str) and value for value in changes.values())


# ----------------------------------------------------------------------------
# The request and its corrections, read together
# ----------------------------------------------------------------------------


def _parse(*corrections, text="requested_date: 2026-02-30 14:00\npriority: asap\nlocation: Here\n"):
    return parse_mail(
        text,
        sender="John Doe <customer@example.com>",
        subject="APPOINTMENT_REQUEST",
        now=datetime(2026, 3, 4, 12, tzinfo=timezone.utc),
        sent=NOW,
        default_timezone="UTC",
        corrections=corrections,
    )


def test_corrections_take_the_place_of_what_was_wrong():
    result = _parse(Correction(CORRECTED, NOW))
    assert result.problems == ()
    assert result.request.requested_date == datetime(2026, 3, 6, 10, tzinfo=timezone.utc)
    assert result.request.priority == "2"
    assert result.request.location == "Here"


def test_the_last_correction_counts_and_may_be_wrong_too():
    result = _parse(Correction(CORRECTED, NOW), Correction({"priority": "soon"}, NOW))
    assert [problem.field for problem in result.problems] == ["priority"]
    assert result.problems[0].params["value"] == "soon"


def test_tomorrow_counts_from_the_mail_that_says_so():
    first = "requested_date: tomorrow 2pm\npriority: asap\n"
    late = datetime(2026, 3, 4, 11, tzinfo=timezone.utc)
    result = _parse(Correction({"requested_date": "tomorrow 2pm"}, late), text=first)
    assert result.request.requested_date == datetime(2026, 3, 5, 14, tzinfo=timezone.utc)
    result = _parse(Correction({"priority": "high"}, late), text=first)
    assert result.request.requested_date == datetime(2026, 3, 3, 14, tzinfo=timezone.utc)


def test_a_corrected_zone_moves_the_hour_as_first_written():
    text = "requested_date: 2026-03-06 14:00\ntimezone: Atlantis\n"
    result = _parse(Correction({"timezone": "Asia/Tokyo"}, NOW), text=text)
    assert result.request.requested_date == datetime(2026, 3, 6, 5, tzinfo=timezone.utc)


def test_a_mail_of_prose_becomes_a_request():
    result = _parse(Correction({"requested_date": "2026-03-06 10:00"}, NOW), text="It is broken.")
    assert result.has_form
    assert result.problems == ()
    assert result.request.description == "It is broken."


def test_a_repeated_key_that_is_corrected_is_no_longer_told():
    text = "requested_date: 2026-03-06 10:00\npriority: low\npriority: high\n"
    codes = [note.code for note in _parse(Correction({"priority": "high"}, NOW), text=text).notes]
    assert "key_repeated" not in codes


def test_keys_that_nobody_knows_and_blanks_are_left_out():
    result = _parse(Correction({"priority": " ", "colour": "blue"}, NOW))
    assert {problem.field for problem in result.problems} == {"requested_date", "priority"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [("All", True), ("OOF, AutoReply", True), ("DR, RN, NRN", False), ("", False)],
)
def test_a_sender_may_ask_for_no_automatic_answer(value, expected):
    assert wants_no_answer({"X-Auto-Response-Suppress": value}) is expected
