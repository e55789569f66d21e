from datetime import timedelta
from functools import partial

import psycopg2

from odoo import api, fields, models

from ...compat import commit_batch

DELAY_KEY = "support_center.rating_delay_hours"
PAUSE_KEY = "support_center.rating_pause_days"
# Who is asked later than this has forgotten; also what is caught up after a standstill.
ASKED_WITHIN = timedelta(days=2)
# How many are asked in one transaction.
BATCH = 100


class SupportAppointment(models.Model):
    """Customers are asked once how the visit was, some time after it."""

    _inherit = "support.appointment"

    rating_asked_at = fields.Datetime(
        "Asked How It Was",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="When the customer was asked how the visit was.",
    )
    rating_held = fields.Boolean(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The question was due already when the job was switched on; it waits until a manager "
        "sends it.",
    )

    def init(self):
        super().init()
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_appointment_rating_asked_idx
                ON support_appointment (partner_id, rating_asked_at)
             WHERE rating_asked_at IS NOT NULL
            """
        )
        # Of all visits that ever took place, those that somebody may be asked about.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_appointment_rating_due_idx
                ON support_appointment (ended_at)
             WHERE state = 'done' AND rating_asked_at IS NULL
            """
        )

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    @api.model
    def _cron_ask_for_ratings(self):
        """Ask the customers of visits that were done some hours ago how it was, once each.

        Not asked is who was asked about another visit lately, and about what did not take place.
        Each batch is committed on its own.
        """
        batch = self.browse()
        while batch := self._run_job_batch(partial(self._ask_rating_batch, batch[-1:].id or 0)):
            # Nothing of this batch is needed for the next one.
            self.env.invalidate_all()

    @api.model
    def _ask_rating_batch(self, after_id):
        """
        :return: the visits that were looked at
        """
        batch = self._lock_due_ratings(after_id, BATCH)
        if not batch:
            return batch
        # Of several visits of one customer, the last one.
        last = {record.partner_id: record for record in batch.sorted("ended_at")}
        asked = self.union(*last.values())
        asked._run_automation(
            "ask_rating",
            lambda those: those._silence_known("ask_rating", those._announce("rating")),
        )
        commit_batch(self.env, len(batch))
        return batch

    @api.model
    def _lock_due_ratings(self, after_id, limit):
        """The next visits to ask about; no other transaction takes them meanwhile."""
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    f"SELECT id {self._get_due_ratings_sql()} ORDER BY id LIMIT %(limit)s "
                    "FOR UPDATE SKIP LOCKED",
                    {**self._get_due_ratings_params(), "after_id": after_id, "limit": limit},
                )
                return self.browse([record_id for (record_id,) in self.env.cr.fetchall()])
        except psycopg2.errors.SerializationFailure:
            # As for the reminders.
            self.env.ref("support_center.cron_ask_for_ratings")._trigger()
            return self.browse()

    @api.model
    def _get_due_ratings_sql(self):
        return """
            FROM support_appointment
            WHERE id > %(after_id)s AND active AND state = 'done' AND partner_id IS NOT NULL
              AND rating_asked_at IS NULL AND rating_held IS NOT TRUE
              AND COALESCE(rating_last_value, 0) = 0
              AND ended_at > %(oldest)s AND ended_at <= %(newest)s
              AND NOT EXISTS (
                  SELECT FROM support_appointment AS other
                   WHERE other.partner_id = support_appointment.partner_id
                     AND other.rating_asked_at > %(asked_before)s)
        """

    @api.model
    def _get_due_ratings_params(self):
        self.flush_model()
        parameters = self.env["ir.config_parameter"]
        now = fields.Datetime.now()
        newest = now - timedelta(hours=parameters._get_support_number(DELAY_KEY))
        return {
            "newest": newest,
            "oldest": newest - ASKED_WITHIN,
            "asked_before": now - timedelta(days=parameters._get_support_number(PAUSE_KEY)),
        }

    @api.model
    def _get_backlog_ratings_domain(self):
        """Visits that the cron would ask about now, as the cron itself picks them."""
        return self._get_backlog_ids_domain(
            f"SELECT id {self._get_due_ratings_sql()}",
            {**self._get_due_ratings_params(), "after_id": 0},
        )

    @api.model
    def _get_held_ratings_domain(self):
        """Visits whose customers could still be asked, and are not."""
        return [
            ("rating_held", "=", True),
            ("rating_asked_at", "=", False),
            ("state", "=", "done"),
            ("ended_at", ">", self._get_due_ratings_params()["oldest"]),
        ]

    def _get_notice_end(self, kind):
        return False if kind == "rating" else super()._get_notice_end(kind)

    def _react_to_notice(self, kind):
        super()._react_to_notice(kind)
        if kind == "rating":
            self._write_marks({"rating_asked_at": fields.Datetime.now()})

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _rating_get_operator(self):
        """Rated is who came."""
        # sudo: the technician's user is not everybody's to read.
        return self.technician_id.sudo().user_id.partner_id

    def _is_to_be_rated(self):
        """Whether a customer can say how it was."""
        self.ensure_one()
        return self.state == "done"
