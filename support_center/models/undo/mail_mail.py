from datetime import timedelta

from odoo import fields, models

from ..notifications.support_notifier import NOTIFICATIONS


class MailMail(models.Model):
    """Mails of a change that can be undone wait until that is too late."""

    _inherit = "mail.mail"

    def _hold(self, seconds):
        """Let these wait on the queue, which is woken when they are due.

        :param int seconds: at least so long
        """
        if not self:
            return
        due = fields.Datetime.now() + timedelta(seconds=seconds)
        self.write({"scheduled_date": fields.Datetime.to_string(due)})
        # A moment later: the queue compares with whole seconds.
        self.env["support.notifier"]._wake_queue(due + timedelta(seconds=1))

    def _is_for_customer(self):
        """Whether this tells the customer of an appointment of its present state."""
        self.ensure_one()
        return self.support_notice in NOTIFICATIONS
