"""Each kind of value: what is taken, what is refused, and what the refusal tells."""

from datetime import date, datetime, timedelta, timezone
from xmlrpc.client import DateTime
from zoneinfo import ZoneInfo

import pytest
from intake import parse_mail, parse_mapping

NOW = datetime(2024, 12, 2, 9, tzinfo=timezone.utc)
DATE = "2025-01-15 14:00"
FORM = f"requested_date: {DATE}\n"
# The fields of the request whose names differ from their keys.
FIELDS = {"type": "type_ref", "ticket": "ticket_ref", "technician": "technician_ref"}


def _map(now=NOW, default="UTC", **values):
    return parse_mapping(
        {"customer_email": "customer@example.com", **values}, now=now, default_timezone=default
    )


def _mail(text, sender="customer@example.com"):
    return parse_mail(text, sender=sender, subject="", now=NOW, default_timezone="UTC")


def _problem(result):
    (problem,) = result.problems
    return problem.field, problem.code, dict(problem.params)


# ----------------------------------------------------------------------------
# Text
# ----------------------------------------------------------------------------

LIMITS = [
    ("customer_name", 128),
    ("description", 20_000),
    ("location", 256),
    ("type", 128),
    ("ticket", 64),
    ("external_ref", 128),
]


@pytest.mark.parametrize(("key", "limit"), LIMITS)
def test_the_longest_text(key, limit):
    request = _map(**{key: f"  {'x' * limit}\n"}).request
    assert getattr(request, FIELDS.get(key, key)) == "x" * limit


@pytest.mark.parametrize("extra", [1, 1000])
@pytest.mark.parametrize(("key", "limit"), LIMITS)
def test_a_longer_text_is_refused(key, limit, extra):
    result = _map(**{key: "x" * (limit + extra)})
    field, code, params = _problem(result)
    assert (field, code) == (key, "too_long")
    assert params["length"] == str(limit + extra)
    assert params["max"] == str(limit)
    assert params["value"] == "x" * (min(limit + extra, 80) - (limit + extra > 80)) + (
        "…" if limit + extra > 80 else ""
    )
    assert getattr(result.request, FIELDS.get(key, key)) is None


def test_blanks_do_not_count_but_too_many_of_them_do():
    assert _map(ticket="x" + " " * 254 + "x").request.ticket_ref == "x x"
    field, code, params = _problem(_map(ticket="x" + " " * 255 + "x"))
    assert (field, code, params["length"]) == ("ticket", "too_long", "257")


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ([1, 2], "list", "[1, 2]"),
        (float("inf"), "float", "inf"),
        (True, "bool", "True"),
        (b"x", "bytes", "<1 bytes>"),
    ],
)
@pytest.mark.parametrize("key", ["customer_name", "type", "external_ref", "location"])
def test_what_is_no_text_is_told(key, value, kind, shown):
    assert _problem(_map(**{key: value})) == (
        key,
        "not_text",
        {"value": shown, "type": kind, "expected": "text"},
    )


def test_line_breaks_stay_in_the_description_only():
    request = _map(description=" a\r\n b \n", location=" a\r\n b \n").request
    assert (request.description, request.location) == ("a\n b", "a b")


def test_text_that_is_empty_once_it_is_clean():
    assert _map(location="\u200b").request.location is None
    assert _map(location="\u200b" * 200).problems == ()
    # Ten thousand characters without anything to see are absent, more are too long.
    assert _map(location=" " * 10_000).problems == ()
    assert _problem(_map(location=" " * 10_001))[1] == "too_long"


# ----------------------------------------------------------------------------
# Phone numbers, addresses
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    ["123", "+49 (0)30/123-45.67", "030 1234,5", "030-1234567", "*123#", "030 123x4",
     "030 1234 ext. 5", "030 1234 EXT 5", "tel 030 1234", "030 1234 Durchwahl 5",
     "030 1234 x12", "030 1234 extension 12", "030 1234 ext.: 12", "Tél. : 01 23 45 67 89",
     "01 23 45 67 89 poste 12", "030 1234 DW -12", "030 1234 / 0171 5678", "1" * 64],
)  # fmt: skip
def test_phone_numbers(value):
    result = _map(customer_phone=value)
    assert result.problems == ()
    assert result.request.customer_phone == value


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        *((f"+44 20 7946{dash}0958", "+44 20 7946-0958") for dash in "‐‑‒–—―−－"),
        ("＋４４ ２０ ７９４６ ０９５８", "+44 20 7946 0958"),
        ("（０３０） １２３４", "(030) 1234"),
        ("٠٣٠ ١٢٣٤٥", "030 12345"),
        ("०३० १२३४५", "030 12345"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("tel:+44-20-7946-0958", "+44-20-7946-0958"),
        ("TEL:+442079460958;ext=12", "+442079460958 ext. 12"),
        ("tel:0958;phone-context=+4420", "0958"),
        ("<tel:+442079460958>", "+442079460958"),
        ("+44 20 7946 0958<tel:+442079460958>", "+44 20 7946 0958"),
        ("[+44 20 7946 0958](tel:+442079460958)", "+44 20 7946 0958"),
        ("callto:+442079460958", "+442079460958"),
    ],
)
def test_phone_numbers_in_plain_characters(value, plain):
    for result in (_map(customer_phone=value), _mail(f"{FORM}customer_phone: {value}")):
        assert result.problems == ()
        assert result.request.customer_phone == plain
        assert {note.code for note in result.notes} <= {"sender_stood_in", "zone_assumed"}


@pytest.mark.parametrize(
    "value",
    ["030 1234 or 5678", "030 1234 oder 0171 5678", "030 12 ext 3 ext 4", "a123", "123;4",
     "030 1234 (after six)", "ring 030 1234", "030–1234 (Büro)"],
)  # fmt: skip
def test_a_mail_is_not_held_up_by_a_phone_number(value):
    result = _mail(f"{FORM}customer_phone: {value}")
    assert result.problems == ()
    assert result.request.customer_phone == value
    (note,) = (note for note in result.notes if note.code == "phone_kept")
    assert note.params == {"value": value}
    assert _problem(_map(customer_phone=value))[:2] == ("customer_phone", "invalid")


@pytest.mark.parametrize("value", ["none", "n/a", "12", "see below", "1" * 65, "1 " * 200])
def test_what_is_no_phone_number_is_left_out_of_a_mail(value):
    result = _mail(f"{FORM}customer_phone: {value}")
    assert result.problems == ()
    assert result.request.customer_phone is None
    (note,) = (note for note in result.notes if note.code == "phone_left_out")
    assert note.params["value"].startswith(value[:20].strip())
    assert _problem(_map(customer_phone=value))[0] == "customer_phone"


@pytest.mark.parametrize(
    "value", ["12", "+()-", "ext. 5", "030 1234 or 5678", "030 12 ext 3 ext 4", "a123", "123;4"]
)
def test_wrong_phone_numbers(value):
    result = _map(customer_phone=value)
    assert _problem(result) == ("customer_phone", "invalid", {"value": value, "expected": "phone"})
    assert result.request.customer_phone is None


def test_a_phone_number_of_65_digits():
    assert _problem(_map(customer_phone="1" * 65))[1:] == (
        "too_long",
        {"value": "1" * 65, "length": "65", "max": "64"},
    )


@pytest.mark.parametrize("key", ["customer_email", "technician"])
@pytest.mark.parametrize(
    ("value", "normal"),
    [
        ("A.B+c@Example.COM", "a.b+c@example.com"),
        ("Jörg@Example.com", "Jörg@example.com"),
        ("a@Office.LOCAL", "a@office.local"),
        ("a@sub.office.local", "a@sub.office.local"),
        ("a@xn--bcher-kva.example", "a@bücher.example"),
        ("a@" + "b" * 60 + ".example", "a@" + "b" * 60 + ".example"),
    ],
)
def test_addresses(key, value, normal):
    result = _map(**{key: value})
    assert result.problems == ()
    assert getattr(result.request, FIELDS.get(key, key)) == normal


@pytest.mark.parametrize("key", ["customer_email", "technician"])
@pytest.mark.parametrize(
    "value",
    ["a@local", "a@test", "a@.local", "a b@office.local", "<a@example.com>", "a@b_c.example"],
)
def test_wrong_addresses(key, value):
    result = _map(**{key: value})
    assert _problem(result) == (key, "invalid", {"value": value, "expected": "email"})
    assert getattr(result.request, FIELDS.get(key, key)) is None


@pytest.mark.parametrize("key", ["customer_email", "technician"])
def test_an_address_of_more_than_254_characters(key):
    field, code, params = _problem(_map(**{key: "a@" + "b" * 249 + ".com"}))
    assert (field, code, params["max"], params["length"]) == (key, "too_long", "254", "255")
    assert _problem(_map(**{key: "a@" + "b" * 248 + ".com"}))[1] == "invalid"


@pytest.mark.parametrize(
    ("written", "email", "name"),
    [
        ("a@example.com", "a@example.com", None),
        ("<a@example.com>.", "a@example.com", None),
        ("a@example.com!", "a@example.com", None),
        ("*a@example.com*", "a@example.com", None),
        ("_a@example.com_?", "a@example.com", None),
        ("mailto:a@example.com", "a@example.com", None),
        ("MAILTO:a@example.com", "a@example.com", None),
        ("John mailto:a@example.com", "a@example.com", None),
        ("Mailto Jones <a@example.com>", "a@example.com", "Mailto Jones"),
        ("Xaver X <Xaver@example.com>", "xaver@example.com", "Xaver X"),
        ("a@example.com<mailto:a@example.com>", "a@example.com", None),
        ("A@example.com a@EXAMPLE.com", "a@example.com", None),
        ("John Doe <a@example.com>", "a@example.com", "John Doe"),
        ('"John Doe" <a@example.com>', "a@example.com", "John Doe"),
        ("John Doe (a@example.com)", "a@example.com", "John Doe"),
        ("John Doe, a@example.com", "a@example.com", "John Doe"),
        ("John Doe: [a@example.com]", "a@example.com", "John Doe"),
        ("*John Doe* 'a@example.com'", "a@example.com", "John Doe"),
        ("John Doe; a@example.com", "a@example.com", "John Doe"),
    ],
)
def test_addresses_as_they_stand_in_a_mail(written, email, name):
    result = _mail(f"customer_email: {written}\nrequested_date: {DATE}", sender=None)
    assert result.problems == ()
    assert result.request.customer_email == email
    assert result.request.customer_name == name


@pytest.mark.parametrize("key", ["customer_email", "technician"])
def test_wrong_addresses_in_a_mail(key):
    assert _problem(_mail(f"{key}: the tall one\nrequested_date: {DATE}")) == (
        key,
        "invalid",
        {"value": "the tall one", "expected": "email"},
    )
    result = _mail(f"{key}: a@example.com or b@example.com\nrequested_date: {DATE}", sender=None)
    assert (result.request.customer_name, result.request.technician_ref) == (None, None)
    assert _problem(_mail(f"{key}: a@example.com or b@example.com\nrequested_date: {DATE}")) == (
        key,
        "ambiguous",
        {
            "value": "a@example.com or b@example.com",
            "expected": "email",
            "reason": "several_addresses",
        },
    )


@pytest.mark.parametrize(
    ("sender", "email", "name"),
    [
        ("John Doe <John@Example.com>", "john@example.com", "John Doe"),
        ('"Doe, John" <john@example.com>', "john@example.com", "Doe, John"),
        ("john@example.com", "john@example.com", None),
        ('"john@example.com" <john@example.com>', "john@example.com", None),
        ("John  \n Doe <john@example.com>", "john@example.com", "John Doe"),
        ("x" * 200 + " <john@example.com>", "john@example.com", "x" * 128),
        # Not as the standard has it, yet clear.
        ("John Doe john@example.com", "john@example.com", None),
        ("John <<john@example.com>>", "john@example.com", "John"),
    ],
)
def test_the_sender_of_a_mail(sender, email, name):
    result = _mail(f"requested_date: {DATE}", sender=sender)
    assert result.problems == ()
    assert result.request.customer_email == email
    assert result.request.customer_name == name


# ----------------------------------------------------------------------------
# Priority, duration, flag
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("low", "0"), ("normal", "1"), ("medium", "1"), ("high", "2"), ("urgent", "3"),
        ("critical", "3"), (" HIGH\n", "2"), ("0", "0"), ("1", "1"), ("2", "2"), ("3", "3"),
        (0, "0"), (1, "1"), (2, "2"), (3, "3"), ("high" + " " * 75, "2"),
    ],
)  # fmt: skip
def test_priorities(value, stored):
    assert _map(priority=value).request.priority == stored


@pytest.mark.parametrize(
    ("value", "shown"),
    [("4", "4"), (4, "4"), (-1, "-1"), (True, "True"), ("hi gh", "hi gh"), (2.5, "2.5"),
     ("high" + " " * 76, "high")],
)  # fmt: skip
def test_wrong_priorities(value, shown):
    result = _map(priority=value)
    expected = "low, normal, high, urgent, 0-3"
    assert _problem(result) == ("priority", "invalid", {"value": shown, "expected": expected})
    assert result.request.priority is None


@pytest.mark.parametrize(
    ("value", "hours"),
    [
        (1, 1.0), (0.25, 0.25), (24, 24.0), (24.0, 24.0), ("24", 24.0), ("0,5", 0.5),
        ("0.123456", 0.123456), (" 2 ", 2.0), ("1" + " " * 78, 1.0),
        ("2h", 2.0), ("2 hs", 2.0), ("2 hr", 2.0), ("2 hrs.", 2.0), ("1 hour", 1.0),
        ("2 HOURS", 2.0), ("2 std", 2.0), ("2 Std.", 2.0), ("1 Stunde", 1.0), ("2 Stunden", 2.0),
        ("1 heure", 1.0), ("2 heures", 2.0), ("1 hora", 1.0), ("2 horas", 2.0), ("1 ora", 1.0),
        ("2 ore", 2.0), ("2 uur", 2.0), ("1,5 h", 1.5),
        ("45m", 0.75), ("1 min", 1 / 60), ("90 mins", 1.5), ("1 minute", 1 / 60),
        ("30 MINUTES", 0.5),
        ("30 Minuten", 0.5), ("30 minutos", 0.5), ("30 minuti", 0.5), ("1 minuto", 1 / 60),
        ("30 min.", 0.5), ("1440 min", 24.0),
        ("1:30", 1.5), ("01:05", 1 + 5 / 60), ("1h30", 1.5), ("1 h 30 min", 1.5),
        ("1h5m", 1 + 5 / 60),
        ("1 hr 30 m", 1.5), ("1 hour and 30 minutes", 1.5), ("2 hours 1 minute", 2 + 1 / 60),
        ("1 hrs 30", 1.5), ("1 Std. 30", None), ("1 std 30", 1.5), ("1 Stunde und 30 Minuten", 1.5),
        ("2 Stunden 30 minute.", 2.5), ("PT1H30M", 1.5),
        ("PT2H", 2.0), ("pt90m", 1.5), ("PT1.5H", 1.5), ("PT1,5H", 1.5),
    ],
)  # fmt: skip
def test_durations(value, hours):
    assert _map(duration=value).request.duration == (
        hours if hours is None else pytest.approx(hours)
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"), (-1, "-1"), (-0.5, "-0.5"), (25, "25"), (24.01, "24.01"), (True, "True"),
        ("24.1", "24.1"), ("1441 min", "1441 min"), ("24:01", "24:01"), ("0 min", "0 min"),
        ("1:60", "1:60"), ("1.5 min", "1.5 min"), ("2 days", "2 days"), ("h", "h"),
        ("PT2D", "PT2D"), ("PT2", "PT2"), ("-1", "-1"), ("1,5,5", "1,5,5"), ("12345", "12345"),
        ("1" + " " * 79, "1"), (float("nan"), "nan"), ([1], "[1]"),
    ],
)  # fmt: skip
def test_wrong_durations(value, shown):
    result = _map(duration=value)
    assert _problem(result) == (
        "duration",
        "invalid",
        {"value": shown, "expected": "hours", "max": "24"},
    )
    assert result.request.duration is None


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (True, True), (1, True), ("true", True), ("YES", True), (" 1 ", True), (0, False),
        ("false", False), ("No", False), ("0", False), ("yes" + " " * 76, True),
    ],
)  # fmt: skip
def test_flags(value, flag):
    result = _map(validate_only=value)
    assert result.problems == ()
    assert result.request.validate_only is flag


@pytest.mark.parametrize(
    ("value", "shown"),
    [("maybe", "maybe"), (2, "2"), (-1, "-1"), (1.5, "1.5"), ("y", "y"), ([1], "[1]"),
     ("yes" + " " * 77, "yes")],
)  # fmt: skip
def test_wrong_flags(value, shown):
    result = _map(validate_only=value)
    assert _problem(result) == (
        "validate_only",
        "invalid",
        {"value": shown, "expected": "true, false"},
    )
    assert result.request.validate_only is False


# ----------------------------------------------------------------------------
# Times as programs write them
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "utc"),
    [
        ("2025-01-15 14:00", "14:00:00"), ("2025-01-15T14:00", "14:00:00"),
        ("2025-01-15t14:00", "14:00:00"), ("2025-01-15, 14:00", "14:00:00"),
        ("2025-01-15,14:00", "14:00:00"), ("2025-1-15 9:05", "09:05:00"),
        ("2025-01-15 14:00:30", "14:00:30"), ("2025-01-15 14:00:30.123456789", "14:00:30"),
        ("2025-01-15 14:00:30,5", "14:00:30"), ("2025-01-15 23:59:59", "23:59:59"),
        ("2025-01-15 00:00:00", "00:00:00"), ("20250115T1400", "14:00:00"),
        ("20250115T140030", "14:00:30"), ("20250115T14:00:30.5", "14:00:30"),
        ("20250115t14:00", "14:00:00"), ("20250115T140000+0100", "13:00:00"),
        ("2025-01-15\u00a014:00", "14:00:00"), ("2025-01-15 14:00" + " " * 184, "14:00:00"),
        # A smaller second number is an offset, and so is one after a T or after seconds.
        ("2025-01-15 10:00-08:00", "18:00:00"), ("2025-01-15 08:00-8", "16:00:00"),
        ("2025-01-15T08:00-10:00", "18:00:00"), ("2025-01-15t08:00-10:00", "18:00:00"),
        ("2025-01-15 08:00:00-10:00", "18:00:00"),
        ("2025-01-15 14:00 Europe/Berlin", "13:00:00"), ("2025-01-15 14:00 CET", "13:00:00"),
        (DateTime("20250115T14:00:30"), "14:00:30"),
        (datetime(2025, 1, 15, 14, 0, 30), "14:00:30"),
        (datetime(2025, 1, 15, 14, tzinfo=ZoneInfo("Europe/Berlin")), "13:00:00"),
        (datetime(2025, 1, 15, 14, tzinfo=timezone(timedelta(hours=-1))), "15:00:00"),
    ],
)  # fmt: skip
def test_times(value, utc):
    result = _map(requested_date=value)
    assert result.problems == ()
    assert f"{result.request.requested_date:%Y-%m-%d %H:%M:%S}" == f"2025-01-15 {utc}"


def test_the_zone_of_a_datetime_is_told():
    value = datetime(2025, 1, 15, 14, tzinfo=ZoneInfo("Europe/Berlin"))
    assert _map(requested_date=value).request.timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("value", "code", "more"),
    [
        ("2025-02-30 10:00", "invalid", {"reason": "no_such_day"}),
        ("2025-13-01 10:00", "invalid", {"reason": "no_such_day"}),
        ("1899-12-31 10:00", "invalid", {"reason": "no_such_day"}),
        ("2201-01-01 10:00", "invalid", {"reason": "no_such_day"}),
        ("2025-01-15 24:00", "invalid", {"reason": "no_such_hour"}),
        ("2025-01-15 14:60", "invalid", {"reason": "no_such_hour"}),
        ("2025-01-15 14:00:60", "invalid", {"reason": "no_such_hour"}),
        ("20250115T2500", "invalid", {"reason": "no_such_hour"}),
        ("2025-01-15 14:00 Nowhere", "invalid", {"reason": "unknown_zone"}),
        ("2025-01-15 14:00+25:00", "invalid", {"reason": "unknown_zone"}),
        ("2025-01-15 08:00-10:00", "ambiguous", {"reason": "several_times"}),
        ("2025-01-15 08:00–10:00", "ambiguous", {"reason": "several_times"}),
        ("2025-01-15 08:00 - 9", "ambiguous", {"reason": "several_times"}),
        ("2025-01-15 2:00 pm", "invalid", {}),
        ("2025-01-15 2:00 A. M.", "invalid", {}),
        ("2025-01-15", "missing_time", {}),
        ("20250115", "missing_time", {}),
        ("15.01.2025 14:00", "invalid", {}),
        ("2025-01-15-14:00", "invalid", {}),
        ("20250115 1400", "invalid", {}),
        ("2025-01-15 1:5", "invalid", {}),
        (date(2025, 1, 15), "missing_time", {}),
        (datetime(1899, 12, 31, 10), "invalid", {"reason": "no_such_day"}),
        (1736949600, "not_text", {}),
        (True, "not_text", {}),
        ("2025-01-15 14:00" + " " * 185, "invalid", {}),
    ],
)
def test_wrong_times(value, code, more):
    result = _map(requested_date=value)
    field, found, params = _problem(result)
    shown = params.pop("value")
    assert (field, found) == ("requested_date", code)
    assert params == {"expected": "YYYY-MM-DD HH:MM:SS", **more}
    assert shown.startswith(str(value)[:10])
    assert (result.request.requested_date, result.request.timezone) == (None, None)


@pytest.mark.parametrize(
    ("value", "now", "is_past"),
    [
        ("2024-12-02 09:01", NOW, False),
        ("2024-12-02 09:00", NOW, True),
        ("1900-01-01 00:00", NOW, True),
        ("2200-12-31 23:59", NOW, False),
        # The clock of the caller may be in another zone, or naive as Odoo has it.
        ("2024-12-02 09:01", NOW.astimezone(timezone(timedelta(hours=5))), False),
        ("2024-12-02 09:00", NOW.astimezone(timezone(timedelta(hours=5))), True),
        ("2024-12-02 09:01", NOW.replace(tzinfo=None), False),
        ("2024-12-02 09:00", NOW.replace(tzinfo=None), True),
    ],
)
def test_times_that_are_past(value, now, is_past):
    result = _map(now=now, requested_date=value)
    assert result.request.requested_date is not None
    if is_past:
        params = {"value": value, "resolved": value, "timezone": "UTC"}
        assert _problem(result) == ("requested_date", "past", params)
    else:
        assert result.problems == ()
