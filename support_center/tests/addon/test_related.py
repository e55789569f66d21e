from odoo.tests import tagged

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestRelated(SupportMailCase):
    """The buttons on top of a form lead to what belongs to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ticket = cls.env["support.ticket"].create(
            {"name": "Printer", "partner_id": cls.customer.id}
        )
        cls.visit = cls._create_appointment(
            technician_id=cls.technician.id, ticket_id=cls.ticket.id
        ).with_user(cls.user_dispatcher)

    def _search(self, action):
        records = self.env[action["res_model"]].with_user(self.user_dispatcher)
        return records.search(action["domain"])

    def test_mails_with_what_became_of_them(self):
        self.assertEqual(self.visit.mail_count, 0)
        self.visit.action_confirm()
        self.visit.invalidate_recordset()
        self.assertEqual(self.visit.mail_count, 1)
        message = self._search(self.visit.action_view_mails())
        self.assertEqual(message.support_mail_state, "outgoing")
        self.assertIn("known@example.com", message.support_mail_to)
        # Or Odoo warns of two fields with one label whenever the module is installed.
        fields = self.env["mail.mail"]._fields
        self.assertNotEqual(fields["support_mail_to"].string, fields["email_to"].string)
        mail = self._get_notices(self.visit)
        mail.write({"state": "exception", "failure_reason": "No server"})
        message.invalidate_recordset()
        self.assertEqual(message.support_mail_state, "exception")
        self.assertEqual(message.support_mail_failure, "No server")

    def test_mails_of_others_are_not_looked_into(self):
        note = self.customer.message_post(body="Hello", message_type="comment")
        self.env["mail.mail"].create(
            {"mail_message_id": note.id, "email_to": "hidden@example.com", "state": "exception"}
        )
        message = note.with_user(self.user_technician)
        self.assertFalse(message.support_mail_to or message.support_mail_state)

    def test_ticket(self):
        self.assertEqual(self.visit.action_view_ticket()["res_id"], self.ticket.id)
        self.visit.action_confirm()
        ticket = self.ticket.with_user(self.user_dispatcher)
        self.assertEqual(ticket.mail_count, 1)
        self.assertEqual(len(self._search(ticket.action_view_mails())), 1)
        self.assertTrue(ticket.log_count)
        self.assertEqual(len(self._search(ticket.action_view_log())), ticket.log_count)

    def test_technician(self):
        technician = self.technician.with_user(self.user_dispatcher)
        self.assertEqual(technician.visit_count, 0)
        self.visit.action_confirm()
        technician.invalidate_recordset()
        self.assertEqual(technician.visit_count, 1)
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.technician.resource_id.id,
                "date_from": at("2026-03-05 00:00"),
                "date_to": at("2026-03-06 00:00"),
            }
        )
        managed = self.technician.with_user(self.user_manager)
        self.assertEqual(managed.absence_count, 1)
        action = managed.action_view_absences()
        self.assertEqual(action["context"]["default_resource_id"], self.technician.resource_id.id)
        self.assertEqual(len(self.env[action["res_model"]].search(action["domain"])), 1)
        self.assertEqual(len(self._search(technician.action_view_log())), technician.log_count)

    def test_the_one_that_a_duplicate_went_into(self):
        second = self._create_appointment().with_user(self.user_dispatcher)
        second._merge_into(self.visit, tell=False)
        self.assertEqual(second.action_view_merged_into()["res_id"], self.visit.id)
