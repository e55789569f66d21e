"""The schema for integrators says what the validator does."""

import json
import re
from datetime import datetime, timezone

import pytest
from delivery.event import make_event_schema
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from intake import KEYS, parse_mapping
from intake.keys import TABLE
from intake.schema import CODES, make_key_schema, make_request_schema, to_pattern
from jsonschema import Draft202012Validator

from devkit.generate import schema
from devkit.paths import ADDON
from devkit.testing import examples_test

# Before every time that is made up, so that none has passed.
NOW = datetime(1800, 1, 1, tzinfo=timezone.utc)
EMAIL = "customer@example.com"
REQUEST = Draft202012Validator(make_request_schema())
VALUES = {name: Draft202012Validator(make_key_schema(key)) for name, key in TABLE.items()}

# What a schema cannot say of texts; see ``intake.schema.EXCLUDED``. Problems of these kinds do not
# count where the schema is content.
BEYOND = {
    "requested_date": {
        *("no_such_day", "no_such_hour", "unknown_zone", "several_times", "past", "half"),
    },
    # none at all, more than a day
    "duration": {"invalid"},
    "timezone": {"unknown"},
    # the grammar of addresses and phone numbers
    "customer_email": {"invalid"},
    "technician": {"invalid"},
    "customer_phone": {"invalid"},
}
_CODE = re.compile(
    r"(?:\.problem\(\s*\S+,\s*|\bProblem\(\s*\S+,\s*|UnreadableTime\(|_refuse_whole\(\s*)\"(\w+)\""
)
# No invisible characters, no digits of other scripts: what is cleaned away is not told.
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("C", "Z", "Nd", "Nl", "No", "M"), include_characters=" 0123"
)
WORDS = st.text(LETTERS, max_size=300)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
# Near to what is right, each for its key.
NEAR = {
    "requested_date": [
        "2030-01-15 14:00:00", "2030-01-15T14:00Z", "20300115T140000+02:00", "2030-1-5, 9:05",
        "2030-01-15", "20300115", "15.01.2030 14:00", "tomorrow", "2030-01-15 14:00:00.123 PST",
        "2030-01-15 2:00 pm", "2030-01-15t14:00", "20300115 1400", " 2030-01-15 14:00 ",
    ],
    "duration": [
        "1.5", "1,5 h", "90 min", "1:30", "1h30", "PT2H", "pt90m", "2 Stunden", "1 hour and 5 min",
        "1e3", "2 days", "PT2D", "24", "12345", "1.5 MIN", " 2 h ",
    ],
    "priority": ["low", "Urgent", "CRITICAL", "2", "4", " high ", "very high", "normal."],
    "validate_only": ["true", "FALSE", "Yes", "no", "1", "0", "y", "on", "2"],
    "timezone": ["Europe/Berlin", "UTC", "+02:00", "Mars/Base", "CEST"],
    "customer_email": [EMAIL, "Müller@bücher.example", "a b@example.com", "a@b@c", "x"],
    "customer_phone": ["+32 2 555 01 00", "12", "(0)30-12345", "none"],
}  # fmt: skip


def _tell(name, value):
    """Why one key's value is refused: a set of reasons, or of codes where there are none."""
    problems = parse_mapping({"customer_email": EMAIL, name: value}, now=NOW).problems
    return {_name(problem) for problem in problems if problem.field == name}


def _name(problem):
    if re.search(r"\d ?[ap]\.? ?m", problem.params.get("value", ""), re.I):
        return "half"
    return problem.params.get("reason", problem.code)


def _is_beyond(name, value, told):
    """Whether a schema cannot know better."""
    return told <= BEYOND.get(name, set()) and (
        isinstance(value, str) or name == "customer_phone" or not told
    )


def _values(name):
    near = NEAR.get(name, [])
    changed = st.sampled_from(near).flatmap(_change) if near else st.nothing()
    limit = TABLE[name].limit
    long = st.integers(limit - 2, limit + 2).map("x".__mul__)
    return JSON_VALUES | st.sampled_from(near or ["x"]) | changed | long


def _change(text):
    """``text`` with one character more, less or other."""
    return st.builds(
        lambda place, cut, more: text[:place] + more + text[place + cut :],
        st.integers(0, len(text)),
        st.integers(0, 1),
        st.sampled_from(["", "0", "9", ":", "-", " ", "x", "T", "Z", ".", ",", "h"]),
    )


def _made_by(definition):
    """Values that a schema of ours is content with."""
    if "anyOf" in definition:
        return st.one_of([_made_by(each) for each in definition["anyOf"]])
    if "enum" in definition:
        return st.sampled_from(definition["enum"])
    if definition["type"] == "boolean":
        return st.booleans()
    if definition["type"] == "number":
        low = definition.get("minimum", definition.get("exclusiveMinimum"))
        high = definition["maximum"]
        within = st.floats(low, high, exclude_min="exclusiveMinimum" in definition)
        return st.just(high) | within
    pattern = definition["pattern"]
    if pattern == r"\S":
        longest = definition["maxLength"]
        return st.text(LETTERS, min_size=1, max_size=longest) | st.just("x" * longest)
    return st.from_regex(pattern, alphabet=st.characters(max_codepoint=126, min_codepoint=9))


@pytest.mark.parametrize("name", KEYS)
@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_what_the_schema_takes_the_validator_takes(name, data):
    value = data.draw(_made_by(make_key_schema(TABLE[name])))
    assume(VALUES[name].is_valid(value))
    told = _tell(name, value)
    assert _is_beyond(name, value, told), (value, told)


@pytest.mark.parametrize("name", KEYS)
@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_what_the_validator_takes_the_schema_takes(name, data):
    value = data.draw(_values(name))
    # Blanks beyond the longest text are cut before it is measured.
    assume(not isinstance(value, str) or len(value.split()) < 2 or len(value) <= TABLE[name].limit)
    assume(not _is_beyond_json(value))
    if not _tell(name, value):
        assert VALUES[name].is_valid(value), value


def _is_beyond_json(value):
    """Whether a number is larger than JSON can promise, or none at all."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and not -(2**53) < value < 2**53


@settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)
@given(request=st.dictionaries(st.sampled_from(KEYS) | WORDS, JSON_VALUES, max_size=6))
def test_whole_requests(request):
    known = {key: value for key, value in request.items() if key in KEYS}
    assume(not any(_is_beyond_json(value) for value in known.values()))
    problems = parse_mapping(known, now=NOW).problems
    if REQUEST.is_valid(known):
        for name, value in known.items():
            told = {_name(problem) for problem in problems if problem.field == name}
            assert _is_beyond(name, value, told), (value, told)
    else:
        assert problems


@pytest.mark.parametrize("name", NEAR)
def test_what_is_near_to_right(name):
    """Each sample, the right ones and the wrong ones, is judged alike by both."""
    for value in NEAR[name]:
        told = _tell(name, value)
        if not _is_beyond(name, value, told) or not told:
            assert VALUES[name].is_valid(value) == (not told), value


def test_the_examples_are_right():
    definition = make_request_schema()
    for example in definition["examples"]:
        # One that nobody can know here.
        problems = parse_mapping(example, now=NOW).problems
        assert not problems
        REQUEST.validate(example)
    for key in TABLE.values():
        assert VALUES[key.name].is_valid(key.example)
        assert not _tell(key.name, key.example)
    event = {**make_event_schema(), "$defs": {"fault": {}}}
    for example in event["examples"]:
        Draft202012Validator(event).validate(example)


def test_what_is_required_is_missed():
    assert not REQUEST.is_valid({})
    assert [error.validator for error in REQUEST.iter_errors({})] == ["required"]


@pytest.mark.parametrize(
    ("regex", "pattern"),
    [(r"\d{1,4}", "[0-9]{1,4}"), ("PT(?:a)", "[pP][tT](?:[aA])"), ("[HM].", "[hHmM]."),
     (r"x\.?", r"[xX]\.?")],
)  # fmt: skip
def test_a_pattern_without_flags(regex, pattern):
    assert to_pattern(regex) == pattern


def test_patterns_are_plain_enough_for_every_language():
    text = json.dumps(make_request_schema())
    assert not re.search(r"\(\?[^:]|\\\\[dw]|\(\?P", text)


@pytest.mark.parametrize("name", ["external_data.json", "event.json", "openapi.json"])
def test_the_files_are_those_of_the_tables(name):
    """``make schema`` writes them."""
    assert (schema.FOLDER / name).read_text(encoding="utf-8") == schema.make_files()[name]


def test_the_tables_of_the_reference_are_those_of_the_code():
    """``make schema`` writes them, too."""
    text = schema.REFERENCE.read_text(encoding="utf-8")
    assert schema.fill_reference(text) == text


def test_every_code_is_in_the_reference():
    """Each that is written in the parser and in the models, by what they call."""
    found = set()
    for path in [*(ADDON / "intake").glob("*.py"), *(ADDON / "models").rglob("*.py")]:
        found |= set(_CODE.findall(path.read_text(encoding="utf-8")))
    assert {"missing", "past", "duplicate", "rights"} <= found
    assert found <= CODES.keys()


def test_the_reference_leads_to_files():
    text = schema.REFERENCE.read_text(encoding="utf-8")
    for path in re.findall(r"\]\(([\w/.]+)\)", text):
        assert (schema.REFERENCE.parent / path).exists(), path
    named = set(re.findall(r"examples/([\w.]+)", text))
    there = {path.name for path in examples_test.FOLDER.iterdir()}
    assert named == there
    assert there == {*examples_test.VERIFIERS, *(each.name for each in examples_test.REQUESTS)}


@pytest.mark.parametrize("name", ["external_data.json", "event.json"])
def test_the_files_are_schemas(name):
    Draft202012Validator.check_schema(json.loads(schema.make_files()[name]))


def test_every_reference_of_the_openapi_document_leads_somewhere():
    document = schema.make_openapi()
    for path in re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document)):
        found = document
        for part in path.split("/"):
            found = found[part]
    for each in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(each)
