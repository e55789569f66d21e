from odoo.tests import new_test_user

from ..common import SupportMailCase, at


class CalendarCase(SupportMailCase):
    """Two technicians with users, and a visit of the first."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Who saves is told by the inbox, so that any mail is one that should not be.
        cls.user_technician.notification_type = "inbox"
        cls.user_2 = new_test_user(
            cls.env,
            login="support_technician_2",
            groups="support_center.group_support_technician",
            email="two@example.com",
            notification_type="inbox",
            tz="Europe/Brussels",
        )
        cls.technician_2.user_id = cls.user_2

    def _plan(self, **values):
        """A visit that a dispatcher has confirmed, in the dispatcher's environment."""
        visit = self._create_appointment(
            **{"technician_id": self.technician.id, "location": "Main Street 1", **values}
        ).with_user(self.user_dispatcher)
        visit.action_confirm()
        return visit

    def _get_event(self, visit):
        """The visit's events, archived ones too, as superuser."""
        events = self.env["calendar.event"].with_context(active_test=False)
        return events.search([("support_appointment_id", "in", visit.ids)])

    def _move(self, event, start="2026-03-05 14:00", stop="2026-03-05 15:00"):
        event.write({"start": at(start), "stop": at(stop)})

    def _set_mirror(self, is_on):
        self.env["res.config.settings"].create({"support_center_calendar_mirror": is_on}).execute()
