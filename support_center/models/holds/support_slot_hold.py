from datetime import timedelta
from functools import partial

import psycopg2

from odoo import api, fields, models, tools
from odoo.tools import SQL

from ...pruning import prune, unlink_batch
from ..appointment.states import LIVE_STATES

# How long a time is held: for a person on the page, and for an offer by mail.
PAGE_MINUTES = 10
MAIL_MINUTES = 30
# In the context: the key of the browser that books without an appointment.
VISITOR_KEY = "support_visitor_key"
ORIGINS = [
    ("page", "Page"),
    ("mail", "Offer by Mail"),
    ("reoffer", "Freed Time"),
    ("booking", "Booking Page"),
    # Left by a booking, see ``_claim``: over as soon as it is made.
    ("claim", "Booked"),
]
NO_TWO_HOLDS = "support_slot_hold_no_two_holds"
# What has ended is in nobody's way but that of a transaction that began before; that is over by
# then.
PRUNED_AFTER = timedelta(hours=1)


class SupportSlotHold(models.Model):
    """A time of a technician that is kept for somebody who is deciding.

    It ends by itself: what has ended counts for nothing, and is removed when another time is held
    or booked over it. The holder is an appointment, or a browser by its key.

    Transactions do not see what others have committed since they began, but the database's
    exclusion constraint does. So a booking leaves a row here, too, which has ended already: a
    hold that does not see the booking is refused because of it, and a booking that does not
    see a hold because of the hold. A row that is seen and has ended says nothing that the
    visits themselves do not say.
    """

    _name = "support.slot.hold"
    _description = "Held Time"
    _inherit = "support.ids.mixin"
    _rec_name = "start"
    _order = "start, id"

    technician_id = fields.Many2one(
        "support.technician", required=True, readonly=True, index=True, ondelete="cascade"
    )
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)
    busy_start = fields.Datetime(required=True, readonly=True)
    busy_stop = fields.Datetime(required=True, readonly=True)
    expires_at = fields.Datetime("Held Until", required=True, readonly=True, index=True)
    appointment_id = fields.Many2one(
        "support.appointment", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    visitor_key = fields.Char(
        readonly=True,
        groups="base.group_system",
        help="Stands for the browser of a visitor who books without an appointment.",
    )
    origin = fields.Selection(ORIGINS, required=True, readonly=True, default="page")
    number = fields.Integer(readonly=True, help="By which an offer of several is answered.")
    is_prolonged = fields.Boolean(readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)

    _sql_constraints = [
        # The last range goes on for ever, so that it overlaps with every other: it stands there for
        # the refusal, which tells from it until when the time is held. See ``support.booking``.
        (
            "no_two_holds",
            "EXCLUDE USING gist (int4range(technician_id, technician_id + 1) WITH &&, "
            "tsrange(busy_start, busy_stop) WITH &&, tsrange(expires_at, NULL) WITH &&)",
            "Somebody else is choosing this time just now. Choose another one.",
        ),
    ]

    # ------------------------------------------------------------------
    # Holding
    # ------------------------------------------------------------------

    @api.model
    def _hold(
        self, slots, *, appointment=None, visitor_key=None, minutes=PAGE_MINUTES, origin="page"
    ):
        """Hold times for somebody who is deciding.

        What another has meanwhile, held or booked, is not in the result. Whether the technicians
        are at work is not looked at: the times are those that were found free.

        What the holder holds by the same ``origin`` and is not among ``slots`` is given back. One
        of their own times is prolonged once, and stays after that as it is.

        :param list slots: of ``Slot(start, stop, technician_id)``, naive UTC; a few
        :param appointment: ``support.appointment`` whose buffers count, also a new one that is not
            saved
        :param str visitor_key: stands for a browser that books without an appointment
        :param int minutes: for how long
        :param str origin: one of ``ORIGINS``
        :return: the holds as superuser, in the order of ``slots`` and numbered in it
        :raise ValueError: where nobody is named who holds
        """
        # sudo: nobody has the right to write holds; who may hold a time is decided by the caller.
        holds = self.sudo()
        record = appointment._origin if appointment else self.env["support.appointment"]
        if not record and not visitor_key:
            raise ValueError("a time is held for an appointment or for a visitor's key")
        technicians = self.env["support.technician"].browse({s.technician_id for s in slots})
        self.env["support.booking"]._lock(technicians)
        own = holds._find_own(appointment=record, visitor_key=visitor_key)
        vals = {
            "appointment_id": record.id,
            "visitor_key": visitor_key or False,
            "origin": origin,
            "expires_at": fields.Datetime.now() + timedelta(minutes=minutes),
            "company_id": (appointment.company_id if appointment else self.env.company).id,
        }
        wanted = [{**vals, **times} for times in holds._prepare_times(slots, appointment or record)]
        found, kept, missing = {}, holds.browse(), []
        for number, each in enumerate(wanted):
            same = own.filtered(lambda hold, w=each: hold._is_of(w))[:1]
            if same:
                found[number] = same
                kept |= same
            else:
                missing.append(number)
        kept.filtered(lambda hold: not hold.is_prolonged)._prolong(vals["expires_at"])
        former = (own - kept).filtered(lambda hold: hold.origin == origin)
        giving_way = own - kept
        free = holds._find_free([wanted[number] for number in missing], record, giving_way)
        missing = [number for number, is_free in zip(missing, free, strict=True) if is_free]
        made = holds._insert([wanted[number] for number in missing], giving_way)
        found.update({missing[place]: hold for place, hold in made.items()})
        (former.exists() - holds.union(*found.values())).unlink()
        result = holds.browse([found[number].id for number in sorted(found)])
        for number, hold in enumerate(result, 1):
            if hold.number != number:
                hold.number = number
        return result

    @api.model
    def _prepare_times(self, slots, appointment):
        """
        :return: list of dicts, one for each slot, with the buffers of the visit
        """
        before, after = (
            timedelta(minutes=each)
            for each in (appointment._get_buffers() if appointment else (0, 0))
        )
        return [
            {
                "technician_id": slot.technician_id,
                "start": slot.start,
                "stop": slot.stop,
                "busy_start": slot.start - before,
                "busy_stop": slot.stop + after,
            }
            for slot in slots
        ]

    def _is_of(self, vals):
        return self.technician_id.id == vals["technician_id"] and all(
            self[name] == vals[name] for name in ("start", "stop", "busy_start", "busy_stop")
        )

    def _prolong(self, until):
        """Hold these longer, but not shorter than they are held already."""
        shorter = self.filtered(lambda hold: hold.expires_at < until)
        if shorter:
            shorter.write({"expires_at": until, "is_prolonged": True})

    @api.model
    def _find_free(self, wanted, record, own):
        """Which of these times nobody has booked or holds, as far as this transaction sees.

        :param list wanted: of dicts, see ``_prepare_times``
        :param record: ``support.appointment`` that is not in its own way
        :param own: holds that give way
        :return: list of bool
        """
        if not wanted:
            return []
        self.flush_model()
        self.env["support.appointment"].flush_model()
        self.env.cr.execute(
            """
            SELECT NOT EXISTS (
                    SELECT 1
                      FROM support_appointment visit
                     WHERE visit.technician_id = wanted.technician_id
                       AND visit.active
                       AND visit.state IN %s
                       AND visit.busy_start < wanted.busy_stop
                       AND visit.busy_stop > wanted.busy_start
                       AND visit.id != ALL(%s)
                   )
                   AND NOT EXISTS (
                    SELECT 1
                      FROM support_slot_hold hold
                     WHERE hold.technician_id = wanted.technician_id
                       AND hold.expires_at > %s
                       AND hold.busy_start < wanted.busy_stop
                       AND hold.busy_stop > wanted.busy_start
                       AND hold.id != ALL(%s)
                   )
              FROM unnest(%s, %s::timestamp[], %s::timestamp[]) WITH ORDINALITY
                   AS wanted (technician_id, busy_start, busy_stop, number)
          ORDER BY wanted.number
            """,
            [
                LIVE_STATES,
                record.ids,
                fields.Datetime.now(),
                own.ids,
                *self._get_columns(wanted, "technician_id", "busy_start", "busy_stop"),
            ],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _get_columns(self, vals_list, *names):
        return [[vals[name] for vals in vals_list] for name in names]

    @api.model
    def _insert(self, vals_list, own):
        """Make holds. Of times that overlap with one another, the first gets one.

        :param list vals_list: of dicts, whose times are free as far as this transaction sees
        :param own: holds of the same holder, which give way
        :return: dict of the place in ``vals_list`` to the hold
        :raise psycopg2.errors.SerializationFailure: where another transaction was faster, and
            Odoo begins the request again, which sees it then; elsewhere nothing is held
        """
        if not vals_list:
            return {}
        try:
            with self.env.cr.savepoint(), tools.mute_logger("odoo.sql_db"):
                self._remove_ended(vals_list, own)
                return self._insert_free(vals_list)
        except psycopg2.errors.SerializationFailure as error:
            if self.env["support.appointment"]._is_retried(error):
                raise
            return {}

    @api.model
    def _insert_free(self, vals_list):
        """As ``_insert``, in plain SQL: the ORM knows no insertion without a conflict.

        PostgreSQL passes over a conflict that the transaction sees; over one that it does not
        see, it ends with the error of a concurrent update.
        """
        vals_list = [
            {**vals, "create_uid": self.env.uid, "create_date": fields.Datetime.now()}
            for vals in vals_list
        ]
        names = list(vals_list[0])
        rows = [
            SQL(
                "(%s)",
                SQL(", ").join(
                    SQL(
                        f"%s::{self._fields[name].column_type[1]}",
                        self._fields[name].convert_to_column(vals[name], self),
                    )
                    for name in names
                ),
            )
            for vals in vals_list
        ]
        self.env.cr.execute(
            SQL(
                "INSERT INTO support_slot_hold (%s) VALUES %s ON CONFLICT DO NOTHING "
                "RETURNING id, technician_id, start",
                SQL(", ").join(SQL.identifier(name) for name in names),
                SQL(", ").join(rows),
            )
        )
        ids = {(row[1], row[2]): row[0] for row in self.env.cr.fetchall()}
        keys = [(vals["technician_id"], vals["start"]) for vals in vals_list]
        return {place: self.browse(ids[key]) for place, key in enumerate(keys) if key in ids}

    @api.model
    def _remove_ended(self, vals_list, own):
        """Remove what has ended, and the holder's own, from these times.

        :param list vals_list: of dicts with ``technician_id``, ``busy_start`` and ``busy_stop``
        """
        self.flush_model()
        self.env.cr.execute(
            """
            DELETE FROM support_slot_hold hold
                  USING unnest(%s, %s::timestamp[], %s::timestamp[])
                        AS wanted (technician_id, busy_start, busy_stop)
                  WHERE hold.technician_id = wanted.technician_id
                    AND hold.busy_start < wanted.busy_stop
                    AND hold.busy_stop > wanted.busy_start
                    AND (hold.expires_at <= %s OR hold.id = ANY(%s))
              RETURNING hold.id
            """,
            [
                *self._get_columns(vals_list, "technician_id", "busy_start", "busy_stop"),
                fields.Datetime.now(),
                own.ids,
            ],
        )
        self.browse(row[0] for row in self.env.cr.fetchall()).invalidate_recordset(flush=False)

    # ------------------------------------------------------------------
    # What is held
    # ------------------------------------------------------------------

    def _is_live(self):
        """Whether these are held still; a link may name one that is not there any more."""
        now = fields.Datetime.now()
        return bool(self) and self.exists() == self and all(h.expires_at > now for h in self)

    def _release(self):
        """Give these times back."""
        # sudo: nobody has the right to delete holds; whose they are is known to the caller.
        self.sudo().exists().unlink()

    @api.model
    def _find_own(self, *, appointment=None, visitor_key=None):
        """What an appointment or a visitor holds now.

        :return: ``support.slot.hold``, by time
        """
        record = appointment._origin if appointment else self.env["support.appointment"]
        whose = [[("appointment_id", "in", record.ids)]] if record else []
        if visitor_key:
            whose.append([("visitor_key", "=", visitor_key)])
        if not whose:
            return self.browse()
        domain = whose[0] if len(whose) == 1 else ["|", *whose[0], *whose[1]]
        # sudo: holds are a dispatcher's to read, and the key nobody's.
        return self.sudo().search(
            [("expires_at", ">", fields.Datetime.now()), ("origin", "!=", "claim"), *domain]
        )

    @api.model
    def _get_visitor_key(self):
        """The key of the visitor for whom this is done; empty where there is none."""
        key = self.env.context.get(VISITOR_KEY)
        return key if isinstance(key, str) else ""

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------

    @api.model
    def _claim(self, visits):
        """Leave the row of a booking for each of ``visits``, in one query for all.

        :param visits: ``support.appointment`` that have just been booked, in the database by now
        :raise psycopg2.errors.ExclusionViolation: where somebody else holds one of the times
        """
        if not visits:
            return
        visits.flush_model()
        self.flush_model()
        now = fields.Datetime.now()
        self.env.cr.execute(
            """
            WITH claim AS (
                    SELECT id, technician_id, start, stop, busy_start, busy_stop, company_id
                      FROM support_appointment
                     WHERE id = ANY(%(ids)s)
                 ),
                 gone AS (
                    DELETE FROM support_slot_hold hold
                          USING claim
                          WHERE hold.technician_id = claim.technician_id
                            AND hold.busy_start < claim.busy_stop
                            AND hold.busy_stop > claim.busy_start
                            AND (hold.expires_at <= %(now)s
                                 OR hold.appointment_id = claim.id
                                 OR hold.visitor_key = NULLIF(%(visitor_key)s, ''))
                      RETURNING hold.id
                 )
            INSERT INTO support_slot_hold (
                    technician_id, start, stop, busy_start, busy_stop, expires_at,
                    appointment_id, origin, company_id, create_uid, create_date)
            SELECT technician_id, start, stop, busy_start, busy_stop, %(now)s,
                   id, 'claim', company_id, %(uid)s, %(now)s
              FROM claim
             -- What has ended goes before that comes.
             WHERE (SELECT count(*) FROM gone) >= 0
               -- Two that overlap are refused by their own constraint, or by what stands in for it.
               AND NOT EXISTS (
                    SELECT 1
                      FROM claim AS first
                     WHERE first.id < claim.id
                       AND first.technician_id = claim.technician_id
                       AND first.busy_start < claim.busy_stop
                       AND first.busy_stop > claim.busy_start)
            """,
            {
                "ids": visits.ids,
                "now": now,
                "uid": self.env.uid,
                "visitor_key": self._get_visitor_key(),
            },
        )
        self.invalidate_model(flush=False)

    # ------------------------------------------------------------------
    # Pruning
    # ------------------------------------------------------------------

    @api.autovacuum
    def _gc_ended_holds(self):
        # sudo: as everything here
        ended = [("expires_at", "<", fields.Datetime.now() - PRUNED_AFTER)]
        return prune(self.env, partial(unlink_batch, self.sudo(), ended, "expires_at, id"))
