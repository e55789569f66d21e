from unittest.mock import patch

from odoo.tests import tagged

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestMarks(SupportMailCase):
    """A change is written once, however much follows from it: marks are stored past ``write``."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("support_center.automation_webhook_response").active = True
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("support_center.webhook_response_url", "https://hooks.example.com/in")
        parameters.set_param("support_center.calendar_mirror", "True")
        ticket = cls.env["support.ticket"].create(
            {"name": "Printer", "partner_id": cls.customer.id}
        )
        cls.technician_2.email = "two@example.com"
        cls.visit = cls._create_appointment(technician_id=cls.technician.id, ticket_id=ticket.id)
        cls.env.flush_all()

    def _list_writes(self, change):
        """What ``write`` of appointments is called with while ``change`` runs."""
        model = type(self.env["support.appointment"])
        write, calls = model.write, []

        def _write(records, vals):
            if records:
                calls.append(sorted(vals))
            return write(records, vals)

        with patch.object(model, "write", _write):
            change(self.visit.with_user(self.user_dispatcher))
            self.env.flush_all()
        return calls

    def _get_events(self):
        rows = self.env["support.webhook.delivery"].search([("appointment_id", "=", self.visit.id)])
        return [row.event.removeprefix("appointment.") for row in rows.sorted("id")]

    def test_a_confirmation(self):
        self.assertEqual(self._list_writes(lambda visit: visit.action_confirm()), [["state"]])
        self.assertTrue(self.visit.confirmation_sent)
        self.assertEqual(self.visit.announced_start, self.visit.start)
        self.assertEqual(self.visit.technician_notified_id, self.technician)
        self.assertEqual(self.visit.ticket_sync_mark, f"{self.visit.ticket_id.id}:confirmed")
        self.assertEqual(self.visit.ticket_id.state, "pending")
        self.assertEqual(self._get_events(), ["confirmed"])
        self.assertEqual(self.visit.webhook_sequence, 1)
        self.assertEqual(len(self._get_notices(self.visit, "confirmation")), 1)
        self.assertTrue(self.visit.calendar_event_ids)

    def test_a_confirmation_that_assigns(self):
        calls = self._list_writes(
            lambda visit: visit.write({"state": "confirmed", "technician_id": self.technician_2.id})
        )
        self.assertEqual(calls, [["state", "technician_id"]])
        self.assertEqual(self.visit.technician_notified_id, self.technician_2)

    def test_a_move(self):
        self.visit.action_confirm()
        self._send_queue()
        now = at("2026-03-02 08:00")
        self.visit._write_marks({"reminder_sent": True, "reminder_held": True})
        self.visit._write_protected({"customer_waiting_since": now, "acknowledge_at": now})
        calls = self._list_writes(lambda visit: visit.write({"start": at("2026-03-06 09:00")}))
        self.assertEqual(calls, [["start"]])
        self.assertEqual(self.visit.announced_start, at("2026-03-06 09:00"))
        self.assertFalse(self.visit.reminder_sent or self.visit.reminder_held)
        self.assertFalse(self.visit.acknowledge_at)
        self.assertEqual(self._get_events(), ["confirmed", "rescheduled"])
        self.assertEqual(self.visit.webhook_told["start"], "2026-03-06 09:00:00")

    def test_a_cancellation(self):
        self.visit.action_confirm()
        self.env["support.notifier"]._queue("reminder", self.visit)
        calls = self._list_writes(lambda visit: visit.action_cancel())
        self.assertEqual(calls, [["state"]])
        self.assertFalse(self.visit.announced_start or self.visit.reminder_sent)
        self.assertEqual(self._get_notices(self.visit, "reminder").state, "cancel")
        self.assertEqual(self.visit.ticket_sync_mark, f"{self.visit.ticket_id.id}:cancelled")
        self.assertEqual(self._get_events(), ["confirmed", "cancelled"])

    def test_a_cancellation_without_a_mail(self):
        self.visit.action_confirm()
        calls = self._list_writes(lambda visit: visit._cancel("Ill", tell=False))
        self.assertEqual(calls, [["cancel_reason", "cancel_silently", "state"]])
        self.assertFalse(self.visit.announced_start or self.visit.confirmation_sent)
        self.assertFalse(self._get_notices(self.visit, "cancelled"))

    def test_another_customer(self):
        self.visit.action_confirm()
        other = self.env["res.partner"].create({"name": "Other", "email": "other@example.com"})
        calls = self._list_writes(lambda visit: visit.write({"partner_id": other.id}))
        self.assertEqual(calls, [["partner_id"]])
        last = self._get_notices(self.visit, "confirmation").sorted("id")[-1:]
        self.assertEqual((last.state, last.recipient_ids), ("outgoing", other))
        self.assertTrue(self.visit.confirmation_sent)
