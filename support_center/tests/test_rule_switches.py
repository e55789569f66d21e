from odoo.tests import tagged

from .common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestRuleSwitches(SupportMailCase):
    """Off really turns a rule's behaviour off, on again really on."""

    def _switch(self, name, active):
        self.env.ref(f"support_center.{name}").active = active

    def _has_notice(self, kind, work):
        visit = self._create_appointment(location="Here", state="confirmed", active=True)
        work(visit)
        found = bool(self._get_notices(visit, kind))
        visit.active = False
        return found

    def _try_confirmation(self):
        return self._has_notice("confirmation", lambda visit: None)

    def _try_rescheduled(self):
        return self._has_notice(
            "rescheduled", lambda visit: visit.write({"start": at("2026-03-06 10:00")})
        )

    def _try_updated(self):
        return self._has_notice("updated", lambda visit: visit.write({"location": "There"}))

    def _try_cancelled(self):
        return self._has_notice("cancelled", lambda visit: visit.action_cancel())

    def _try_technician(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        return bool(
            visit.message_ids.sudo().search(
                [("res_id", "=", visit.id), ("message_type", "=", "user_notification")]
            )
        )

    def _try_ticket(self):
        ticket = self.env["support.ticket"].create(
            {"name": "Printer", "partner_id": self.customer.id}
        )
        self._create_appointment(ticket_id=ticket.id, state="confirmed")
        return ticket.state == "pending"

    def _try_process_email(self):
        number = self.env["support.appointment"].search_count([])
        return self._send_mail(message_id=f"<{number}@example.com>").intake_state == "accepted"

    def _try_intake_answer(self):
        number = self.env["support.appointment"].search_count([])
        draft = self._send_mail(message_id=f"<{number}@example.com>")
        return "we have your request" in "".join(
            self.env["mail.mail"].search([("res_id", "=", draft.id)]).mapped("subject")
        )

    def test_off_and_on_again(self):
        for name, attempt in (
            ("automation_send_confirmation", self._try_confirmation),
            ("automation_send_rescheduled", self._try_rescheduled),
            ("automation_send_updated", self._try_updated),
            ("automation_send_cancelled", self._try_cancelled),
            ("automation_notify_technician", self._try_technician),
            ("automation_sync_ticket_status", self._try_ticket),
            ("automation_process_email", self._try_process_email),
            ("automation_intake_answer", self._try_intake_answer),
        ):
            with self.subTest(name):
                self.assertTrue(attempt())
                self._switch(name, False)
                self.assertFalse(attempt())
                self._switch(name, True)
                self.assertTrue(attempt())
