"""Dates as people write them, and the hours that clocks skip or repeat."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from intake import parse_mail

BERLIN = ZoneInfo("Europe/Berlin")
# A Monday.
NOW = datetime(2026, 11, 23, 9, tzinfo=timezone.utc)


def _read(text, **keys):
    lines = [f"{key}: {value}" for key, value in {"requested_date": text, **keys}.items()]
    return parse_mail(
        "\n".join(lines),
        sender="customer@example.com",
        subject="",
        now=NOW,
        default_timezone="Europe/Berlin",
    )


def _wall(result):
    assert not result.problems, result.problems
    return result.request.requested_date.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-15 14:00", "2027/01/15 14:00", "2027-01-15 2:00 PM", "15.01.2027 14:00",
        "15.1.27 14:00", "15.01.2027, 14 Uhr", "15.01.2027 um 14.00 Uhr", "15.01.2027 14.00",
        "15-01-2027 14:00", "15/01/2027 14:00", "01/15/2027 2pm", "14:00 15.01.2027",
        "Freitag, den 15.01.2027 um 14:00 Uhr", "15. Januar 2027 um 14 Uhr",
        "am 15. Januar um 14:00 Uhr", "15 January 2027 2:00 PM", "January 15, 2027 at 2 PM",
        "Jan 15th 2027 14:00", "at 2pm on Jan 15 2027", "Fri, 15 Jan 2027 14:00:00 +0100",
        "15 janvier 2027 à 14h", "15 de enero de 2027 a las 14:00", "il 15 gennaio 2027 alle 14",
        "op 15 januari 2027 om 14.00 uur", "15 de janeiro de 2027 às 14h", "15.01. 14:00",
        "15.01.2027 14:00 Europe/Paris", "15.01.2027 14:00 CET", "15.01.2027 13:00 (UTC)",
        "15.01.2027 08:00 -0500", "15.01.2027 13:00 Z", "“15.01.2027 14:00”",
    ],
)  # fmt: skip
def test_the_same_hour_in_many_words(text):
    assert _wall(_read(text)) == "2027-01-15 14:00"


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("tomorrow 2pm", "2026-11-24 14:00"),
        ("tomorrow at noon", "2026-11-24 12:00"),
        ("this Tuesday at 10:30", "2026-11-24 10:30"),
        ("monday 9am", "2026-11-30 09:00"),
        ("kommenden Dienstag um 10 Uhr", "2026-11-24 10:00"),
        ("el martes a las 10:00", "2026-11-24 10:00"),
        ("demain à 14h30", "2026-11-24 14:30"),
        ("mañana a las 15:00", "2026-11-24 15:00"),
        ("pasado mañana a las 15:00", "2026-11-25 15:00"),
        ("dopodomani alle 15", "2026-11-25 15:00"),
        ("morgen om 15 uur", "2026-11-24 15:00"),
        ("amanhã às 15h", "2026-11-24 15:00"),
        ("übermorgen 10:00", "2026-11-25 10:00"),
        ("in zwei Tagen um 14 Uhr", "2026-11-25 14:00"),
        ("today 18:00", "2026-11-23 18:00"),
    ],
)
def test_relative_words_count_from_the_mail(text, wall):
    result = _read(text)
    assert _wall(result) == wall
    assert "date_understood" in [note.code for note in result.notes]


def test_relative_words_count_from_when_the_mail_was_sent():
    result = parse_mail(
        "requested_date: tomorrow 00:30",
        sender="customer@example.com",
        subject="",
        now=NOW,
        sent=datetime(2026, 11, 22, 23, 30, tzinfo=timezone.utc),
        default_timezone="Europe/Berlin",
    )
    # In Berlin the mail was written on the 23rd already.
    assert _wall(result) == "2026-11-24 00:30"


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("01/02/2027 14:00", "ambiguous", "day_month"),
        ("tomorrow at 2", "ambiguous", "hour"),
        ("15.01.2027 14:00-16:00", "ambiguous", "several_times"),
        ("15.01.2027 8:00-10:00", "ambiguous", "several_times"),
        ("between 2pm and 4pm tomorrow", "ambiguous", "several_times"),
        ("15.01.2027 or 16.01.2027 14:00", "ambiguous", "several_dates"),
        ("Mittwoch, 15.01.2027 14:00", "ambiguous", "weekday"),
        ("Monday 15 January 2027 14:00", "ambiguous", "weekday"),
        ("Monday 14:00", "ambiguous", "weekday"),
        ("15.01.2027", "missing_time", None),
        ("tomorrow", "missing_time", None),
        ("tomorrow afternoon", "missing_time", None),
        ("14:00", "missing_day", None),
        ("31.02.2027 14:00", "invalid", "no_such_day"),
        ("15.01.2027 25:00", "invalid", "no_such_hour"),
        ("22.11.2026 14:00", "past", None),
        ("yesterday 14:00", "past", None),
        ("5", "invalid", "words"),
        ("abc 12", "invalid", "words"),
        ("ten 14:00", "invalid", "words"),
        ("May 14:00", "invalid", "words"),
        ("room 5 at 14:00", "invalid", "words"),
        ("call me at 10:00", "invalid", "words"),
        ("+49 171 1234567", "invalid", "words"),
        ("1234567890", "invalid", "words"),
        ("as soon as possible", "invalid", "vague"),
        ("next week", "invalid", "vague"),
        ("tomorrow 14:00 XYZ", "invalid", "words"),
        ("2027-01-15 14:00 XYZ", "invalid", "unknown_zone"),
    ],
)
def test_what_is_no_time_or_more_than_one(text, code, reason):
    (problem,) = _read(text).problems
    assert (problem.field, problem.code) == ("requested_date", code)
    assert problem.params.get("reason") == reason


def test_a_past_time_is_kept_as_it_was_asked():
    result = _read("2026-11-22 14:00")
    assert result.request.requested_date == datetime(2026, 11, 22, 13, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "utc", "note"),
    [
        # Clocks go from 02:00 to 03:00 and the time moves with them.
        ("2027-03-28 02:30", datetime(2027, 3, 28, 1, 30), "dst_skipped"),
        # 02:30 comes twice; the first one counts.
        ("2027-10-31 02:30", datetime(2027, 10, 31, 0, 30), "dst_repeated"),
    ],
)
def test_switch_days(text, utc, note):
    result = _read(text)
    assert result.request.requested_date == utc.replace(tzinfo=timezone.utc)
    (found,) = (each for each in result.notes if each.code == note)
    assert found.params["value"] == text
    assert found.params["timezone"] == "Europe/Berlin"
    assert found.params["resolved"].startswith("2027-")


def test_hours_round_the_switch_need_no_note():
    for text in ("2027-03-28 01:59", "2027-03-28 03:00", "2027-10-31 01:59", "2027-10-31 03:00"):
        assert [note.code for note in _read(text).notes if note.code.startswith("dst")] == []


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("europe/paris", "Europe/Paris"),
        ("America/New York", "America/New_York"),
        ("UTC", "UTC"),
        ("CET", "CET"),
        ("UTC+2", "Etc/GMT-2"),
        ("GMT-05:00", "Etc/GMT+5"),
        ("+00:00", "UTC"),
        ("PST", "Etc/GMT+8"),
    ],
)
def test_names_of_zones(zone, name):
    assert _read("2027-01-15 14:00", timezone=zone).request.timezone == name


@pytest.mark.parametrize(
    ("text", "zone", "name"),
    [
        ("2027-01-15 14:00", None, None),
        ("2027-01-15 14:00Z", None, None),
        ("2027-01-15 14:00+01:00", None, None),
        ("2027-01-15 14:00 UTC", None, None),
        ("2027-01-15 14:00 PST", None, None),
        ("2027-01-15 14:00 CET", None, "CET"),
        ("2027-01-15 14:00 Asia/Tokyo", None, "Asia/Tokyo"),
        ("2027-01-15 14:00 Asia/Tokyo", "Europe/Paris", "Europe/Paris"),
        ("2027-01-15 14:00 Asia/Tokyo", "+02:00", "Asia/Tokyo"),
        ("2027-01-15 14:00Z", "europe/paris", "Europe/Paris"),
        ("2027-01-15 14:00", "UTC", "UTC"),
        ("2027-01-15 14:00", "MEZ", "CET"),
        ("2027-01-15 14:00", "UTC+2", None),
        ("2027-01-15 14:00", "PST", None),
        ("2027-01-15 14:00", "Nowhere", None),
        ("2027-01-15", "Europe/Paris", "Europe/Paris"),
    ],
)
def test_only_a_name_is_a_zone_to_tell_the_time_in(text, zone, name):
    named = {"timezone": zone} if zone else {}
    assert _read(text, **named).request.named_timezone == name


def test_the_zone_of_a_time_is_told():
    assert _read("2027-01-15 14:00").request.timezone == "Europe/Berlin"
    assert _read("2027-01-15 14:00+01:00").request.timezone == "Europe/Berlin"
    assert _read("2027-01-15 14:00+02:00").request.timezone == "Etc/GMT-2"
    assert _read("2027-01-15 14:00 America/New_York").request.timezone == "America/New_York"
    assert _read("2027-01-15").request.timezone is None
