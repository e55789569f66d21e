"""Calendar files (iCalendar, RFC 5545) that mail programs take as an invitation (RFC 5546)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Support Center//Appointments//EN"
REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True)
class Person:
    """An address with the name beside it."""

    email: str
    name: str = ""


@dataclass(frozen=True)
class Visit:
    """What a calendar shows of one appointment.

    All moments are aware. ``uid`` stays the same over the appointment's life and ``sequence``
    grows with each change that is announced: by these two a calendar knows that it has the
    event already, and that this version of it is the newer one (RFC 5546, 2.1.4).
    """

    uid: str
    sequence: int
    start: datetime
    stop: datetime
    summary: str
    organizer: Person
    attendee: Person
    stamp: datetime
    location: str = ""
    description: str = ""
    url: str = ""


def build(visit: Visit, method: str) -> bytes:
    """The calendar file of a visit.

    :param method: ``REQUEST`` for a visit that takes place, ``CANCEL`` for one that does not
    :return: UTF-8, moments in UTC, so that no definition of a time zone has to be carried along
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = Event()
    event.add("uid", visit.uid)
    event.add("sequence", visit.sequence)
    event.add("dtstamp", _utc(visit.stamp))
    event.add("dtstart", _utc(visit.start))
    event.add("dtend", _utc(visit.stop))
    event.add("summary", visit.summary)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    for name, value in (
        ("location", visit.location),
        ("description", visit.description),
        ("url", visit.url),
    ):
        if value:
            event.add(name, value)
    event["organizer"] = _address(visit.organizer)
    attendee = _address(visit.attendee)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    # Nobody waits for an answer: the customer has asked for the visit.
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    event["attendee"] = attendee
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc)


def _address(person: Person) -> vCalAddress:
    address: vCalAddress = vCalAddress(f"mailto:{person.email}")
    if person.name:
        address.params["CN"] = vText(person.name)
    return address
