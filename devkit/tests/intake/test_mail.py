"""Forms in the text of mails, in the shapes in which they come."""

from datetime import datetime, timezone

import pytest
from intake import parse_mail

NOW = datetime(2024, 12, 2, 9, tzinfo=timezone.utc)
FORM = """customer_email: customer@example.com
customer_name: John Doe
requested_date: 2025-01-15 14:00:00
description: Network issue
priority: high
"""


def _parse(text, sender="John Doe <customer@example.com>", subject="APPOINTMENT_REQUEST"):
    return parse_mail(
        text, sender=sender, subject=subject, now=NOW, default_timezone="Europe/Berlin"
    )


def _notes(result):
    return [note.code for note in result.notes]


def _assert_form(result):
    assert result.problems == ()
    assert result.has_form
    assert result.request.customer_email == "customer@example.com"
    assert result.request.requested_date == datetime(2025, 1, 15, 13, tzinfo=timezone.utc)


def test_the_guides_example():
    result = _parse("\n" + FORM)
    _assert_form(result)
    assert result.request.customer_name == "John Doe"
    assert result.request.description == "Network issue"
    assert result.request.priority == "2"
    assert _notes(result) == ["zone_assumed"]


@pytest.mark.parametrize(
    "text",
    [
        FORM.replace("\n", "\r\n"),
        "\ufeff" + FORM,
        FORM.replace(": ", "：\u00a0"),
        FORM.replace(": ", " = "),
        FORM.upper().replace("_", " "),
        FORM.replace("customer_email", "cus\u200btomer_email"),
        "".join(f"- {line}\n" for line in FORM.splitlines()),
        "".join(f"• {line}\n" for line in FORM.splitlines()),
        "".join(f"{number}. {line}\n" for number, line in enumerate(FORM.splitlines(), 1)),
        "".join(f"*{line.replace(':', ':*', 1)}\n" for line in FORM.splitlines()),
        "".join(f"**{line.replace(':', '**:', 1)}\n" for line in FORM.splitlines()),
        "".join(f"*{line}*\n" for line in FORM.splitlines()),
        "".join(f"| {line.replace(': ', ' | ')} |\n" for line in FORM.splitlines()),
        FORM.replace(": ", ":\t"),
        FORM.replace(": ", "\n"),
        FORM.replace(": ", ":\n").replace("\ncustomer_name", "\n\ncustomer_name"),
        "".join(
            f'  "{key}": "{value}",\n'
            for key, value in (line.split(": ", 1) for line in FORM.splitlines())
        ),
        FORM.replace("customer_email", "Customer e-mail (required)"),
        FORM.replace("requested_date", "Requested date*"),
        FORM.replace("customer@example.com", "<customer@example.com>."),
        FORM.replace("customer@example.com", "customer@example.com<mailto:customer@example.com>"),
        FORM.replace("customer@example.com", "John Doe <Customer@Example.com>"),
        FORM.replace("Network issue", "“Network issue”"),
        "Dear team,\n\nplease come by.\n\n" + FORM + "\nBest regards\nJohn",
        FORM + "\n-- \nJohn Doe\npriority of the company: customers",
        FORM + "\n\nSent from my phone",
    ],
)
def test_the_same_form_in_many_shapes(text):
    _assert_form(_parse(text))


def test_the_sender_stands_in():
    result = _parse("requested_date: 2025-01-15 14:00")
    assert result.problems == ()
    assert result.request.customer_email == "customer@example.com"
    assert result.request.customer_name == "John Doe"
    assert _notes(result) == ["sender_stood_in", "name_from_address", "zone_assumed"]


def test_a_sender_that_differs_is_told():
    result = _parse(FORM, sender="wordpress@example.net")
    assert result.request.customer_email == "customer@example.com"
    note = next(note for note in result.notes if note.code == "sender_differs")
    assert note.params == {
        "sender": "wordpress@example.net",
        "customer_email": "customer@example.com",
    }


@pytest.mark.parametrize("sender", [None, "", "nobody", "<>", "John Doe"])
def test_nobody_to_stand_in(sender):
    result = _parse("requested_date: 2025-01-15 14:00", sender=sender)
    assert [(p.field, p.code) for p in result.problems] == [("customer_email", "missing")]


def test_a_wrong_address_is_not_replaced():
    result = _parse("customer_email: nobody\nrequested_date: 2025-01-15 14:00")
    assert [(p.field, p.code) for p in result.problems] == [("customer_email", "invalid")]
    assert result.request.customer_email is None


def test_two_addresses_are_ambiguous():
    result = _parse(
        "customer_email: a@example.com, b@example.com\nrequested_date: 2025-01-15 14:00"
    )
    assert [(p.field, p.code) for p in result.problems] == [("customer_email", "ambiguous")]


@pytest.mark.parametrize("text", ["", " \n", "Hello.", "\x00"])
def test_no_form_at_all(text):
    result = _parse(text)
    assert not result.has_form
    assert [(p.field, p.code) for p in result.problems] == [("requested_date", "missing")]
    assert result.request.description == (text.strip(" \n\x00") or None)


def test_prose_is_no_form():
    text = (
        "Hello,\nplease note: my printer is broken. We meet at 14:00.\n"
        "See https://example.com/help\nNB: nothing"
    )
    result = _parse(text)
    assert not result.has_form
    assert result.request.extra == ()
    assert result.request.description == text


def test_unknown_keys_count_inside_the_form_only():
    result = _parse(
        "Important: read this\n\nHello: all\ncustomer_name: John Doe\nCompany: Example Ltd\n"
        "https://example.com: 1\nWe open at 8: ring twice please\n"
        "requested_date: 2025-01-15 14:00\nFloor: 3\n\nRegards: John"
    )
    assert result.request.extra == (
        ("Hello", "all"),
        ("Company", "Example Ltd"),
        ("Floor", "3"),
    )
    assert "Important: read this" in result.request.description
    assert "Regards: John" in result.request.description


def test_the_description_goes_on_to_the_next_known_key():
    result = _parse(
        "description: First line\nSecond: with a colon\n\nThird, see https://example.com\n"
        "requested_date: 2025-01-15 14:00\nnot part of it"
    )
    assert result.request.description == (
        "First line\nSecond: with a colon\n\nThird, see https://example.com"
    )


def test_free_text_is_the_description_where_none_is_given():
    result = _parse("Please ring twice.\n\nrequested_date: 2025-01-15 14:00\n\nThanks")
    assert result.request.description == "Please ring twice.\n\n\nThanks"


def test_the_first_value_of_a_key_counts():
    result = _parse(
        "priority: low\nrequested_date: 2025-01-15 14:00\npriority: high\npriority: low"
    )
    assert result.request.priority == "0"
    note = next(note for note in result.notes if note.code == "key_repeated")
    assert note.params == {"field": "priority", "value": "high"}


def test_lines_broken_by_the_mail_program_are_joined():
    result = _parse(
        "location: 123 Main Street, building C, third floor, please ring twice at \n"
        "the back door\nrequested_date: 2025-01-15\n 14:00\nThanks"
    )
    assert result.problems == ()
    assert result.request.location == (
        "123 Main Street, building C, third floor, please ring twice at the back door"
    )
    assert result.request.description == "Thanks"


def test_an_empty_key_takes_no_other_line():
    result = _parse(
        "customer_phone:\nCompany: Example Ltd\nrequested_date: 2025-01-15 14:00\n"
        "location:\n\nThanks"
    )
    assert result.request.customer_phone is None
    assert result.request.location is None
    assert result.request.extra == (("Company", "Example Ltd"),)


def test_all_other_keys():
    request = _parse(
        FORM + "type: Repair\ntechnician: Tech <tech@example.com>\nticket: TCK/2025/00007\n"
        "external ref: 4711\nvalidate-only: yes\nduration: 90 min\nTime zone: Europe/Paris\n"
        "customer phone: +49 30 1234567"
    ).request
    assert request.type_ref == "Repair"
    assert request.technician_ref == "tech@example.com"
    assert request.ticket_ref == "TCK/2025/00007"
    assert request.external_ref == "4711"
    assert request.validate_only
    assert request.duration == 1.5
    assert request.timezone == "Europe/Paris"
    assert request.customer_phone == "+49 30 1234567"


def test_a_long_mail_is_read_in_part():
    result = _parse(FORM + "x" * 300_000)
    assert result.has_form
    assert "truncated" in _notes(result)


def test_a_long_description_is_cut_and_told():
    result = _parse("requested_date: 2025-01-15 14:00\ndescription: " + "word " * 8000)
    assert result.problems == ()
    assert len(result.request.description) == 20_000
    assert "description_cut" in _notes(result)
