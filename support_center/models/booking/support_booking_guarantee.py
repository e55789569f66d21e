from functools import partial

import psycopg2

from odoo import _, api, models, tools
from odoo.exceptions import UserError

from ...exceptions import DoubleBooking

NO_DOUBLE_BOOKING = "support_appointment_no_double_booking"
# Making the constraint stops everybody who books, so it must not queue behind a long report.
LOCK_TIMEOUT = "5s"


class SupportBookingGuarantee(models.AbstractModel):
    """The exclusion constraint: whether it is there, what stands in for it, how it comes back.

    Where a database holds overlaps already, Odoo's upgrade cannot make the
    constraint, warns of it in the log, and goes on. Until the overlaps are
    mended the stand-in below refuses new ones in whatever goes through the
    ORM. What it cannot do is to stop raw SQL.
    """

    _name = "support.booking.guarantee"
    _description = "Guarantee against Double Bookings"

    @api.model
    @tools.ormcache()
    def _constraint_exists(self):
        """``_read_constraint``, remembered: a booking costs no query for it."""
        return self._read_constraint()

    @api.model
    def _read_constraint(self):
        """Whether the database refuses double bookings.

        :return: bool
        """
        self.env.cr.execute(
            "SELECT 1 FROM pg_constraint WHERE conname = %s AND contype = 'x' AND convalidated "
            "AND conrelid = to_regclass('support_appointment')",
            [NO_DOUBLE_BOOKING],
        )
        return bool(self.env.cr.fetchone())

    @api.model
    def _recheck_constraint(self):
        """Ask the database anew, and forget what is remembered wrongly.

        :return: bool
        """
        found = self._read_constraint()
        if found != self._constraint_exists():
            self.env.registry.clear_cache()
        return found

    # ------------------------------------------------------------------
    # While it is missing
    # ------------------------------------------------------------------

    @api.model
    def _prepare_fallback_check(self, technicians):
        """Stand in for a constraint that is missing.

        A transaction that waited for the lock may have looked at the database before the
        other one's commit, and would not see it. So each booking also writes
        its technicians' rows: PostgreSQL then refuses those whose view is
        older, and Odoo repeats their request with a new one. A call that
        nobody repeats, such as a cron of 17.0, ends with that error.

        :param technicians: ``support.technician`` that are to be booked, locked by then
        :return: None where the constraint is there; else a callable that takes
            the appointments just written, and raises ``DoubleBooking``
        """
        if not technicians or self._constraint_exists():
            return None
        self.env.cr.execute(
            "UPDATE support_technician SET color = color WHERE id IN %s", [tuple(technicians.ids)]
        )
        known = {(row[0], row[2]) for row in self._find_overlaps(technicians)}
        return partial(self._check_overlaps, technicians, known)

    @api.model
    def _check_overlaps(self, technicians, known, appointments):
        """Refuse what overlaps now and did not before.

        :param set known: pairs of ids that overlapped before
        :raise DoubleBooking: for the first pair
        """
        pairs = [row for row in self._find_overlaps(technicians) if (row[0], row[2]) not in known]
        if not pairs:
            return
        one, _name, two, _name2, technician_id, start, stop = pairs[0]
        other = [pair for pair in (one, two) if pair not in appointments.ids][:1]
        # As the user who books: what they may not see is not named.
        in_the_way = self.env["support.appointment"].search([("id", "in", other)])
        raise DoubleBooking(
            self.env["support.booking"]._prepare_refusal(technician_id, start, stop, in_the_way)
        )

    @api.model
    def _find_overlaps(self, technicians=None, limit=None):
        """Pairs of live visits that one technician cannot both make.

        :param technicians: only theirs; everybody's without it
        :return: list of ``(id, reference, id, reference, technician id, start, stop)``, the
            last two being the time that both take, naive UTC
        """
        self.env["support.appointment"].flush_model()
        self.env.cr.execute(
            """
            SELECT one.id, one.name, two.id, two.name, one.technician_id,
                   GREATEST(one.busy_start, two.busy_start), LEAST(one.busy_stop, two.busy_stop)
              FROM support_appointment one
              JOIN support_appointment two
                ON two.technician_id = one.technician_id AND two.id > one.id
               AND two.busy_start < one.busy_stop AND one.busy_start < two.busy_stop
             WHERE one.active AND two.active
               AND one.state IN ('confirmed', 'in_progress')
               AND two.state IN ('confirmed', 'in_progress')
               AND (%(everybody)s OR one.technician_id = ANY(%(technicians)s))
          ORDER BY one.id, two.id
             LIMIT %(limit)s
            """,
            {
                "everybody": technicians is None,
                "technicians": technicians.ids if technicians else [],
                "limit": limit,
            },
        )
        return self.env.cr.fetchall()

    # ------------------------------------------------------------------
    # Bringing it back
    # ------------------------------------------------------------------

    @api.model
    def _create_constraint(self):
        """Make the constraint, once nothing overlaps.

        :raise UserError: names an overlap that is left, or says that the table is in use
        """
        if self._recheck_constraint():
            return
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
                # As an upgrade does it, so that the next one finds it done.
                self.env["support.appointment"]._add_sql_constraints()
        except Exception as error:
            # Odoo wraps what PostgreSQL says, each series in its own way.
            cause = error
            while cause and not isinstance(cause, psycopg2.Error):
                cause = cause.__cause__ or cause.__context__
            if isinstance(cause, psycopg2.errors.LockNotAvailable):
                raise UserError(
                    _("Somebody is working with the appointments just now. Try again in a moment.")
                ) from error
            if not isinstance(cause, psycopg2.errors.ExclusionViolation):
                raise
            words = self.env["support.booking"]._explain_double_booking(cause)
            raise UserError(_("There are overlaps still. %(first)s", first=words)) from error
        self.env.registry.clear_cache()
