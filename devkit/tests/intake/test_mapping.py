"""External data: what is understood and what is told about the rest."""

import xmlrpc.client
from collections import OrderedDict
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from intake import KEYS, parse_mapping

NOW = datetime(2024, 12, 2, 9, tzinfo=timezone.utc)
GUIDE = {
    "customer_email": "customer@example.com",
    "customer_name": "John Doe",
    "requested_date": "2025-01-15 14:00:00",
    "description": "Network troubleshooting needed",
    "priority": "high",
    "location": "123 Main Street",
}


def _parse(**values):
    return parse_mapping({"customer_email": "customer@example.com", **values}, now=NOW)


def _codes(result):
    return [(problem.field, problem.code) for problem in result.problems]


@pytest.mark.parametrize("text", ["\0", "\u200b", "\ufeff \u00a0"])
def test_an_address_without_anything_to_see_is_missing(text):
    """Else the request would go to some contact without an address."""
    assert _codes(_parse(customer_email=text)) == [("customer_email", "missing")]


def test_the_guides_example():
    result = parse_mapping(GUIDE, now=NOW)
    request = result.request
    assert result.problems == ()
    assert result.has_form
    assert request.customer_email == "customer@example.com"
    assert request.customer_name == "John Doe"
    assert request.requested_date == datetime(2025, 1, 15, 14, tzinfo=timezone.utc)
    assert request.timezone == "UTC"
    assert request.description == "Network troubleshooting needed"
    assert request.priority == "2"
    assert request.location == "123 Main Street"
    assert request.extra == ()
    assert not request.validate_only


def test_only_the_address_is_required():
    assert _codes(parse_mapping({}, now=NOW)) == [("customer_email", "missing")]
    assert _parse().problems == ()


def test_every_wrong_key_is_told_at_once():
    result = parse_mapping(
        {"customer_email": "nobody", "requested_date": "soon", "priority": "x", "duration": -1},
        now=NOW,
    )
    assert _codes(result) == [
        ("customer_email", "invalid"),
        ("requested_date", "invalid"),
        ("duration", "invalid"),
        ("priority", "invalid"),
    ]
    for problem in result.problems:
        assert problem.params["value"]
        assert problem.params["expected"]


@pytest.mark.parametrize("data", [None, "text", 5, b"x", float("nan"), [("a", 1)]])
def test_what_is_no_mapping_is_one_problem(data):
    result = parse_mapping(data, now=NOW)
    assert _codes(result) == [("external_data", "not_mapping")]


@pytest.mark.parametrize(
    "name",
    ["Customer-Email", "CUSTOMER EMAIL", "customer email", " customer_email ", "customerEmail"],
)
def test_spelling_of_keys(name):
    result = parse_mapping({name: "customer@example.com"}, now=NOW)
    assert result.request.customer_email == "customer@example.com"


@pytest.mark.parametrize("data", [{}, [], ()])
def test_an_empty_list_is_an_empty_mapping(data):
    """PHP has one type for both."""
    assert _codes(parse_mapping(data, now=NOW)) == [("customer_email", "missing")]


@pytest.mark.parametrize("absent", [None, False, "", "  \n", [], {}, ()])
def test_empty_values_are_absent(absent):
    result = parse_mapping(dict.fromkeys([*KEYS, "other"], absent), now=NOW)
    assert _codes(result) == [("customer_email", "missing")]
    assert result.request.extra == ()


@pytest.mark.parametrize("value", [["x"], {"x": 1}, b"x", True, xmlrpc.client.Binary(b"x")])
@pytest.mark.parametrize("key", ["customer_email", "customer_name", "description", "location"])
def test_text_must_be_text(key, value):
    result = _parse(**{key: value})
    assert (key, "not_text") in _codes(result)


@pytest.mark.parametrize("key", ["customer_email", "technician"])
@pytest.mark.parametrize("value", [7, 1.5])
def test_a_number_is_no_address(key, value):
    assert (key, "not_text") in _codes(_parse(**{key: value}))


@pytest.mark.parametrize(
    ("value", "text"),
    [(12345, "12345"), (12345.0, "12345"), (123.5, "123.5"), (Decimal("12345.0"), "12345"),
     (44_2071_234_567.0, "442071234567")],
)  # fmt: skip
@pytest.mark.parametrize(
    "key", ["customer_phone", "type", "ticket", "external_ref", "customer_name", "location"]
)
def test_numbers_are_fine_as_texts(key, value, text):
    field = {"type": "type_ref", "ticket": "ticket_ref"}.get(key, key)
    found = getattr(_parse(**{key: value}).request, field)
    assert found == text or key == "customer_phone"


@pytest.mark.parametrize("photo", [b"x", xmlrpc.client.Binary(b"x"), [b"x"], {"a": [b"x"]}])
def test_a_file_under_an_unknown_key_is_told(photo):
    (problem,) = _parse(photo=photo).problems
    assert (problem.field, problem.code) == ("external_data", "binary")
    assert problem.params["value"] == "photo"


def test_huge_and_nested_values():
    nested: list[object] = []
    for _level in range(2000):
        nested = [nested]
    result = _parse(customer_name="x" * 10**6, description=nested, duration=10**5000, other=nested)
    assert _codes(result) == [
        ("customer_name", "too_long"),
        ("duration", "invalid"),
        ("description", "not_text"),
    ]
    assert all(len(p.params["value"]) <= 80 for p in result.problems)


def test_keys_that_are_no_text():
    data: Any = {"customer_email": "customer@example.com", 5: 1, None: 2}
    result = parse_mapping(data, now=NOW)
    assert _codes(result) == [("external_data", "key_not_text")] * 2


def test_one_key_in_two_spellings():
    same = {"customer_email": "customer@example.com", "Customer-Email": "customer@example.com"}
    assert parse_mapping(same, now=NOW).problems == ()
    other = {"customer_email": "customer@example.com", "Customer-Email": "x@example.com"}
    assert _codes(parse_mapping(other, now=NOW)) == [("customer_email", "duplicate")]


def test_unknown_keys_are_kept_readable_and_in_order():
    result = _parse(**OrderedDict(zeta="1", state="done", alpha={"a": [1, 2]}, number=4))
    assert result.request.extra == (
        ("zeta", "1"),
        ("state", "done"),
        ("alpha", "{'a': [1, 2]}"),
        ("number", "4"),
    )
    (note,) = result.notes
    assert note.code == "unknown_keys"
    assert note.params == {"keys": "zeta, state, alpha, number", "count": "4"}


def test_too_many_unknown_keys():
    result = _parse(**{f"key{number}": "x" for number in range(60)})
    assert len(result.request.extra) == 50
    assert {note.code for note in result.notes} == {"unknown_keys", "extra_dropped"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("low", "0"), ("Normal", "1"), ("MEDIUM", "1"), ("high", "2"), ("urgent", "3"),
        ("Critical", "3"), ("0", "0"), (3, "3"), (" 2 ", "2"),
    ],
)  # fmt: skip
def test_priorities(value, expected):
    assert _parse(priority=value).request.priority == expected


@pytest.mark.parametrize(
    "value",
    ["4", -1, 4, "very high", True, 1.5, Decimal("sNaN"), ["high"], "x" * 500, 10**4000],
)
def test_wrong_priorities(value):
    result = _parse(priority=value)
    assert _codes(result) == [("priority", "invalid")]


@pytest.mark.parametrize(
    ("value", "hours"),
    [
        (2, 2.0), (1.5, 1.5), ("2", 2.0), ("1.5", 1.5), ("1,5", 1.5), ("2 h", 2.0), ("1h30", 1.5),
        ("1:30", 1.5), ("90 min", 1.5), ("2 hours", 2.0), ("PT90M", 1.5), ("2 Stunden", 2.0),
        (24, 24.0),
    ],
)  # fmt: skip
def test_durations(value, hours):
    assert _parse(duration=value).request.duration == hours


@pytest.mark.parametrize(
    "value",
    [
        *(0, -1, 25, 90, float("nan"), float("inf"), Decimal("sNaN"), True, "long", "0", "1 day"),
        *([1], {1: 1}, 10**400, "1e3"),
    ],
)
def test_wrong_durations(value):
    (problem,) = _parse(duration=value).problems
    assert (problem.field, problem.code) == ("duration", "invalid")
    assert problem.params["max"] == "24"


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        ("Customer@EXAMPLE.com", "customer@example.com"),
        ("  customer@example.com\n", "customer@example.com"),
        ("o'hara+x@sub.example.co.uk", "o'hara+x@sub.example.co.uk"),
        ("user@BÜCHER.example", "user@bücher.example"),
        ("user@xn--bcher-kva.example", "user@bücher.example"),
        ("user@office.local", "user@office.local"),
        ("user@example.test", "user@example.test"),
    ],
)
def test_addresses(value, normal):
    result = parse_mapping({"customer_email": value}, now=NOW)
    assert result.problems == ()
    assert result.request.customer_email == normal


@pytest.mark.parametrize(
    "value",
    ["nobody", "a@b", "a b@example.com", "@example.com", "a@", "a@@example.com", "a@[127.0.0.1]",
     "a@example..com", "a@-example.com", "a@example.com, b@example.com", "John <a@example.com>"],
)  # fmt: skip
def test_wrong_addresses(value):
    assert _codes(parse_mapping({"customer_email": value}, now=NOW)) == [
        ("customer_email", "invalid")
    ]


def test_the_technician_is_an_address():
    assert _parse(technician="Tech@Example.com").request.technician_ref == "tech@example.com"
    assert _codes(_parse(technician="the tall one")) == [("technician", "invalid")]


@pytest.mark.parametrize(
    "value", ["+49 30 123 45-67", "(030) 1234567", "555-1234 ext. 5", 493012345]
)
def test_phone_numbers(value):
    assert _parse(customer_phone=value).request.customer_phone == str(value)


@pytest.mark.parametrize("value", ["call me", "<script>", "1", "12345\x00;drop 'x'"])
def test_wrong_phone_numbers(value):
    assert _codes(_parse(customer_phone=value)) == [("customer_phone", "invalid")]


def test_what_the_database_does_not_store_is_gone():
    request = _parse(description="a\x00b\r\nc\ud800", customer_name="John\nDoe\x00").request
    assert request.description == "ab\nc\ufffd"
    assert request.customer_name == "John Doe"


@pytest.mark.parametrize(
    ("value", "flag"), [(True, True), ("true", True), (1, True), ("No", False), (0, False)]
)
def test_validate_only(value, flag):
    result = _parse(validate_only=value)
    assert result.problems == ()
    assert result.request.validate_only is flag


def test_wrong_validate_only():
    assert _codes(_parse(validate_only="maybe")) == [("validate_only", "invalid")]


@pytest.mark.parametrize(
    "value",
    [
        "2025-01-15 14:00:00",
        "2025-01-15 14:00",
        "2025-01-15T14:00:00",
        "2025-01-15T14:00:00Z",
        "2025-01-15T15:00:00+01:00",
        "2025-01-15 09:00:00.000-0500",
        "20250115T14:00:00",
        "20250115T140000Z",
        datetime(2025, 1, 15, 14),
        datetime(2025, 1, 15, 15, tzinfo=timezone(timedelta(hours=1))),
        xmlrpc.client.DateTime(datetime(2025, 1, 15, 14)),
    ],
)
def test_times(value):
    result = _parse(requested_date=value)
    assert result.problems == ()
    assert result.request.requested_date == datetime(2025, 1, 15, 14, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2025-02-30 10:00:00", "invalid"),
        ("2025-01-15 24:00", "invalid"),
        ("2025-01-15 14:00:61", "invalid"),
        ("15.01.2025 14:00", "invalid"),
        ("tomorrow 2pm", "invalid"),
        ("2025-01-15 14:00 Nowhere", "invalid"),
        ("9999-12-31 23:59:59", "invalid"),
        ("0001-01-01 00:00:00", "invalid"),
        ("2025-01-15 08:00-10:00", "ambiguous"),
        ("2025-01-15", "missing_time"),
        (date(2025, 1, 15), "missing_time"),
        ("2024-12-02 09:00:00", "past"),
        (datetime(1950, 1, 1), "past"),
        (datetime.max, "invalid"),
        (1736949600, "not_text"),
        (12.5, "not_text"),
        (["x"], "not_text"),
        ("1" * 10**5, "invalid"),
    ],
)
def test_wrong_times(value, code):
    (problem,) = _parse(requested_date=value).problems
    assert (problem.field, problem.code) == ("requested_date", code)
    assert problem.params["value"]


def test_the_timezone_key_overrides_the_default():
    result = _parse(requested_date="2025-01-15 14:00:00", timezone="europe/berlin")
    assert result.request.requested_date == datetime(2025, 1, 15, 13, tzinfo=timezone.utc)
    assert result.request.timezone == "Europe/Berlin"
    assert result.notes == ()


def test_an_offset_overrides_the_timezone_key():
    result = _parse(requested_date="2025-01-15 14:00:00+00:00", timezone="Europe/Berlin")
    assert result.request.requested_date == datetime(2025, 1, 15, 14, tzinfo=timezone.utc)
    assert result.request.timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    "value", ["Mars/Olympus", "IST", "x" * 999, 5, ["UTC"], "+25:00", "../UTC"]
)
def test_unknown_timezones(value):
    result = _parse(requested_date="2025-01-15 14:00:00", timezone=value)
    assert [field for field, _code in _codes(result)] == ["timezone"]


def test_a_default_nobody_knows_is_told():
    result = parse_mapping(GUIDE, now=NOW, default_timezone="Nowhere")
    assert result.request.timezone == "UTC"
    assert "default_zone_unknown" in [note.code for note in result.notes]
