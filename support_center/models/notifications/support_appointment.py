import uuid
from datetime import timedelta
from functools import partial

import psycopg2

from odoo import _, api, fields, models

from ...compat import commit_batch
from ..appointment.support_appointment_schedule import TIME_FIELDS
from ..automation.support_automation_mixin import SILENT
from .support_notifier import MAX_ACTIVITIES
from .support_reminder import DueReminder

# Nobody is to be reminded of a visit in these states.
CALLED_OFF = ("draft", "cancelled", "no_show")
# What the customer was told last; it holds again where a cancellation is undone in time.
ANNOUNCED_MARKS = (
    "announced_at", "announced_start", "announced_details", "confirmation_sent", "reminder_sent",
    "ics_sequence",
)  # fmt: skip
# What is kept of a customer who was told, once another one takes their place.
FORGOTTEN = {
    "confirmation_sent": False,
    "confirmation_queued_at": False,
    "reminder_sent": False,
    "announced_start": False,
    "announced_details": False,
}
# How many reminders are queued in one transaction.
REMINDER_BATCH = 100


class SupportAppointment(models.Model):
    """What the customer is told, and what they were told last."""

    _inherit = "support.appointment"

    send_confirmation_email = fields.Boolean(default=True)
    confirmation_sent = fields.Boolean(
        copy=False, readonly=True, help="A confirmation is on its way, or has arrived."
    )
    confirmation_queued_at = fields.Datetime(readonly=True, copy=False)
    send_reminder_email = fields.Boolean(default=True)
    reminder_sent = fields.Boolean(
        copy=False, readonly=True, help="A reminder of the present time is on its way."
    )
    reminder_held = fields.Boolean(
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="A reminder was due already when the job was switched on; it waits until a manager "
        "sends it, or the visit is moved.",
    )
    announced_at = fields.Datetime(
        readonly=True, copy=False, help="When the customer was last told of this visit."
    )
    announced_start = fields.Datetime(
        readonly=True,
        copy=False,
        help="The time that the customer knows of; empty while they expect nobody.",
    )
    announced_details = fields.Json(readonly=True, copy=False)
    announced_before = fields.Json(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What the customer knew before they were told of the cancellation.",
    )
    ics_uid = fields.Char(
        "Calendar UID",
        readonly=True,
        copy=False,
        index=True,
        default=lambda self: str(uuid.uuid4()),
    )
    ics_sequence = fields.Integer("Calendar Sequence", readonly=True, copy=False)
    ics_organizer = fields.Char(
        "Calendar Organizer",
        readonly=True,
        copy=False,
        help="The address that the customer's calendar answers. It stays the same over the life "
        "of the visit, since calendars take changes from the same organizer only.",
    )

    notification_ids = fields.One2many(
        "support.notification",
        "appointment_id",
        "Notifications",
        readonly=True,
        groups="support_center.group_support_dispatcher",
    )

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | {"announced_start"}

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if not change.is_creation and "partner_id" in change.vals:
            # What the customer before was told holds for no other one.
            told = self.filtered(
                lambda a: a.announced_start and a.partner_id.id != change.vals["partner_id"]
            )
            change.add(told, {key: FORGOTTEN[key] for key in FORGOTTEN.keys() - change.vals.keys()})

    def _react_to_change(self, change):
        super()._react_to_change(change)
        if change.is_creation:
            return
        if "partner_id" in change.vals:
            self._forget_customer(change)
        if change.touches(TIME_FIELDS):
            moved = change.changed("start")
            if moved:
                moved._forget_reminders()
        vals = change.vals
        is_unwanted = not vals.get("active", True) or not vals.get("send_reminder_email", True)
        if is_unwanted or change.state in CALLED_OFF:
            self._withdraw_reminders()

    def _delete_records(self, delete):
        # Before mail.thread deletes the mails with their records.
        self.env["support.notifier"]._detach_cancellation_mails(self)
        return super()._delete_records(delete)

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    def _rule_send_confirmation(self):
        """Tell the customer that the visit is confirmed, once."""
        due = self._with_saved_together("automation_send_confirmation").filtered(
            lambda a: (
                a.state == "confirmed" and a.send_confirmation_email and not a.confirmation_sent
            )
        )
        due._run_automation("send_confirmation", lambda those: those._announce("confirmation"))

    def _rule_send_rescheduled(self):
        """Tell a customer who knows of another time that it has changed."""
        due = self._with_saved_together("automation_send_rescheduled").filtered(
            lambda a: a.state == "confirmed" and a.announced_start and a.announced_start != a.start
        )
        due._run_automation("send_rescheduled", lambda those: those._announce("rescheduled"))

    def _rule_send_updated(self):
        """Tell a customer who knows of the visit what else has changed about it."""
        due = self._with_saved_together("automation_send_updated").filtered(
            lambda a: a.state == "confirmed" and a.announced_start and a._get_changed_details()
        )
        due._run_automation("send_updated", lambda those: those._announce("updated"))

    def _rule_send_cancelled(self):
        """Tell a customer who expects the visit that it will not take place.

        A draft that was never announced is cancelled silently.
        """
        due = self._with_saved_together("automation_send_cancelled").filtered(
            lambda a: a.state == "cancelled" and a.announced_start and a._is_cancellation_told()
        )
        due._run_automation("send_cancelled", lambda those: those._announce("cancelled"))

    def _is_cancellation_told(self):
        """Hook: whether a customer who expects this visit gets a mail that it is cancelled."""
        self.ensure_one()
        return True

    def _get_announced_marks(self):
        """What the customer knows now, and who that is, ready for JSON.

        :return: dict; moments as Odoo writes them, in UTC
        """
        self.ensure_one()
        marks = {"partner_id": self.partner_id.id}
        for name in ANNOUNCED_MARKS:
            value = self[name]
            is_moment = self._fields[name].type == "datetime" and value
            marks[name] = fields.Datetime.to_string(value) if is_moment else value
        return marks

    def _announce(self, kind, reminder=None):
        """Queue a notification to those who can and want to be told, each by one channel.

        :param str kind: one of ``support.notifier``'s ``NOTIFICATIONS``
        :param reminder: ``DueReminder``, of a reminder
        :return: dict of record id to ``(outcome, message)``, as the guard expects
        """
        notifier = self.env["support.notifier"]
        outcomes = {}
        for channel, appointments in self.env["support.notification.channel"]._distribute(
            kind, self
        ):
            obstacles = channel._find_obstacles(kind, appointments)
            reachable = appointments.filtered(lambda a, those=obstacles: a.id not in those)
            faults = channel._queue(kind, reachable, reminder) if reachable else {}
            for fault in set(faults.values()):
                those = reachable.filtered(lambda a, f=fault, all_=faults: all_.get(a.id) == f)
                those._report_template_fault(fault)
            if obstacles:
                skipped = appointments - reachable
                notifier._store_rows(
                    kind,
                    skipped,
                    notifier._get_versions(kind, skipped),
                    reminder,
                    skipped=obstacles,
                )
            outcomes.update(obstacles | faults)
        return {record_id: ("skipped", reason) for record_id, reason in outcomes.items()}

    def _report_template_fault(self, fault):
        """Ask somebody to tell the customers, and to mend the template.

        :param str fault: what is wrong with the template, in words
        """
        for record in self[:MAX_ACTIVITIES]:
            record._automation_activity(_("The customer was not told"), fault)

    def _get_obstacles(self, kind):
        """Why a notification cannot go out.

        :return: dict of record id to the reason in words; those not in it can be told
        """
        unreachable = self.env["support.mail.address"]._find_obstacles(
            self.partner_id.mapped("email")
        )
        ended = self._get_ended(kind)
        obstacles = {}
        for record in self:
            obstacle = unreachable.get(record.partner_id.email)
            if not record.partner_id or obstacle in ("missing", "invalid"):
                obstacles[record.id] = _("No mail: the customer has no valid e-mail address.")
            elif obstacle == "opted_out":
                obstacles[record.id] = _("No mail: the customer's address is on the blacklist.")
            elif record.id in ended:
                obstacles[record.id] = ended[record.id]
        return obstacles

    def _get_ended(self, kind):
        """Of which visits a notification says nothing to anybody any more.

        :return: dict of record id to that in words
        """
        now = fields.Datetime.now()
        ends = {record.id: record._get_notice_end(kind) for record in self}
        return {
            record_id: self._describe_ended()
            for record_id, end in ends.items()
            if end and end <= now
        }

    @api.model
    def _describe_ended(self):
        return _("No mail: the visit is in the past.")

    def _get_notice_end(self, kind):
        """The moment after which a notification says nothing to anybody any more.

        :param str kind: as for ``_announce``
        :return: naive UTC, or False
        """
        self.ensure_one()
        if kind == "cancelled":
            # What they expect, wherever the visit was moved to without a word to them.
            expected = self.announced_start or self.start
            return expected and expected + self._as_timedelta(self.duration)
        return self.start

    def _create_notice_files(self, _kind):
        """Hook: files that go with a notification beside its calendar file.

        :return: dict of record id to list of ids of ``ir.attachment``
        """
        return {}

    # ------------------------------------------------------------------
    # Reminders
    # ------------------------------------------------------------------

    @api.model
    def _cron_send_reminders(self):
        """Queue the reminders that are due, see ``support.reminder``.

        The window is "due and not yet reminded", so that a visit whose hour
        was missed, because the server stood still, is caught up; what has
        begun is left alone. Each batch is committed on its own: a run that is
        ended in the middle goes on where it stopped.
        """
        batch = self.browse()
        while batch := self._run_job_batch(
            partial(self._send_reminder_batch, batch[-1:].id or 0),
        ):
            # Nothing of this batch is needed for the next one.
            self.env.invalidate_all()

    @api.model
    def _send_reminder_batch(self, after_id):
        """
        :return: the visits that were reminded of
        """
        due = self._lock_due_reminders(after_id, REMINDER_BATCH)
        batch = self.browse(due)
        if batch:
            batch._run_automation(
                "send_reminder",
                lambda those: those._silence_known("send_reminder", those._remind(due)),
            )
            commit_batch(self.env, len(batch), self._count_due_reminders(batch[-1].id))
        return batch

    def _remind(self, due):
        """
        :param dict due: record id to ``DueReminder``
        :return: as ``_announce``
        """
        outcomes = {}
        for reminder, visits in self.grouped(lambda a: due[a.id]).items():
            outcomes |= visits._announce("reminder", reminder)
        return outcomes

    @api.model
    def _lock_due_reminders(self, after_id, limit):
        """The next visits to remind of; no other transaction takes them meanwhile.

        A visit whose confirmation was queued within the same hours before its
        start is left out: that mail said it all, unless it failed or the visit
        was cancelled since.

        :return: dict of record id to ``DueReminder``
        """
        params = {**self._get_due_reminders_params(), "after_id": after_id, "limit": limit}
        try:
            with self.env.cr.savepoint(flush=False):
                self.env.cr.execute(
                    "SELECT id, (SELECT ARRAY[reminder.id, reminder.template_id, "
                    f"(reminder.is_first IS TRUE)::int] {self._get_due_reminder_sql()} "
                    "ORDER BY span.ahead, reminder.id LIMIT 1) "
                    f"{self._get_due_reminders_sql()} ORDER BY id LIMIT %(limit)s "
                    "FOR UPDATE SKIP LOCKED",
                    params,
                )
                return {
                    record_id: DueReminder(reminder_id, template_id, bool(is_first))
                    for record_id, (reminder_id, template_id, is_first) in self.env.cr.fetchall()
                }
        except psycopg2.errors.SerializationFailure:
            # Somebody has saved one of them since our transaction began: another run, soon,
            # sees what it came to.
            cron = self.env.ref("support_center.cron_send_appointment_reminders")
            cron._trigger()
            return {}

    @api.model
    def _count_due_reminders(self, after_id):
        self.env.cr.execute(
            f"SELECT count(*) {self._get_due_reminders_sql()}",
            {**self._get_due_reminders_params(), "after_id": after_id},
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _get_due_reminders_sql(self):
        """Visits of which a reminder is due."""
        return """
            FROM support_appointment
            WHERE id > %(after_id)s AND active AND state = 'confirmed' AND send_reminder_email
              AND start > %(now)s
              AND start <= %(now)s + GREATEST(
                  %(window)s,
                  (SELECT max(hours_before) FROM support_reminder WHERE active) * interval '1 hour')
              AND EXISTS (SELECT {due})
        """.replace("{due}", self._get_due_reminder_sql())

    @api.model
    def _get_due_reminder_sql(self):
        """The reminders that are due of one visit.

        None is where the confirmation or another reminder was queued within its hours. The first
        one goes by its mark and the parameter, the others by what was sent.
        """
        return """
              FROM support_reminder AS reminder
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN reminder.is_first THEN %(window)s
                               ELSE reminder.hours_before * interval '1 hour' END AS ahead
                   ) AS span
             WHERE reminder.active
               AND (reminder.company_id IS NULL
                    OR reminder.company_id = support_appointment.company_id)
               AND (NOT EXISTS (SELECT FROM support_reminder_type_rel AS wanted
                                 WHERE wanted.reminder_id = reminder.id)
                    OR EXISTS (SELECT FROM support_reminder_type_rel AS wanted
                                WHERE wanted.reminder_id = reminder.id
                                  AND wanted.type_id = support_appointment.type_id))
               AND start <= %(now)s + span.ahead
               AND (reminder.since IS NULL OR start - span.ahead >= reminder.since)
               AND (confirmation_sent IS NOT TRUE OR confirmation_queued_at IS NULL
                    OR confirmation_queued_at < start - span.ahead)
               AND (CASE WHEN reminder.is_first
                    THEN reminder_sent IS NOT TRUE AND reminder_held IS NOT TRUE
                    ELSE reminder_sent IS NOT TRUE OR span.ahead < %(window)s END)
               AND NOT EXISTS (
                   SELECT FROM support_notification AS told
                    WHERE told.appointment_id = support_appointment.id
                      AND told.kind = 'reminder' AND told.announced_start = start
                      AND (CASE WHEN told.reminder_id = reminder.id
                           -- Of the first one, the mark tells that.
                           THEN reminder.is_first IS NOT TRUE
                                AND (told.state IN ('queued', 'sent')
                                     OR told.state = 'withdrawn' AND told.version IS NOT NULL)
                           ELSE told.state IN ('queued', 'sent')
                                AND told.due >= start - span.ahead END))
        """

    @api.model
    def _get_due_reminders_params(self):
        self.flush_model()
        self.env["support.reminder"].flush_model()
        hours = self.env["ir.config_parameter"]._get_support_number("support_center.reminder_hours")
        return {"now": fields.Datetime.now(), "window": timedelta(hours=hours)}

    def _silence_known(self, action, outcomes):
        """Of what was left out for a reason that the log tells of already, say nothing more.

        :param dict outcomes: record id to ``(outcome, message)``
        :return: dict of the same kind
        """
        if not outcomes:
            return outcomes
        # sudo: the log is not everybody's to read.
        rows = self.env["support.automation.log"].sudo()
        known = rows.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", list(outcomes)),
                ("action", "=", action),
                ("outcome", "=", "skipped"),
            ]
        )
        told = {(row.res_id, row.outcome, row.message) for row in known}
        return {
            record_id: SILENT if (record_id, *outcome) in told else outcome
            for record_id, outcome in outcomes.items()
        }

    def _react_to_notice(self, kind):
        """Hook: what follows from a notice to the customers of these visits.

        :param str kind: of the notice
        """

    def _forget_reminders(self):
        """A new time deserves a new reminder; one of the old time is taken off the queue."""
        self._release_reminders()
        self._withdraw_reminders()
        self.filtered("reminder_sent")._write_marks({"reminder_sent": False})

    def _release_reminders(self):
        """Let the cron remind of these visits again."""
        # sudo: the mark is not everybody's to read.
        self.sudo().filtered("reminder_held")._write_marks({"reminder_held": False})

    def _withdraw_reminders(self):
        """Take reminders of visits that will not take place off the queue."""
        # Not by the mark: a mail that failed has none, and can be sent again by hand.
        told = self.filtered("announced_at")
        if told:
            withdrawn = self.env["support.notifier"]._withdraw("reminder", told)
            withdrawn.filtered("reminder_sent")._write_marks({"reminder_sent": False})

    # ------------------------------------------------------------------
    # Another customer
    # ------------------------------------------------------------------

    def _forget_customer(self, change):
        """Nothing of what the customer before was told holds for another one.

        What is on the queue still is taken off; of what was sent already only a person can tell.

        :param change: ``Change`` that has set another customer
        """
        told = change.changed("partner_id").filtered(lambda a: change.before(a, "announced_start"))
        if not told:
            return
        notifier = self.env["support.notifier"]
        unaware = notifier._withdraw("confirmation", told)
        for kind in ("reminder", "rescheduled", "updated"):
            notifier._withdraw(kind, told)
        for record in told - unaware:
            record._for_responsible()._ask_to_call_off(change.before(record, "partner_id"))

    def _describe_failed_mail(self, mail):
        """
        :param mail: ``mail.mail`` that could not be sent
        """
        return _(
            "The mail “%(subject)s” could not be sent: %(reason)s",
            subject=mail.subject,
            reason=mail.failure_reason or mail.failure_type or _("no reason was given"),
        )

    def _ask_about_failed_mail(self, mail):
        return self._automation_activity(
            _("A mail could not be sent"), self._describe_failed_mail(mail)
        )

    def _ask_to_call_off(self, customer):
        """Ask a dispatcher to tell the customer, who was replaced, by telephone.

        :param customer: ``res.partner``
        """
        return self._automation_activity(
            _("The customer was changed"),
            _(
                "%(customer)s was told of the visit and expects it: please call it off.",
                customer=customer.display_name,
            ),
        )
