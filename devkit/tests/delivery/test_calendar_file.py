"""Calendar files, read as a mail program reads them."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from delivery.calendar_file import (
    CANCEL,
    FILES,
    REQUEST,
    Person,
    Visit,
    build,
    offer_to_calendars,
)
from icalendar import Calendar

BRUSSELS = timezone(timedelta(hours=1))
VISIT = Visit(
    uid="support-7@example.com",
    sequence=3,
    start=datetime(2026, 3, 2, 9, 30, tzinfo=BRUSSELS),
    stop=datetime(2026, 3, 2, 11, 0, tzinfo=BRUSSELS),
    summary="Boiler; no heat, at all",
    organizer=Person("help@example.com", "Support, Inc."),
    attendee=Person("zoe@example.org", "Zoë Peeters"),
    stamp=datetime(2026, 3, 1, 13, 15, 20, tzinfo=BRUSSELS),
    location="Rue Haute 1\n1000 Brussels",
    description="Bring a ladder.\nRing twice.",
    url="https://example.com/my/7?access_token=a",
)


def lines(visit=VISIT, method=REQUEST):
    """The lines of the file, as a receiver joins them again (RFC 5545, 3.1)."""
    raw = build(visit, method)
    assert raw.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    return raw.decode("utf-8").replace("\r\n ", "").split("\r\n")[:-1]


def read(visit=VISIT, method=REQUEST):
    (event,) = Calendar.from_ical(build(visit, method)).walk("VEVENT")
    return event


def test_the_whole_file():
    assert sorted(lines()) == sorted(
        [
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//Support Center//Appointments//EN",
            "METHOD:REQUEST",
            "BEGIN:VEVENT",
            "UID:support-7@example.com",
            "SEQUENCE:3",
            "STATUS:CONFIRMED",
            "SUMMARY:Boiler\\; no heat\\, at all",
            "DTSTAMP:20260301T121520Z",
            "DTSTART:20260302T083000Z",
            "DTEND:20260302T100000Z",
            "LOCATION:Rue Haute 1\\n1000 Brussels",
            "DESCRIPTION:Bring a ladder.\\nRing twice.",
            "URL:https://example.com/my/7?access_token=a",
            'ORGANIZER;CN="Support, Inc.":mailto:help@example.com',
            'ATTENDEE;CN="Zoë Peeters";PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:'
            "mailto:zoe@example.org",
            "END:VEVENT",
            "END:VCALENDAR",
        ]
    )


@pytest.mark.parametrize(("method", "status"), [(REQUEST, "CONFIRMED"), (CANCEL, "CANCELLED")])
def test_a_cancellation_says_so_twice(method, status):
    found = lines(method=method)
    assert f"METHOD:{method}" in found
    assert f"STATUS:{status}" in found
    assert (REQUEST, CANCEL) == ("REQUEST", "CANCEL")


def test_nobody_is_asked_for_an_answer_to_a_cancellation():
    (line,) = [line for line in lines(method=CANCEL) if line.startswith("ATTENDEE")]
    assert line == 'ATTENDEE;CN="Zoë Peeters";ROLE=REQ-PARTICIPANT:mailto:zoe@example.org'


def notice(method=REQUEST, visit=VISIT):
    """A mail as Odoo builds it: text and HTML, and the file attached to both."""
    message = EmailMessage(policy=policy.SMTP)
    message.set_content("The visit")
    message.add_alternative("<p>The visit</p>", subtype="html")
    message.add_attachment(
        build(visit, method),
        "text",
        f"calendar; charset=utf-8; method={method}",
        filename=FILES[method],
    )
    return message


def get_types(message):
    return [part.get_content_type() for part in message.walk()]


@pytest.mark.parametrize("method", [REQUEST, CANCEL])
def test_the_file_is_an_alternative_and_attached(method):
    message = notice(method)
    assert offer_to_calendars(message)
    received = message_from_bytes(message.as_bytes(), policy=policy.default)
    assert get_types(received) == [
        "multipart/mixed",
        *("multipart/alternative", "text/plain", "text/html", "text/calendar"),
        "application/ics",
    ]
    calendar, attached = list(received.walk())[-2:]
    assert calendar["Content-Type"].params == {"method": method, "charset": "utf-8"}
    assert calendar["Content-Disposition"] is None
    assert calendar.get_content().splitlines() == attached.get_content().decode().splitlines()
    assert attached.get_filename() == FILES[method]
    # A second time changes nothing.
    assert not offer_to_calendars(message)


def test_what_no_file_may_hold_is_left_out():
    strange = replace(
        VISIT,
        attendee=Person("zoe@example.org", "Zoë\x07\nPeeters\u2028\t"),
        location="Rue\x00 Haute 1\x0bBrussels\u2028Belgium\x85",
        summary="Boiler\r\nEND:VEVENT",
    )
    event = read(strange)
    assert event["attendee"].params["CN"] == "Zoë Peeters"
    assert event["location"].split("\n") == ["Rue Haute 1", "Brussels", "Belgium", ""]
    assert event["summary"] == "Boiler\nEND:VEVENT"
    raw = build(strange, REQUEST).decode()
    assert raw.splitlines() == raw.split("\r\n")[:-1]


def test_who_has_accepted_is_not_asked_again():
    found = [line for line in lines(visit=replace(VISIT, asks_answer=False)) if "zoe@" in line]
    assert found == ['ATTENDEE;CN="Zoë Peeters";ROLE=REQ-PARTICIPANT:mailto:zoe@example.org']
    message = notice(visit=replace(VISIT, asks_answer=False))
    assert not offer_to_calendars(message)
    # Who wants the entry finds it in the file.
    assert get_types(message)[-1] == "application/ics"
    assert "text/calendar" not in get_types(message)


def test_mails_that_carry_no_file_of_ours_stay_as_they_are():
    bare = EmailMessage(policy=policy.SMTP)
    bare.set_content("The visit")
    single = EmailMessage(policy=policy.SMTP)
    single.set_content("The visit")
    single.add_attachment(build(VISIT, REQUEST), "text", "calendar", filename=FILES[REQUEST])
    for message in (bare, single):
        before = message.as_bytes()
        assert not offer_to_calendars(message)
        assert message.as_bytes() == before


def test_moments_are_told_in_utc_whatever_zone_they_came_in():
    event, moved = (
        read(),
        read(
            replace(
                VISIT,
                start=VISIT.start.astimezone(timezone(timedelta(hours=-5))),
                stop=VISIT.stop.astimezone(timezone.utc),
            )
        ),
    )
    for name, moment in (("dtstart", VISIT.start), ("dtend", VISIT.stop)):
        for each in (event, moved):
            assert each[name].dt == moment
            assert each[name].dt.utcoffset() == timedelta()


def test_what_is_not_known_is_left_out():
    bare = replace(
        VISIT,
        location="",
        description="",
        url="",
        organizer=Person("help@example.com"),
        attendee=Person("zoe@example.org"),
    )
    found = lines(bare)
    assert not [line for line in found if line.startswith(("LOCATION", "DESCRIPTION", "URL"))]
    assert "ORGANIZER:mailto:help@example.com" in found
    attendee = "ATTENDEE;PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE"
    assert f"{attendee}:mailto:zoe@example.org" in found
    assert Visit(*(getattr(bare, name) for name in list(vars(bare))[:8])) == bare


def test_each_optional_text_stands_by_itself():
    for name in ("location", "description", "url"):
        bare = replace(VISIT, location="", description="", url="")
        object.__setattr__(bare, name, getattr(VISIT, name))
        event = read(bare)
        assert str(event[name]) == getattr(VISIT, name)
        told = {"location", "description", "url"} & {key.lower() for key in event}
        assert told == {name}


def test_texts_that_could_break_out_of_their_line():
    hostile = "a\r\nATTENDEE:mailto:eve@example.net\r\nX:"
    found = lines(replace(VISIT, summary=hostile, location=hostile))
    assert sum(line.startswith("ATTENDEE") for line in found) == 1
    assert not [line for line in found if line.startswith("X:")]


def test_a_name_that_could_break_out_of_its_quotes():
    hostile = 'Eve"\r\nATTENDEE:mailto:eve@example.net'
    found = lines(replace(VISIT, attendee=Person("zoe@example.org", hostile)))
    assert sum(line.startswith("ATTENDEE") for line in found) == 1
