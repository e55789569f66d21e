import re
from datetime import timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from email.utils import parseaddr

import vobject
from icalendar import Calendar

from odoo import fields
from odoo.tests import tagged

from ..common import GUIDE_MAIL, at
from ..common_dialogue import DialogueCase

CUSTOMER = "Known Customer <known@example.com>"
SPOUSE = "Other Person <other@example.net>"
START, LATER = "20260305T100000Z", "20260306T110000Z"


def ics(*lines, method="REPLY", uid="invite-1@example.net", start=START, **others):
    """A calendar file with one event."""
    values = {"sequence": 0, "organizer": "mailto:office@company.example.com", **others}
    event = [f"UID:{uid}", f"DTSTART:{start}" if start else "", "DTSTAMP:20260302T070000Z"]
    event += [f"{name.upper()}:{value}" for name, value in values.items() if value is not None]
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Some//Calendar//EN", f"METHOD:{method}"]
    body = ["BEGIN:VEVENT", *filter(None, event), *lines, "END:VEVENT", "END:VCALENDAR", ""]
    return "\r\n".join([*head, *body])


def attendee(partstat, address="known@example.com"):
    return f"ATTENDEE;PARTSTAT={partstat}:mailto:{address}"


class CalendarCase(DialogueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.address = f"appointments@{cls.alias_domain}"
        cls.number = 0

    def _confirm(self, **values):
        visit = self._create_appointment(**{"technician_id": self.technician.id, **values})
        visit.action_confirm()
        visit.flush_recordset()
        return visit

    def _send(self, calendar, *, sender=CUSTOMER, text="", to=None, headers=(), method="REPLY"):
        """Hand a calendar's mail to the gateway, without References as most send it.

        :return: the appointments that it made
        """
        type(self).number += 1
        message = EmailMessage()
        message["From"] = sender
        message["To"] = to or self.address
        message["Subject"] = "Answer: Support appointment"
        message["Message-Id"] = f"<calendar-{self.number}@example.com>"
        message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
        for name, value in headers:
            message[name] = value
        message.set_content(text)
        params = {"method": method} if method else {}
        if isinstance(calendar, bytes):
            message.add_alternative(calendar, "text", "calendar", params=params)
        else:
            message.add_alternative(calendar, subtype="calendar", params=params)
        return self._process_raw(message.as_bytes())

    def _get_chatter(self, record):
        return re.sub(r"<[^<>]+>", " ", " ".join(record.message_ids.mapped("body")))

    def _freeze(self, visit):
        """All that a mail must never change."""
        visit.invalidate_recordset()
        names = ("state", "start", "stop", "duration", "technician_id", "partner_id", "active")
        return {
            **{name: visit[name] for name in names},
            "location": visit.location,
            "announced_start": visit.announced_start,
            "sequence": visit.ics_sequence,
            "notices": self._get_notices(visit).ids,
        }


@tagged("post_install", "-at_install")
class TestCalendarAnswer(CalendarCase):
    """What calendars answer to our invitations goes to the visit and changes nothing of it."""

    def test_accepted_is_filed_and_asks_nothing_of_anybody(self):
        visit = self._confirm()
        before = self._freeze(visit)
        made = self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid))
        self.assertFalse(made)
        self.assertFalse(self._new_mails)
        self.assertEqual(self._freeze(visit), before)
        self.assertIn("The customer accepted the invitation.", self._get_chatter(visit))
        self.assertFalse(visit.activity_ids)
        self.assertFalse(visit.customer_waiting_since)
        filed = visit.message_ids.filtered(lambda m: m.message_type == "email")
        self.assertEqual(filed.attachment_ids.mapped("name"), ["invite.ics"])
        self.assertIn(visit.ics_uid.encode(), filed.attachment_ids.raw)
        self.assertEqual(self._get_log(visit, "calendar_mail").outcome, "ok")

    def test_declined_is_told_with_the_words_of_the_customer(self):
        visit = self._confirm()
        before = self._freeze(visit)
        made = self._send(
            ics(attendee("DECLINED"), uid=visit.ics_uid), text="Sorry, I am away that day."
        )
        self.assertFalse(made)
        self.assertFalse(self._new_mails.filtered(lambda m: m.support_notice == "answer"))
        self.assertEqual(self._freeze(visit), before)
        self.assertEqual(visit.activity_ids.summary, "The customer declined the visit")
        self.assertIn("Sorry, I am away that day.", visit.activity_ids.note)
        self.assertTrue(visit.customer_waiting_since)
        self._send(ics(attendee("DECLINED"), uid=visit.ics_uid))
        self.assertEqual(len(visit.activity_ids), 1)

    def test_the_customer_is_known_in_either_spelling_of_the_domain(self):
        unicode, ascii_ = "ana@müller.example.com", "ana@xn--mller-kva.example.com"
        for number, (stored, written) in enumerate([(unicode, ascii_), (ascii_, unicode)]):
            self.customer.email = stored
            visit = self._confirm(start=at(f"2026-03-1{number} 10:00"))
            start = f"2026031{number}T100000Z"
            calendar = ics(attendee("DECLINED", written), uid=visit.ics_uid, start=start)
            self.assertFalse(self._send(calendar, sender=f"Ana <{written}>"))
            self.assertIn("The customer declined the visit", visit.activity_ids.mapped("summary"))

    def test_another_time_is_told_in_the_zone_of_the_customer(self):
        visit = self._confirm(timezone="Europe/Berlin")
        before = self._freeze(visit)
        self._send(
            ics(attendee("TENTATIVE"), method="COUNTER", uid=visit.ics_uid, start=LATER),
            text="Could it be one day later?",
            method="COUNTER",
        )
        self.assertEqual(self._freeze(visit), before)
        activity = visit.activity_ids
        self.assertIn("Friday 6 March 2026, 12:00 (Europe/Berlin)", activity.summary)
        self.assertIn("Could it be one day later?", activity.note)
        self.assertIn("Thursday 5 March 2026, 11:00 (Europe/Berlin)", activity.note)

    def test_a_second_proposal_is_told_too(self):
        self.env.ref("support_center.automation_understand_reply").active = False
        visit = self._confirm()
        for start in (LATER, "20260306T150000Z"):
            self._send(ics(method="COUNTER", uid=visit.ics_uid, start=start), method="COUNTER")
        self.assertEqual(len(visit.activity_ids), 2)

    def test_a_confirmed_visit_survives_every_calendar_mail(self):
        visit = self._confirm()
        before = self._freeze(visit)
        told = {"ACCEPTED": False, "TENTATIVE": False, "DECLINED": True, "DELEGATED": True}
        cases = [("REPLY", attendee(answer), is_told) for answer, is_told in told.items()]
        cases += [("REPLY", attendee("NEEDS-ACTION"), True), ("REPLY", "", True)]
        cases += [
            (method, attendee("ACCEPTED"), True)
            for method in ("COUNTER", "CANCEL", "REFRESH", "PUBLISH", "ADD", "DECLINECOUNTER",
                           "REQUEST", "NONSENSE")
        ]  # fmt: skip
        for method, line, is_told in cases:
            for sender in (CUSTOMER, SPOUSE):
                with self.subTest(method=method, line=line, sender=sender):
                    visit.activity_ids.unlink()
                    count = len(visit.message_ids.filtered(lambda m: m.message_type == "email"))
                    made = self._send(
                        ics(line, method=method, uid=visit.ics_uid, status="CANCELLED"
                            if method == "CANCEL" else None),
                        sender=sender,
                        method=method,
                    )  # fmt: skip
                    self.assertFalse(made)
                    self.assertEqual(self._freeze(visit), before)
                    filed = visit.message_ids.filtered(lambda m: m.message_type == "email")
                    self.assertEqual(len(filed), count + 1)
                    self.assertFalse(self._new_mails.filtered("email_to"))
                    self.assertEqual(bool(visit.activity_ids), is_told)

    def test_somebody_else_answers(self):
        visit = self._confirm()
        self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid), sender=SPOUSE)
        self.assertIn(
            "other@example.net (not the customer) accepted the invitation.",
            self._get_chatter(visit),
        )
        self._send(ics(attendee("DECLINED", "other@example.net"), uid=visit.ics_uid))
        self.assertEqual(
            visit.activity_ids.summary, "other@example.net (not the customer) declined the visit"
        )
        self.assertFalse(visit.customer_waiting_since)
        with self.mock_mail_gateway():
            self.env["mail.mail"].process_email_queue()
        sent = [to for mail in self._mails for to in mail["email_to"]]
        self.assertNotIn("other@example.net", " ".join(sent))

    def test_an_answer_goes_to_nobody_outside(self):
        """The customer follows the visit, and their calendar would take in what another sent."""
        visit = self._confirm()
        visit.message_subscribe(partner_ids=self.customer.ids)
        self._send(ics(attendee("DECLINED"), uid=visit.ics_uid), sender=SPOUSE)
        self.assertFalse(self._new_mails.filtered(lambda m: self.customer in m.recipient_ids))

    def test_an_answer_to_the_time_before(self):
        visit = self._confirm()
        visit.start = at("2026-03-06 09:00")
        visit.flush_recordset()
        self.assertEqual(visit.ics_sequence, 1)
        self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid))
        self.assertIn(
            "The customer accepted the invitation. This answer is about another time: "
            "Thursday 5 March 2026, 10:00 (UTC).",
            self._get_chatter(visit),
        )
        self.assertFalse(visit.activity_ids)
        self._send(ics(attendee("DECLINED"), uid=visit.ics_uid))
        self.assertIn("about another time: Thursday 5 March", visit.activity_ids.note)

    def test_an_answer_to_the_version_before(self):
        visit = self._confirm()
        visit.location = "Another Street 1"
        visit.flush_recordset()
        self.assertEqual(visit.ics_sequence, 1)
        self._send(ics(attendee("DECLINED"), uid=visit.ics_uid))
        self.assertIn("about an earlier version of the invitation", visit.activity_ids.note)
        visit.activity_ids.unlink()
        self._send(ics(attendee("DECLINED"), uid=visit.ics_uid, sequence=1))
        self.assertNotIn("about", visit.activity_ids.note.replace("about the visit", ""))

    def test_visits_that_are_over(self):
        for state in ("cancelled", "done", "archived"):
            with self.subTest(state):
                visit = self._confirm(start=at("2026-03-03 10:00"), technician_id=False)
                if state == "archived":
                    visit.active = False
                elif state == "cancelled":
                    visit.action_cancel()
                else:
                    visit.action_start()
                    visit.action_done()
                visit.flush_recordset()
                before = self._freeze(visit)
                for answer in ("ACCEPTED", "DECLINED"):
                    made = self._send(
                        ics(attendee(answer), uid=visit.ics_uid, start="20260303T100000Z",
                            sequence=visit.ics_sequence)
                    )  # fmt: skip
                    self.assertFalse(made)
                self.assertEqual(self._freeze(visit), before)
                self.assertEqual(bool(visit.activity_ids), state == "archived")
                self._send(
                    ics(method="COUNTER", uid=visit.ics_uid, start=LATER, sequence=9),
                    method="COUNTER",
                )
                self.assertIn(
                    "proposes another time", " ".join(visit.activity_ids.mapped("summary"))
                )

    def test_a_visit_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        customer = self.env["res.partner"].create(
            {"name": "Theirs", "email": "theirs@example.com", "company_id": other.id}
        )
        visit = self._confirm(company_id=other.id, partner_id=customer.id, technician_id=False)
        before = self._freeze(visit)
        made = self._send(
            ics(attendee("DECLINED", "theirs@example.com"), uid=visit.ics_uid),
            sender="theirs@example.com",
        )
        self.assertFalse(made)
        self.assertEqual(self._freeze(visit), before)
        self.assertEqual(visit.activity_ids.summary, "The customer declined the visit")

    def test_one_file_with_answers_to_two_visits(self):
        first, second = self._confirm(), self._confirm(start=at("2026-03-06 10:00"))
        both = ics(attendee("ACCEPTED"), uid=first.ics_uid).replace(
            "END:VCALENDAR\r\n",
            ics(attendee("DECLINED"), uid=second.ics_uid, start="20260306T100000Z").partition(
                "METHOD:REPLY\r\n"
            )[2],
        )
        self.assertFalse(self._send(both))
        self.assertIn("accepted the invitation", self._get_chatter(first))
        self.assertFalse(first.activity_ids)
        self.assertEqual(second.activity_ids.summary, "The customer declined the visit")

    def test_one_date_of_a_series(self):
        visit = self._confirm()
        self._send(
            ics(attendee("DECLINED"), f"RECURRENCE-ID:{START}", uid=visit.ics_uid),
        )
        self.assertIn("one date of a series", visit.activity_ids.note)

    def test_what_the_calendar_wrote_itself_is_no_comment(self):
        visit = self._confirm()
        for comment, is_told in (("", False), ("COMMENT:Ring twice\\, please", True)):
            with self.subTest(comment):
                file = ics(attendee("ACCEPTED"), comment, uid=visit.ics_uid).replace(
                    "-//Some//Calendar//EN", "-//Google Inc//Google Calendar 70.9054//EN"
                )
                self._send(file, text="Known Customer has accepted this invitation.")
                self.assertEqual(bool(visit.activity_ids), is_told)
        self.assertIn("Ring twice, please", visit.activity_ids.note)

    def test_accepted_with_words_is_told(self):
        visit = self._confirm()
        self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid), text="Please come an hour later.")
        self.assertIn("Please come an hour later.", visit.activity_ids.note)

    def test_the_uid_decides_and_not_the_references(self):
        one, other = self._confirm(), self._confirm(start=at("2026-03-06 10:00"))
        reference = self._get_notices(other).message_id
        self._send(
            ics(attendee("DECLINED"), uid=one.ics_uid),
            headers=[("References", reference), ("In-Reply-To", reference)],
        )
        self.assertTrue(one.activity_ids)
        self.assertFalse(other.activity_ids)

    def test_an_answer_to_the_companys_own_address(self):
        """As those to invitations that were sent before there was an alias."""
        visit = self._confirm()
        made = self._send(
            ics(attendee("DECLINED"), uid=visit.ics_uid), to="office@company.example.com"
        )
        self.assertFalse(made)
        self.assertEqual(visit.activity_ids.summary, "The customer declined the visit")

    def test_an_invitation_of_ours_that_was_returned_is_no_answer(self):
        visit = self._confirm()
        ours = self._get_notices(visit).attachment_ids.raw.decode()
        for sender in ("MAILER-DAEMON@mx.example.net", "postmaster@mx.example.net"):
            self.assertFalse(self._send(ours, sender=sender, text="User unknown"))
        self.assertFalse(visit.activity_ids)

    def test_an_alias_of_another_model_keeps_its_mail(self):
        visit = self._confirm()
        self.env["mail.alias"].create(
            {
                "alias_name": "people",
                "alias_model_id": self.env["ir.model"]._get_id("res.partner"),
                "alias_domain_id": self.mail_alias_domain.id,
            }
        )
        self._send(ics(attendee("DECLINED"), uid=visit.ics_uid), to=f"people@{self.alias_domain}")
        self.assertFalse(visit.activity_ids)
        made = self.env["res.partner"].search([("name", "=", "Answer: Support appointment")])
        self.assertTrue(made)

    def test_an_answer_to_no_visit_is_kept_for_review(self):
        for method, line in (
            ("REPLY", attendee("DECLINED")), ("COUNTER", ""), ("CANCEL", ""), ("REFRESH", ""),
        ):  # fmt: skip
            with self.subTest(method):
                draft = self._send(
                    ics(line, method=method, uid="nobody@example.net", summary="Heating"),
                    method=method,
                    text="Please ring first.",
                )
                self.assertEqual(draft.intake_state, "review")
                self.assertIn("no visit here has its UID", draft.intake_note)
                self.assertIn(method, draft.intake_note)
                self.assertIn("2026-03-05 10:00:00+00:00, Heating", draft.intake_note)
                self.assertNotIn("Requested Time is missing", draft.intake_note)
                self.assertIn("Please ring first.", draft.description)
                self.assertFalse(self._get_answers(draft))

    def test_a_form_beside_an_answer_is_a_request(self):
        draft = self._send(ics(uid="nobody@example.net"), text=GUIDE_MAIL)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.start, at("2026-03-05 14:00"))

    def test_files_that_cannot_be_read(self):
        visit = self._confirm()
        whole = ics(attendee("DECLINED"), uid=visit.ics_uid)
        bombs = {
            "nothing": b"",
            "noise": bytes(range(256)) * 50,
            "no event": b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n",
            "begin": b"BEGIN:VEVENT\r\n" * 30_000,
            "huge": b"BEGIN:VCALENDAR\r\nX-A:" + b"a" * 3_000_000,
        }
        for name, content in bombs.items():
            with self.subTest(name):
                draft = self._send(content, text="Something went wrong here.")
                self.assertEqual(draft.intake_state, "review")
                self.assertIn("Something went wrong here.", draft.description)
                self.assertIn("could not be read", draft.intake_note)
        before = self._freeze(visit)
        damaged = {
            "truncated": whole[: whole.index("END:VEVENT")],
            "lines": whole.replace("DTSTAMP:", "DTSTAMP").replace("SEQUENCE:0", "SEQUENCE:x"),
            "latin": whole.replace("END:VEVENT", "COMMENT:Gr\xfc\xdfe\r\nEND:VEVENT").encode(
                "latin-1"
            ),
            "dates": whole.replace(START, "99999999T999999Z"),
        }
        for name, content in damaged.items():
            with self.subTest(name):
                visit.activity_ids.unlink()
                self.assertFalse(self._send(content))
                self.assertEqual(self._freeze(visit), before)
                self.assertEqual(visit.activity_ids.summary, "The customer declined the visit")


@tagged("post_install", "-at_install")
class TestCalendarRequest(CalendarCase):
    """An invitation is a request with its time and place."""

    def _invite(self, *lines, text="", sender=CUSTOMER, start="20260312T130000Z", **values):
        values = {
            "dtend": "20260312T143000Z",
            "summary": "Router visit",
            "location": "12 Harbour Street",
            "organizer": "mailto:known@example.com",
            **values,
        }
        calendar = ics(*lines, method=values.pop("method", "REQUEST"), start=start, **values)
        return self._send(calendar, text=text, sender=sender, method="REQUEST")

    def test_time_place_and_words_are_read(self):
        draft = self._invite("DESCRIPTION:It blinks red.")
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.requested_date, at("2026-03-12 13:00"))
        self.assertEqual(draft.start, at("2026-03-12 13:00"))
        self.assertEqual(draft.duration, 1.5)
        self.assertEqual(draft.location, "12 Harbour Street")
        self.assertEqual(draft.description, "Router visit\nIt blinks red.")
        self.assertEqual(draft.partner_id, self.customer)
        self.assertIn("calendar invitation", draft.intake_note)
        self.assertEqual(draft.message_ids.attachment_ids.mapped("name"), ["invite.ics"])
        self.assertIn("we have your request", self._get_answers(draft).subject)

    def test_a_mail_that_is_nothing_but_an_invitation(self):
        message = EmailMessage()
        message["From"] = CUSTOMER
        message["To"] = self.address
        message["Subject"] = "Router visit"
        message["Message-Id"] = "<single@example.com>"
        message["Date"] = "Mon, 02 Mar 2026 08:00:00 +0000"
        message.set_content(
            ics(method="REQUEST", start=LATER, location="Here"),
            subtype="calendar",
            params={"method": "REQUEST"},
        )
        draft = self._process_raw(message.as_bytes())
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.start, at("2026-03-06 11:00"))
        self.assertEqual(draft.location, "Here")
        self.assertEqual(draft.message_ids.attachment_ids.mapped("name"), ["invite.ics"])
        self.assertNotIn("VCALENDAR", self._get_chatter(draft))

    def test_zones_as_programs_name_them(self):
        for line, zone in (
            ("DTSTART;TZID=Europe/Berlin:20260312T140000", "Europe/Berlin"),
            ("DTSTART;TZID=W. Europe Standard Time:20260312T140000", "Europe/Berlin"),
            ('DTSTART;TZID="/mozilla.org/20050126_1/Europe/Berlin":20260312T140000',
             "Europe/Berlin"),
        ):  # fmt: skip
            with self.subTest(line):
                draft = self._invite(line, start=None, dtend=None, uid=line[-40:])
                self.assertEqual(draft.start, at("2026-03-12 13:00"), draft.intake_note)
                self.assertEqual(draft.timezone, zone)

    def test_a_time_without_a_zone_is_read_in_ours_and_said(self):
        self.env["ir.config_parameter"].set_param("support_center.intake_timezone", "Europe/Berlin")
        draft = self._invite(start="20260312T140000", dtend="20260312T150000")
        self.assertEqual(draft.start, at("2026-03-12 13:00"))
        self.assertIn("The time was read in Europe/Berlin.", draft.intake_note)

    def test_what_is_asked_back(self):
        for name, values, words in (
            ("whole day", {"start": None, "dtend": None}, "has no hour"),
            ("past", {"start": "20260102T130000Z", "dtend": None}, "lies in the past"),
            ("zone", {"start": None, "dtend": None}, "is not known here"),
        ):
            lines = {
                "whole day": ["DTSTART;VALUE=DATE:20260312"],
                "zone": ["DTSTART;TZID=Nowhere Time:20260312T140000"],
            }.get(name, [])
            with self.subTest(name):
                draft = self._invite(*lines, uid=name, **values)
                self.assertEqual(draft.intake_state, "review")
                self.assertIn(words, draft.intake_note)
                self.assertIn("Router visit", draft.description)
                self.assertEqual(draft.location, "12 Harbour Street")
                self.assertFalse(draft.start)
                self.assertIn("please correct", self._get_answers(draft).subject)

    def test_several_events_are_asked_back(self):
        second = "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20260312T130000Z\r\nEND:VEVENT\r\n"
        two = ics(method="PUBLISH", uid="a", start=LATER).replace("END:VCALENDAR\r\n", second)
        draft = self._send(two, method="PUBLISH")
        self.assertEqual(draft.intake_state, "review")
        self.assertIn("names more than one date", draft.intake_note)

    def test_the_first_date_of_a_series(self):
        draft = self._invite("RRULE:FREQ=SECONDLY")
        self.assertEqual(draft.start, at("2026-03-12 13:00"))
        self.assertIn("only its first date", draft.intake_note)

    def test_the_form_has_the_last_word(self):
        draft = self._invite(text=GUIDE_MAIL)
        self.assertEqual(draft.start, at("2026-03-05 14:00"))
        self.assertEqual(draft.description, "Network issue")
        self.assertEqual(draft.location, "12 Harbour Street")
        self.assertEqual(draft.partner_id.email, "customer@example.com")

    def test_who_asks(self):
        for name, sender, organizer, lines, customer in (
            ("forwarded", CUSTOMER, "mailto:boss@example.org", [], "known@example.com"),
            ("secretary", "secretary@example.org", None,
             ['ORGANIZER;CN=Boss;SENT-BY="mailto:secretary@example.org":mailto:boss@example.org'],
             "boss@example.org"),
            ("our own", "office@company.example.com", "mailto:boss@example.org", [],
             "boss@example.org"),
            ("ours organizes", CUSTOMER, "mailto:office@company.example.com", [],
             "known@example.com"),
        ):  # fmt: skip
            with self.subTest(name):
                draft = self._invite(*lines, sender=sender, organizer=organizer, uid=name)
                self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
                self.assertEqual(draft.partner_id.email, customer)

    def test_a_later_version_changes_the_same_draft(self):
        draft = self._invite()
        self.assertFalse(
            self._invite(start="20260313T130000Z", dtend="20260313T143000Z", sequence=1,
                         location="14 Harbour Street")
        )  # fmt: skip
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.requested_date, at("2026-03-13 13:00"))
        self.assertEqual(draft.start, at("2026-03-13 13:00"))
        self.assertEqual(draft.location, "14 Harbour Street")
        self.assertEqual(draft.duration, 1.5)
        # An older one that comes late.
        self.assertFalse(self._invite())
        self.assertEqual(draft.start, at("2026-03-13 13:00"))

    def test_what_was_asked_back_is_mended_by_a_later_version(self):
        draft = self._invite("DTSTART;VALUE=DATE:20260312", start=None, dtend=None)
        self.assertEqual(draft.intake_state, "review")
        self.assertFalse(self._invite(sequence=1))
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.start, at("2026-03-12 13:00"))

    def test_an_invitation_as_a_reply_to_our_question(self):
        draft = self._send_mail("My router is broken.", sender=CUSTOMER)
        self.assertEqual(draft.intake_state, "review")
        answer = self._get_answers(draft)
        made = self._send(
            ics(method="REQUEST", start="20260312T130000Z"),
            headers=[("In-Reply-To", answer.message_id), ("References", answer.message_id)],
            method="REQUEST",
        )
        self.assertFalse(made)
        self.assertEqual(draft.intake_state, "accepted", draft.intake_note)
        self.assertEqual(draft.start, at("2026-03-12 13:00"))
        # The next version comes without References.
        self.assertFalse(
            self._send(ics(method="REQUEST", start="20260313T130000Z", sequence=1),
                       method="REQUEST")
        )  # fmt: skip
        self.assertEqual(draft.start, at("2026-03-13 13:00"))

    def test_an_invitation_that_is_called_off(self):
        draft = self._invite()
        self.assertFalse(self._invite(method="CANCEL", sequence=1, status="CANCELLED"))
        self.assertEqual(draft.state, "draft")
        self.assertEqual(draft.intake_state, "accepted")
        self.assertEqual(
            draft.activity_ids.summary, "The customer cancelled the visit in their calendar"
        )

    def test_a_later_version_of_a_confirmed_visit_is_told(self):
        draft = self._invite()
        draft.technician_id = self.technician
        draft.action_confirm()
        before = self._freeze(draft)
        self.assertFalse(self._invite(start="20260313T130000Z", sequence=1))
        self.assertEqual(self._freeze(draft), before)
        self.assertIn("Friday 13 March 2026, 13:00 (UTC)", draft.activity_ids.summary)

    def test_the_same_uid_by_somebody_else_is_another_request(self):
        draft = self._invite()
        other = self._invite(sender=SPOUSE, organizer="mailto:other@example.net", sequence=1)
        self.assertTrue(other)
        self.assertNotEqual(other.partner_id, draft.partner_id)
        self.assertFalse(draft.activity_ids)

    def test_read_again_by_hand_comes_to_the_same(self):
        draft = self._invite("DTSTART;VALUE=DATE:20260312", start=None, dtend=None)
        note = draft.intake_note
        draft.with_user(self.user_dispatcher).action_read_again()
        self.assertEqual(draft.intake_note, note)

    def test_it_cannot_be_written_from_outside(self):
        draft = self._invite()
        with self.assertRaisesRegex(Exception, "cannot be set from outside"):
            draft.with_user(self.user_dispatcher).write({"intake_calendar_uid": "another"})


@tagged("post_install", "-at_install")
class TestCalendarInvitation(CalendarCase):
    """Our invitations as mail programs want them: with buttons, and answers that come back."""

    def _get_sent(self, visit, kind):
        mail = self._get_notices(visit, kind)[-1]
        with self.mock_smtplib_connection():
            mail.send()
        (sent,) = self.emails
        return message_from_string(sent["message"], policy=policy.default)

    def test_the_parts_of_the_mail(self):
        visit = self._confirm()
        message = self._get_sent(visit, "confirmation")
        self.assertEqual(message.get_content_type(), "multipart/mixed")
        self.assertNotIn("X-Support-Center-Notice", message)
        alternative, attached = message.iter_parts()
        self.assertEqual(alternative.get_content_type(), "multipart/alternative")
        types = [part.get_content_type() for part in alternative.iter_parts()]
        self.assertEqual(types, ["text/plain", "text/html", "text/calendar"])
        calendar = list(alternative.iter_parts())[-1]
        self.assertEqual(calendar.get_param("method"), "REQUEST")
        self.assertEqual(calendar.get_content_charset(), "utf-8")
        self.assertFalse(calendar.get_filename())
        self.assertEqual(attached.get_filename(), "appointment.ics")
        self.assertEqual(attached.get_content_type(), "application/ics")
        same = attached.get_content().decode().splitlines()
        self.assertEqual(calendar.get_content().splitlines(), same)

    def test_the_event_asks_for_an_answer_at_the_alias(self):
        visit = self._confirm(location="Hauptstraße 1")
        message = self._get_sent(visit, "confirmation")
        text = list(next(message.iter_parts()).iter_parts())[-1].get_content()
        (event,) = Calendar.from_ical(text).walk("VEVENT")
        self.assertEqual(event["organizer"], f"mailto:{self.address}")
        self.assertEqual(event["attendee"], "mailto:known@example.com")
        params = event["attendee"].params
        self.assertEqual(
            [params[name] for name in ("ROLE", "PARTSTAT", "RSVP")],
            ["REQ-PARTICIPANT", "NEEDS-ACTION", "TRUE"],
        )
        seen = vobject.readOne(text)
        self.assertEqual(seen.method.value, "REQUEST")
        self.assertEqual(seen.vevent.uid.value, visit.ics_uid)
        self.assertEqual(seen.vevent.location.value, "Hauptstraße 1")
        self.assertEqual(seen.vevent.dtstart.value.replace(tzinfo=None), visit.start)
        self.assertEqual(seen.vevent.attendee.params["RSVP"], ["TRUE"])

    def test_a_visit_that_is_called_off(self):
        visit = self._confirm()
        visit.action_cancel()
        message = self._get_sent(visit, "cancelled")
        alternative, attached = message.iter_parts()
        calendar = list(alternative.iter_parts())[-1]
        self.assertEqual(calendar.get_param("method"), "CANCEL")
        self.assertEqual(attached.get_filename(), "cancelled.ics")
        (event,) = Calendar.from_ical(calendar.get_content()).walk("VEVENT")
        self.assertEqual(event["status"], "CANCELLED")
        self.assertEqual(event["organizer"], f"mailto:{self.address}")
        self.assertEqual(event["attendee"], "mailto:known@example.com")
        self.assertNotIn("RSVP", event["attendee"].params)
        self.assertEqual(event["sequence"], 1)
        self.assertEqual(str(event["uid"]), visit.ics_uid)

    def test_a_visit_keeps_its_organizer(self):
        """Calendars take changes from the organizer of the event alone."""
        visit = self._confirm()
        self.env.ref("support_center.mail_alias_appointments").alias_name = "visits"
        visit.start = at("2026-03-06 10:00")
        later = self._confirm(start=at("2026-03-09 10:00"))
        for record, address in ((visit, self.address), (later, f"visits@{self.alias_domain}")):
            file = self._get_notices(record)[-1].attachment_ids
            (event,) = Calendar.from_ical(file.raw).walk("VEVENT")
            self.assertEqual(event["organizer"], f"mailto:{address}")

    def test_without_an_alias_the_company_is_asked(self):
        self.env.company.alias_domain_id = False
        visit = self._confirm()
        attachment = self._get_notices(visit, "confirmation").attachment_ids
        (event,) = Calendar.from_ical(attachment.raw).walk("VEVENT")
        self.assertEqual(event["organizer"], "mailto:office@company.example.com")

    def test_other_mails_are_left_as_they_are(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "appointment.ics", "raw": ics(method="REQUEST").encode(),
             "mimetype": "text/calendar; charset=utf-8; method=REQUEST"}
        )  # fmt: skip
        mail = self.env["mail.mail"].create(
            {
                "subject": "A file",
                "body_html": "<p>Look at this</p>",
                "email_to": "known@example.com",
                "attachment_ids": [(6, 0, attachment.ids)],
            }
        )
        with self.mock_smtplib_connection():
            mail.send()
        message = message_from_string(self.emails[0]["message"], policy=policy.default)
        types = [part.get_content_type() for part in message.walk()]
        self.assertEqual(
            types,
            ["multipart/mixed", "multipart/alternative", "text/plain", "text/html",
             "text/calendar"],
        )  # fmt: skip

    def test_what_we_send_comes_back_to_the_visit(self):
        """There and back: the answer of a calendar that takes our own file as it came."""
        visit = self._confirm()
        message = self._get_sent(visit, "confirmation")
        text = list(next(message.iter_parts()).iter_parts())[-1].get_content()
        answer = text.replace("METHOD:REQUEST", "METHOD:REPLY").replace(
            "PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED"
        )
        (event,) = Calendar.from_ical(text).walk("VEVENT")
        _name, address = parseaddr(event["organizer"].removeprefix("mailto:"))
        self.assertFalse(self._send(answer, to=address))
        chatter = self._get_chatter(visit)
        self.assertIn("The customer accepted the invitation.", chatter)
        self.assertNotIn("This answer is about", chatter)
        self.assertEqual(visit.stop, fields.Datetime.to_datetime(visit.start) + timedelta(hours=1))
