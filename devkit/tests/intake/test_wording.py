"""Days and hours in the words of seven languages, and the slips beside them."""

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from intake import parse_mail, parse_mapping

BERLIN = ZoneInfo("Europe/Berlin")
# A Monday, ten in the morning in Berlin.
NOW = datetime(2026, 11, 23, 9, tzinfo=timezone.utc)


def _read(text, now=NOW, **given):
    return parse_mail(
        f"requested_date: {text}",
        sender="customer@example.com",
        subject="",
        now=now,
        default_timezone="Europe/Berlin",
        **given,
    )


def _wall(result):
    assert not result.problems, result.problems
    return f"{result.request.requested_date.astimezone(BERLIN):%Y-%m-%d %H:%M:%S}".removesuffix(
        ":00"
    )


def _problem(result):
    (problem,) = result.problems
    assert problem.field == "requested_date"
    assert problem.params["expected"] == "YYYY-MM-DD HH:MM:SS"
    assert result.request.requested_date is None
    return problem.code, problem.params.get("reason")


# ----------------------------------------------------------------------------
# Hours
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hour", "wall"),
    [
        ("14:00", "14:00"), ("14:05:30", "14:05:30"), ("0:00", "00:00"), ("23:59:59", "23:59:59"),
        ("14.30", "14:30"), ("14.30 Uhr", "14:30"), ("14:30 Uhr", "14:30"), ("14 Uhr", "14:00"),
        ("14 Uhr 05", "14:05"), ("14 uur", "14:00"), ("14u", "14:00"), ("14 u 30", "14:30"),
        ("14h", "14:00"), ("14 h", "14:00"), ("14h30", "14:30"), ("14 h 30", "14:30"),
        ("14 heures", "14:00"), ("14 heures 15", "14:15"), ("7 heures", "07:00"),
        ("14 horas", "14:00"), ("9 horas", "09:00"), ("14 hrs", "14:00"), ("14 hr", "14:00"),
        ("14 o'clock", "14:00"), ("14 o’clock", "14:00"), ("14 oclock", "14:00"),
        # Half days: 12 am is midnight, 12 pm is noon.
        ("1 am", "01:00"), ("11 am", "11:00"), ("12 am", "00:00"), ("12:30 am", "00:30"),
        ("1 pm", "13:00"), ("11:59 pm", "23:59"), ("12 pm", "12:00"), ("12:30pm", "12:30"),
        ("2 p.m.", "14:00"), ("2 P. M.", "14:00"), ("2 a.m.", "02:00"), ("2.30 pm", "14:30"),
        ("2:15:30 pm", "14:15:30"), ("2:15 a. m.", "02:15"),
        # The same thing said twice.
        ("14:00 pm", "14:00"), ("13 pm", "13:00"),
        ("noon", "12:00"), ("midday", "12:00"), ("Mittag", "12:00"), ("mittags", "12:00"),
        ("midi", "12:00"), ("mediodía", "12:00"), ("mezzogiorno", "12:00"),
        ("meio-dia", "12:00"),
    ],
)  # fmt: skip
def test_hours(hour, wall):
    assert _wall(_read(f"15.01.2027 {hour}")) == f"2027-01-15 {wall}"
    assert _wall(_read(f"{hour}, 15.01.2027")) == f"2027-01-15 {wall}"


@pytest.mark.parametrize(
    "hour",
    ["13 am", "13:00 am", "14.30 am", "23 am", "0 am", "0 pm", "0:30 pm", "00:30 am", "25 pm",
     "24:00", "24 Uhr", "25:00", "14:60", "14.60 Uhr", "14:00:60", "12:60 pm", "99:99", "um 24"],
)  # fmt: skip
def test_hours_that_no_clock_shows(hour):
    assert _problem(_read(f"15.01.2027 {hour}")) == ("invalid", "no_such_hour")


@pytest.mark.parametrize(
    "word",
    ["um", "gegen", "at", "@", "à", "vers", "a las", "a la", "alle", "ore", "om", "às", "as", "kl",
     "kl.", "um ca", "um ca.", "UM", "At"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("hour", "wall"),
    [("14", "14:00"), ("7", "07:00"), ("0", "00:00"), ("14.30", "14:30"), ("02.05", "02:05")],
)
def test_a_bare_number_is_an_hour_after_a_word_that_says_so(word, hour, wall):
    assert _wall(_read(f"15.01.2027 {word} {hour}")) == f"2027-01-15 {wall}"


@pytest.mark.parametrize(
    "text",
    [
        "15.01.2027 14",
        "15.01.2027 near 14",
        "tomorrow 14",
    ],
)
def test_a_bare_number_alone_is_none(text):
    assert _problem(_read(text)) == ("invalid", "words")


@pytest.mark.parametrize("hour", [1, 2, 5, 6])
def test_a_bare_small_hour_is_asked_about(hour):
    (problem,) = _read(f"15.01.2027 um {hour}").problems
    assert (problem.code, problem.params["reason"]) == ("ambiguous", "hour")
    assert problem.params["options"] == f"{hour:02}:00, {hour + 12}:00"


@pytest.mark.parametrize(
    "hours",
    ["14:00-16:00", "14:00 - 16:00", "14:00–16:00", "14:00−16:00", "14:00/16:00", "2 pm-4",
    "2 pm–4", "2 pm−4", "2 pm/4",
     "14:00 bis 16", "2 pm to 4", "14:00 until 16", "14:00 till 16", "14h à 16", "14h a 16",
     "14:00 tot 16", "14h até 16", "2 pm or 4", "14 Uhr oder 16", "14h ou 16", "2 pm and 4",
     "14 Uhr und 16", "14:00, 16:00", "um 14 gegen 16", "14.00 16.00", "2pm 4pm"],
)  # fmt: skip
def test_two_hours_are_asked_about(hours):
    assert _problem(_read(f"15.01.2027 {hours}")) == ("ambiguous", "several_times")


# ----------------------------------------------------------------------------
# Days in digits
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "wall"),
    [
        ("15.01.2027", "2027-01-15"), ("15.1.27", "2027-01-15"), ("15.01.99", "2099-01-15"),
        ("15 . 01 . 2027", "2027-01-15"), ("15. 1. 2027", "2027-01-15"),
        ("15/01/2027", "2027-01-15"), ("01/15/2027", "2027-01-15"), ("13/12/2026", "2026-12-13"),
        ("12/13/2026", "2026-12-13"), ("12/12/2026", "2026-12-12"), ("1/1/27", "2027-01-01"),
        ("01-02-2027", "2027-02-01"), ("01.02.2027", "2027-02-01"), ("2027.1.5", "2027-01-05"),
        ("2027/12/05", "2027-12-05"), ("am 2027-1-5", "2027-01-05"), ("15.01.2200", "2200-01-15"),
    ],
)  # fmt: skip
def test_days_in_digits(day, wall):
    result = _read(f"{day} 14:00 Uhr")
    assert _wall(result) == f"{wall} 14:00"
    assert {note.code for note in result.notes} == {"sender_stood_in", "zone_assumed"}


@pytest.mark.parametrize(
    ("day", "wall"),
    [
        ("15.01.", "2027-01-15"), ("15.1.", "2027-01-15"), ("15/01", "2027-01-15"),
        ("01/15", "2027-01-15"), ("12/12", "2026-12-12"),
        # Today counts, yesterday is a year ahead.
        ("23.11.", "2026-11-23"), ("22.11.", "2027-11-22"),
        ("29.02.", "2028-02-29"),
    ],
)  # fmt: skip
def test_without_a_year_the_next_such_day_counts(day, wall):
    result = _read(f"{day} 18:00")
    assert _wall(result) == f"{wall} 18:00"
    (note,) = (note for note in result.notes if note.code == "year_assumed")
    assert note.params == {
        "value": f"{day} 18:00",
        "resolved": f"{wall} 18:00",
        "timezone": "Europe/Berlin",
    }


def test_a_leap_day_may_be_eight_years_ahead():
    """2100 is no leap year."""
    now = datetime(2096, 3, 1, tzinfo=timezone.utc)
    assert _wall(_read("29.02. 18:00", now=now)) == "2104-02-29 18:00"


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("31.02.2027 14:00", "invalid", "no_such_day"),
        ("31.02. 14:00", "invalid", "no_such_day"),
        ("00.01.2027 14:00", "invalid", "no_such_day"),
        ("13/13/2027 14:00", "invalid", "no_such_day"),
        ("15.13.2027 14:00", "invalid", "no_such_day"),
        ("13.2027.01 14:00", "invalid", "words"),
        ("15.01.2201 14:00", "invalid", "no_such_day"),
        ("15.01.1899 14:00", "invalid", "no_such_day"),
        ("2027/02/30 14:00", "invalid", "no_such_day"),
        ("15.01.2027 16.01.2027 14:00", "ambiguous", "several_dates"),
        ("2027/01/15 or 2027/01/16 14:00 Uhr", "ambiguous", "several_dates"),
        ("15-01 14:00", "ambiguous", "several_times"),
        ("15.01 14:00", "invalid", "words"),
        ("15.01.2027 7 14:00", "invalid", "words"),
        ("15.01.20277 14:00", "invalid", "words"),
        ("xyz 15.01.2027 14:00", "invalid", "words"),
    ],
)
def test_digits_that_are_no_day(text, code, reason):
    assert _problem(_read(text)) == (code, reason)


@pytest.mark.parametrize(
    ("day", "options"),
    [
        ("01/02/2027", "01.02., 02.01."),
        ("12/01/2027", "12.01., 01.12."),
        ("01/12", "01.12., 12.01."),
        ("11/12", "11.12., 12.11."),
    ],
)
def test_a_day_that_may_be_a_month_is_asked_about(day, options):
    (problem,) = _read(f"{day} 14:00").problems
    assert (problem.code, problem.params["reason"]) == ("ambiguous", "day_month")
    assert problem.params["options"] == options


# ----------------------------------------------------------------------------
# Weekdays
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Friday", "Fri", "Freitag", "Fr.", "vendredi", "ven.", "viernes", "vie", "venerdì", "ven",
     "vrijdag", "vr", "sexta-feira", "sex.", "FRIDAY"],
)  # fmt: skip
def test_a_weekday_beside_its_day(name):
    assert _wall(_read(f"{name}, 15.01.2027 14:00")) == "2027-01-15 14:00"
    assert _wall(_read(f"{name} 14:00")) == "2026-11-27 14:00"
    assert _problem(_read(f"{name}, 16.01.2027 14:00")) == ("ambiguous", "weekday")
    assert _problem(_read(f"{name}, 16.01. 14:00")) == ("ambiguous", "weekday_year")


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("Freitag Samstag 15.01.2027 14:00", "ambiguous", "weekday"),
        ("Saturday, 15 January 2027 14:00", "ambiguous", "weekday"),
        ("Saturday, January 15 14:00", "ambiguous", "weekday_year"),
        ("Friday Saturday 14:00", "ambiguous", "several_dates"),
        ("Friday 5 14:00", "invalid", "words"),
    ],
)
def test_weekdays_that_contradict(text, code, reason):
    assert _problem(_read(text)) == (code, reason)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("Sunday 14:00", "2026-11-29 14:00"),
        ("Tuesday 00:10", "2026-11-24 00:10"),
        # The hour of this Monday has gone by.
        ("Monday 09:59", "2026-11-30 09:59"),
        ("Monday 10:00", "2026-11-30 10:00"),
        ("Friday, 15 January 2027 14:00", "2027-01-15 14:00"),
        ("Friday, January 15 14:00", "2027-01-15 14:00"),
    ],
)
def test_the_next_such_weekday_counts(text, wall):
    assert _wall(_read(text)) == wall


@pytest.mark.parametrize("text", ["Monday 10:01", "on Monday at 14:00", "Montag 10:00:01"])
def test_today_or_in_a_week_is_asked_about(text):
    assert _problem(_read(text)) == ("ambiguous", "weekday")


def test_the_seconds_of_the_mail_count():
    sent = datetime(2026, 11, 23, 9, 30, 30, tzinfo=timezone.utc)
    assert _wall(_read("Monday 10:30:30", sent=sent)) == "2026-11-30 10:30:30"
    assert _problem(_read("Monday 10:30:31", sent=sent)) == ("ambiguous", "weekday")


# ----------------------------------------------------------------------------
# Other words
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    ["on", "the", "this", "next", "coming", "am", "der", "den", "dem", "diesen", "dieser",
     "nächsten", "nächster", "nächste", "kommenden", "kommender", "le", "el", "il",
     "op", "em", "de", "het", "di", "du", "prochain", "prochaine", "próximo",
     "próxima", "proximo", "prossimo", "prossima", "volgende", "komende", "aanstaande"],
)  # fmt: skip
def test_words_round_a_day_carry_nothing(word):
    assert _wall(_read(f"{word} 15.01.2027, 14:00")) == "2027-01-15 14:00"


@pytest.mark.parametrize(
    ("word", "code", "reason"),
    [
        *((word, "ambiguous", "bound") for word in ("not", "before", "after", "nach", "kein")),
        *((word, "ambiguous", "bound") for word in ("ab", "from", "no", "na")),
        *((word, "invalid", "words") for word in ("room", "x", "h", "Uhr", "la", "vem", "um")),
    ],
)
def test_other_words_may_carry_something(word, code, reason):
    assert _problem(_read(f"{word} 15.01.2027, 14:00")) == (code, reason)


def test_the_words_that_were_not_understood_are_told():
    (problem,) = _read("call Bob 15.01.2027, 14:00 gently").problems
    assert problem.params["words"] == "call bob gently"
    (problem,) = _read("next week with Bob 14:00").problems
    assert (problem.params["reason"], problem.params.get("words")) == ("vague", None)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("15. Januar 2027 14:00", "2027-01-15 14:00"),
        ("am 15. Januar 2027, 14:00", "2027-01-15 14:00"),
        ("den 15. Januar 2027 um 14 Uhr", "2027-01-15 14:00"),
        ("dem 15. Januar 2027 um 14 Uhr", "2027-01-15 14:00"),
        ("on January 15 2027 14:00", "2027-01-15 14:00"),
        ("le 15 janvier 2027 14:00", "2027-01-15 14:00"),
        ("el 15 de enero de 2027 14:00", "2027-01-15 14:00"),
        ("15º de enero de 2027 14:00", "2027-01-15 14:00"),
        ("il 15 gennaio 2027 14:00", "2027-01-15 14:00"),
        ("op 15 januari 2027 14:00", "2027-01-15 14:00"),
        ("em 15 de janeiro de 2027 14:00", "2027-01-15 14:00"),
        ("depois de amanhã às 15h", "2026-11-25 15:00"),
        ("DOPODOMANI alle 15", "2026-11-25 15:00"),
        ("tomorrow 14:00", "2026-11-24 14:00"),
    ],
)
def test_months_and_relative_words(text, wall):
    result = _read(text)
    assert _wall(result) == wall
    (note,) = (note for note in result.notes if note.code == "date_understood")
    assert note.params == {"value": text, "resolved": wall, "timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("text", "wall", "code"),
    [
        ("15 January 14:00", "2027-01-15 14:00", "year_assumed"),
        ("15. Jan. 14:00", "2027-01-15 14:00", "year_assumed"),
        ("January 15, 14:00", "2027-01-15 14:00", "year_assumed"),
        ("15 January 27 14:00", "2027-01-15 14:00", "date_understood"),
        ("in 3 days 14:00", "2026-11-26 14:00", "date_understood"),
    ],
)
def test_a_year_that_nobody_wrote_is_told(text, wall, code):
    result = _read(text)
    assert _wall(result) == wall
    codes = [note.code for note in result.notes]
    assert [each for each in codes if each in ("year_assumed", "date_understood")] == [code]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("14:00", "missing_day"),
        ("14:00,", "missing_day"),
        ("; um 14 Uhr.", "missing_day"),
        ("(2 pm)", "missing_day"),
        ("15.01.2027", "missing_time"),
        ("op 15 januari 2027", "missing_time"),
        ("il 15 gennaio 2027", "missing_time"),
        ("Friday", "missing_time"),
    ],
)
def test_half_of_it_is_missing(text, code):
    assert _problem(_read(text)) == (code, None)


@pytest.mark.parametrize(
    "text", ["soon", "January 14:00", "this year 14:00", "2027 14:00", "-- 14:00 x"]
)
def test_words_that_name_no_day(text):
    assert _problem(_read(text))[0] == "invalid"


def test_words_are_for_mails_only():
    """Programs write dates as programs do; a guess would go unseen."""
    data = {"customer_email": "customer@example.com", "requested_date": "tomorrow 14:00"}
    (problem,) = parse_mapping(data, now=NOW).problems
    assert (problem.code, dict(problem.params)) == (
        "invalid",
        {"value": "tomorrow 14:00", "expected": "YYYY-MM-DD HH:MM:SS"},
    )
