from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import at
from .common import CalendarCase


@tagged("post_install", "-at_install")
class TestCalendarSync(CalendarCase):
    """What Google's and Outlook's synchronisation write, which run as superuser under the
    user's id and say so by ``dont_notify``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id, state="confirmed")
        cls.event = (
            cls.visit.calendar_event_ids.with_user(cls.user_technician)
            .sudo()
            .with_context(dont_notify=True)
        )

    def _assert_put_back(self, reason):
        self.assertTrue(self.event.active)
        self.assertFalse(self.event.allday)
        self.assertEqual(self.event.start, at("2026-03-05 10:00"))
        self.assertEqual(self.event.stop, at("2026-03-05 11:00"))
        self.assertEqual((self.visit.start, self.visit.stop), (self.event.start, self.event.stop))
        self.assertEqual(self.visit.state, "confirmed")
        self.assertEqual(self.event.user_id, self.user_technician)
        self.assertEqual(self.event.partner_ids, self.user_technician.partner_id)
        activity = self.visit.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertTrue(activity.user_id.has_group("support_center.group_support_dispatcher"))
        self.assertIn(reason, activity.note)
        self.assertTrue(self.visit.message_ids.filtered(lambda m: reason in (m.body or "")))
        row = self._get_log(self.visit, "calendar_move")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn(reason, row.message)

    def test_a_move_is_a_reschedule(self):
        with self.mock_mail_gateway():
            self.event.write(
                {
                    "name": self.event.name,
                    "start": at("2026-03-05 14:00"),
                    "stop": at("2026-03-05 15:00"),
                    "allday": False,
                    "recurrency": False,
                    "user_id": self.user_technician.id,
                    "attendee_ids": [
                        Command.update(self.event.attendee_ids.id, {"state": "accepted"})
                    ],
                }
            )
        self.assertEqual(self.visit.start, at("2026-03-05 14:00"))
        self.assertEqual(self.visit.write_uid, self.user_technician)
        self.assertTrue(self._get_notices(self.visit, "rescheduled"))
        self.assertFalse(self.visit.activity_ids)

    def test_the_same_time_again_is_no_move(self):
        self.event.write({"start": self.event.start, "stop": self.event.stop})
        self.assertFalse(self._get_log(self.visit, "calendar_move"))
        self.assertFalse(self._get_notices(self.visit, "rescheduled"))

    def test_a_refused_move_is_put_back_and_told(self):
        other = self._plan(start=at("2026-03-05 14:30"))
        with mute_logger("odoo.sql_db"):
            self.event.write(
                {
                    "start": at("2026-03-05 14:00"),
                    "stop": at("2026-03-05 15:00"),
                    "description": "<p>Key under the mat</p>",
                }
            )
        self._assert_put_back(other.name)
        # The rest of what came is the technician's own.
        self.assertIn("Key under the mat", self.event.description)

    def test_a_move_into_the_past(self):
        self._move(self.event, "2026-02-05 14:00", "2026-02-05 15:00")
        self._assert_put_back("past")

    def test_no_length_at_all(self):
        self._move(self.event, "2026-03-05 14:00", "2026-03-05 14:00")
        self._assert_put_back("0")

    def test_the_synchronisations_rights_are_the_users(self):
        self.user_technician.write(
            {"groups_id": [Command.set(self.env.ref("base.group_user").ids)]}
        )
        self._move(self.event)
        self._assert_put_back("")

    def test_the_whole_day(self):
        self.event.write(
            {"allday": True, "start": at("2026-03-06 00:00"), "stop": at("2026-03-06 00:00")}
        )
        self._assert_put_back("whole day")

    def test_recurring(self):
        self.event.write(
            {"recurrency": True, "rrule_type": "daily", "start": at("2026-03-06 08:00")}
        )
        self._assert_put_back("recur")
        self.assertFalse(self.event.recurrency)

    def test_archived(self):
        self.event.write({"active": False})
        self._assert_put_back("Cancel the appointment")

    def test_deleted(self):
        # Both write the id of the other side away first.
        self.event.unlink()
        self.assertTrue(self.event.exists())
        self._assert_put_back("Cancel the appointment")

    def test_declined(self):
        attendee = self.event.attendee_ids
        self.event.write({"attendee_ids": [Command.update(attendee.id, {"state": "declined"})]})
        self.assertEqual(attendee.state, "declined")
        self._assert_put_back("Cancel the appointment")
        # Once is enough, however often the synchronisation says it.
        self.event.write({"attendee_ids": [Command.update(attendee.id, {"state": "declined"})]})
        self.assertEqual(len(self._get_log(self.visit, "calendar_move")), 1)

    def test_guests_and_organiser_are_not_taken_over(self):
        self.event.write(
            {
                "user_id": self.user_2.id,
                "partner_ids": [Command.link(self.customer.id)],
                "attendee_ids": [
                    Command.create({"partner_id": self.customer.id, "state": "accepted"})
                ],
                "location": "Side Street 2",
            }
        )
        self.assertEqual(self.event.attendee_ids.partner_id, self.user_technician.partner_id)
        self.assertEqual(self.event.user_id, self.user_technician)
        self.assertEqual(self.event.location, "Side Street 2")
        self.assertFalse(self.visit.activity_ids)

    def test_the_archived_event_of_a_cancelled_visit_is_kept(self):
        self.visit.action_cancel()
        # Google tells of the deletion that our archiving has asked for.
        self.event.unlink()
        self.assertTrue(self.event.exists())
        self.assertFalse(self.visit.activity_ids)
        self.visit.action_draft()
        self.visit.action_confirm()
        self.assertTrue(self.event.active)

    def test_the_event_of_a_done_visit_goes(self):
        self.visit.action_start()
        self.visit.action_done()
        self.event.unlink()
        self.assertFalse(self.event.exists())
        self.assertFalse(self.visit.activity_ids)
