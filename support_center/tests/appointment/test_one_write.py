from unittest.mock import patch

from odoo.tests import tagged

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestOneWrite(SupportCase):
    """A button is one ``write``: what follows from it sets marks, and writes no visit again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("support_center.automation_webhook_response").active = True
        cls.env["ir.config_parameter"].set_param(
            "support_center.webhook_response_url", "https://systems.example.com/hook"
        )
        ticket = cls.env["support.ticket"].create(
            {"name": "Printer", "partner_id": cls.customer.id}
        )
        cls.technician_2.email = "second@example.com"
        cls.visit = cls._create_appointment(
            technician_id=cls.technician_2.id, ticket_id=ticket.id, type_id=cls.type.id
        )

    def _count_writes(self, work):
        """Do ``work`` with everything that follows from it.

        :return: list of the dicts with which ``write`` of an appointment was called
        """
        # The outermost one, which base.automation has put in front of ours.
        model = self.env.registry["support.appointment"]
        calls, write = [], model.write

        def count(records, vals):
            # Of an empty recordset nothing is written.
            calls.extend([vals] if records else [])
            return write(records, vals)

        with patch.object(model, "write", count):
            work()
            self.env.flush_all()
        return calls

    def _assert_one(self, work, state):
        calls = self._count_writes(work)
        self.assertEqual(len(calls), 1, calls)
        self.assertEqual(self.visit.state, state)

    def test_a_confirmation_with_all_that_follows(self):
        self._assert_one(self.visit.action_confirm, "confirmed")
        # The rules did their work, and what they keep is in the database.
        self.env.invalidate_all()
        self.assertEqual(len(self._get_notices(self.visit, "confirmation")), 1)
        self.assertTrue(self.visit.confirmation_sent)
        self.assertEqual(self.visit.ticket_sync_mark, f"{self.visit.ticket_id.id}:confirmed")
        self.assertEqual(self.visit.webhook_told["state"], "confirmed")
        self.assertEqual(
            self.env["support.webhook.delivery"]
            .search([("appointment_id", "=", self.visit.id)])
            .mapped("event"),
            ["appointment.confirmed"],
        )

    def test_another_technician(self):
        self.visit.action_confirm()
        self.technician.user_id = False
        self.technician.email = "first@example.com"
        self._assert_one(
            lambda: self.visit.write({"technician_id": self.technician.id}), "confirmed"
        )
        self.env.invalidate_all()
        self.assertEqual(self.visit.technician_notified_id, self.technician)

    def test_a_move_a_cancellation_and_a_new_start(self):
        self.visit.action_confirm()
        self._assert_one(lambda: self.visit.write({"start": at("2026-03-06 10:00")}), "confirmed")
        self._assert_one(self.visit.action_cancel, "cancelled")
        self._assert_one(self.visit.action_draft, "draft")

    def test_another_customer(self):
        self.visit.action_confirm()
        other = self.customer.copy({"name": "Other Customer", "email": "other@example.com"})
        self._assert_one(lambda: self.visit.write({"partner_id": other.id}), "confirmed")
        self.env.invalidate_all()
        # The former customer's mail had not left; the new one has got theirs.
        self.assertEqual(self._get_notices(self.visit)[-1].recipient_ids, other)
        self.assertTrue(self.visit.confirmation_sent)
