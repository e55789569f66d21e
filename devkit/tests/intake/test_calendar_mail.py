"""Calendar files as programs write them, and as nobody should."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage
from unittest.mock import patch

import pytest
from intake import parse_mail
from intake.calendar_mail import (
    MAX_EVENTS,
    Attendee,
    CalendarEvent,
    CalendarMail,
    describe_event,
    dump_mail,
    find_attendee,
    find_customer,
    load_mail,
    name_calendar_parts,
    read_calendar_mail,
    read_events,
    request_values,
)

UTC = timezone.utc
NOON = datetime(2027, 1, 12, 12, tzinfo=UTC)
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)

CUSTOM_ZONE = """\
BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def file(*lines, method="REQUEST", before=""):
    return "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            f"METHOD:{method}",
            *before.splitlines(),
            "BEGIN:VEVENT",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )


def one(*lines, **options):
    (event,) = read_events(file(*lines, **options))
    return event


def mail(calendar, *, text="", subtype="calendar", **options):
    message = EmailMessage(policy=policy.default)
    message["Subject"] = "Visit"
    message.set_content(text)
    message.add_alternative(calendar, subtype=subtype, **options)
    return message_from_bytes(message.as_bytes(), policy=policy.default)


def test_all_that_an_event_says():
    event = one(
        "UID:a-1@example.net",
        "SEQUENCE:4",
        "DTSTART:20270112T120000Z",
        "DTEND:20270112T133000Z",
        "SUMMARY;LANGUAGE=en:Router\\, second floor",
        "LOCATION:12 Harbour Street\\n1000 Town",
        "DESCRIPTION:It blinks\\nin r",
        " ed\\; all day",
        "COMMENT:Ring \\\\ twice",
        'ORGANIZER;CN="Keller, Ana";SENT-BY="mailto:desk@example.net":MAILTO:Ana@Example.net',
        "ATTENDEE;CN=A:B;PARTSTAT=declined:mailto:a@example.net",
        'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:c@example.net":mailto:b@example.net',
        "ATTENDEE;EMAIL=d@example.net:/principals/users/d",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
    )
    assert event == CalendarEvent(
        method="REQUEST",
        uid="a-1@example.net",
        sequence=4,
        start=NOON,
        stop=NOON + timedelta(minutes=90),
        summary="Router, second floor",
        location="12 Harbour Street 1000 Town",
        description="It blinks\nin red; all day",
        comment="Ring \\ twice",
        organizer="ana@example.net",
        organizer_name="Keller, Ana",
        sent_by="desk@example.net",
        attendees=(
            Attendee("", ""),
            Attendee("b@example.net", "DELEGATED", "c@example.net"),
            Attendee("d@example.net"),
        ),
    )


@pytest.mark.parametrize(
    ("line", "before", "hour", "zone"),
    [
        ("TZID=Europe/Berlin", "", 11, "Europe/Berlin"),
        ('TZID="Europe/Berlin"', "", 11, "Europe/Berlin"),
        ("TZID=W. Europe Standard Time", "", 11, "Europe/Berlin"),
        ("TZID=Pacific Standard Time", "", 20, "America/Los_Angeles"),
        ("TZID=/mozilla.org/20050126_1/Europe/Berlin", "", 11, "Europe/Berlin"),
        ("TZID=/a.example/x/America/Argentina/Salta", "", 15, "America/Argentina/Salta"),
        (
            "TZID=Mine",
            "BEGIN:VTIMEZONE\nTZID:Mine\nX-LIC-LOCATION:Asia/Tokyo\nEND:VTIMEZONE",
            3,
            "Asia/Tokyo",
        ),
        ("TZID=Customized Time Zone", CUSTOM_ZONE.format(name="Customized Time Zone"), 11, ""),
        (
            'TZID="(UTC+05:30) Somewhere"',
            "BEGIN:VTIMEZONE\nTZID:(UTC+05:30) Somewhere\nBEGIN:STANDARD\nDTSTART:16010101T000000\n"
            "TZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE",
            6.5,
            "",
        ),
    ],
)
def test_zones(line, before, hour, zone):
    event = one(f"DTSTART;{line}:20270112T120000", before=before)
    assert event.start == datetime(2027, 1, 12, tzinfo=UTC) + timedelta(hours=hour)
    assert (event.timezone, event.unknown_zone) == (zone, "")


def test_a_zone_that_a_calendar_defines_knows_summer_from_winter():
    zone = CUSTOM_ZONE.format(name="Own")
    for day, hour in (
        ("20270327", 11), ("20270328", 10), ("20270715", 10), ("20271030", 10), ("20271031", 11),
    ):  # fmt: skip
        event = one(f"DTSTART;TZID=Own:{day}T120000", before=zone)
        assert event.start.hour == hour, day


def _define(name, *observances):
    """A zone of a name; each observance is its kind, offset and the lines that say when."""
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    for kind, offset, *when in observances:
        lines += [f"BEGIN:{kind}", f"TZOFFSETTO:{offset}", *when, f"END:{kind}"]
    return "\n".join([*lines, "END:VTIMEZONE"])


def _define_american(name):
    """Eastern Time with the rules that held until 2006, too, as Evolution and Zimbra write it."""
    return _define(
        name,
        ("DAYLIGHT", "-0400", "DTSTART:19870405T020000",
         "RRULE:FREQ=YEARLY;UNTIL=20060402T070000Z;BYMONTH=4;BYDAY=1SU"),
        ("STANDARD", "-0500", "DTSTART:19671029T020000",
         "RRULE:FREQ=YEARLY;UNTIL=20061029T060000Z;BYMONTH=10;BYDAY=-1SU"),
        ("DAYLIGHT", "-0400", "DTSTART:20070311T020000",
         "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
        ("STANDARD", "-0500", "DTSTART:20071104T020000",
         "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
    )  # fmt: skip


def test_a_rule_that_has_ended_is_over():
    for name in ("Ours", "EST"):
        for day, hour in (
            ("20270320", 16), ("20270612", 16), ("20271102", 16), ("20271108", 17),
        ):  # fmt: skip
            event = one(f"DTSTART;TZID={name}:{day}T120000", before=_define_american(name))
            assert event.start.hour == hour, (name, day)


def test_onsets_that_are_written_out():
    zone = _define(
        "Ours",
        ("STANDARD", "+0100", "DTSTART:19961027T030000", "RDATE:20251026T030000,20261025T030000"),
        ("DAYLIGHT", "+0200", "DTSTART:19810329T020000", "RDATE:20260329T020000",
         "RDATE:20270328T020000"),
    )  # fmt: skip
    for day, hour in (("20270112", 11), ("20270612", 10), ("20260612", 10)):
        assert one(f"DTSTART;TZID=Ours:{day}T120000", before=zone).start.hour == hour, day


def test_the_last_sunday_by_the_days_of_the_month():
    days = "25,26,27,28,29,30,31"
    zone = _define(
        "Ours",
        ("STANDARD", "+0100", "DTSTART:19961027T030000",
         f"RRULE:FREQ=YEARLY;BYMONTH=10;BYMONTHDAY={days};BYDAY=SU"),
        ("DAYLIGHT", "+0200", "DTSTART:19960331T020000",
         f"RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY={days};BYDAY=SU"),
    )  # fmt: skip
    for day, hour in (("20270327", 11), ("20270328", 10), ("20271030", 10), ("20271031", 11)):
        assert one(f"DTSTART;TZID=Ours:{day}T120000", before=zone).start.hour == hour, day


def test_a_zone_is_found_by_a_name_with_other_escapes():
    zone = CUSTOM_ZONE.format(name="(UTC+01:00) Amsterdam\\, Berlin")
    for name in ("(UTC+01:00) Amsterdam, Berlin", "(utc+01:00) Amsterdam\\, Berlin"):
        event = one(f'DTSTART;TZID="{name}":20270612T120000', before=zone)
        assert event.start == datetime(2027, 6, 12, 10, tzinfo=UTC)
    event = one('DTSTART;TZID="tzone://Microsoft/Utc":20270612T120000')
    assert event.start == datetime(2027, 6, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=YEARLY;BYMONTH=13;BYDAY=1SU",
        "FREQ=YEARLY;BYMONTH=2;BYDAY=-1SU;INTERVAL=2",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=2;BYDAY=1SU;COUNT=3",
        "BYMONTH",
        "",
    ],
)
def test_rules_that_are_not_guessed(rule):
    zone = CUSTOM_ZONE.format(name="Own").replace(
        "FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", rule
    )
    zone = zone.replace("FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", rule)
    event = one("DTSTART;TZID=Own:20270112T120000", before=zone)
    assert event.start is not None
    assert event.unknown_zone == ("Own" if event.start.tzinfo is None else "")


def test_times_without_a_zone_stay_what_the_clock_shows():
    event = one("DTSTART:20270112T120000", "DURATION:PT45M")
    assert event.start == datetime(2027, 1, 12, 12)
    assert event.stop == datetime(2027, 1, 12, 12, 45)
    assert request_values(event) == {"requested_date": "2027-01-12 12:00:00", "duration": "0.75"}
    nowhere = one("DTSTART;TZID=Nowhere Time:20270112T120000")
    assert (nowhere.start, nowhere.unknown_zone) == (datetime(2027, 1, 12, 12), "Nowhere Time")
    assert request_values(nowhere)["timezone"] == "Nowhere Time"


def test_whole_days_have_no_hour():
    event = one("DTSTART;VALUE=DATE:20270112", "DTEND;VALUE=DATE:20270113")
    assert (event.day, event.start, event.stop) == (date(2027, 1, 12), None, None)
    assert request_values(event) == {"requested_date": "2027-01-12"}


@pytest.mark.parametrize(
    ("stop", "duration"),
    [
        ("DTEND:20270112T123000Z", "0.5"),
        ("DTEND:20270112T125000Z", "50 min"),
        ("DTEND:20270112T120000Z", None),
        ("DTEND:20270112T110000Z", None),
        ("DTEND:20270112T130000", None),
        ("DURATION:PT1H30M", "1.5"),
        ("DURATION:P99999999999W", None),
        ("DURATION:soon", None),
    ],
)
def test_lengths(stop, duration):
    assert request_values(one("DTSTART:20270112T120000Z", stop)).get("duration") == duration


@pytest.mark.parametrize(
    "value", ["", "soon", "20271301T000000Z", "00010101T000000Z", "99991231T235959Z", "2027", "1e9"]
)
def test_times_that_do_not_exist(value):
    event = one("UID:a", f"DTSTART:{value}")
    assert (event.uid, event.start, event.day) == ("a", None, None)
    assert request_values(event) == {}


def test_what_the_mail_says_stands_in_for_the_file():
    text = file("UID:a").replace("METHOD:REQUEST\r\n", "")
    assert read_events(text)[0].method == ""
    assert read_events(text, method="reply")[0].method == "REPLY"
    assert read_events(file("UID:a", method="counter"), method="REPLY")[0].method == "COUNTER"
    assert read(mail(text, params={"method": "CANCEL"})).events[0].method == "CANCEL"


def test_a_cancelled_event_is_called_off_whatever_the_method():
    assert one("UID:a", "STATUS:CANCELLED").method == "CANCEL"
    assert one("UID:a", "STATUS:CANCELLED", method="REPLY").method == "REPLY"
    assert not one("UID:a", "STATUS:CANCELLED").is_request
    assert one("UID:a", "STATUS:CONFIRMED", method="PUBLISH").is_request


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_line_ends_and_folds(end):
    text = file("UID:a-1", "SUMMARY:One two").replace("two", "tw\r\n o").replace("\r\n", end)
    (event,) = read_events("\ufeff" + text)
    assert (event.uid, event.summary) == ("a-1", "One two")


def test_damaged_files_are_read_as_far_as_they_go():
    text = file("UID:a", "SUMMARY no colon", 'X;A="open:b', "SEQUENCE:many", "LOCATION;=;;:Here")
    (event,) = read_events(text)
    assert (event.uid, event.sequence, event.location) == ("a", 0, "Here")
    (event,) = read_events(text[: text.index("END:VEVENT")])
    assert event.uid == "a"
    (event,) = read_events("BEGIN:VEVENT\nUID:b\n")
    assert event.uid == "b"
    assert read_events("") == read_events("UID:a") == read_events("END:VEVENT\nEND:X") == []


def test_an_alarm_inside_an_event_is_not_the_event():
    event = one(
        "UID:a", "BEGIN:VALARM", "DESCRIPTION:Wake up", "DURATION:PT1M", "END:VALARM",
        "DTSTART:20270112T120000Z", "DESCRIPTION:The visit",
    )  # fmt: skip
    assert event.description == "The visit"
    assert event.stop is None


def test_html_in_a_description_is_read_as_text():
    assert one("DESCRIPTION:<p>First<br>second</p>").description == "First\nsecond"
    assert one("DESCRIPTION:a < b and b > c").description == "a < b and b > c"


@pytest.mark.parametrize(
    "content",
    [
        "BEGIN:VEVENT\r\n" * 60_000,
        "BEGIN:X\r\n" * 60_000 + "END:Y\r\n" * 60_000,
        "BEGIN:VCALENDAR\r\n" + file("UID:a", "RRULE:FREQ=SECONDLY") * 5_000,
        file('DESCRIPTION;X="' + 'a";="' * 200_000),
        file("SUMMARY:" + "\\n" * 500_000),
        file("DESCRIPTION:" + "<b>" * 15_000),
        file(*["ATTENDEE:mailto:" + "a@" * 100 + "b.example"] * 3_000),
        file("UID:a", before=CUSTOM_ZONE.format(name="Own") * 2_000),
        file(";" * 40_000 + ":"),
        "\r\n " * 300_000,
    ],
    ids=range(10),
)
def test_files_made_to_cost_time(content):
    # What is not linear would not come to an end here.
    assert len(read_events(content)) <= MAX_EVENTS


# ----------------------------------------------------------------------
# Mails
# ----------------------------------------------------------------------


def read(message):
    found = read_calendar_mail(message)
    assert found is not None
    return found


def test_where_a_mail_carries_its_calendar_file():
    text = file("UID:a")
    assert read(mail(text)).events[0].uid == "a"
    attached = EmailMessage(policy=policy.default)
    attached.set_content("See the file")
    attached.add_attachment(text.encode(), "application", "octet-stream", filename="Visit.ICS")
    assert read(attached).events[0].uid == "a"
    google = mail(text)
    google.add_attachment(text.encode(), "application", "ics", filename="invite.ics")
    assert len(read(google).events) == 1
    plain = EmailMessage(policy=policy.default)
    plain.set_content(text)
    assert read_calendar_mail(plain) is None
    assert read_calendar_mail(mail("nothing")) == CalendarMail((), is_broken=True)


def test_what_is_in_an_attached_mail_is_that_mails():
    message = EmailMessage(policy=policy.default)
    message.set_content("Look")
    message.add_attachment(mail(file("UID:a")))
    assert read_calendar_mail(message) is None


def test_calendar_files_get_a_name():
    message = mail(file("UID:a"))
    name_calendar_parts(message)
    assert [part.get_filename() for part in message.iter_parts()] == [None, "invite.ics"]
    for given, name in (("Treffen.ics", "Treffen.ics"), ("über", "ber.ics"), ("a/b", "ab.ics")):
        message = mail(file("UID:a"), filename=given)
        name_calendar_parts(message)
        assert [part.get_filename() for part in message.iter_parts()] == [None, name]


def test_a_mail_that_is_a_calendar_file():
    message = EmailMessage(policy=policy.default)
    message["Subject"] = "Visit"
    message.set_content(file("UID:a"), subtype="calendar", params={"method": "REQUEST"})
    name_calendar_parts(message)
    assert message.get_content_type() == "multipart/mixed"
    assert message["Subject"] == "Visit"
    assert [part.get_filename() for part in message.iter_parts()] == ["invite.ics"]
    assert read(message).events[0].uid == "a"


def test_headers_that_cannot_be_read():
    raw = b'Content-Type: text/calendar; charset="\xff"; method*0*=x\r\n\r\n'
    raw += file("UID:a").encode()
    message = message_from_bytes(raw, policy=policy.default)
    name_calendar_parts(message)
    assert read(message).events[0].uid == "a"


# ----------------------------------------------------------------------
# Requests
# ----------------------------------------------------------------------


def parse(event, text="", sender="ana@example.net"):
    calendar = CalendarMail(event if isinstance(event, tuple) else (event,))
    return parse_mail(
        text,
        sender=sender,
        subject="Visit",
        now=NOW,
        default_timezone="Europe/Berlin",
        invitation=calendar,
    )


EVENT = CalendarEvent(
    method="REQUEST",
    uid="a",
    start=NOON,
    stop=NOON + timedelta(hours=1),
    timezone="Europe/London",
    summary="Router",
    location="Here",
    organizer="ana@example.net",
)


def test_an_invitation_is_a_request():
    result = parse(EVENT)
    request = result.request
    assert not result.problems
    assert result.has_form
    assert (request.requested_date, request.duration) == (NOON, 1)
    assert (request.location, request.description) == ("Here", "Router")
    assert request.named_timezone == "Europe/London"
    assert request.customer_email == "ana@example.net"
    assert "invitation" in {note.code for note in result.notes}


def test_the_form_counts_more():
    result = parse(EVENT, "requested_date: 2027-02-03 09:00\nlocation: There\n")
    assert result.request.requested_date == datetime(2027, 2, 3, 8, tzinfo=UTC)
    assert result.request.timezone == "Europe/Berlin"
    assert result.request.location == "There"
    told = parse(EVENT, "timezone: Asia/Tokyo\n").request
    assert (told.requested_date, told.named_timezone) == (NOON, "Asia/Tokyo")


def test_an_answer_is_no_request():
    reply = replace(EVENT, method="REPLY", attendees=(Attendee("ana@example.net", "DECLINED"),))
    result = parse(reply, "Sorry")
    assert [(each.field, each.code) for each in result.problems] == [("calendar", "unknown_visit")]
    assert result.problems[0].params["value"] == "REPLY DECLINED"
    assert result.request.requested_date is None
    assert not parse(reply, "requested_date: 2027-02-03 09:00\n").problems


def test_problems_of_invitations():
    two = parse((EVENT, replace(EVENT, uid="b")))
    assert [(each.field, each.code) for each in two.problems] == [("requested_date", "ambiguous")]
    day = parse(replace(EVENT, start=None, stop=None, day=date(2027, 1, 12)))
    assert [each.code for each in day.problems] == ["missing_time"]
    none = parse(())
    assert [each.code for each in none.problems] == ["missing"]
    assert "calendar_unreadable" in {note.code for note in none.notes}
    timeless = parse(replace(EVENT, start=None, stop=None))
    assert [each.code for each in timeless.problems] == ["missing"]


def test_what_is_described():
    event = replace(EVENT, description="It blinks red.")
    assert describe_event(event, "") == "Router\nIt blinks red."
    assert describe_event(event, "It blinks red.\n") == "Router\nIt blinks red."
    text = "Hello. It  blinks red. Bye."
    assert describe_event(event, text) == f"Router\n{text}"
    assert describe_event(event, "Please ring.") == "Router\nIt blinks red.\nPlease ring."
    assert describe_event(CalendarEvent(), "Text") == "Text"
    assert describe_event(CalendarEvent(), "") == ""


def test_for_whom_an_invitation_asks():
    assert find_customer(EVENT, "ana@example.net") is None
    assert find_customer(EVENT, "other@example.net") is None
    assert find_customer(EVENT, None) == "ana@example.net"
    assert find_customer(EVENT, "calendar-notification@google.com") == "ana@example.net"
    assert find_customer(replace(EVENT, sent_by="b@example.net"), "b@example.net") == (
        "ana@example.net"
    )
    assert find_customer(replace(EVENT, organizer=""), None) is None


def test_who_answers():
    event = replace(EVENT, attendees=(Attendee("a@x.example"), Attendee("b@x.example")))
    assert find_attendee(event, {"b@x.example"}).email == "b@x.example"
    assert find_attendee(event, {"c@x.example"}).email == "a@x.example"
    assert find_attendee(EVENT, {"c@x.example"}) == Attendee("")


def test_stored_and_read_again():
    day = CalendarEvent(uid="b", day=date(2027, 1, 12))
    floating = CalendarEvent(uid="c", start=datetime(2027, 1, 12, 9))
    calendar = CalendarMail((EVENT, day, floating))
    assert load_mail(dump_mail(calendar)) == calendar
    broken = CalendarMail((), is_broken=True)
    assert load_mail(dump_mail(broken)) == broken
    assert load_mail(None) is load_mail(False) is load_mail({"events": 1}) is None
    assert calendar.find("b") == day
    assert calendar.find("") is calendar.find(None) is calendar.find("d") is None


def test_texts_are_cut_before_their_tags_are_read():
    """Else each file costs seconds, and a mail may have several."""
    text = "<p>before</p>" + "<b>x</b>" * 5_000 + "<p>behind</p>"
    lines = ("BEGIN:VEVENT", "UID:1", f"DESCRIPTION:{text}", "END:VEVENT")
    with patch("intake.calendar_mail.html_to_text", side_effect=lambda html: html) as read:
        (event,) = read_events("\n".join(lines))
    assert event.description.startswith("<p>before")
    assert all(len(call.args[0]) <= 20_000 for call in read.call_args_list)
    assert read.call_count == 1
