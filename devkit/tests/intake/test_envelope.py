"""What programs put around a request, and the bytes in which it comes."""

import json
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake import parse_body, parse_fields, split, unwrap

REQUEST = {"customer_email": "zoe@example.com", "customer_name": "Zoë Müller"}
TEXT = json.dumps(REQUEST, ensure_ascii=False)
SPELLED = {"Customer E-Mail": "zoe@example.com"}


@pytest.mark.parametrize(
    "body",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
        TEXT.encode("cp1252"),
        json.dumps(TEXT).encode(),
        b" \r\n" + TEXT.encode() + b"\n\0",
    ],
)
@pytest.mark.parametrize("is_form", [True, False])
def test_json_in_whatever_characters(body, is_form):
    assert unwrap(parse_body(body, is_form=is_form)) == REQUEST


def test_characters_as_the_sender_names_them():
    text = '{"customer_name": "Łukasz"}'
    assert parse_body(text.encode("iso-8859-2"), charset="iso-8859-2") == json.loads(text)
    for wrong in ("no-such", "hex", "utf-8", "\0"):
        assert parse_body(TEXT.encode("cp1252"), charset=wrong) == REQUEST


@pytest.mark.parametrize(
    ("body", "is_form", "expected"),
    [
        (b"", False, None),
        (b"", True, None),
        (b" \n", False, None),
        (b"\xef\xbb\xbf", False, None),
        (b"null", False, None),
        (b"42", False, 42),
        (b'"text"', False, "text"),
        (b"no JSON {", False, "no JSON {"),
        (b"a=1&b=2", False, "a=1&b=2"),
        (b"a=1&b=2", True, {"a": "1", "b": "2"}),
        (b"42", True, {"42": ""}),
        (b"&", True, "&"),
        (b"customer_phone=%2B49+30+1&x=", False, {"customer_phone": "+49 30 1", "x": ""}),
        (b"customer_name=Zo%C3%AB&x=1&x=2&x=1", True, {"customer_name": "Zoë", "x": "1, 2"}),
        (b"customer_name=Zo%EB", True, {"customer_name": "Zoë"}),
        (b"\xef\xbb\xbfcustomer_name=Zo", True, {"customer_name": "Zo"}),
    ],
)
def test_bodies(body, is_form, expected):
    assert parse_body(body, is_form=is_form) == expected


def test_a_number_of_a_phone_survives_a_form_that_is_json():
    body = b'{"customer_phone": "+49 30 1", "location": "A & B = C"}'
    assert parse_body(body, is_form=True) == json.loads(body)


def test_fields_that_came_several_times():
    pairs = [("a", "1"), ("a", ""), ("b", "x"), ("a", "2"), ("b", "x")]
    assert parse_fields(pairs) == {"a": "1, 2", "b": "x"}


ENVELOPES = [
    {"data": REQUEST},
    {"json": REQUEST},
    {"body": REQUEST, "headers": {"priority": "u=1", "host": "x"}, "query": {}, "params": {}},
    {"payload": REQUEST},
    {"payload": TEXT},
    {"event": "created", "data": REQUEST},
    {"type": "form.sent", "timestamp": "2026-11-28T10:00:00Z", "data": REQUEST},
    {"event": {"data": REQUEST}},
    {"data": {"id": 7, "attributes": REQUEST}},
    [REQUEST],
    [{"json": REQUEST, "pairedItem": {"item": 0}}],
    {"data": [REQUEST]},
    [[REQUEST]],
    TEXT,
    json.dumps(TEXT),
]


@pytest.mark.parametrize("payload", ENVELOPES, ids=json.dumps)
def test_one_request_in_an_envelope(payload):
    (part,) = split(payload)
    assert unwrap(part) == REQUEST
    assert unwrap({"data": SPELLED}) == SPELLED


@pytest.mark.parametrize(
    "payload",
    [
        REQUEST,
        {**REQUEST, "data": {"customer_email": "other@example.com"}},
        # Two of which nothing says which one is meant, and what stands beside one.
        {"old": REQUEST, "new": SPELLED},
        {"priority": "high", "data": REQUEST},
        {"data": {"name": "no request"}},
        {"data": "text"},
        {},
        [],
        [1, 2],
        None,
        "text",
        42,
        "[" * 5000,
        '{"customer_email": ',
    ],
    ids=str,
)
def test_what_is_no_envelope_stays_as_it_came(payload):
    assert unwrap(payload) is payload


def test_several_requests():
    other = {"customer_email": "other@example.com"}
    assert split([REQUEST, other]) == [REQUEST, other]
    assert split([REQUEST, "text", None, []]) == [REQUEST, "text", None, []]
    assert split([{"json": REQUEST}, {"json": other}]) == [{"json": REQUEST}, {"json": other}]
    assert split([[REQUEST, other], 3]) == [REQUEST, other, 3]
    assert split(json.dumps([REQUEST, other])) == [REQUEST, other]
    parts = split({"event": "batch", "data": [REQUEST, other, "text"]})
    # What stood around them is kept with each.
    assert parts == [{"event": "batch", "data": part} for part in (REQUEST, other, "text")]
    assert [unwrap(part) for part in parts[:2]] == [REQUEST, other]
    assert split({"data": {"items": [REQUEST, other]}}) == [
        {"data": {"items": REQUEST}},
        {"data": {"items": other}},
    ]


def test_a_request_too_deep_is_none():
    payload: object = REQUEST
    for _number in range(9):
        payload = {"data": payload}
    assert split(payload) == [payload]
    assert unwrap(payload) is payload


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.just(REQUEST) | st.just(TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(values)
def test_nothing_makes_it_stumble(payload):
    for part in split(payload):
        unwrap(part)


@given(st.binary(), st.booleans(), st.none() | st.text(max_size=10))
def test_no_body_makes_it_stumble(body, is_form, charset):
    parse_body(body, is_form=is_form, charset=charset)


def test_what_no_charset_is_costs_nothing():
    """Python decodes Punycode in time that grows with the square of the text."""
    body = b"a=%61" + b"a" * 1000 + b"&b=%ff"
    with patch("encodings.punycode.punycode_decode") as decode_slowly:
        found = parse_body(body, is_form=True, charset="punycode")
        assert isinstance(found, dict)
        assert found["b"] == "ÿ"
        parse_body(b'{"a": "\xff"}', charset="Punycode")
    decode_slowly.assert_not_called()


def test_more_requests_than_are_split_are_kept_as_they_came():
    """Each of them would get a copy of all that stands around them."""
    around = {f"key {number}": number for number in range(50)}
    payload = {**around, "data": [REQUEST] * 101}
    assert split(payload) == [payload]
    assert len(split({**payload, "data": [REQUEST] * 100})) == 100
    assert split([[REQUEST] * 60, [REQUEST] * 60]) == [[[REQUEST] * 60, [REQUEST] * 60]]


def test_a_form_of_more_fields_than_anybody_has_is_kept_as_text():
    body = "&".join(f"k{number}=1" for number in range(1001))
    assert parse_body(body.encode(), is_form=True) == body
    found = parse_body(body.removesuffix("&k1000=1").encode(), is_form=True)
    assert isinstance(found, dict)
    assert len(found) == 1000
