from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...compat import check_access
from ...formatting import format_names
from .support_notifier import NOTIFICATIONS

# The names stand in this order of the alphabet, by which a list shows what failed first.
STATES = [
    ("failed", "Failed"),
    ("queued", "Queued"),
    ("sent", "Sent"),
    ("skipped", "Skipped"),
    ("withdrawn", "Withdrawn"),
]
# How long a reason is kept, in characters: mail servers answer with pages.
LONGEST_REASON = 1_000
# What a row is told apart by, as its unique index has it.
KEY = SQL(
    "appointment_id, kind, COALESCE(reminder_id, 0), "
    "COALESCE(announced_start, '-infinity'::timestamp), version"
)


class SupportNotification(models.Model):
    """What a customer was told, or was not told and why: one row for each message.

    A row is written with its message, in one transaction, and follows what becomes of it. The
    database has one row for each appointment, kind, reminder, announced start and version. A row
    without a version stands outside of that: answers, of which there may be many, and what was
    withdrawn because it is not true any more.
    """

    _name = "support.notification"
    _description = "Notification"
    _inherit = "support.ids.mixin"
    _order = "state, id desc"
    _rec_name = "kind"

    appointment_id = fields.Many2one(
        "support.appointment", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    partner_id = fields.Many2one(related="appointment_id.partner_id", string="Customer")
    kind = fields.Selection(lambda self: self._list_kinds(), required=True, readonly=True)
    channel = fields.Selection(
        lambda self: self._list_channels(), required=True, readonly=True, default="email"
    )
    reminder_id = fields.Many2one(
        "support.reminder", readonly=True, ondelete="set null", index="btree_not_null"
    )
    announced_start = fields.Datetime(
        "Announced Time", readonly=True, help="The time of the visit that the message tells."
    )
    version = fields.Integer(
        readonly=True,
        default=0,
        help="Counts what was announced, as the customer's calendar does: a second confirmation of "
        "the same time is another message.",
    )
    due = fields.Datetime(readonly=True, help="When the message was to leave.")
    state = fields.Selection(STATES, required=True, readonly=True, default="queued")
    reason = fields.Char(readonly=True, help="Why the customer was not told.")
    mail_id = fields.Many2one(
        "mail.mail",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        groups="base.group_system",
    )

    def init(self):
        super().init()
        self.env.cr.execute(
            SQL(
                """
                CREATE UNIQUE INDEX IF NOT EXISTS support_notification_unique
                    ON support_notification (%s);
                CREATE INDEX IF NOT EXISTS support_notification_state_idx
                    ON support_notification (state, id DESC)
                """,
                KEY,
            )
        )

    @api.depends("kind", "appointment_id")
    def _compute_display_name(self):
        labels = dict(self._list_kinds())
        for row in self:
            name = row.appointment_id.name
            row.display_name = " ".join(filter(None, [name, labels.get(row.kind)]))

    @api.model
    def _list_kinds(self):
        """What a message may be about.

        :return: list of (kind, label); of those that go by a template of ``support.notifier`` the
            kind is its name there
        """
        return [
            ("confirmation", _("Confirmation")),
            ("reminder", _("Reminder")),
            ("rescheduled", _("New time")),
            ("updated", _("Change")),
            ("cancelled", _("Cancellation")),
            ("on_the_way", _("On the way")),
            ("report", _("Report")),
            ("rating", _("Question how it was")),
            ("answer", _("Answer to a request")),
            ("acknowledgement", _("Acknowledgement")),
            ("rejection", _("Rejection")),
            ("offer", _("Offer of times")),
            ("reply", _("Answer to a reply")),
            ("verification", _("Verification of the address")),
        ]

    @api.model
    def _list_channels(self):
        """
        :return: list of (name, label)
        """
        channels = self.env["support.notification.channel"]._get_all()
        return [(channel._channel, channel._get_label()) for channel in channels]

    # ------------------------------------------------------------------
    # Writing rows
    # ------------------------------------------------------------------

    @api.model
    def _record(self, appointment, kind, mail=None, state="queued", reason=""):
        """Note one message that is not one of ``support.notifier``'s, such as an answer.

        Each call is a row of its own.

        :param appointment: ``support.appointment`` that it is about
        :param str kind: one of ``_list_kinds``
        :param mail: ``mail.mail`` that carries it, whose fate the row follows
        :param str state: one of ``STATES``
        :param str reason: in words, why it was not sent
        :return: the row, as superuser
        """
        return self._store([self._prepare_row(appointment, kind, None, mail, state, reason)])

    @api.model
    def _prepare_row(self, appointment, kind, version, mail=None, state="queued", reason=""):
        """
        :param version: int, or None for a row that is never the same as another one
        :return: dict, as ``_store`` takes it
        :raise ValueError: for a kind or a state that there is not
        """
        if kind not in dict(self._list_kinds()) or state not in dict(STATES):
            raise ValueError(f"no notification: kind {kind!r}, state {state!r}")
        return {
            "appointment_id": appointment.id,
            "company_id": appointment.company_id.id,
            "kind": kind,
            "channel": "email",
            "reminder_id": None,
            "announced_start": appointment.start or None,
            "version": version,
            "due": fields.Datetime.now(),
            "state": state,
            "reason": (reason or "")[:LONGEST_REASON] or None,
            "mail_id": mail.id if mail else None,
        }

    @api.model
    def _store(self, rows):
        """Write rows, in one statement. What is known already takes the new state.

        :param list rows: dicts of ``_prepare_row``
        :return: the rows, as superuser; of what was sent and would be skipped now there is none
        """
        # sudo: rows are the addon's own to write.
        records = self.sudo()
        if not rows:
            return records.browse()
        stamp = {
            "create_uid": self.env.uid or SUPERUSER_ID,
            "create_date": self.env.cr.now(),
            "write_uid": self.env.uid or SUPERUSER_ID,
            "write_date": self.env.cr.now(),
        }
        # The database sees one message once, where the same batch names it twice.
        unique = {
            tuple(row[name] for name in ("appointment_id", "kind", "reminder_id", "version"))
            if row["version"] is not None
            else number: {**row, **stamp}
            for number, row in enumerate(rows)
        }
        names = list(next(iter(unique.values())))
        # What it refers to has to be in the database.
        self.env["mail.mail"].flush_model(["state"])
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO support_notification (%s) VALUES %s
                    ON CONFLICT (%s) DO UPDATE
                   SET state = excluded.state, reason = excluded.reason, due = excluded.due,
                       channel = excluded.channel, mail_id = excluded.mail_id,
                       write_date = excluded.write_date, write_uid = excluded.write_uid
                 WHERE excluded.state <> 'skipped'
                    OR support_notification.state NOT IN ('queued', 'sent')
                RETURNING id
                """,
                SQL(", ").join(SQL.identifier(name) for name in names),
                SQL(", ").join(
                    SQL("(%s)", SQL(", ").join(SQL("%s", row[name]) for name in names))
                    for row in unique.values()
                ),
                KEY,
            )
        )
        ids = [row_id for (row_id,) in self.env.cr.fetchall()]
        records.invalidate_model(flush=False)
        self.env["support.appointment"].invalidate_model(["notification_ids"], flush=False)
        return records.browse(ids)

    @api.model
    def _follow(self, mails, state, reason="", *, release=False):
        """Let the rows of mails take a state.

        :param mails: ``mail.mail``
        :param bool release: whether they count no more, so that the same may be told again
        """
        if not mails.ids:
            return
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE support_notification SET state = %s, reason = %s%s, write_date = %s"
                " WHERE mail_id IN %s",
                state,
                (reason or "")[:LONGEST_REASON] or None,
                SQL(", version = NULL") if release else SQL(),
                self.env.cr.now(),
                tuple(mails.ids),
            )
        )
        self.invalidate_model(["state", "reason", "version", "write_date"], flush=False)

    # ------------------------------------------------------------------
    # Sending again
    # ------------------------------------------------------------------

    def action_resend(self):
        """Send again what failed.

        :raise UserError: names what did not fail, or is of no use to the customer any more
        """
        check_access(self, "read")
        if not self.env.user.has_group("support_center.group_support_dispatcher"):
            # As Odoo says it of a record that may not be written.
            check_access(self, "write")
        # sudo: rows and queue are the addon's own; who may read the row may have it sent.
        rows = self.sudo()
        wrong = rows.filtered(lambda row: row.state != "failed" or not row._is_of_use())
        if wrong:
            raise UserError(
                _(
                    "%(names)s: only what has failed can be sent again, and only as long as it is "
                    "true and the visit has not passed.",
                    names=format_names(wrong.mapped("display_name")),
                )
            )
        for channel in rows.mapped("channel"):
            those = rows.filtered(lambda row, channel=channel: row.channel == channel)
            self.env["support.notification.channel"]._get(channel)._resend(those)
        return True

    def _is_of_use(self):
        """Whether the message still tells the customer what is so."""
        self.ensure_one()
        visit = self.appointment_id
        if self.kind not in NOTIFICATIONS:
            # An answer is written once, by what it answers.
            return bool(self.mail_id)
        if self.kind == "cancelled":
            return visit.state == "cancelled"
        end = visit._get_notice_end(self.kind)
        if end and end <= fields.Datetime.now():
            return False
        if self.kind in ("report", "rating"):
            return visit.state == "done"
        return visit.state == "confirmed" and visit.start == self.announced_start
