from odoo.tests import tagged

from ..common import GUIDE_DATA, SupportMailCase, at

# As the guide and the contract name them, with how they are delivered.
RULES = {
    "automation_process_email": ("Process Email Appointment", True),
    "automation_intake_answer": ("Answer Mailed Requests", True),
    "automation_understand_reply": ("Understand Short Replies", True),
    "automation_send_confirmation": ("Auto-send Confirmation Email", True),
    "automation_send_rescheduled": ("Send Rescheduled Email", True),
    "automation_send_updated": ("Send Updated Email", True),
    "automation_send_cancelled": ("Send Cancelled Email", True),
    "automation_notify_technician": ("Notify Technician on Assignment", True),
    "automation_sync_ticket_status": ("Sync Helpdesk Ticket Status", True),
    "automation_webhook_create": ("Webhook Appointment Creation", False),
    "automation_webhook_response": ("Webhook Response", False),
    "automation_reoffer_slot": ("Reoffer Freed Slot", False),
    "automation_tell_hit_visits": ("Notify of Time-Off Conflicts", True),
    "automation_tell_schedule_conflicts": ("Notify of Schedule Conflicts", True),
    "automation_send_on_the_way": ("Send On-the-Way Email", True),
    "automation_send_report": ("Send Visit Report", False),
}
CRONS = {
    "cron_send_appointment_reminders": ("Send Appointment Reminders", 1, "hours", True),
    "cron_cleanup_old_appointments": ("Cleanup Old Appointments", 1, "days", False),
    "cron_generate_appointment_statistics": ("Generate Appointment Statistics", 1, "weeks", False),
    "cron_send_day_sheets": ("Send Day Sheets", 1, "hours", False),
    "cron_pass_on_offers": ("Pass On Offered Times", 1, "hours", True),
    "cron_acknowledge_customers": ("Acknowledge Messages of Customers", 1, "hours", True),
    "cron_deliver_webhooks": ("Deliver Webhooks", 5, "minutes", True),
}
TEMPLATES = {
    "mail_template_appointment_confirmation": "Support Appointment Confirmation",
    "mail_template_appointment_reminder": "Support Appointment Reminder",
    "mail_template_appointment_rescheduled": "Support Appointment Rescheduled",
    "mail_template_appointment_cancelled": "Support Appointment Cancelled",
    "mail_template_appointment_updated": "Support Appointment Updated",
    "mail_template_appointment_on_the_way": "Support Technician on the Way",
    "mail_template_appointment_report": "Support Visit Report",
}


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

    def _try_on_the_way(self):
        kind = self.env["support.appointment.type"].create(
            {"name": "Announced", "notify_on_the_way": True}
        )

        def set_off(visit):
            visit.type_id = kind
            visit._write_protected({"on_the_way_at": at("2026-03-05 09:30")})

        return self._has_notice("on_the_way", set_off)

    def _try_report(self):
        def work(visit):
            visit.start = at("2026-03-02 08:00")
            visit.action_start()
            visit.action_done()

        return self._has_notice("report", work)

    def _try_technician(self):
        visit = self._create_appointment(technician_id=self.technician.id, state="confirmed")
        found = bool(
            visit.message_ids.sudo().search(
                [("res_id", "=", visit.id), ("message_type", "=", "user_notification")]
            )
        )
        visit.action_cancel()
        return found

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

    def _try_answer(self):
        number = self.env["support.appointment"].search_count([])
        draft = self._send_mail(message_id=f"<answer-{number}@example.com>")
        answers = [("res_id", "=", draft.id), ("model", "=", draft._name)]
        return bool(self.env["mail.mail"].search_count([*answers, ("state", "=", "outgoing")]))

    def _try_understand_reply(self):
        visit = self._create_appointment(state="confirmed")
        (confirmation,) = self._get_notices(visit, "confirmation")
        self._send_mail(
            "Yes, see you then!",
            sender="Known Customer <known@example.com>",
            subject=f"Re: {confirmation.subject}",
            message_id=f"<yes-{visit.id}@example.com>",
            headers=[("In-Reply-To", confirmation.message_id)],
        )
        return visit.attendance == "confirmed"

    def _try_webhook_in(self):
        """Odoo's route looks for the rule among those that are switched on."""
        rule = self.env.ref("support_center.automation_webhook_create")
        found = self.env["base.automation"].search([("webhook_uuid", "=", rule.webhook_uuid)])
        if not found:
            return False
        number = self.env["support.appointment"].search_count([])
        found._execute_webhook({**GUIDE_DATA, "external_ref": f"W-{number}"})
        made = self.env["support.appointment"].search([("external_ref", "=", f"W-{number}")])
        return made.intake_state == "accepted"

    def _try_webhook_out(self):
        visit = self._create_appointment(state="confirmed")
        return bool(
            self.env["support.webhook.delivery"].search_count([("appointment_id", "=", visit.id)])
        )

    def _try_reoffer(self):
        # What other attempts have left would wait longer, and holds the time.
        self.env["support.slot.offer"].search([])._end("withdrawn")
        self.env["support.appointment"].search([("state", "=", "draft")]).active = False
        visit = self._create_appointment(technician_id=self.technician.id, state="confirmed")
        waiting = self._create_appointment(start=False, requested_date=at("2026-03-05 10:00"))
        visit.action_cancel()
        return visit.reoffered_to_id == waiting

    def _try_hit_visits(self):
        technician = self.env["support.technician"].create({"name": "Away", "tz": "UTC"})
        self._create_appointment(technician_id=technician.id)
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": technician.resource_id.id,
                "date_from": at("2026-03-05 08:00"),
                "date_to": at("2026-03-05 18:00"),
            }
        )
        return bool(technician.activity_ids)

    def _try_schedule_conflicts(self):
        technician = self.env["support.technician"].create({"name": "Moving", "tz": "UTC"})
        self._create_appointment(technician_id=technician.id, state="confirmed")
        technician.tz = "America/Los_Angeles"
        self.env.flush_all()
        return bool(technician.activity_ids)

    def test_off_and_on_again(self):
        self.env["ir.config_parameter"].set_param(
            "support_center.webhook_response_url", "https://hooks.example.com/in"
        )
        attempts = {
            "automation_process_email": self._try_process_email,
            "automation_intake_answer": self._try_answer,
            "automation_understand_reply": self._try_understand_reply,
            "automation_send_confirmation": self._try_confirmation,
            "automation_send_rescheduled": self._try_rescheduled,
            "automation_send_updated": self._try_updated,
            "automation_send_cancelled": self._try_cancelled,
            "automation_notify_technician": self._try_technician,
            "automation_sync_ticket_status": self._try_ticket,
            "automation_webhook_create": self._try_webhook_in,
            "automation_webhook_response": self._try_webhook_out,
            "automation_reoffer_slot": self._try_reoffer,
            "automation_tell_hit_visits": self._try_hit_visits,
            "automation_tell_schedule_conflicts": self._try_schedule_conflicts,
            "automation_send_on_the_way": self._try_on_the_way,
            "automation_send_report": self._try_report,
        }
        self.assertEqual(set(attempts), set(RULES))
        for name, attempt in attempts.items():
            with self.subTest(name):
                self._switch(name, True)
                self.assertTrue(attempt())
                self._switch(name, False)
                self.assertFalse(attempt())
                self._switch(name, True)
                self.assertTrue(attempt())

    def test_odoo_runs_a_job_only_while_it_is_switched_on(self):
        for name in CRONS:
            cron = self.env.ref(f"support_center.{name}")
            for active in (False, True, False, True):
                with self.subTest(name, active=active):
                    cron.write({"active": active, "nextcall": "2026-01-01 00:00:00"})
                    self.env.flush_all()
                    jobs = self.env["ir.cron"]._get_all_ready_jobs(self.env.cr)
                    self.assertEqual(cron.id in [job["id"] for job in jobs], active)

    def test_each_job_runs_by_hand_from_settings(self):
        self.env["support.appointment"].search([]).active = False
        for name in CRONS:
            with self.subTest(name):
                self._run_by_hand(self.env.ref(f"support_center.{name}"))

    def test_names_schedules_and_states_as_in_the_guide(self):
        for name, (label, active) in RULES.items():
            rule = self.env.ref(f"support_center.{name}")
            self.assertEqual((rule.name, rule.active), (label, active))
        for name, (label, number, unit, active) in CRONS.items():
            cron = self.env.ref(f"support_center.{name}")
            self.assertEqual(
                (cron.cron_name, cron.interval_number, cron.interval_type, cron.active),
                (label, number, unit, active),
            )
        for name, label in TEMPLATES.items():
            self.assertEqual(self.env.ref(f"support_center.{name}").name, label)
