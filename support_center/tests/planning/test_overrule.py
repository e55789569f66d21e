from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import at
from ..common_availability import AvailabilityCase


@tagged("post_install", "-at_install")
class TestOverrule(AvailabilityCase):
    def _draft(self, start):
        return self._create_appointment(technician_id=self.technician.id, start=at(start))

    def test_a_dispatcher_overrules_hours_and_the_chatter_says_which(self):
        visit = self._draft("2026-03-05 19:00").with_user(self.user_dispatcher)
        visit.ignore_working_hours = True
        visit.action_confirm()
        self.assertEqual(visit.state, "confirmed")
        bodies = " ".join(visit.message_ids.mapped("body"))
        self.assertIn("Planned outside working hours", bodies)
        self.assertIn("works 08:00–12:00, 13:00–17:00 only", bodies)
        note = visit.message_ids.filtered(lambda m: "Planned outside" in m.body)
        self.assertEqual(note.author_id, self.user_dispatcher.partner_id)

    def test_a_leave_may_be_overruled_too(self):
        self._leave("2026-03-05 00:00", "2026-03-05 23:00", self.technician)
        visit = self._draft("2026-03-05 10:00").with_user(self.user_dispatcher)
        visit.ignore_working_hours = True
        visit.action_confirm()
        self.assertIn("is on leave", " ".join(visit.message_ids.mapped("body")))

    def test_nothing_is_noted_where_nothing_was_overruled(self):
        visit = self._draft("2026-03-05 10:00").with_user(self.user_dispatcher)
        visit.ignore_working_hours = True
        visit.action_confirm()
        self.assertNotIn("Planned outside", " ".join(visit.message_ids.mapped("body")))

    def test_an_overlap_a_meeting_and_the_maximum_stand(self):
        self._book("2026-03-05 08:00")
        self._meeting("2026-03-06 18:00", "2026-03-06 20:00")
        for start in ("2026-03-05 08:30", "2026-03-06 19:00"):
            visit = self._draft(start).with_user(self.user_dispatcher)
            visit.ignore_working_hours = True
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(
                    ValidationError, "First Technician (is already booked|has a meeting)"
                ),
            ):
                visit.action_confirm()
        self.technician.max_daily_appointments = 1
        visit = self._draft("2026-03-05 19:00").with_user(self.user_dispatcher)
        visit.ignore_working_hours = True
        with self.assertRaisesRegex(ValidationError, "limit of 1 visits"):
            visit.action_confirm()

    def test_a_technician_cannot(self):
        visit = self._book("2026-03-05 10:00").with_user(self.user_technician)
        with self.assertRaisesRegex(AccessError, "Only a dispatcher may plan"):
            visit.write({"ignore_working_hours": True})
        self.assertFalse(visit.ignore_working_hours)

    def test_a_copy_is_not_overruled(self):
        visit = self._draft("2026-03-05 19:00")
        visit.ignore_working_hours = True
        self.assertFalse(visit.copy().ignore_working_hours)
