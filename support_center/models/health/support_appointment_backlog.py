from datetime import timedelta

from odoo import _, api, fields, models

from ..notifications.support_appointment_technician import AHEAD
from ..notifications.support_notifier import NOTIFICATIONS
from ..tickets.support_appointment import TICKET_STATE_BY_VISIT

# What a domain cannot say is looked up as ids; no more of them than these are looked at.
BACKLOG_MAX = 5000


class SupportAppointment(models.Model):
    """What each rule and cron should have handled: one domain for each, used by the dry run,
    by Health and by the guard on switching on."""

    _inherit = "support.appointment"

    # ------------------------------------------------------------------
    # Crons
    # ------------------------------------------------------------------

    @api.model
    def _get_backlog_reminders_domain(self):
        """Visits that the cron would remind of now, as the cron itself picks them."""
        return self._get_ids_domain(
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
    def _get_backlog_cleanup_domain(self):
        days = self.env["ir.config_parameter"]._get_support_number("support_center.cleanup_days")
        return self._get_cleanup_domain(fields.Datetime.now() - timedelta(days=days))

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

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
        return self._get_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state = 'confirmed' AND start > %(now)s
               AND announced_start IS NOT NULL AND announced_start <> start
            """
        )

    @api.model
    def _get_backlog_updated_domain(self):
        """Visits of which the customer knows other details."""
        told = self.search(
            [("announced_start", "!=", False), *self._get_expected_domain()],
            order="id",
            limit=BACKLOG_MAX,
        )
        return [("id", "in", told.filtered(lambda a: a._get_changed_lines()).ids)]

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
        """Visits to come whose technician was not told, and could be."""
        domain = self._get_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state IN %(ahead)s AND start > %(now)s
               AND technician_id IS NOT NULL
               AND technician_id IS DISTINCT FROM technician_notified_id
            """,
            {"ahead": AHEAD},
        )
        return [
            "|",
            ("technician_id.user_id", "!=", False),
            ("technician_id.email", "!=", False),
            *domain,
        ]

    @api.model
    def _get_backlog_ticket_domain(self):
        """Visits whose ticket was not brought in step with their state."""
        return self._get_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state IN %(states)s AND ticket_id IS NOT NULL
               AND ticket_sync_mark IS DISTINCT FROM ticket_id || ':' || state
            """,
            {"states": tuple(TICKET_STATE_BY_VISIT)},
        )

    @api.model
    def _get_backlog_mail_domain(self):
        return [("source", "=", "email"), *self._get_received_domain()]

    @api.model
    def _get_backlog_answer_domain(self):
        """Mailed requests that were read and not answered since."""
        return self._get_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state = 'draft' AND source = 'email'
               AND intake_state IN ('accepted', 'review')
               AND COALESCE(intake_answered_round, 0) < COALESCE(intake_round, 0)
            """
        )

    @api.model
    def _get_backlog_webhook_in_domain(self):
        return [("source", "=", "webhook"), *self._get_received_domain()]

    @api.model
    def _get_backlog_webhook_out_domain(self):
        """Confirmed visits to come of which the system outside was never told."""
        return self._get_ids_domain(
            """
            SELECT id FROM support_appointment
             WHERE active AND state = 'confirmed' AND start > %(now)s
               AND (webhook_told IS NULL OR webhook_told IN ('null'::jsonb, 'false'::jsonb))
            """
        )

    @api.model
    def _get_backlog_reoffer_domain(self):
        """Times to come that a cancellation set free and nobody was offered."""
        return [
            ("state", "=", "cancelled"),
            ("technician_id", "!=", False),
            ("reoffered_to_id", "=", False),
            ("start", ">", fields.Datetime.now()),
        ]

    # ------------------------------------------------------------------
    # Parts
    # ------------------------------------------------------------------

    @api.model
    def _get_expected_domain(self):
        """Confirmed visits still to come."""
        return [("state", "=", "confirmed"), ("start", ">", fields.Datetime.now())]

    @api.model
    def _get_received_domain(self):
        return [("intake_state", "=", "received"), ("state", "=", "draft")]

    @api.model
    def _get_ids_domain(self, query, params=None):
        """A domain for what a domain cannot say, such as one field compared with another.

        :param str query: SQL that selects ids; ``%(now)s`` is known to it
        """
        self.flush_model()
        self.env.cr.execute(
            f"{query} ORDER BY id LIMIT %(limit)s",
            {"now": fields.Datetime.now(), **(params or {}), "limit": BACKLOG_MAX},
        )
        return [("id", "in", [record_id for (record_id,) in self.env.cr.fetchall()])]

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_backlog_recipients(self, audience, notice=False):
        """Who would be told about each appointment.

        :param str audience: ``customer``, ``technician``, ``ticket``, ``sender``, ``webhook``
            or ``""``
        :param str notice: a kind of notice, whose obstacles are told instead of the address
        :return: dict of record id to text
        """
        obstacles = self._get_obstacles(notice) if notice else {}
        fault = notice and self.env["support.notifier"]._find_template_fault(
            NOTIFICATIONS[notice].template
        )
        if fault:
            obstacles = {**dict.fromkeys(self.ids, fault), **obstacles}
        technicians = self.technician_id if audience == "technician" else self.technician_id[:0]
        unreachable = technicians._find_notification_obstacles()
        # sudo: an address that managers see with each delivery.
        parameters = self.env["ir.config_parameter"].sudo()
        url = parameters.get_param("support_center.webhook_response_url")
        texts = {}
        for record in self:
            if record.id in obstacles:
                text = obstacles[record.id]
            elif audience == "customer":
                text = record.partner_id.email_formatted or record.customer_email
            elif audience == "technician":
                # sudo: the technician's user is not everybody's to read.
                technician = record.technician_id.sudo()
                text = unreachable.get(technician.id) or technician.user_id.name or technician.email
            elif audience == "ticket":
                text = record.ticket_id.display_name
            elif audience == "sender":
                text = record.intake_sender or record.customer_email
            elif audience == "webhook":
                text = url or _("Nobody: no address is set.")
            else:
                text = False
            texts[record.id] = text
        return texts
