"""Cleaning, showing and naming: what is left of a text that anybody may have sent."""

from collections import deque

import pytest
from intake.keys import match_key
from intake.text import clean, describe, describe_fully, one_line, unquote


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\nb", "a\nb"), ("a\x0bb", "a\nb"),
        ("a\x0cb", "a\nb"), ("a\x1cb\x1dc\x1ed", "a\nb\nc\nd"), ("a\x85b", "a\nb"),
        ("a\u2028b\u2029c", "a\nb\nc"), ("a\r\n\r\nb", "a\n\nb"),
        ("a\tb", "a\tb"), ("a\x00b\x08c", "abc"), ("a\x0eb\x1fc\x7fd\x84e\x86f\x9fg", "abcdefg"),
        ("a\ufffeb\uffffc", "abc"), ("a\ud800b\udfff", "a\ufffdb\ufffd"),
        ("a\u00adb\u200bc\u200ed\u200fe", "abcde"),
        ("a\u202ab\u202ec\u2060d\u2069e\ufefff", "abcdef"),
        ("a\u00a0b\u1680c\u2000d\u200ae\u202ff\u205fg\u3000h", "a b c d e f g h"),
        # Persian words and emoji need their joiners.
        ("a\u200cb\u200dc", "a\u200cb\u200dc"), ("ä €😀", "ä €😀"), ("", ""),
    ],
)  # fmt: skip
def test_clean(text, cleaned):
    assert clean(text) == cleaned
    assert clean(cleaned) == cleaned


def test_one_line():
    assert one_line("  a \n\t b  c\n") == "a b c"


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ('"a"', "a"), ("'a'", "a"), ("“a”", "a"), ("„a“", "a"), ("‘a’", "a"), ("«a»", "a"),
        ("`a`", "a"), (' " a " ', "a"), ('""', ""), ('""a""', '"a"'),
        ('"', '"'), ('"a', '"a'), ('a"', 'a"'), ("\"a'", "\"a'"), ("”a“", "”a“"), ("a", "a"),
        ("", ""),
    ],
)  # fmt: skip
def test_unquote(text, bare):
    assert unquote(text) == bare


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
        ("  a\r\nb\x00 ", "a b"),
        (" " * 319 + "a", "a"),
        (" " * 320 + "a", ""),
        (5, "5"),
        (None, "None"),
        ({"a": [1, 2]}, "{'a': [1, 2]}"),
        (2**512 - 1, str(2**512 - 1)[:79] + "…"),
        (2**512, "<integer of 513 bits>"),
        pytest.param(10**5000, "<integer of 16610 bits>", id="huge"),
        (["x" * 60], "['" + "x" * 60 + "']"),
        ({"k": 1, "b": 2}, "{'b': 2, 'k': 1}"),
    ],
)
def test_describe(value, shown):
    assert describe(value) == shown


def test_describe_in_another_size():
    assert describe("x" * 11, 10) == "x" * 9 + "…"
    assert describe("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize("kind", [tuple, list, set, frozenset, deque, dict.fromkeys])
def test_long_and_deep_values_are_shown_in_part(kind):
    assert len(describe(kind(range(1000)), 10_000)) < 300
    assert "1, " in describe(kind(range(3)), 10_000) or "1: " in describe(kind(range(3)), 10_000)
    deep: object = 1
    for _level in range(50):
        deep = [deep]
    assert describe(deep).count("[") < 10


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (" a\r\n b ", "a\n b"),
        ("x" * 10, "x" * 10),
        ("x" * 11, "x" * 9 + "…"),
        (" " * 19 + "a", "a"),
        (" " * 20 + "a", ""),
        ([1], "[1]"),
        ([1, 2, 3, 4], "[1, 2, 3,…"),
    ],
)
def test_describe_fully(value, shown):
    assert describe_fully(value, 10) == shown


# ----------------------------------------------------------------------------
# Keys
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("customer_email", "customer_email"), ("Customer E-Mail", "customer_email"),
        ("customer‐e‑mail", "customer_email"), ("customer‒name", "customer_name"),
        ("customer–name", "customer_name"), ("customer—name", "customer_name"),
        ("customer.phone", "customer_phone"), ("customer\u200cphone\u200d", "customer_phone"),
        ("REQUESTED DATE", "requested_date"), ("Requested date (YYYY-MM-DD) *", "requested_date"),
        ("Requested date [UTC]", "requested_date"), ("Requested date (a)**  ", "requested_date"),
        ("duration", "duration"), ("Time zone", "timezone"), ("Description", "description"),
        ("priority", "priority"), ("location", "location"), ("type", "type"),
        ("technician", "technician"), ("ticket", "ticket"), ("External ref.", "external_ref"),
        ("validate only", "validate_only"), ("*type*", "type"), ("__type__", "type"),
        ('"type"', "type"), ("'type'", "type"), ("`type`", "type"), ("“type”", "type"),
        ("‘type’", "type"), ("„type“", "type"), ("\ttype ", "type"),
        ("type (" + "x" * 73 + ")", "type"),
        # No key.
        ("type (" + "x" * 74 + ")", None), ("", None), ("typ", None), ("types", None),
        ("type (a) (b)", None), ("(a) type", None), ("my type", None), ("type?", None),
        ("type (a", None), ("Xtype", None), ("XtypeX", None), ("email", None), ("date", None),
        ("name", None),
    ],
)  # fmt: skip
def test_keys_in_many_spellings(text, key):
    assert match_key(text) == key
