import base64
import quopri
from email import message_from_string, policy

from freezegun import freeze_time
from icalendar import Calendar

from odoo.tests import tagged

from ..common import at
from .test_calendar_mail import CUSTOMER, CalendarCase
from .test_mail_sealed import sealed, wrap

# How programs name themselves and write their answers: the structure of the mail, the encoding
# of the file, and the text that the program writes by itself.
PROGRAMS = {
    "Google": ("-//Google Inc//Google Calendar 70.9054//EN", "alternative+file", "7bit", ""),
    "Outlook classic": (
        "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN", "alternative", "quoted-printable", ""
    ),
    "Outlook 365": ("Microsoft Exchange Server 2010", "alternative", "base64", ""),
    "Exchange": ("Microsoft CDO for Microsoft Exchange", "alternative", "8bit", ""),
    "Apple": ("-//Apple Inc.//macOS 14.4//EN", "alternative", "base64", "Known accepted it"),
    "iPhone": ("-//Apple Inc.//iPhone OS 17.4//EN", "single", "base64", ""),
    "Thunderbird": ("-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "alternative+file",
                    "8bit", ""),
    "Zimbra": ("Zimbra-Calendar-Provider", "alternative+file", "quoted-printable",
               "Accept: Visit"),
    "Nextcloud": ("-//Sabre//Sabre VObject 4.5.4//EN", "mixed", "quoted-printable",
                  "Known Customer has accepted your invitation"),
    "Proton": ("-//Proton AG//WebCalendar 5.0//EN", "mixed", "base64",
               "known@example.com accepted your invitation to Visit"),
    "Fastmail": ("-//CyrusIMAP.org//Cyrus 3.9//EN", "alternative", "8bit", ""),
    "SOGo": ("-//Inverse inc./SOGo 5.9//EN", "mixed", "base64", "Known accepted it"),
    "Yahoo": ("Zimbra-Calendar-Provider", "nameless", "base64", ""),
    "signed": ("-//Some//Calendar//EN", "sealed", "8bit", ""),
}  # fmt: skip
ANSWERS = {
    ("REPLY", "ACCEPTED"): "",
    ("REPLY", "TENTATIVE"): "",
    ("REPLY", "DECLINED"): "The customer declined the visit",
    ("COUNTER", "TENTATIVE"): "The customer proposes another time: Friday 6 March 2026, 11:00",
    ("CANCEL", "NEEDS-ACTION"): "The customer cancelled the visit in their calendar",
}
BERLIN = """\
BEGIN:VTIMEZONE
TZID:{zone}
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


def fold(text):
    """Lines of 75 octets at most, as RFC 5545 wants them; never within a letter."""
    lines = []
    for line in text.splitlines():
        rest = line
        while len(rest.encode()) > 75:
            lines.append(rest[:60])
            rest = " " + rest[60:]
        lines.append(rest)
    return "\r\n".join(lines) + "\r\n"


def encode(text, encoding, charset="utf-8"):
    raw = text.encode(charset)
    if encoding == "base64":
        return base64.encodebytes(raw).decode()
    if encoding == "quoted-printable":
        return quopri.encodestring(raw).decode()
    return raw.decode("utf-8")


def part(kind, content, encoding="8bit", *headers):
    head = [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {encoding}", *headers]
    return "\n".join(head) + "\n\n" + content + "\n"


def join(subtype, *parts):
    limit = f"=_{subtype}_limit"
    body = "".join(f"--{limit}\n{each}\n" for each in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{limit}"\n\n{body}--{limit}--\n'


def build_entity(structure, calendar, method, encoding, text):
    """The body of a mail with a calendar file, as a program puts it together."""
    media = f'text/calendar; charset="utf-8"; method={method}'
    content = encode(calendar, encoding)
    plain = part("text/plain; charset=utf-8", text)
    rich = part("text/html; charset=utf-8", f"<html><body><p>{text}</p></body></html>")
    file = part(media, content, encoding)
    attached = part(
        'application/ics; name="invite.ics"', encode(calendar, "base64"), "base64",
        'Content-Disposition: attachment; filename="invite.ics"',
    )  # fmt: skip
    if structure == "single":
        return part(media, content, encoding)
    if structure == "mixed":
        named = part(media + '; name="event.ics"', content, encoding,
                     'Content-Disposition: attachment; filename="event.ics"')  # fmt: skip
        return join("mixed", plain, named)
    if structure == "nameless":
        return join("mixed", join("alternative", plain, rich), part(media, content, encoding))
    if structure == "sealed":
        return sealed(wrap(join("alternative", plain, file).encode()))
    alternative = join("alternative", plain, rich, file)
    return join("mixed", alternative, attached) if structure.endswith("file") else alternative


class ProgramCase(CalendarCase):
    def _build_answer(self, product, visit, method, partstat):
        start = "20260306T110000Z" if method == "COUNTER" else "20260305T100000Z"
        lines = [
            "BEGIN:VCALENDAR", f"PRODID:{product}", "VERSION:2.0", "CALSCALE:GREGORIAN",
            f"METHOD:{method}", "BEGIN:VEVENT",
            f"DTSTART:{start}", "DTSTAMP:20260302T080000Z", f"UID:{visit.ics_uid}",
            'ORGANIZER;CN="Support":mailto:' + self.address,
            'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;CN="Known Customer, née Größe";'
            f"PARTSTAT={partstat};X-NUM-GUESTS=0:mailto:known@example.com",
            f"SEQUENCE:{visit.ics_sequence}", "SUMMARY:Besuch in der Straße\\, mit Gerät",
            *(["STATUS:CANCELLED"] if method == "CANCEL" else []),
            "END:VEVENT", "END:VCALENDAR",
        ]  # fmt: skip
        return fold("\n".join(lines))

    def _send_entity(self, entity, subject="Accepted: Visit", sender=CUSTOMER):
        type(self).number += 1
        lines = [
            f"From: {sender}", f"To: {self.address}", f"Subject: {subject}",
            f"Message-ID: <program-{self.number}@example.com>",
            "Date: Mon, 02 Mar 2026 08:00:00 +0000", "MIME-Version: 1.0",
        ]  # fmt: skip
        return self._process_raw(("\n".join(lines) + "\n" + entity).encode())


@tagged("post_install", "-at_install")
class TestCalendarPrograms(ProgramCase):
    """What the calendars of many programs send, as they send it."""

    def test_what_each_program_accepts_is_their_attendance(self):
        for name, (product, structure, encoding, text) in PROGRAMS.items():
            with self.subTest(name):
                visit = self._confirm(technician_id=False)
                calendar = self._build_answer(product, visit, "REPLY", "ACCEPTED")
                self._send_entity(build_entity(structure, calendar, "REPLY", encoding, text))
                self.assertEqual(visit.attendance, "confirmed")

    def test_answers_go_to_the_visit(self):
        self.env.ref("support_center.automation_understand_reply").active = False
        visit = self._confirm()
        before = self._freeze(visit)
        for name, (product, structure, encoding, text) in PROGRAMS.items():
            for (method, partstat), told in ANSWERS.items():
                with self.subTest(program=name, method=method, partstat=partstat):
                    visit.activity_ids.unlink()
                    count = len(visit.message_ids)
                    calendar = self._build_answer(product, visit, method, partstat)
                    own = text if method == "REPLY" else ""
                    made = self._send_entity(
                        build_entity(structure, calendar, method, encoding, own)
                    )
                    self.assertFalse(made, made.intake_note)
                    self.assertEqual(self._freeze(visit), before)
                    self.assertGreater(len(visit.message_ids), count)
                    summaries = " ".join(visit.activity_ids.mapped("summary"))
                    self.assertIn(told, summaries)
                    if not told:
                        self.assertFalse(visit.activity_ids, visit.activity_ids.mapped("note"))

    def test_invitations_are_read_at_the_right_hour(self):
        zones = {
            "Google": ("Europe/Berlin", ""),
            "Outlook classic": ("W. Europe Standard Time", BERLIN),
            "Outlook 365": ("W. Europe Standard Time", BERLIN),
            "Exchange": ("(UTC+01:00) Amsterdam\\, Berlin\\, Bern", BERLIN),
            "Apple": ("Europe/Berlin", BERLIN),
            "iPhone": ("Europe/Berlin", BERLIN),
            "Thunderbird": ("/mozilla.org/20050126_1/Europe/Berlin", BERLIN),
            "Zimbra": ("Europe/Berlin", BERLIN),
            "Nextcloud": ("Europe/Berlin", BERLIN),
            "Proton": ("Europe/Berlin", ""),
            "Fastmail": ("Europe/Berlin", BERLIN),
            "SOGo": ("tzone://Microsoft/Custom", BERLIN),
            "Yahoo": ("Europe/Berlin", ""),
            "signed": ("Europe/Berlin", BERLIN),
        }
        for name, (product, structure, encoding, _text) in PROGRAMS.items():
            zone, definition = zones[name]
            for text in ("", "Bonjour, la pompe goutte."):
                with self.subTest(program=name, text=text):
                    lines = [
                        "BEGIN:VCALENDAR", f"PRODID:{product}", "VERSION:2.0", "METHOD:REQUEST",
                        *definition.format(zone=zone).splitlines(), "BEGIN:VEVENT",
                        'DTSTART;TZID="%s":20260706T140000' % zone.replace("\\,", ","),
                        'DTEND;TZID="%s":20260706T153000' % zone.replace("\\,", ","),
                        "DTSTAMP:20260302T080000Z",
                        "ORGANIZER;CN=Known Customer:mailto:known@example.com",
                        f"UID:{name}{len(text)}@example.com",
                        "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;"
                        f"RSVP=TRUE;CN=Support;X-NUM-GUESTS=0:mailto:{self.address}",
                        "SEQUENCE:0", "SUMMARY:Wartung der Heizung\\, Größe 3",
                        "LOCATION:Große Straße 12\\, Köln", "STATUS:CONFIRMED",
                        "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "END:VALARM",
                        "END:VEVENT", "END:VCALENDAR",
                    ]  # fmt: skip
                    calendar = fold("\n".join(lines))
                    draft = self._send_entity(
                        build_entity(structure, calendar, "REQUEST", encoding, text),
                        subject="Wartung der Heizung",
                    )
                    self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
                    self.assertEqual(draft.start, at("2026-07-06 12:00"))
                    self.assertEqual(draft.duration, 1.5)
                    self.assertEqual(draft.location, "Große Straße 12, Köln")
                    self.assertIn("Wartung der Heizung, Größe 3", draft.description)
                    if structure != "single":
                        self.assertIn(text, draft.description)


@tagged("post_install", "-at_install")
class TestCalendarReminder(ProgramCase):
    """A reminder tells nothing new, so that nobody has to accept again."""

    def _get_reminder(self, visit):
        self.env["support.appointment"]._cron_send_reminders()
        mail = self._get_notices(visit, "reminder")
        with self.mock_smtplib_connection():
            mail.send()
        return message_from_string(self.emails[-1]["message"], policy=policy.default)

    def test_a_reminder_asks_for_no_answer(self):
        visit = self._confirm(start=at("2026-03-05 10:00"))
        confirmed = self._get_notices(visit, "confirmation").attachment_ids
        self.assertIn(b"RSVP=TRUE", confirmed.raw.replace(b"\r\n ", b""))
        with freeze_time("2026-03-04 12:00:00"):
            message = self._get_reminder(visit)
        types = [each.get_content_type() for each in message.walk()]
        self.assertEqual(
            types,
            ["multipart/mixed", "multipart/alternative", "text/plain", "text/html",
             "application/ics"],
        )  # fmt: skip
        (event,) = Calendar.from_ical(list(message.walk())[-1].get_content()).walk("VEVENT")
        self.assertNotIn("RSVP", event["attendee"].params)
        self.assertEqual(str(event["uid"]), visit.ics_uid)
        self.assertEqual(event["sequence"], 0)
