"""Calendar files (iCalendar, RFC 5545) that mail programs take as an invitation (RFC 5546)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from email.message import EmailMessage, MIMEPart

from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Support Center//Appointments//EN"
REQUEST, CANCEL = "REQUEST", "CANCEL"
# Names of the attached files by method.
FILES = {REQUEST: "appointment.ics", CANCEL: "cancelled.ics"}
# What no calendar file may hold (RFC 5545, 3.1), and what some readers take for the end of a line.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


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
    ``asks_answer`` is False for what tells nothing new: who has accepted need not do so again.
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
    asks_answer: bool = True


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
    event.add("summary", _clean(visit.summary))
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    for name, value in (
        ("location", visit.location),
        ("description", visit.description),
        ("url", visit.url),
    ):
        if value:
            event.add(name, value if name == "url" else _clean(value))
    event["organizer"] = _address(visit.organizer)
    attendee = _address(visit.attendee)
    attendee.params["ROLE"] = vText("REQ-PARTICIPANT")
    if method == REQUEST and visit.asks_answer:
        # A calendar shows buttons for an answer only where one is asked for; to a visit that is
        # called off nobody answers.
        attendee.params["PARTSTAT"] = vText("NEEDS-ACTION")
        attendee.params["RSVP"] = vText("TRUE")
    event["attendee"] = attendee
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def offer_to_calendars(message: EmailMessage) -> bool:
    """Let mail programs show the calendar file of a mail with buttons, in place.

    They look for it among the alternatives of the text (RFC 6047, 2.4), and Outlook nowhere else;
    the attached file is for those who open it by hand, and is no second invitation.

    :param message: with a file that ``build`` has made attached
    :return: whether there was one that asks for an answer or calls the visit off, and a text
        beside which it could be put
    """
    text = message.get_body(("related", "html", "plain"))
    attached = next(
        (
            part
            for part in message.iter_attachments()
            if part.get_content_type() == "text/calendar" and part.get_filename() in FILES.values()
        ),
        None,
    )
    alternative = _find_parent(message, text) if text is not None else None
    if attached is None or alternative is None:
        return False
    content, name = attached.get_content(), attached.get_filename()
    method = next(method for method, each in FILES.items() if each == name)
    attached.replace_header("Content-Type", f'application/ics; name="{name}"')
    if method == REQUEST and not _asks_answer(content):
        return False
    alternative.add_alternative(
        content, subtype="calendar", charset="utf-8", cte="base64", params={"method": method}
    )
    return True


def _asks_answer(content: str | bytes) -> bool:
    text = content.decode() if isinstance(content, bytes) else content
    # Long lines are folded.
    return "RSVP=TRUE" in text.replace("\r\n", "\n").replace("\n ", "")


def _find_parent(message: EmailMessage, text: MIMEPart) -> EmailMessage | None:
    """The ``multipart/alternative`` in which ``text`` stands."""
    for part in message.walk():
        if part.get_content_type() == "multipart/alternative" and any(
            each is text for each in part.iter_parts()
        ):
            return part
    return None


def _clean(text: str) -> str:
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc)


def _address(person: Person) -> vCalAddress:
    address: vCalAddress = vCalAddress(f"mailto:{person.email}")
    if person.name:
        address.params["CN"] = vText(" ".join(_clean(person.name).split()))
    return address
