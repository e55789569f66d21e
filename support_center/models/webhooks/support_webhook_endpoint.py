from datetime import timedelta

import psycopg2

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from ...delivery.backoff import MAX_ATTEMPTS, rest_after
from ...formatting import format_moment
from ...languages import get_user_lang
from ..automation.support_automation_log import AUTOMATION_LOGGER

# An address that has taken nothing for so long, though it was tried so often, is switched off.
# More often than one message is: a receiver that stumbles over a single one is not gone.
PATIENCE = timedelta(days=5)
MIN_FAILURES = MAX_ATTEMPTS + 1
# What tells of the receiver and the way to it, and not of our own settings or faults.
RECEIVER_FAULTS = (
    "gone", "redirect", "http_status", "timeout", "connection", "tls", "unknown_host",
)  # fmt: skip


class SupportWebhookEndpoint(models.Model):
    """How an address that messages go to has behaved: whether it rests or is switched off.

    An address that has never failed has no row. Nobody but the delivery and the button that
    switches on again writes them; several servers do so side by side, so that each change is one
    statement, and a server that comes second leaves it to the first.
    """

    _name = "support.webhook.endpoint"
    _description = "Address of Webhooks"
    _inherit = "support.ids.mixin"
    _rec_name = "url"

    url = fields.Char("Address", required=True, readonly=True)
    failing_since = fields.Datetime(
        readonly=True, help="The first failure after the last message that was taken."
    )
    failures = fields.Integer(readonly=True, help="How many attempts have failed since then.")
    rests_until = fields.Datetime(
        readonly=True, help="The receiver has too much to do; nothing is sent before."
    )
    off_since = fields.Datetime(readonly=True)
    off_reason = fields.Selection(
        [("gone", "It wants no more messages"), ("failing", "Nothing but failures")], readonly=True
    )

    def init(self):
        # By a digest, since an address may be longer than an index takes.
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS support_webhook_endpoint_url_unique
                ON support_webhook_endpoint (md5(url))
            """
        )

    @api.model
    def _find(self, url):
        """The row of an address, as superuser; empty for one that has never failed."""
        # sudo: a user who sees the state of automation has no right on these rows.
        return self.sudo().search([("url", "=", url)], limit=1) if url else self.sudo().browse()

    # ------------------------------------------------------------------
    # What becomes of attempts
    # ------------------------------------------------------------------

    @api.model
    def _note_success(self, url):
        """Forget the failures of an address that has taken a message."""
        self._change(
            """
            UPDATE support_webhook_endpoint
               SET failing_since = NULL, failures = 0, rests_until = NULL
             WHERE md5(url) = md5(%(url)s) AND (failures > 0 OR rests_until IS NOT NULL)
            """,
            {"url": url},
        )

    @api.model
    def _note_failure(self, url, answer, wait):
        """Count a failure of an address; let it rest or switch it off where it is to be.

        :param answer: ``delivery.client.Answer``
        :param wait: seconds until this message is tried again, None if it is not
        """
        if answer.code not in RECEIVER_FAULTS:
            return
        now = fields.Datetime.now()
        rest = rest_after(answer.params.get("status", ""), wait, answer.retry_after)
        until = now + timedelta(seconds=round(rest)) if rest else None
        rows = self._change(
            """
            INSERT INTO support_webhook_endpoint AS endpoint
                        (url, failing_since, failures, rests_until, off_since, off_reason,
                         create_uid, create_date, write_uid, write_date)
                 VALUES (%(url)s, %(now)s, 1, %(until)s,
                         CASE WHEN %(gone)s THEN %(now)s::timestamp END,
                         CASE WHEN %(gone)s THEN 'gone' END,
                         %(uid)s, %(now)s, %(uid)s, %(now)s)
            ON CONFLICT (md5(url)) DO UPDATE
                    SET failing_since = COALESCE(endpoint.failing_since, %(now)s),
                        failures = COALESCE(endpoint.failures, 0) + 1,
                        rests_until = GREATEST(endpoint.rests_until, EXCLUDED.rests_until),
                        off_since = COALESCE(endpoint.off_since, EXCLUDED.off_since),
                        off_reason = COALESCE(endpoint.off_reason, EXCLUDED.off_reason),
                        write_date = %(now)s
              RETURNING id, failures, failing_since, off_since
            """,
            {
                "url": url,
                "now": now,
                "until": until,
                "gone": answer.code == "gone",
                "uid": SUPERUSER_ID,
            },
        )
        for row_id, failures, failing_since, off_since in rows:
            endpoint = self.sudo().browse(row_id)  # sudo: as in ``_find``
            is_worn_out = failures >= MIN_FAILURES and failing_since <= now - PATIENCE
            if not off_since and is_worn_out:
                endpoint.write({"off_since": now, "off_reason": "failing"})
                endpoint._report_off()
            elif off_since == now and answer.code == "gone":
                endpoint._report_off()

    @api.model
    def _change(self, query, params):
        """Run a statement of one row, and leave it where another server was quicker.

        :return: the rows that the statement returns
        """
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query, params)
                rows = self.env.cr.fetchall() if self.env.cr.description else []
        except psycopg2.errors.SerializationFailure:
            # It counts failures of the same address at the same moment: one of the two is enough.
            AUTOMATION_LOGGER.info("action=deliver_webhook another server noted the same address")
            return []
        self.invalidate_model(flush=False)
        return rows

    # ------------------------------------------------------------------
    # Off and on
    # ------------------------------------------------------------------

    def _describe_off(self):
        """Why nothing is sent to this address, in a sentence or two."""
        self.ensure_one()
        if self.off_reason == "gone":
            return _("The receiver said that it wants no more messages (410 Gone).")
        return _(
            "The receiver has taken nothing since %(since)s, in %(count)s attempts.",
            since=format_moment(self.env, self.failing_since or self.off_since),
            count=self.failures,
        )

    def _report_off(self):
        """Say that an address was switched off: by log and activity, and to each administrator."""
        self.ensure_one()
        deliveries = self.env["support.webhook.delivery"]
        self.env["support.automation.log"]._record(
            "switch_off_webhook", None, "failed", self._describe_off()
        )
        waiting = deliveries.search([("state", "!=", "delivered")], order="id desc", limit=1)
        waiting.appointment_id._ask_about_webhook_off(self)
        try:
            with self.env.cr.savepoint():
                self._notify_administrators()
        except Exception:  # noqa: BLE001, it is logged, and the outcome of the attempt must be kept
            AUTOMATION_LOGGER.exception("action=switch_off_webhook nobody could be written to")

    def _notify_administrators(self):
        """A notification to each as they prefer it: by mail, unless they have chosen the inbox."""
        administrators = self.env.ref("base.group_system").users.filtered("active")
        company = self.env.company
        for lang, users in administrators.grouped(lambda u: get_user_lang(u, company)).items():
            this = self.with_context(lang=lang)
            this.env["mail.thread"].message_notify(
                partner_ids=users.partner_id.ids,
                subject=this._get_off_summary(),
                body=plaintext2html(this._get_off_text()),
                # The queue's cron sends it, as it does all notifications.
                force_send=False,
            )

    @api.model
    def _get_off_summary(self):
        return _("The response webhook was switched off")

    def _get_off_text(self):
        return _(
            "%(reason)s Nothing is sent any more; messages wait and none is lost. Mend the "
            "receiver or set another address, then switch it on again in Support Center / "
            "Configuration / Health or in the settings.",
            reason=self._describe_off(),
        )

    @api.model
    def _resume_current(self):
        """Switch the address that is set on again.

        :return: a sentence on how many messages are on their way
        :raise UserError: where it is not switched off
        """
        endpoint = self._find(self.env["support.webhook.delivery"]._get_url())
        if not endpoint.off_since:
            raise UserError(_("The response webhook is not switched off: refresh the page."))
        count = endpoint._switch_on()
        message = (
            _("Switched on again; 1 message is on its way.")
            if count == 1
            else _("Switched on again; %(count)s messages are on their way.", count=count)
        )
        self.env["support.automation.log"]._record("switch_on_webhook", None, "ok", message)
        return message

    def _switch_on(self):
        """Send again what waits, and what the receiver has refused with 410.

        :return: number of messages that are on their way now
        """
        self.ensure_one()
        self.write(
            {
                "failing_since": False,
                "failures": 0,
                "rests_until": False,
                "off_since": False,
                "off_reason": False,
            }
        )
        # sudo: nobody may write the outbox by hand, and the address is that of all companies.
        return self.env["support.webhook.delivery"].sudo()._resume(self.url)
