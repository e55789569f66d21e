from datetime import timedelta

from odoo import api, fields, models

# A report that comes later is news to nobody.
REPORTED_WITHIN = timedelta(days=2)


class SupportAppointment(models.Model):
    """Whom the rules of My Day should have told by now."""

    _inherit = "support.appointment"

    @api.model
    def _get_backlog_on_the_way_domain(self):
        """Visits whose technician is on the way, and whose customer does not know."""
        return [
            ("on_the_way_told_at", "=", False),
            ("on_the_way_at", "!=", False),
            ("type_id.notify_on_the_way", "=", True),
            ("partner_id.email_normalized", "!=", False),
            *self._get_expected_domain(),
        ]

    @api.model
    def _get_backlog_report_domain(self):
        """Visits that were done lately, without a report to the customer."""
        return [
            ("state", "=", "done"),
            ("report_sent_at", "=", False),
            ("stop", ">=", fields.Datetime.now() - REPORTED_WITHIN),
            ("partner_id.email_normalized", "!=", False),
        ]
