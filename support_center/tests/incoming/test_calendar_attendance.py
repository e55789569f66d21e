"""What customers' calendars answer is their attendance, or another time of the visit."""

from email import message_from_string, policy

import vobject
from icalendar import Calendar

from odoo.tests import tagged

from ..common import at
from .test_calendar_mail import LATER, SPOUSE, CalendarCase, attendee, ics

DECLINED = "The customer declined the visit"


class AttendanceCase(CalendarCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician_2.active = False
        cls.rule = cls.env.ref("support_center.automation_understand_reply")

    def setUp(self):
        super().setUp()
        self.entries = {}

    def _propose(self, visit, start=LATER, text="", **values):
        calendar = ics(method="COUNTER", uid=visit.ics_uid, start=start, **values)
        self.assertFalse(self._send(calendar, method="COUNTER", text=text))
        self.env.flush_all()

    def _get_reply_answers(self, visit):
        return self._get_answers(visit).filtered(lambda mail: "your answer" in mail.subject)

    def _take_in(self, visit):
        """What a calendar shows that takes in all that was sent of a visit until now.

        :return: dict of UID to (sequence, status, start), by icalendar and by vobject
        """
        for mail in self._get_notices(visit).filtered(lambda mail: mail.state == "outgoing"):
            with self.mock_smtplib_connection():
                mail.send()
            (sent,) = self.emails
            message = message_from_string(sent["message"], policy=policy.default)
            for part in message.walk():
                if part.get_content_type() == "text/calendar":
                    self._take_in_file(self.entries, part.get_content())
        return self.entries

    def _take_in_file(self, entries, text):
        calendar = Calendar.from_ical(text)
        (event,) = calendar.walk("VEVENT")
        seen = vobject.readOne(text)
        self.assertEqual(seen.vevent.uid.value, str(event["uid"]))
        self.assertEqual(int(seen.vevent.sequence.value), event["sequence"])
        self.assertEqual(seen.vevent.dtstart.value, event["dtstart"].dt)
        known = entries.get(str(event["uid"]))
        # RFC 5546, 2.1.5: what is no newer is left aside.
        if not known or event["sequence"] > known[0]:
            status = "CANCELLED" if calendar["method"] == "CANCEL" else "CONFIRMED"
            entries[str(event["uid"])] = (event["sequence"], status, event["dtstart"].dt)


@tagged("post_install", "-at_install")
class TestCalendarAttendance(AttendanceCase):
    def test_accepted_is_their_attendance(self):
        visit = self._confirm()
        self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid))
        self.assertEqual(visit.attendance, "confirmed")
        self.assertFalse(visit.activity_ids)
        self.assertFalse(self._get_reply_answers(visit))

    def test_declined_is_told_once(self):
        visit = self._confirm()
        self._send(ics(attendee("DECLINED"), uid=visit.ics_uid), text="Sorry, I am away.")
        self.assertEqual((visit.attendance, visit.state), ("declined", "confirmed"))
        self.assertEqual(visit.activity_ids.mapped("summary"), [DECLINED])

    def test_tentative_says_nothing(self):
        visit = self._confirm()
        self._send(ics(attendee("TENTATIVE"), uid=visit.ics_uid))
        self.assertEqual(visit.attendance, "unknown")

    def test_somebody_else_does_not_attend(self):
        visit = self._confirm()
        self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid), sender=SPOUSE)
        self._send(ics(attendee("ACCEPTED", "other@example.net"), uid=visit.ics_uid))
        self.assertEqual(visit.attendance, "unknown")

    def test_an_answer_to_the_time_before(self):
        visit = self._confirm()
        visit.start = at("2026-03-06 10:00")
        self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid))
        self._send(ics(attendee("DECLINED"), uid=visit.ics_uid))
        self.assertEqual(visit.attendance, "unknown")

    def test_a_visit_that_is_over(self):
        visit = self._confirm()
        visit.action_cancel()
        self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid))
        self.assertEqual((visit.attendance, visit.state), ("unknown", "cancelled"))

    def test_a_proposed_time_that_is_free_is_taken(self):
        visit = self._confirm()
        self._propose(visit)
        self.assertEqual(visit.start, at("2026-03-06 11:00"))
        self.assertEqual(visit.technician_id, self.technician)
        # What they did, and not that they propose it.
        self.assertEqual(len(visit.activity_ids), 1)
        self.assertNotIn("proposes", visit.activity_ids.summary)
        self.assertIn("Your appointment is on", self._get_text(self._get_reply_answers(visit)))
        # One event for their calendar, with the time that they proposed.
        ((_sequence, status, start),) = self._take_in(visit).values()
        self.assertEqual((status, f"{start:%Y-%m-%d %H:%M}"), ("CONFIRMED", "2026-03-06 11:00"))

    def test_a_proposed_time_that_is_taken(self):
        self._confirm(start=at("2026-03-06 11:00"))
        visit = self._confirm()
        self._propose(visit)
        self.assertEqual(visit.start, at("2026-03-05 10:00"))
        self.assertEqual(len(visit.activity_ids), 1)
        offered = visit._get_held_by_mail()
        self.assertEqual(len(offered), 3)
        text = self._get_text(self._get_reply_answers(visit))
        for hold in offered:
            self.assertIn(visit._format_for_customer(hold.start), text)

    def test_a_proposal_that_says_more_is_for_a_person(self):
        visit = self._confirm()
        for values in (
            {"text": "But only if it takes an hour at most."},
            {"dtend": "20260306T140000Z"},
            {"start": "", "dtstart;value=date": "20260306"},
        ):
            with self.subTest(values):
                visit.activity_ids.unlink()
                self._propose(visit, **values)
                self.assertEqual(visit.start, at("2026-03-05 10:00"))
                self.assertEqual(len(visit.activity_ids), 1)
                self.assertFalse(self._get_reply_answers(visit))

    def test_a_proposal_within_notice(self):
        visit = self._confirm()
        visit.type_id = self.env["support.appointment.type"].create(
            {"name": "Strict", "cancel_notice_hours": 100}
        )
        visit.activity_ids.unlink()
        self._propose(visit)
        self.assertEqual(visit.start, at("2026-03-05 10:00"))
        self.assertEqual(len(visit.activity_ids), 1)

    def test_rule_off(self):
        self.rule.active = False
        visit = self._confirm()
        self._send(ics(attendee("ACCEPTED"), uid=visit.ics_uid))
        self._propose(visit)
        self.assertEqual((visit.attendance, visit.start), ("unknown", at("2026-03-05 10:00")))
        self.assertEqual(len(visit.activity_ids), 1)

    def test_one_event_from_the_invitation_to_the_cancellation(self):
        visit = self._confirm()
        (uid,) = self._take_in(visit)
        self.assertEqual(uid, visit.ics_uid)
        visit.start = at("2026-03-06 10:00")
        self.env.flush_all()
        entries = self._take_in(visit)
        self.assertEqual(list(entries), [uid])
        self.assertEqual(entries[uid][1], "CONFIRMED")
        self.assertEqual(f"{entries[uid][2]:%Y-%m-%d %H:%M}", "2026-03-06 10:00")
        visit.action_cancel()
        self.env.flush_all()
        entries = self._take_in(visit)
        self.assertEqual(list(entries), [uid])
        self.assertEqual(entries[uid][1], "CANCELLED")

    def test_a_proposal_that_no_calendar_has(self):
        visit = self._confirm()
        for start in ("99991231T235959Z", "00010101T000000Z"):
            with self.subTest(start):
                before = visit.start
                self._propose(visit, start=start)
                self.assertEqual(visit.start, before)
