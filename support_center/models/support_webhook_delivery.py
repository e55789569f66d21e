import json
import time
import traceback
import uuid
from datetime import timedelta

import psycopg2
import pytz

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..compat import check_access, commit_batch
from ..delivery.address_guard import AddressGuard
from ..delivery.backoff import MAX_ATTEMPTS, wait_after
from ..delivery.client import Answer, post
from ..delivery.signature import BadSecret, make_secret, sign
from .support_erasure_mixin import get_patterns

STATES = [("pending", "Waiting"), ("delivered", "Delivered"), ("dead", "Given Up")]

# For how long a server keeps a row that it has taken, well beyond the patience of one
# attempt: should the server end in between, the row is due again after that.
LEASE = timedelta(minutes=5)
# How long one run of the cron goes on, in seconds; Odoo ends crons after two minutes.
RUN_SECONDS = 60
DELIVERED_DAYS = 30
DEAD_DAYS = 365

URL_KEY = "support_center.webhook_response_url"
SECRET_KEY = "support_center.webhook_secret"  # noqa: S105, the name of it
ALLOW_PRIVATE_KEY = "support_center.webhook_allow_private"


class SupportWebhookDelivery(models.Model):
    """The outbox: a row is written with what it tells of, and delivered after that.

    A message is delivered at least once: should a server end between the
    receiver's answer and its own commit, the message comes again under the
    same ``webhook-id``, by which a receiver knows it.
    """

    _name = "support.webhook.delivery"
    _description = "Webhook Delivery"
    _inherit = "support.ids.mixin"
    _order = "id desc"
    _rec_name = "event"

    event = fields.Char(required=True, readonly=True, index=True)
    message_id = fields.Char("Webhook ID", required=True, readonly=True)
    url = fields.Char("Address", readonly=True)
    payload = fields.Text(required=True, readonly=True)
    appointment_id = fields.Many2one(
        "support.appointment", readonly=True, ondelete="set null", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(STATES, required=True, default="pending", readonly=True, index=True)
    attempts = fields.Integer(default=0, readonly=True)
    next_try = fields.Datetime(readonly=True)
    held = fields.Boolean(
        readonly=True,
        help="It waited already when the job was switched on, and waits until a manager decides.",
    )
    last_error = fields.Text(readonly=True)
    delivered_at = fields.Datetime(readonly=True)

    _sql_constraints = [
        ("message_id_unique", "UNIQUE (message_id)", "The message is in the outbox already."),
    ]

    def init(self):
        super().init()
        # At each installation and upgrade, so that the settings show a secret before
        # anything is signed with it.
        self._get_or_make_secret()
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_webhook_delivery_due_idx
                ON support_webhook_delivery (next_try, id)
             WHERE state = 'pending'
            """
        )

    @api.depends("event", "appointment_id")
    def _compute_display_name(self):
        for delivery in self:
            reference = delivery.appointment_id.name
            delivery.display_name = " ".join(filter(None, [reference, delivery.event]))

    # ------------------------------------------------------------------
    # Settings
    # ------------------------------------------------------------------

    @api.model
    def _get_url(self):
        # sudo: a parameter, read for whoever saves an appointment.
        return (self.env["ir.config_parameter"].sudo().get_param(URL_KEY) or "").strip()

    @api.model
    def _get_or_make_secret(self):
        """The secret that signs; a random one is made where none is set."""
        # sudo: a parameter that only administrators may read otherwise.
        parameters = self.env["ir.config_parameter"].sudo()
        secret = parameters.get_param(SECRET_KEY)
        if not secret:
            secret = make_secret()
            parameters.set_param(SECRET_KEY, secret)
        return secret

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_retry(self):
        """Send messages that were given up once more, to the address that is set now.

        :raise AccessError: for whoever is neither manager nor administrator
        :raise UserError: names the messages that were not given up
        """
        user = self.env.user
        if not (
            user.has_group("support_center.group_support_manager")
            or user.has_group("base.group_system")
        ):
            raise AccessError(_("Only a manager may send a webhook again."))
        others = self.filtered(lambda d: d.state != "dead")
        if others:
            raise UserError(
                _(
                    "Only what was given up can be sent again, not: %(names)s.",
                    names=", ".join(others.mapped("display_name")),
                )
            )
        # sudo: nobody may write these rows but by this method.
        self.sudo().write({"state": "pending", "attempts": 0, "next_try": fields.Datetime.now()})
        self.env["support.automation.log"]._record("retry_webhook", self, "ok")
        self._wake_cron()
        return True

    def action_view_log(self):
        """Open the attempts to deliver these messages."""
        check_access(self, "read")
        log = self.env["support.automation.log"]
        return log._open(log._get_domain_of(self))

    # ------------------------------------------------------------------
    # Erasure of personal data
    # ------------------------------------------------------------------

    @api.model
    def _search_personal_data(self, email, name):
        """Messages that hold an address or a name, as superuser; see ``support.erasure.mixin``."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id FROM support_webhook_delivery AS delivery"
            " WHERE to_jsonb(delivery)::text ILIKE ANY(%s) ORDER BY id",
            [get_patterns(email, name)],
        )
        # sudo: as in the mixin
        return self.sudo().browse([record_id for (record_id,) in self.env.cr.fetchall()])

    def _erase_personal_data(self):
        """Leave of each message what names nobody; what waits still is sent like this."""
        # sudo: nobody may write these rows by hand.
        deliveries = self.sudo()
        for delivery in deliveries:
            body = json.loads(delivery.payload)
            body["data"].update(external_ref=None, errors=[])
            delivery.write({"payload": json.dumps(body, ensure_ascii=False), "last_error": False})
        self.env["support.automation.log"].sudo()._erase_of(deliveries)

    # ------------------------------------------------------------------
    # Writing
    # ------------------------------------------------------------------

    @api.model
    def _enqueue(self, events, url):
        """Put messages into the outbox, in the transaction of what they tell of.

        :param events: list of ``(type, appointment)``, like ``appointment.confirmed``
        :param str url: where to
        :return: the new rows
        """
        now = fields.Datetime.now()
        # sudo: nobody has the right to write the outbox by hand.
        deliveries = self.sudo().create(
            [
                {
                    "event": event,
                    "message_id": f"msg_{uuid.uuid4().hex}",
                    "url": url,
                    "payload": self._get_body(event, appointment, now),
                    "appointment_id": appointment.id,
                    "company_id": appointment.company_id.id,
                    "next_try": now,
                }
                for event, appointment in events
            ]
        )
        if deliveries:
            self._wake_cron()
        return deliveries

    @api.model
    def _get_body(self, event, appointment, moment):
        """The message as it is signed and sent, to the byte."""
        body = {
            "type": event,
            "timestamp": appointment._format_webhook_time(moment),
            "data": appointment._prepare_webhook_data(),
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    @api.model
    def _wake_cron(self, at=None):
        cron = self.env.ref("support_center.cron_deliver_webhooks", raise_if_not_found=False)
        if cron:
            # sudo: whoever saves an appointment may wake the job.
            cron.sudo()._trigger(at=at)

    # ------------------------------------------------------------------
    # Delivering
    # ------------------------------------------------------------------

    @api.model
    def _cron_deliver(self):
        """Deliver what is due, one message after the other.

        A row is taken and the taking committed; then the message is posted
        with no transaction open; then its outcome is written and committed.
        """
        end = time.monotonic() + RUN_SECONDS
        while time.monotonic() < end:
            delivery = self._claim()
            if not delivery:
                return
            delivery._deliver()
            commit_batch(self.env, 1, self._count_due())
        if self._count_due():
            self._wake_cron()

    @api.model
    def _count_due(self):
        return self.search_count(self._get_backlog_deliveries_domain())

    @api.model
    def _get_backlog_deliveries_domain(self):
        """What the cron would deliver now."""
        return [
            ("state", "=", "pending"),
            ("held", "=", False),
            ("next_try", "<=", fields.Datetime.now()),
        ]

    @api.model
    def _get_held_deliveries_domain(self):
        """What waited already when the cron was switched on."""
        return [("state", "=", "pending"), ("held", "=", True)]

    @api.model
    def _claim(self, limit=1):
        """Take rows that are due, so that no other server does.

        :return: the rows, with this attempt counted; none where another
            server was quicker
        """
        now = fields.Datetime.now()
        self.env.flush_all()
        # The inner query stands by itself: as a condition of the update PostgreSQL may run
        # it several times, each time past the rows it has locked, and take too many.
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    """
                    WITH due AS MATERIALIZED (
                          SELECT id FROM support_webhook_delivery
                           WHERE state = 'pending' AND next_try <= %(now)s
                             AND held IS NOT TRUE
                        ORDER BY next_try, id
                           LIMIT %(limit)s
                             FOR UPDATE SKIP LOCKED)
                  UPDATE support_webhook_delivery AS delivery
                     SET attempts = attempts + 1, next_try = %(lease)s
                    FROM due
                   WHERE delivery.id = due.id
               RETURNING delivery.id
                    """,
                    {"now": now, "lease": now + LEASE, "limit": limit},
                )
                ids = sorted(row_id for (row_id,) in self.env.cr.fetchall())
        except psycopg2.errors.SerializationFailure:
            # Another server took and released the row since our transaction began.
            self._wake_cron()
            return self.browse()
        claimed = self.browse(ids)
        claimed.invalidate_recordset()
        return claimed

    def _deliver(self):
        """Post one message that was taken, and write what became of it."""
        self.ensure_one()
        if self.attempts > MAX_ATTEMPTS:
            # Each attempt ended with the server, so none was written down.
            self._settle(Answer("interrupted"))
            return
        url = self._get_url()
        if not url:
            self._settle(Answer("no_url"))
            return
        if url != self.url:
            self.url = url
        send = self._prepare_post(url)
        trace = None
        # The taking is kept, and nothing is left open while the receiver thinks.
        commit_batch(self.env)
        try:
            answer = send()
        except Exception as error:  # noqa: BLE001, one message must not keep the others
            answer = Answer("own_fault", {"error": type(error).__name__})
            trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        self._settle(answer, trace)

    def _prepare_post(self, url):
        """Read all that an attempt needs.

        :return: a function without arguments that posts the message, returns
            an ``Answer`` and touches no database
        """
        allow_private = self.env["ir.config_parameter"]._get_support_flag(ALLOW_PRIVATE_KEY)
        guard = AddressGuard(allow_private)
        body = self.payload
        now = pytz.utc.localize(fields.Datetime.now())
        try:
            headers = sign(self._get_or_make_secret(), self.message_id, body, now)
        except BadSecret as error:
            answer = Answer("bad_secret", {"reason": error.code})
            return lambda: answer
        return lambda: post(url, body, headers, guard=guard)

    def _settle(self, answer, trace=None):
        """Write down what became of an attempt, and when there is another one.

        :param answer: ``delivery.client.Answer``
        :param str trace: where our own code failed, for the log
        """
        self.ensure_one()
        now = fields.Datetime.now()
        text = self.env["support.webhook.words"]._describe_answer(answer)
        if answer.delivered:
            vals = {"state": "delivered", "delivered_at": now, "next_try": False}
        else:
            wait = wait_after(self.attempts, retry_after=answer.retry_after)
            if wait is None or answer.code in ("gone", "no_url", "interrupted"):
                vals = {"state": "dead", "next_try": False}
            else:
                vals = {"next_try": now + timedelta(seconds=round(wait))}
        received = _("It answered: %(text)s", text=answer.text) if answer.text else ""
        error = "\n".join(filter(None, [text, received]))
        self.write({**vals, "last_error": False if answer.delivered else error})
        self._log_attempt(answer, text, trace)
        if vals.get("state") == "dead":
            self.appointment_id._tell_dead_webhook(self.event, text)
        elif vals.get("next_try"):
            self._wake_cron(vals["next_try"])

    def _log_attempt(self, answer, text, trace):
        self.env["support.automation.log"]._record(
            "deliver_webhook",
            self,
            "ok" if answer.delivered else "failed",
            _(
                "Attempt %(number)s of %(max)s: %(text)s",
                number=self.attempts,
                max=MAX_ATTEMPTS,
                text=text,
            ),
            payload=trace or answer.text or None,
        )

    @api.autovacuum
    def _gc_old_rows(self):
        """Prune what was delivered, and much later what was given up."""
        now = fields.Datetime.now()
        for state, days in (("delivered", DELIVERED_DAYS), ("dead", DEAD_DAYS)):
            self.sudo().search(  # sudo: nobody may delete rows by hand
                [("state", "=", state), ("write_date", "<", now - timedelta(days=days))],
                limit=10_000,
            ).unlink()
