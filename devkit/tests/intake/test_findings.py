"""What is told about a request: each problem and note with all that its sentence needs."""

from datetime import datetime, timezone
from typing import Any

import pytest
from intake import parse_mail, parse_mapping

NOW = datetime(2024, 12, 2, 9, tzinfo=timezone.utc)
DATE = "requested_date: 2025-01-15 14:00\n"


def _map(default="UTC", **values):
    return parse_mapping(
        {"customer_email": "customer@example.com", **values}, now=NOW, default_timezone=default
    )


def _mail(text, sender="John Doe <customer@example.com>", subject="", **more):
    return parse_mail(text, sender=sender, subject=subject, now=NOW, default_timezone="UTC", **more)


def _problems(result):
    return [(problem.field, problem.code, dict(problem.params)) for problem in result.problems]


def _notes(result):
    return [(note.code, dict(note.params)) for note in result.notes]


# ----------------------------------------------------------------------------
# Mappings
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "value", "kind"),
    [(None, "None", "NoneType"), ([1], "[1]", "list"), ("a\nb", "a b", "str")],
)
def test_what_is_no_mapping(data, value, kind):
    result = parse_mapping(data, now=NOW)
    assert _problems(result) == [
        ("external_data", "not_mapping", {"value": value, "type": kind, "expected": "mapping"})
    ]
    assert result.has_form


def test_keys_that_are_no_text():
    result = _map(location="Here")
    assert result.problems == ()
    data: Any = {5: "x", "customer_email": "a@example.com", "location": "y"}
    result = parse_mapping(data, now=NOW)
    assert _problems(result) == [
        ("external_data", "key_not_text", {"value": "5", "type": "int", "expected": "text"})
    ]
    assert result.request.location == "y"


def test_what_is_missing():
    assert _problems(parse_mapping({}, now=NOW)) == [
        ("customer_email", "missing", {"expected": "email"})
    ]
    nobody = _mail("", sender=None)
    assert (nobody.request.customer_email, nobody.request.customer_name) == (None, None)
    assert _problems(nobody) == [
        ("customer_email", "missing", {"expected": "email"}),
        ("requested_date", "missing", {"expected": "YYYY-MM-DD HH:MM:SS"}),
    ]


def test_one_key_in_two_spellings():
    result = _map(priority="low", Priority="high", PRIORITY="low")
    assert _problems(result) == [("priority", "duplicate", {"value": "high", "other": "low"})]
    assert result.request.priority == "0"
    assert _map(duration=5, Duration="5").problems == ()
    # Absent values are no second ones.
    assert _map(priority="low", Priority=None, PRIORITY=" ").problems == ()
    same = "x" * 998
    assert _map(description=f"{same}ab", Description=f"{same}ab").problems == ()
    assert _problems(_map(description=f"{same}b", Description=f"{same}c"))[0][1] == "duplicate"


def test_a_long_name_of_a_key_is_looked_at_in_part():
    assert _map(**{"location" + " " * 192: "Here"}).request.extra == (("location", "Here"),)
    assert _map(**{" " * 100 + "location" + "\u200b" * 92: "Here"}).request.location is None
    assert _map(**{"\u200b" * 192 + "location": "Here"}).request.location == "Here"
    assert _map(**{"\u200b" * 193 + "location": "Here"}).request.location is None


@pytest.mark.parametrize("count", [1, 50, 51, 60])
def test_unknown_keys_are_kept_up_to_fifty(count):
    result = _map(**{f"k{number}": number for number in range(count)})
    kept = min(count, 50)
    assert result.request.extra == tuple((f"k{number}", str(number)) for number in range(kept))
    names = ", ".join(f"k{number}" for number in range(kept))
    expected = [("unknown_keys", {"keys": names, "count": str(count)})]
    if count > 50:
        expected.append(("extra_dropped", {"count": str(count - 50), "max": "50"}))
    assert _notes(result) == expected


def test_long_keys_and_values_that_nobody_knows():
    result = _map(**{"y" * 100: "x" * 1001, "z": "a\nb", "w": "v" * 1000})
    assert result.request.extra == (
        ("y" * 79 + "…", "x" * 999 + "…"),
        ("z", "a\nb"),
        ("w", "v" * 1000),
    )
    result = _map(**{f"{number}{'k' * 78}": "x" for number in range(4)})
    (note,) = result.notes
    assert len(note.params["keys"]) == 300
    assert note.params["keys"].endswith("…")


# ----------------------------------------------------------------------------
# Mails
# ----------------------------------------------------------------------------


def test_a_good_mail():
    result = _mail(DATE)
    assert _problems(result) == []
    assert _notes(result) == [
        ("sender_stood_in", {"sender": "customer@example.com"}),
        ("name_from_address", {"value": "John Doe"}),
        ("zone_assumed", {"timezone": "UTC"}),
    ]


@pytest.mark.parametrize(
    ("form", "sender", "name", "codes"),
    [
        ("customer_email: customer@example.com\n", "John Doe <customer@example.com>", "John Doe",
         ["name_from_address"]),
        # The name of somebody else is not the customer's.
        ("customer_email: other@example.com\n", "John Doe <customer@example.com>", None,
         ["sender_differs"]),
        ("customer_email: Jane <other@example.com>\n", "John Doe <customer@example.com>", "Jane",
         ["sender_differs", "name_from_address"]),
        ("customer_email: Jane <other@example.com>\ncustomer_name: Jim\n", None, "Jim", []),
        ("customer_name: Jim\n", "John Doe <customer@example.com>", "Jim", ["sender_stood_in"]),
        ("", "customer@example.com", None, ["sender_stood_in"]),
        ("customer_email: nobody\n", "John Doe <customer@example.com>", None, []),
    ],
)  # fmt: skip
def test_whose_name_it_is(form, sender, name, codes):
    result = _mail(form + DATE, sender=sender)
    assert result.request.customer_name == name
    assert [note.code for note in result.notes if note.code != "zone_assumed"] == codes


def test_a_name_that_is_wrong_is_not_replaced():
    result = _mail(f"customer_name: {'x' * 129}\n{DATE}")
    assert [(field, code) for field, code, _params in _problems(result)] == [
        ("customer_name", "too_long")
    ]
    assert result.request.customer_name is None


def test_a_sender_that_differs():
    result = _mail(f"customer_email: other@example.com\n{DATE}")
    assert _notes(result)[0] == (
        "sender_differs",
        {"sender": "customer@example.com", "customer_email": "other@example.com"},
    )


@pytest.mark.parametrize("length", [200_000, 200_001])
def test_a_mail_that_is_too_long_to_read(length):
    result = _mail(DATE + "x" * (length - len(DATE)))
    told = [params for code, params in _notes(result) if code == "truncated"]
    assert told == ([{"length": "200001", "max": "200000"}] if length > 200_000 else [])


def test_what_stands_beyond_is_not_read():
    assert not _mail("x" * 200_000 + "\n" + DATE).has_form
    assert _mail("x" * (199_999 - len(DATE)) + "\n" + DATE).has_form


@pytest.mark.parametrize("length", [20_000, 20_001])
def test_a_long_description(length):
    result = _mail(f"{DATE}description: {'x' * length}")
    assert result.problems == ()
    if length > 20_000:
        assert result.request.description == "x" * 19_999 + "…"
        assert ("description_cut", {"length": "20001", "max": "20000"}) in _notes(result)
    else:
        assert result.request.description == "x" * 20_000
        assert "description_cut" not in [code for code, _params in _notes(result)]


def test_keys_that_nobody_knows_in_a_mail():
    result = _mail(f"{DATE}Company: Example Ltd\nFloor: 3")
    assert ("unknown_keys", {"keys": "Company, Floor", "count": "2"}) in _notes(result)


def test_every_value_of_a_request_at_once():
    request = _map(
        customer_name="John",
        customer_phone="030 1234",
        requested_date="2025-01-15 14:00",
        duration=2,
        timezone="Europe/Berlin",
        description="a",
        priority="high",
        location="b",
        type="c",
        technician="d@example.com",
        ticket="e",
        external_ref="f",
        validate_only=True,
        other="g",
    ).request
    assert request == type(request)(
        customer_email="customer@example.com",
        customer_name="John",
        customer_phone="030 1234",
        requested_date=datetime(2025, 1, 15, 13, tzinfo=timezone.utc),
        duration=2.0,
        timezone="Europe/Berlin",
        named_timezone="Europe/Berlin",
        description="a",
        location="b",
        priority="2",
        type_ref="c",
        technician_ref="d@example.com",
        ticket_ref="e",
        external_ref="f",
        validate_only=True,
        extra=(("other", "g"),),
    )


def test_an_address_alone_says_nothing_else():
    request = _map().request
    assert request == type(request)(customer_email="customer@example.com")
    assert request.validate_only is False


# ----------------------------------------------------------------------------
# Forwarded mails within forwarded mails
# ----------------------------------------------------------------------------


def _forward(depth):
    text = DATE
    for number in range(depth):
        text = (
            "---------- Forwarded message ---------\n"
            f"From: A{number} <a{number}@example.com>\nDate: Mon\nTo: x\nSubject: y\n\n{text}"
        )
    return text


@pytest.mark.parametrize(("depth", "found"), [(0, True), (1, True), (5, True), (6, False)])
def test_a_mail_forwarded_many_times(depth, found):
    result = _mail(_forward(depth), sender="boss@example.com")
    assert result.has_form is found
    authors = [params for code, params in _notes(result) if code == "forwarded_from"]
    if found:
        assert authors == ([{"value": "A0 <a0@example.com>"}] if depth else [])
