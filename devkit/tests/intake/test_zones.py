"""Time zones as people and programs name them: what is known, and what is refused."""

from datetime import datetime, timedelta, timezone

import pytest
from intake import parse_mail, parse_mapping

NOW = datetime(2026, 11, 23, 9, tzinfo=timezone.utc)
WINTER = "2027-01-15 14:00:00"
SUMMER = "2027-07-15 14:00:00"


def _map(date, default="UTC", **values):
    return parse_mapping(
        {"customer_email": "customer@example.com", "requested_date": date, **values},
        now=NOW,
        default_timezone=default,
    )


def _mail(date, default="Europe/Berlin", **keys):
    lines = [f"{key}: {value}" for key, value in {"requested_date": date, **keys}.items()]
    return parse_mail(
        "\n".join(lines),
        sender="customer@example.com",
        subject="",
        now=NOW,
        default_timezone=default,
    )


def _utc(result):
    assert not result.problems, result.problems
    return f"{result.request.requested_date:%m-%d %H:%M}"


# ----------------------------------------------------------------------------
# The key `timezone`
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "utc", "name"),
    [
        ("Z", "01-15 14:00", "UTC"), ("ut", "01-15 14:00", "UTC"), ("UTC", "01-15 14:00", "UTC"),
        ("EST", "01-15 19:00", "Etc/GMT+5"), ("EDT", "01-15 18:00", "Etc/GMT+4"),
        ("CST", "01-15 20:00", "Etc/GMT+6"), ("CDT", "01-15 19:00", "Etc/GMT+5"),
        ("MST", "01-15 21:00", "Etc/GMT+7"), ("MDT", "01-15 20:00", "Etc/GMT+6"),
        ("PST", "01-15 22:00", "Etc/GMT+8"), ("PDT", "01-15 21:00", "Etc/GMT+7"),
        ("WEST", "01-15 13:00", "Etc/GMT-1"), ("CEST", "01-15 12:00", "Etc/GMT-2"),
        ("EEST", "01-15 11:00", "Etc/GMT-3"), ("MESZ", "01-15 12:00", "Etc/GMT-2"),
        ("mez", "01-15 13:00", "CET"), ("europe/berlin", "01-15 13:00", "Europe/Berlin"),
        ("  Asia/Kolkata ", "01-15 08:30", "Asia/Kolkata"),
        ("america/new york", "01-15 19:00", "America/New_York"),
        ("UTC+2", "01-15 12:00", "Etc/GMT-2"), ("GMT-05:00", "01-15 19:00", "Etc/GMT+5"),
        ("ut + 3", "01-15 11:00", "Etc/GMT-3"), ("Z+1", "01-15 13:00", "Etc/GMT-1"),
        ("+0100", "01-15 13:00", "Etc/GMT-1"), ("-8", "01-15 22:00", "Etc/GMT+8"),
        ("−05:00", "01-15 19:00", "Etc/GMT+5"), ("+00:00", "01-15 14:00", "UTC"),
        # The ends of the earth.
        ("+14:00", "01-15 00:00", "Etc/GMT-14"), ("-12:00", "01-16 02:00", "Etc/GMT+12"),
    ],
)  # fmt: skip
def test_known_zones(zone, utc, name):
    result = _map(WINTER, timezone=zone)
    assert _utc(result) == utc
    assert result.request.timezone == name
    assert result.notes == ()


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("+05:30", "01-15 08:30"),
        ("+09:30", "01-15 04:30"),
        ("+0545", "01-15 08:15"),
        ("UTC+5:30", "01-15 08:30"),
        ("-03:30", "01-15 17:30"),
        ("GMT −9:30", "01-15 23:30"),
        ("+00:30", "01-15 13:30"),
        ("-00:30", "01-15 14:30"),
    ],
)
def test_offsets_with_minutes(zone, utc):
    """In India or Adelaide half an hour off means that nobody opens the door."""
    assert _utc(_map(WINTER, timezone=zone)) == utc
    assert _utc(_map(f"{WINTER}{zone}")) == utc


@pytest.mark.parametrize(
    "zone",
    ["+15:00", "+14:01", "-13", "-12:30", "+05:60", "+5:3", "+05:300", "+12345", "5:30", "UTC5",
     "IST", "Factory", "Mars", "Europe", "../UTC", "Europe/Berlin/Mitte", "+", "UTC+x"],
)  # fmt: skip
def test_zones_that_nobody_knows(zone):
    result = _map(WINTER, timezone=zone)
    (problem,) = result.problems
    assert (problem.field, problem.code) == ("timezone", "unknown")
    assert problem.params == {"value": zone, "expected": "Europe/Berlin"}


def test_a_zone_that_is_no_text():
    (problem,) = _map(WINTER, timezone=2).problems
    assert (problem.code, problem.params["value"]) == ("not_text", "2")


def test_after_a_zone_that_nobody_knows_the_default_counts():
    result = _map(WINTER, default="Europe/Berlin", timezone="Mars")
    assert result.request.timezone == "Europe/Berlin"
    assert f"{result.request.requested_date:%H:%M}" == "13:00"
    (note,) = result.notes
    assert (note.code, note.params) == ("zone_assumed", {"timezone": "Europe/Berlin"})


@pytest.mark.parametrize("default", ["Nowhere", "", "+05:30"])
def test_a_default_without_a_name_gives_way_to_utc(default):
    result = _map(WINTER, default=default)
    assert _utc(result) == "01-15 14:00"
    assert result.request.timezone == "UTC"
    assert [(note.code, dict(note.params)) for note in result.notes] == [
        ("default_zone_unknown", {"value": default, "timezone": "UTC"}),
        ("zone_assumed", {"timezone": "UTC"}),
    ]


# ----------------------------------------------------------------------------
# A zone with the time
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "default", "utc", "name"),
    [
        # The clock of the default shows the same, so its name is the one to tell.
        ("2027-01-15 14:00+01:00", "Europe/Berlin", "01-15 13:00", "Europe/Berlin"),
        ("2027-07-15 14:00+02:00", "Europe/Berlin", "07-15 12:00", "Europe/Berlin"),
        ("2027-01-15 14:00Z", "Europe/London", "01-15 14:00", "Europe/London"),
        ("2027-01-15 14:00 UTC", "Europe/London", "01-15 14:00", "Europe/London"),
        ("2027-01-15 14:00 Etc/GMT-1", "Europe/Berlin", "01-15 13:00", "Europe/Berlin"),
        ("2027-01-15 14:00+05:30", "Asia/Kolkata", "01-15 08:30", "Asia/Kolkata"),
        # It does not.
        ("2027-07-15 14:00+01:00", "Europe/Berlin", "07-15 13:00", "Etc/GMT-1"),
        ("2027-07-15 14:00Z", "Europe/London", "07-15 14:00", "UTC"),
        # A place is told as it was given, whatever the clocks show.
        ("2027-01-15 14:00 Europe/Paris", "Europe/Berlin", "01-15 13:00", "Europe/Paris"),
        ("2027-01-15 14:00 CET", "Europe/Berlin", "01-15 13:00", "CET"),
    ],
)
def test_the_zone_that_is_told(date, default, utc, name):
    for result in (_map(date, default=default), _mail(date, default=default)):
        assert _utc(result) == utc
        assert result.request.timezone == name
        assert "zone_assumed" not in [note.code for note in result.notes]


def test_a_zone_with_the_time_decides_the_hour_and_the_key_what_is_told():
    result = _map("2027-01-15 14:00-05:00", timezone="Europe/Berlin")
    assert _utc(result) == "01-15 19:00"
    assert result.request.timezone == "Europe/Berlin"


@pytest.mark.parametrize("offset", [" -15:00", " -5", "-05:00", " - 05:00", "-16:00", "−5:00"])
def test_an_offset_that_may_be_a_second_hour_is_asked_about(offset):
    (problem,) = _mail(f"15.01.2027 14:00{offset}").problems
    assert (problem.code, problem.params["reason"]) == ("ambiguous", "several_times")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("15.01.2027 14:00 +05:30", "01-15 08:30"),
        ("15.01.2027 14:00 -0330", "01-15 17:30"),
        ("15.01.2027 14:00 UTC+9:30", "01-15 04:30"),
        ("15.01.2027 14:00 GMT -5", "01-15 19:00"),
        ("15.01.2027 14:00 utc+2", "01-15 12:00"),
        ("15.01.2027 14:00 (EST)", "01-15 19:00"),
        ("15.01.2027 14:00 [America/New_York]", "01-15 19:00"),
        ("15.01.2027 14:00 Etc/GMT+5", "01-15 19:00"),
        ("15.01.2027 14:00 -05:00", "01-15 19:00"),
        ("15.01.2027 14:00 −05:00", "01-15 19:00"),
        ("14:00 -0500 15 January 2027", "01-15 19:00"),
        ("at 2 pm PST on 15 January 2027", "01-15 22:00"),
        ("PST 2 pm on 15 January 2027", None),
        ("15.01.2027 14:00 CET PST", None),
        ("15.01.2027 14:00 +05:75", None),
        ("15.01.2027 14:00 XYZ", None),
        ("15.01.2027 14:00 Mars/Olympus", None),
    ],
)
def test_zones_behind_a_time_in_words(text, utc):
    result = _mail(text)
    if utc is None:
        (problem,) = result.problems
        assert (problem.field, problem.code) == ("requested_date", "invalid")
    else:
        assert _utc(result) == utc


def test_times_with_a_zone_as_objects():
    india = timezone(timedelta(hours=5, minutes=30))
    result = _map(datetime(2027, 1, 15, 14, 0, 30, tzinfo=india))
    assert result.request.requested_date == datetime(2027, 1, 15, 8, 30, 30, tzinfo=timezone.utc)
    assert result.request.timezone == "UTC"
    result = _map(datetime(2027, 1, 15, 14, tzinfo=timezone.utc), default="Europe/Berlin")
    assert _utc(result) == "01-15 14:00"
    assert result.request.timezone == "UTC"


# ----------------------------------------------------------------------------
# Hours that clocks skip or repeat
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("date", "zone", "utc", "code", "resolved"),
    [
        ("2027-03-28 02:30", "Europe/Berlin", "03-28 01:30", "dst_skipped",
         "2027-03-28 03:30+02:00"),
        ("2027-03-28 02:00", "Europe/Berlin", "03-28 01:00", "dst_skipped",
         "2027-03-28 03:00+02:00"),
        ("2027-10-31 02:30", "Europe/Berlin", "10-31 00:30", "dst_repeated",
         "2027-10-31 02:30+02:00"),
        ("2027-03-14 02:15", "America/New_York", "03-14 07:15", "dst_skipped",
         "2027-03-14 03:15-04:00"),
        # Half an hour only.
        ("2027-10-03 02:15", "Australia/Lord_Howe", "10-02 15:45", "dst_skipped",
         "2027-10-03 02:45+11:00"),
    ],
)  # fmt: skip
def test_hours_that_are_skipped_or_come_twice(date, zone, utc, code, resolved):
    for result in (_map(date, timezone=zone), _map(f"{date} {zone}"), _mail(date, default=zone)):
        assert _utc(result) == utc
        note = next(note for note in result.notes if note.code.startswith("dst"))
        assert note.code == code
        assert note.params == {"value": date, "resolved": resolved, "timezone": zone}


@pytest.mark.parametrize("time", ["01:59", "03:00"])
@pytest.mark.parametrize("day", ["2027-03-28", "2027-10-31", "2027-01-15"])
def test_other_hours_of_these_days_are_not_told(day, time):
    result = _map(f"{day} {time}", timezone="Europe/Berlin")
    assert result.problems == ()
    assert result.notes == ()
