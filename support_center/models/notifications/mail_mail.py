from datetime import timedelta
from functools import partial

import psycopg2

from odoo import api, fields, models

from ...pruning import prune, unlink_batch
from .ir_mail_server import NOTICE_HEADER

# How long mails to customers stay visible in Settings; the chatter keeps their text for good.
RETENTION_DAYS = 90
# What becomes of a notification with its mail.
FOLLOWED = {"outgoing": "queued", "sent": "sent", "cancel": "withdrawn", "received": "sent"}


class MailMail(models.Model):
    _inherit = "mail.mail"

    support_notice = fields.Char(
        readonly=True, help="Which notification of an appointment this mail is."
    )
    support_failure_told = fields.Boolean(readonly=True)

    def init(self):
        super().init()
        # Notifications stay for a while after they were sent, where Odoo's own mails go at once,
        # so that its table has no index for these. What is to be pruned:
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mail_mail_support_sent_idx
                ON mail_mail (create_date, id)
             WHERE support_notice IS NOT NULL AND state IN ('sent', 'cancel')
            """
        )
        # What is on the queue or has failed, which Odoo's queue and Health look for:
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS mail_mail_support_unsent_idx
                ON mail_mail (state, id)
             WHERE state IN ('outgoing', 'exception')
            """
        )

    def send(self, *args, **kwargs):
        """Also tell of mails whose sending ended in an error that Odoo only logs.

        A server that drops the connection leaves the mail in state ``exception`` and raises.
        """
        try:
            return super().send(*args, **kwargs)
        except psycopg2.Error:
            # The transaction is lost, and so is the state of the mails.
            raise
        except Exception:
            self._report_support_mails()
            raise

    def write(self, vals):
        """Let our notifications follow: sent, taken off the queue, put on it again.

        A failure is followed where the sending ends: Odoo notes one before each attempt.
        """
        result = super().write(vals)
        state = FOLLOWED.get(vals.get("state"))
        ours = self.filtered("support_notice") if state else self.browse()
        if ours:
            self.env["support.notification"]._follow(ours, state)
        return result

    def unlink(self):
        """A message whose mail is deleted before it was sent never leaves."""
        waiting = self.filtered(lambda mail: mail.support_notice and mail.state == "outgoing")
        if waiting:
            self.env["support.notification"]._follow(waiting, "withdrawn")
        return super().unlink()

    def _prepare_outgoing_list(self, *args, **kwargs):
        """Mark notifications, for the server that sends them; see ``ir.mail_server``."""
        outgoing = super()._prepare_outgoing_list(*args, **kwargs)
        if not self.support_notice:
            return outgoing
        return [
            {**each, "headers": {**each["headers"], NOTICE_HEADER: self.support_notice}}
            for each in outgoing
        ]

    def _postprocess_sent_message(self, *args, **kwargs):
        notifications = self.filtered("support_notice")
        result = super()._postprocess_sent_message(*args, **kwargs)
        notifications._report_support_mails()
        return result

    def _report_support_mails(self):
        """Let the appointments know what became of their mails."""
        notifications = self.exists().filtered("support_notice")
        for mail in notifications.filtered(lambda m: m.state == "exception"):
            reason = mail.failure_reason or mail.failure_type or ""
            self.env["support.notification"]._follow(mail, "failed", reason)
        failed = notifications.filtered(
            lambda m: m.state == "exception" and not m.support_failure_told
        )
        if failed:
            self.env["support.notifier"]._on_failed(failed)
        late = notifications.filtered(lambda m: m.state == "sent" and m.support_failure_told)
        if late:
            self.env["support.notifier"]._on_sent_after_all(late)

    @api.autovacuum
    def _gc_support_mails(self):
        """Prune what was sent ``RETENTION_DAYS`` days ago or earlier."""
        oldest = fields.Datetime.now() - timedelta(days=RETENTION_DAYS)
        old = [
            ("support_notice", "!=", False),
            ("state", "in", ["sent", "cancel"]),
            ("create_date", "<", oldest),
        ]
        return prune(self.env, partial(unlink_batch, self, old, "create_date, id"))
