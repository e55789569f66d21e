"""Whatever comes in, the parser does not raise; what is valid comes back as it was."""

import string
from datetime import datetime, timedelta, timezone

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from intake import (
    KEYS,
    AppointmentRequest,
    classify,
    html_to_text,
    parse_mail,
    parse_mapping,
    repair,
)

from .gateway import HEADERS, parse, read

NOW = datetime(2026, 11, 23, 9, tzinfo=timezone.utc)
KINDS = {"human", "generated", "auto_reply", "bounce", "list"}
RELAXED = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
    | st.binary()
    | st.datetimes(timezones=st.none() | st.timezones()),
    lambda children: st.lists(children) | st.dictionaries(st.text() | st.integers(), children),
    max_leaves=8,
)
# Lines that look like a form far more often than chance would have it.
pieces = st.sampled_from(
    [*KEYS, ":", " ", "\n", "> ", "=", "*", "- ", "--\n", "\t", "|", "2027-01-15 14:00", "tomorrow",
     "2pm", "15.01.2027", "On Mon, x wrote:\n", "From: ", "\nSubject: ", "a@example.com", "<", ">",
     "-----Original Message-----\n", "02:30", "UTC+2", "high", "1h30", "\x00", "\u200b", "é"]
)  # fmt: skip
formish = st.lists(pieces | st.text(max_size=5), max_size=40).map("".join)


def _assert_plain(result):
    assert isinstance(result.request, AppointmentRequest)
    for found in (*result.problems, *result.notes):
        assert found.code
        assert all(isinstance(value, str) for value in found.params.values())
        assert all(len(found.params.get(name, "")) <= 80 for name in ("value", "other", "sender"))
    moment = result.request.requested_date
    assert moment is None or moment.utcoffset() == timedelta(0)
    for text in (result.request.description, result.request.customer_name):
        assert text is None or ("\x00" not in text and text.encode("utf-8"))


@RELAXED
@given(st.dictionaries(st.sampled_from(KEYS) | st.text() | st.integers(), anything) | anything)
def test_mappings_never_raise(data):
    _assert_plain(parse_mapping(data, now=NOW))


@RELAXED
@given(
    st.text(st.characters(exclude_categories=())) | formish,
    st.none() | st.text() | formish,
    formish,
)
def test_mails_never_raise(text, sender, subject):
    _assert_plain(
        parse_mail(text, sender=sender, subject=subject, now=NOW, default_timezone="Europe/Berlin")
    )


@RELAXED
@given(st.text(max_size=60) | formish)
@example("1" * 50)
def test_times_and_zones_never_raise(text):
    text = text.replace("\n", " ")
    _assert_plain(
        parse_mail(
            f"requested_date: {text}\ntimezone: {text}\nduration: {text}",
            sender="a@example.com",
            subject="",
            now=NOW,
            default_timezone=text,
        )
    )


@RELAXED
@given(st.text(st.characters(exclude_categories=())) | formish.map(lambda text: f"<p>{text}</p>"))
def test_html_never_raises(html):
    assert isinstance(html_to_text(html), str)


@RELAXED
@given(st.dictionaries(st.text(), st.text()), st.text(), st.text())
def test_classify_knows_five_kinds(headers, sender, subject):
    assert classify(headers, sender=sender, subject=subject) in KINDS


@RELAXED
@given(
    st.dictionaries(
        st.sampled_from([*HEADERS, "Content-Type", "Content-Disposition", "Content-ID"]),
        st.binary(max_size=60)
        | st.sampled_from(
            [b"text/plain; charset=", b"multipart/mixed", b"a@", b"<", b"=?x?q?a=0A?="]
        ),
    ),
    st.binary(max_size=200),
)
def test_repaired_mails_can_be_read(headers, body):
    raw = b"".join(name.encode() + b": " + value + b"\r\n" for name, value in headers.items())
    message = parse(raw + b"\r\n" + body)
    repair(message)
    read(message)
    assert not repair(message)


words = st.text(string.ascii_letters + "äöüéß ", min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
forms = st.fixed_dictionaries(
    {
        "customer_email": st.from_regex(r"[a-z][a-z0-9]{0,9}@[a-z]{2,9}\.example", fullmatch=True),
        "requested_date": st.datetimes(datetime(2027, 1, 1), datetime(2030, 1, 1)).map(
            lambda moment: moment.replace(second=0, microsecond=0)
        ),
    },
    optional={
        "customer_name": words.filter(bool),
        "priority": st.sampled_from(["low", "normal", "high", "urgent"]),
        "duration": st.integers(1, 96).map(lambda quarters: quarters / 4),
        "location": words.filter(bool),
        "description": words.filter(bool),
    },
)


@RELAXED
@given(forms, st.permutations(KEYS))
def test_what_is_valid_comes_back_by_every_channel(form, order):
    values = {key: form[key] for key in order if key in form}
    values["requested_date"] = f"{form['requested_date']:%Y-%m-%d %H:%M:%S}"
    text = "\n".join(f"{key}: {value}" for key, value in values.items())
    rows = "".join(f"<tr><td>{key}</td><td>{value}</td></tr>" for key, value in values.items())
    results = [
        parse_mapping(values, now=NOW),
        *(
            parse_mail(
                body, sender=form["customer_email"], subject="", now=NOW, default_timezone="UTC"
            )
            for body in (
                text,
                html_to_text(f"<pre>{text}</pre>"),
                html_to_text(f"<table>{rows}</table>"),
            )
        ),
    ]
    for result in results:
        assert result.problems == ()
        request = result.request
        assert request.customer_email == form["customer_email"]
        assert request.requested_date == form["requested_date"].replace(tzinfo=timezone.utc)
        for key in ("customer_name", "duration", "location", "description"):
            assert getattr(request, key) == form.get(key)
