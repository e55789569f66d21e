from odoo import api, models


class SupportAppointment(models.Model):
    """What the rules for requests should have read and answered by now, and whom."""

    _inherit = "support.appointment"

    @api.model
    def _get_backlog_mail_domain(self):
        return [("source", "=", "email"), *self._get_received_domain()]

    @api.model
    def _get_backlog_answer_domain(self):
        """Mailed requests that were read and not answered since."""
        return self._get_backlog_ids_domain(
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
    def _get_received_domain(self):
        return [("intake_state", "=", "received"), ("state", "=", "draft")]

    def _describe_backlog_audience(self, automation):
        if automation.audience == "sender":
            return {record.id: record.intake_sender or record.customer_email for record in self}
        return super()._describe_backlog_audience(automation)
