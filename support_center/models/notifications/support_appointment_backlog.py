from odoo import api, fields, models

from .support_appointment_technician import EXPECTED
from .support_notifier import NOTIFICATIONS


class SupportAppointment(models.Model):
    """What the rules and the cron for notices should have told by now, and whom."""

    _inherit = "support.appointment"

    def init(self):
        super().init()
        # Of all that were ever cancelled, those whose customers expect somebody still.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_appointment_expected_cancelled_idx
                ON support_appointment (announced_start)
             WHERE state = 'cancelled' AND announced_start IS NOT NULL
            """
        )

    @api.model
    def _get_backlog_reminders_domain(self):
        """Visits that the cron would remind of now, as the cron itself picks them."""
        return self._get_backlog_ids_domain(
            f"SELECT id {self._get_due_reminders_sql()}",
            {**self._get_due_reminders_params(), "after_id": 0},
        )

    @api.model
    def _get_held_reminders_domain(self):
        """Visits still to come whose reminders were held back."""
        return [
            ("reminder_held", "=", True),
            ("reminder_sent", "=", False),
            ("send_reminder_email", "=", True),
            *self._get_expected_domain(),
        ]

    @api.model
    def _get_backlog_confirmation_domain(self):
        """Confirmed and not announced, though the customer wants it and has an address."""
        return [
            ("send_confirmation_email", "=", True),
            ("confirmation_sent", "=", False),
            ("partner_id.email_normalized", "!=", False),
            *self._get_expected_domain(),
        ]

    @api.model
    def _get_backlog_rescheduled_domain(self):
        """Visits of which the customer knows another time."""
        return self._get_backlog_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state = 'confirmed' AND start > %(now)s
               AND announced_start IS NOT NULL AND announced_start <> start
            """
        )

    @api.model
    def _get_backlog_updated_domain(self):
        """Visits of which the customer knows other details."""
        # Those that may be different: which of them are, ``_get_changed_details`` says.
        domain = self._get_backlog_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state = 'confirmed' AND start > %(now)s
               AND announced_start IS NOT NULL
               AND (COALESCE(NULLIF(announced_details ->> 'location', 'false'), '')
                    <> COALESCE(location, '')
                    OR COALESCE(NULLIF(announced_details ->> 'type', 'false'), '')
                    <> COALESCE(type_id::text, '')
                    OR COALESCE(NULLIF(announced_details ->> 'technician', 'false'), '')
                    <> COALESCE(technician_id::text, '')
                    OR abs(duration * 60 - CASE jsonb_typeof(announced_details -> 'duration')
                        WHEN 'number' THEN (announced_details ->> 'duration')::float ELSE 0 END)
                    >= 0.5)
            """
        )
        told = self.search(domain, order="id")
        return [("id", "in", told.filtered(lambda a: a._get_changed_details()).ids)]

    @api.model
    def _get_backlog_cancelled_domain(self):
        """Cancelled, while the customer still expects somebody."""
        return [
            ("state", "=", "cancelled"),
            ("cancel_silently", "=", False),
            ("announced_start", ">", fields.Datetime.now()),
            ("partner_id.email_normalized", "!=", False),
        ]

    @api.model
    def _get_backlog_technician_domain(self):
        """Visits to come of which a technician does not know what is so now, and could be told."""
        domain = self._get_backlog_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND start > %(now)s AND technician_id IS NOT NULL
               AND (state IN %(expected)s
                    AND (technician_id IS DISTINCT FROM technician_notified_id
                         OR start IS DISTINCT FROM technician_notified_start)
                    OR state = 'cancelled' AND technician_notified_start IS NOT NULL)
            """,
            {"expected": EXPECTED},
        )
        return [
            "|",
            ("technician_id.user_id", "!=", False),
            ("technician_id.email", "!=", False),
            *domain,
        ]

    @api.model
    def _get_expected_domain(self):
        """Confirmed visits still to come."""
        return [("state", "=", "confirmed"), ("start", ">", fields.Datetime.now())]

    def _describe_backlog_audience(self, automation):
        if automation.audience == "customer":
            return self._describe_backlog_customers(automation.notice)
        if automation.audience == "technician":
            return self._describe_backlog_technicians()
        return super()._describe_backlog_audience(automation)

    def _describe_backlog_customers(self, notice):
        """The customers' addresses, or why they cannot be told.

        :param str notice: one of ``NOTIFICATIONS``
        """
        fault = self.env["support.notifier"]._find_template_fault(NOTIFICATIONS[notice].template)
        obstacles = dict.fromkeys(self.ids, fault) if fault else {}
        obstacles.update(self._get_obstacles(notice))
        return {
            record.id: obstacles.get(record.id)
            or record.partner_id.email_formatted
            or record.customer_email
            for record in self
        }

    def _describe_backlog_technicians(self):
        """The technicians, or why they cannot be told."""
        # sudo: the technician's user is not everybody's to read.
        technicians = {record.id: record.technician_id.sudo() for record in self}
        unreachable = self.technician_id._find_notification_obstacles()
        return {
            record_id: unreachable.get(technician.id) or technician.user_id.name or technician.email
            for record_id, technician in technicians.items()
        }
