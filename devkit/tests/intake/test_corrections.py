"""Replies: which lines correct something, and which only repeat our answer."""

from datetime import datetime, timezone

import pytest
from intake import Correction, ShownLine, parse_mail, read_reply

NOW = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)
HINT = "✗ “asap” cannot be understood. Expected: low, normal, high or urgent, or 0 to 3."
SHOWN = [
    ShownLine("customer_name", "John Doe"),
    ShownLine("priority", "asap", HINT),
    ShownLine("description", "The printer does not …"),
]
ANSWER = f"customer_name: John Doe\npriority: asap\n{HINT}\ndescription: The printer does not …\n"
QUOTED = "".join(f"> {line}\n" for line in ANSWER.splitlines())
INTRODUCTION = "On Mon, Mar 2, 2026 at 9:05 AM My Company <appointments@example.com> wrote:\n\n"


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("priority: high", {"priority": "high"}),
        ("customer_name: Jane Doe", {"customer_name": "Jane Doe"}),
        ("location: Main Street 1", {"location": "Main Street 1"}),
        # What says the same is no correction, in any case and spacing.
        ("priority: ASAP", {}),
        ("customer_name: john   doe", {}),
        ("customer_name: John\n  Doe", {}),
        # The hint may run into the value, whole or broken by the mail program.
        (f"priority: high {HINT}", {"priority": "high"}),
        (f"priority: asap {HINT}", {}),
        (f"priority: {HINT}", {}),
        (f"priority: {HINT} Please.", {}),
        # So much of the hint is known again, and less is not.
        (f"priority: high {HINT[:24]}", {"priority": "high"}),
        (f"priority: high {HINT[:23]}", {"priority": f"high {HINT[:23]}"}),
        ("priority: high ✗ “asap” cannot be understood.", {"priority": "high"}),
        ("priority: ✗ “asap” cannot", {}),
        ("priority: high ✗", {"priority": "high ✗"}),
        # Of two values the first that says something new counts.
        ("priority: asap\npriority: high", {"priority": "high"}),
        ("priority: high\npriority: low", {"priority": "high"}),
        # The description that the answer has cut.
        ("description: The printer does not print.",
         {"description": "The printer does not print."}),
        ("description: It burns.", {"description": "It burns."}),
        # An unmarked quotation: what goes on as the answer did is no news.
        (ANSWER.replace("…", "print.\nMy Company"), {}),
        (ANSWER.replace(" …", ""), {}),
        (ANSWER.replace("The printer does not …", "It burns."), {"description": "It burns."}),
    ],
)  # fmt: skip
def test_the_sender_s_own_lines(text, changes):
    assert read_reply(text, SHOWN) == changes


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        (INTRODUCTION + QUOTED, {}),
        (INTRODUCTION + QUOTED.replace("asap", "high", 1), {"priority": "high"}),
        # Only what was marked wrong may be edited in place.
        (INTRODUCTION + QUOTED.replace("John Doe", "Jane Doe"), {}),
        (INTRODUCTION + QUOTED + "> location: Main Street 1\n", {}),
        ("customer_name: Jane Doe\n\n" + QUOTED, {"customer_name": "Jane Doe"}),
        # Own lines leave what is edited below alone.
        (
            "customer_name: Jane Doe\n\n" + INTRODUCTION + QUOTED.replace("asap", "high", 1),
            {"customer_name": "Jane Doe"},
        ),
    ],
)
def test_lines_of_the_quotation(text, changes):
    assert read_reply(text, SHOWN) == changes


@pytest.mark.parametrize("shown", [[], [ShownLine("priority", "")], [ShownLine("priority", "low")]])
def test_without_a_hint_every_new_value_counts(shown):
    assert read_reply("priority: high ✗", shown) == {"priority": "high ✗"}
    assert read_reply(INTRODUCTION + "> priority: high\n> x\n", shown) == {}


def test_an_empty_value_that_was_shown_is_repeated_by_nothing():
    shown = [ShownLine("description", "", "✗ This line is missing.")]
    assert read_reply("description: It burns.", shown) == {"description": "It burns."}
    assert read_reply("description:", shown) == {}


def test_a_long_reply_is_read_in_part():
    long = "x" * 199_983
    assert read_reply(f"{long}xx\npriority: high", SHOWN) == {"priority": "high"}
    assert read_reply(f"{long}xxx\npriority: high", SHOWN) == {"priority": "hig"}


# ----------------------------------------------------------------------------
# The request and its corrections, read together
# ----------------------------------------------------------------------------


def _parse(text, *corrections):
    return parse_mail(
        text,
        sender="customer@example.com",
        subject="",
        now=NOW,
        default_timezone="UTC",
        corrections=corrections,
    )


def test_values_of_a_correction_are_cleaned_and_counted_in_order():
    result = _parse(
        "requested_date: 2026-03-06 14:00\npriority: low\n",
        Correction({"priority": "high", "location": "a\u200b\r\nb"}, NOW),
        Correction({"priority": "urgent", "colour": "red", "ticket": " \n"}, NOW),
    )
    assert result.problems == ()
    assert result.request.priority == "3"
    assert result.request.location == "a b"
    assert result.request.ticket_ref is None
    assert result.request.extra == ()


def test_nothing_that_counts_makes_no_form():
    assert not _parse("It is broken.", Correction({"colour": "red", "ticket": " "}, NOW)).has_form
    assert not _parse("It is broken.").has_form


@pytest.mark.parametrize(
    ("days", "expected"), [((3, 4), 5), ((4, 3), 4)], ids=["in order", "the last one counts"]
)
def test_tomorrow_counts_from_the_last_mail_that_says_so(days, expected):
    corrections = [
        Correction(
            {"requested_date": "tomorrow 14:00"}, datetime(2026, 3, day, 8, tzinfo=timezone.utc)
        )
        for day in days
    ]
    corrections.append(
        Correction({"priority": "high"}, datetime(2026, 3, 9, 8, tzinfo=timezone.utc))
    )
    result = _parse("requested_date: tomorrow 14:00", *corrections)
    assert result.request.requested_date == datetime(2026, 3, expected, 14, tzinfo=timezone.utc)
