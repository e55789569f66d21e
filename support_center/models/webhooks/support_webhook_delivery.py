import json
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from functools import partial

import psycopg2

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...compat import check_access, commit_batch
from ...delivery.address_guard import AddressGuard
from ...delivery.backoff import MAX_ATTEMPTS, wait_after
from ...delivery.client import Answer, post
from ...delivery.signature import BadSecret, make_secret, sign
from ...formatting import aware, format_names
from ...pruning import prune, unlink_batch
from ..common.erasure import get_patterns

STATES = [("pending", "Waiting"), ("delivered", "Delivered"), ("dead", "Given Up")]

# For how long a server keeps a row that it has taken, well beyond the patience of one
# attempt: should the server end in between, the row is due again after that.
LEASE = timedelta(minutes=5)
# How long one run of the cron goes on, in seconds; Odoo ends crons after two minutes.
RUN_SECONDS = 60
# How many messages the job counts at most of those that are due.
COUNTED_DUE = 1000
DELIVERED_DAYS = 30
DEAD_DAYS = 365

URL_KEY = "support_center.webhook_response_url"
SECRET_KEY = "support_center.webhook_secret"  # noqa: S105, the name of it
PREVIOUS_SECRET_KEY = "support_center.webhook_secret_previous"  # noqa: S105, the name of it
ALLOW_PRIVATE_KEY = "support_center.webhook_allow_private"

# A message waits while an earlier one about the same appointment may still be sent.
IS_BEHIND = SQL(
    """
    EXISTS (SELECT 1 FROM support_webhook_delivery AS earlier
             WHERE earlier.appointment_number = delivery.appointment_number
               AND earlier.id < delivery.id
               AND earlier.state = 'pending' AND earlier.held IS NOT TRUE)
    """
)


class SupportWebhookDelivery(models.Model):
    """The outbox: a row is written with what it tells of, and delivered after that.

    The messages about one appointment leave one after the other: none is sent before the ones
    ahead of it were taken or given up. What is held back is out of the line until it is let go.
    Whatever happens on the way, ``data.sequence`` in the message grows with each event of an
    appointment, by which a receiver knows what is older than what it has heard already.

    A message is delivered at least once: should a server end between the
    receiver's answer and its own commit, the message comes again under the
    same ``webhook-id``, by which a receiver knows it.
    """

    _name = "support.webhook.delivery"
    _description = "Webhook Delivery"
    _inherit = "support.ids.mixin"
    _order = "id desc"
    _rec_name = "event"

    event = fields.Char(required=True, readonly=True)
    message_id = fields.Char("Webhook ID", required=True, readonly=True)
    url = fields.Char("Address", readonly=True)
    payload = fields.Text(required=True, readonly=True)
    appointment_id = fields.Many2one(
        "support.appointment", readonly=True, ondelete="set null", index=True
    )
    # Kept when the appointment is deleted: what is told of it stays in order.
    appointment_number = fields.Integer("Appointment ID", readonly=True)
    sequence = fields.Integer(
        readonly=True, help="Counts the messages about the appointment, as data.sequence tells it."
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(STATES, required=True, default="pending", readonly=True)
    attempts = fields.Integer(default=0, readonly=True)
    next_try = fields.Datetime(readonly=True)
    held = fields.Boolean(
        readonly=True,
        help="It waited already when the job was switched on, and waits until a manager decides.",
    )
    last_error = fields.Text(readonly=True)
    is_refused = fields.Boolean(
        readonly=True, help="Given up since the receiver wants no more messages (410 Gone)."
    )
    delivered_at = fields.Datetime(readonly=True)
    is_behind = fields.Boolean(
        "In Line",
        compute="_compute_is_behind",
        search="_search_is_behind",
        help="An earlier message about the same appointment goes first.",
    )

    _sql_constraints = [
        ("message_id_unique", "UNIQUE (message_id)", "The message is in the outbox already."),
        (
            "sequence_unique",
            "UNIQUE (appointment_number, sequence)",
            "The appointment has a message of this number already.",
        ),
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
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_webhook_delivery_line_idx
                ON support_webhook_delivery (appointment_number, id)
             WHERE state = 'pending'
            """
        )
        # What was given up, which Health counts, and what is to be pruned.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_webhook_delivery_over_idx
                ON support_webhook_delivery (state, write_date, id)
             WHERE state IN ('delivered', 'dead')
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
        # sudo: a parameter, read for the user who saves an appointment.
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

    @api.model
    def _get_previous_secret(self):
        """The secret before, which signs as well while the receiver learns the new one."""
        # sudo: as above.
        text = self.env["ir.config_parameter"].sudo().get_param(PREVIOUS_SECRET_KEY)
        return (text or "").strip() or None

    @api.model
    def _sign(self, message_id, body, moment):
        """The headers of a message, see ``delivery.signature.sign``."""
        secret = self._get_or_make_secret()
        return sign(secret, message_id, body, moment, previous=self._get_previous_secret())

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_retry(self):
        """Send messages that were given up once more, to the address that is set now.

        :raise AccessError: for a user who is neither manager nor administrator
        :raise UserError: names the messages that were not given up, or says that the address
            is switched off
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
                    names=format_names(others.mapped("display_name")),
                )
            )
        endpoint = self.env["support.webhook.endpoint"]._find(self._get_url())
        if endpoint.off_since:
            raise UserError(
                _(
                    "The response webhook was switched off. %(reason)s Switch it on again in "
                    "Support Center / Configuration / Health, then send these once more.",
                    reason=endpoint._describe_off(),
                )
            )
        self._send_again()
        return True

    def _send_again(self):
        """Let these messages start anew, and wake the job."""
        # sudo: nobody may write these rows by hand.
        self.sudo().write(
            {
                "state": "pending",
                "attempts": 0,
                "next_try": fields.Datetime.now(),
                "is_refused": False,
            }
        )
        self.env["support.automation.log"]._record("retry_webhook", self, "ok")
        self._wake_cron()

    def action_view_log(self):
        """Open the attempts to deliver these messages."""
        check_access(self, "read")
        log = self.env["support.automation.log"]
        return log._open(log._get_domain_of(self), self)

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
        sequences = self._number([appointment.id for _event, appointment in events])
        # sudo: nobody has the right to write the outbox by hand.
        deliveries = self.sudo().create(
            [
                {
                    "event": event,
                    "message_id": f"msg_{uuid.uuid4().hex}",
                    "url": url,
                    "payload": self._get_body(event, appointment, sequence),
                    "appointment_id": appointment.id,
                    "appointment_number": appointment.id,
                    "sequence": sequence,
                    "company_id": appointment.company_id.id,
                    "next_try": now,
                }
                for (event, appointment), sequence in zip(events, sequences, strict=True)
            ]
        )
        if deliveries:
            deliveries._advance_pending(now)
            self._wake_cron()
        return deliveries

    def _advance_pending(self, now):
        """Try at once what these messages wait for, however long its next pause is.

        A visit that is called off need not be a secret for hours since its confirmation failed.
        What another server has taken is due within the lease, and left alone.
        """
        self.search(
            [
                ("appointment_number", "in", self.mapped("appointment_number")),
                ("state", "=", "pending"),
                ("held", "=", False),
                ("attempts", ">", 0),
                ("next_try", ">", now + LEASE),
            ]
        ).write({"next_try": now})

    @api.model
    def _number(self, appointment_ids):
        """The next numbers of these appointments' messages.

        The counter is on the appointment: another transaction that tells of it at this moment
        is ended by the database and run again by Odoo, so that no number comes twice, and none is
        committed after a greater one.

        :param appointment_ids: list of ids; one comes as often as there are messages about it
        :return: list of int in the same order
        """
        if not appointment_ids:
            return []
        counts = Counter(appointment_ids)
        # sudo: the counter is the system's, not the user's whose save is told of.
        appointments = self.env["support.appointment"].sudo().browse(counts)
        for count, those in appointments.grouped(lambda a: counts[a.id]).items():
            next_ones = SQL("COALESCE(record.webhook_sequence, 0) + %s", count)
            those._write_marks({"webhook_sequence": next_ones})
        last = {a.id: a.webhook_sequence - counts[a.id] for a in appointments}
        numbers = []
        for appointment_id in appointment_ids:
            last[appointment_id] += 1
            numbers.append(last[appointment_id])
        return numbers

    @api.model
    def _get_body(self, event, appointment, sequence):
        """The message as it is signed and sent, to the byte."""
        body = {
            "type": event,
            "timestamp": self._get_timestamp(),
            "data": {**appointment._prepare_webhook_data(), "sequence": sequence},
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    @api.model
    def _get_timestamp(self):
        """Now, as ``2030-01-10T09:00:00.123Z``: two events may well be of one second."""
        now = datetime.now(tz=timezone.utc).replace(tzinfo=None)
        return now.isoformat(timespec="milliseconds") + "Z"

    @api.model
    def _wake_cron(self, at=None):
        cron = self.env.ref("support_center.cron_deliver_webhooks", raise_if_not_found=False)
        if cron:
            # sudo: any user who saves an appointment may wake the job.
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
        remaining = 0
        while time.monotonic() < end:
            delivery = self._claim()
            if not delivery:
                return
            delivery._deliver()
            # Counting reads all that is due: once for as many messages as it has found.
            remaining = remaining - 1 if remaining > 1 else self._count_due()
            commit_batch(self.env, 1, remaining)
        if self._count_due(limit=1):
            self._wake_cron()

    @api.model
    def _count_due(self, limit=COUNTED_DUE):
        """How many messages may leave now, as far as it matters to the job.

        :param int limit: how many are counted at most
        """
        self.env.flush_all()
        due = SQL("SELECT count(*) FROM (SELECT 1 %s LIMIT %s) AS due", self._get_due(), limit)
        self.env.cr.execute(due)
        return self.env.cr.fetchone()[0]

    @api.model
    def _get_due(self):
        """What may leave now, to the address that is set: nothing while that rests or is off.

        :return: ``SQL``, from the word FROM on
        """
        now = fields.Datetime.now()
        return SQL(
            """
              FROM support_webhook_delivery AS delivery
             WHERE delivery.state = 'pending' AND delivery.next_try <= %s
               AND delivery.held IS NOT TRUE
               AND NOT %s
               AND NOT EXISTS (SELECT 1 FROM support_webhook_endpoint AS endpoint
                                WHERE md5(endpoint.url) = md5(%s)
                                  AND (endpoint.off_since IS NOT NULL
                                       OR endpoint.rests_until > %s))
            """,
            now,
            IS_BEHIND,
            self._get_url(),
            now,
        )

    def _compute_is_behind(self):
        behind = set(self._find_behind())
        for delivery in self:
            delivery.is_behind = delivery.id in behind

    @api.model
    def _search_is_behind(self, operator, value):
        values = value if isinstance(value, Iterable) else [value]
        is_wanted = (operator in ("=", "in")) == any(values)
        return [("id", "in" if is_wanted else "not in", self._find_behind())]

    @api.model
    def _find_behind(self):
        """Ids of the messages that wait for an earlier one about the same appointment."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "SELECT delivery.id FROM support_webhook_delivery AS delivery"
                " WHERE delivery.state = 'pending' AND %s",
                IS_BEHIND,
            )
        )
        return [row_id for (row_id,) in self.env.cr.fetchall()]

    @api.model
    def _get_backlog_deliveries_domain(self):
        """What is due; the job sends it as soon as the receiver takes it, in its order."""
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
        self.env.flush_all()
        # The inner query stands by itself: as a condition of the update PostgreSQL may run
        # it several times, each time past the rows it has locked, and take too many.
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    SQL(
                        """
                        WITH due AS MATERIALIZED (
                              SELECT delivery.id %s
                            ORDER BY delivery.next_try, delivery.id
                               LIMIT %s
                                 FOR UPDATE OF delivery SKIP LOCKED)
                      UPDATE support_webhook_delivery AS delivery
                         SET attempts = attempts + 1, next_try = %s
                        FROM due
                       WHERE delivery.id = due.id
                   RETURNING delivery.id
                        """,
                        self._get_due(),
                        limit,
                        fields.Datetime.now() + LEASE,
                    )
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
        now = aware(fields.Datetime.now())
        try:
            headers = self._sign(self.message_id, body, now)
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
        wait = None
        if answer.delivered:
            vals = {"state": "delivered", "delivered_at": now, "next_try": False}
        else:
            wait = wait_after(self.attempts, retry_after=answer.retry_after)
            if wait is None or answer.code in ("gone", "no_url", "interrupted"):
                wait = None
                is_refused = answer.code == "gone"
                vals = {"state": "dead", "next_try": False, "is_refused": is_refused}
            else:
                vals = {"next_try": now + timedelta(seconds=round(wait))}
        received = _("It answered: %(text)s", text=answer.text) if answer.text else ""
        error = "\n".join(filter(None, [text, received]))
        self.write({**vals, "last_error": False if answer.delivered else error})
        self._log_attempt(answer, text, trace)
        endpoints = self.env["support.webhook.endpoint"]
        if answer.delivered:
            endpoints._note_success(self.url)
            return
        endpoints._note_failure(self.url, answer, wait)
        endpoint = endpoints._find(self.url)
        if endpoint.off_since:
            return  # which was told already, and of the address instead of each message
        if vals.get("state") == "dead":
            self.appointment_id._ask_about_dead_webhook(self.event, text)
        for moment in {vals["next_try"], endpoint.rests_until}:
            if moment and moment > now:
                self._wake_cron(moment)

    @api.model
    def _resume(self, url):
        """Send what waits for an address that is switched on again, and what it has refused.

        :return: number of messages that are on their way
        """
        waiting = self.search(
            [
                "|",
                "&", ("state", "=", "pending"), ("held", "=", False),
                "&", ("state", "=", "dead"), "&", ("is_refused", "=", True), ("url", "=", url),
            ]
        )  # fmt: skip
        waiting._send_again()
        return len(waiting)

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
        deliveries = self.sudo()  # sudo: nobody may delete rows by hand
        done = more = 0
        for state, days in (("delivered", DELIVERED_DAYS), ("dead", DEAD_DAYS)):
            old = [("state", "=", state), ("write_date", "<", now - timedelta(days=days))]
            counts = prune(self.env, partial(unlink_batch, deliveries, old, "write_date, id"))
            done, more = done + counts[0], more + counts[1]
        return done, more
