from odoo.tests import tagged

from ..common import at
from ..health.common import HealthCase


@tagged("post_install", "-at_install")
class TestReachability(HealthCase):
    """Somebody who cannot be told of a visit is shown on it, and on Health."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visit = cls._create_appointment(technician_id=cls.technician.id)
        cls.visit.action_confirm()
        cls.env.flush_all()

    def _get_warning(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.visit.with_user(self.user_dispatcher).warning_message or ""

    def _get_line_of_kind(self, name):
        return self._get_lines().filtered(lambda line: line.name == name)

    def test_all_is_well(self):
        self.assertFalse(self._get_warning())
        self.env["support.appointment"].search(
            [("state", "=", "confirmed"), ("id", "!=", self.visit.id)]
        ).write({"state": "cancelled"})
        self._assert_line("People who cannot be told", "ok", "can be reached")

    def test_an_address_that_was_cleared_or_broken_after_confirming(self):
        for address, text in (
            (False, "no e-mail address"),
            (" ", "no e-mail address"),
            ("broken@", "“broken@” is no valid"),
            ("ann at customer", "“ann at customer” is no valid"),
        ):
            with self.subTest(address=address):
                self.customer.email = address
                self.assertIn(text, self._get_warning())
                # What was noted on the visit is not where mails go.
                self.assertEqual(self.visit.customer_email, "known@example.com")
                line = self._get_line("Customers without an address")
                self._assert_opens(line, self.visit)
                self.visit.start = self.visit.start.replace(minute=self.visit.start.minute + 1)
                self.env.flush_all()
                row = self._get_log(self.visit, "send_rescheduled")[:1]
                self.assertIn("no valid e-mail address", row.message)
        self.customer.email = "new@example.com"
        self.assertIn("last mail to the customer was left out", self._get_warning())
        self.visit.start = at("2026-03-06 10:00")
        self.assertFalse(self._get_warning())
        self.assertFalse(self._get_line_of_kind("Customers without an address"))

    def test_without_mails_wanted_but_with_one_that_was_sent(self):
        self.visit.write({"send_confirmation_email": False, "send_reminder_email": False})
        self.customer.email = False
        self.assertIn("no e-mail address", self._get_warning())

    def test_nobody_to_tell_and_nothing_to_be_told(self):
        visit = self._create_appointment(
            start=at("2026-03-09 10:00"), send_confirmation_email=False, send_reminder_email=False
        )
        visit.action_confirm()
        visit.technician_id = self.technician
        self.customer.email = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(visit.warning_message)

    def test_an_alias_of_a_team_that_is_marked_as_invalid(self):
        team = self.env["support.team"].create({"name": "Marked", "alias_name": "marked-team"})
        name = team.alias_id.display_name
        self.assertFalse(self._get_line_of_kind(name))
        team.alias_id.alias_status = "invalid"
        line = self._assert_line(name, "problem", "could not be taken in")
        self._assert_opens(line, team.alias_id)

    def test_an_address_on_the_blacklist(self):
        self.env["mail.blacklist"]._add("known@example.com")
        self.assertIn("opted out", self._get_warning())
        self._assert_opens(self._get_line("Customers who opted out"), self.visit)

    def test_an_address_from_which_mails_came_back(self):
        self.customer.message_bounce = 2
        self.assertIn("came back (2)", self._get_warning())
        self.assertIn("known@example.com", self._get_warning())
        self._assert_opens(self._get_line("Customers whose mails came back"), self.visit)
        # Odoo forgets it once a mail comes in from there.
        self._send_mail("Hello", sender="known@example.com", subject="Hello")
        self.assertFalse(self._get_warning())

    def test_a_technician_without_an_address(self):
        for vals, text in (
            ({"user_id": False, "email": False}, "neither a user nor"),
            ({"user_id": False, "email": "broken@"}, "“broken@” is no valid"),
        ):
            with self.subTest(vals=vals):
                self.technician_2.write(vals)
                self.visit.technician_id = self.technician_2
                self.assertIn(text, self._get_warning())
                self.assertFalse(self._get_notices(self.visit, "technician"))
                row = self._get_log(self.visit, "notify_technician")[:1]
                self.assertEqual(row.outcome, "skipped")
                self.assertIn(text, row.message)
                self._assert_opens(
                    self._assert_line(self.technician_2.name, "warning", text), self.technician_2
                )
                self.visit.technician_id = self.technician

    def test_a_technician_s_user_without_an_address(self):
        user = self.env["res.users"].create(
            {"name": "No Address", "login": "no.address", "notification_type": "email"}
        )
        self.technician_2.user_id = user
        user.partner_id.email = False
        self.visit.technician_id = self.technician_2
        self.assertIn("told of visits by e-mail", self._get_warning())
        self.assertFalse(self.visit.technician_notified_id == self.technician_2)
        self._assert_line(self.technician_2.name, "warning", "told of visits by e-mail")
        user.notification_type = "inbox"
        self.assertFalse(self._get_warning())
