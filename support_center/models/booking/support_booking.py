import logging
import re
import zlib
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

import psycopg2

from odoo import _, api, models
from odoo.exceptions import MissingError
from odoo.sql_db import PoolError

from ...compat import under_test
from ...exceptions import DoubleBooking
from ...formatting import format_moment
from .support_booking_guarantee import NO_DOUBLE_BOOKING

_logger = logging.getLogger(__name__)

# Whether this thread is inside ``_book``.
in_book = ContextVar("support_center_in_book", default=False)

# Namespace of the advisory locks, so that they do not meet another addon's.
LOCK_NAMESPACE = zlib.crc32(b"support_center.technician") & 0x7FFFFFFF

# PostgreSQL tells the two keys that collide as «([7,8), ["2026-01-05 09:00:00","…"))».
EXCLUDED_KEY = re.compile(
    r'\(\[(?P<technician>\d+),\d+\), \["(?P<start>[^"]+)","(?P<stop>[^"]+)"\)\)'
)


class SupportBooking(models.AbstractModel):
    _name = "support.booking"
    _description = "Booking of Technicians"

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------

    @api.model
    def _book(self, technicians, write, change):
        """Run ``write``, which may book ``technicians``, and put a refusal in words.

        The database's exclusion constraint decides. The lock only orders
        those who come at once: two transactions that insert overlapping rows
        and then wait for one another would be ended as a deadlock.

        One call takes its locks in the order of their ids. A transaction that
        books in several calls may take them in any order and so still meet
        another one crosswise; PostgreSQL then ends one of the two and Odoo
        repeats that one's request, of which its user sees nothing.

        The constraint looks at each row at once and is not deferrable, so that
        a refusal comes from the very call that booked and not from the commit,
        where nobody could go on. Two visits that exchange their technicians
        are done by three writes: the first one without technician, the second
        one, the first one again.

        :param technicians: ``support.technician`` that ``write`` may book
        :param write: callable without arguments
        :param change: ``Change`` that ``write`` stores; the refusal of a write to a single
            appointment offers other times
        :raise DoubleBooking: names the technician, the time and, if the user
            may see it, the appointment in the way
        """
        self._lock(technicians)
        # What waits to be written may fail too, and there is no savepoint to go back to yet.
        self.env.cr.flush()
        fallback_check = self.env["support.booking.guarantee"]._prepare_fallback_check(technicians)
        try:
            with self._translate_overlap_error(), self.env.cr.savepoint():
                write()
                if fallback_check:
                    fallback_check(change.records)
        except psycopg2.errors.ExclusionViolation as error:
            if not self._is_double_booking(error):
                raise
            appointments = None if change.is_creation else change.records
            raise DoubleBooking(self._explain_double_booking(error, appointments)) from error

    @api.model
    def _lock(self, technicians):
        """Let nobody else book ``technicians`` until this transaction ends.

        A caller that may book one or the other of several takes them all at
        once, first: two transactions that take them one by one, each in its own
        order, would wait for one another.
        """
        if technicians:
            self.env.cr.execute(
                "SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s) AS id ORDER BY id",
                [LOCK_NAMESPACE, sorted(technicians.ids)],
            )

    @contextmanager
    def _translate_overlap_error(self):
        """While ``_book`` is at work, the flush leaves the words to it: it can still ask the
        database, where the flush itself stands in a transaction that has just failed."""
        token = in_book.set(True)
        try:
            yield
        finally:
            in_book.reset(token)

    @api.model
    def _flush_translated(self, flush):
        """Run ``flush``, which writes changed appointments to the database.

        :param callable flush: without arguments
        :return: what ``flush`` returns
        :raise DoubleBooking: outside of ``_book``; the transaction is lost then
        """
        try:
            return flush()
        except psycopg2.errors.ExclusionViolation as error:
            if in_book.get() or not self._is_double_booking(error):
                raise
            raise DoubleBooking(self._explain_from_outside(error)) from error

    @api.model
    def _is_double_booking(self, error):
        """Whether an error is that of our constraint.

        :param error: any exception, or None
        """
        return (
            isinstance(error, psycopg2.errors.ExclusionViolation)
            and error.diag.constraint_name == NO_DOUBLE_BOOKING
        )

    @api.model
    def _explain_double_booking(self, error, appointments=None):
        """The refusal of an overlap, in words. The cursor has to be in a state to be used.

        The appointment in the way may have been committed after this
        transaction began and so be out of its sight; PostgreSQL's own message
        still tells whose and when.

        :param psycopg2.errors.ExclusionViolation error: as raised by the flush
        :param appointments: those that were to be written, if they exist
        :return: str
        """
        taken = self._read_violation(error)
        if not taken:
            return _("The technician is already booked at that time. Choose another one.")
        technician_id, start, stop, wanted, until = taken
        in_the_way = self.env["support.appointment"].search(
            [
                ("technician_id", "=", technician_id),
                ("busy_start", "=", start),
                ("busy_stop", "=", stop),
                ("state", "in", ["confirmed", "in_progress"]),
            ],
            limit=1,
        )
        message = self._prepare_refusal(technician_id, start, stop, in_the_way)
        if appointments is not None and len(appointments) == 1:
            technician = self.env["support.technician"].browse(technician_id)
            other = self._describe_other_times(appointments, technician, wanted, until)
            message = f"{message}\n{other}" if other else message
        return message

    @api.model
    def _describe_other_times(self, _appointment, _technician, _wanted, _until):
        """Hook: other times for an appointment that was refused.

        :param _appointment: ``support.appointment``; what was to be written is undone by now
        :param _technician: ``support.technician`` who is taken
        :param datetime _wanted: from when the technician was wanted, buffers included, naive UTC
        :param datetime _until: until when, the same
        :return: str, empty where there is nothing to propose
        """
        return ""

    @api.model
    def _prepare_refusal(self, technician_id, start, stop, in_the_way):
        """What a user is told who books a time that is taken.

        :param int technician_id: ``support.technician``
        :param datetime start, stop: when it is taken, naive UTC
        :param in_the_way: ``support.appointment`` that the user may see, or none
        :return: str
        """
        # sudo: that the technician is taken has to be told to the user who books.
        technician = self.env["support.technician"].sudo().browse(technician_id)
        message = _(
            "%(technician)s is already booked from %(start)s to %(stop)s. "
            "Choose another time or another technician.",
            technician=technician.name,
            start=format_moment(self.env, start, technician.tz),
            stop=format_moment(self.env, stop, technician.tz),
        )
        if in_the_way:
            message += " " + _("In the way: %(reference)s.", reference=in_the_way.name)
        return message

    @api.model
    def _explain_from_outside(self, error):
        """The same for a transaction that has failed and can ask nothing any more.

        Another connection is asked; without one there is what PostgreSQL itself has told.

        :param psycopg2.errors.ExclusionViolation error: as raised by the flush
        :return: str
        """
        # A test has but one connection, and it is this one.
        if not under_test():
            try:
                with self.env.registry.cursor() as cr:
                    return self.with_env(self.env(cr=cr))._explain_double_booking(error)
            except (psycopg2.Error, PoolError, MissingError):
                _logger.warning("No second look at a double booking was possible", exc_info=True)
        # The language of a user would be one more thing to ask for.
        return self.with_context(lang="en_US")._repeat_violation(error)

    @api.model
    def _repeat_violation(self, error):
        taken = self._read_violation(error)
        if not taken:
            return _("The technician is already booked at that time. Choose another one.")
        start, stop = (f"{moment:%Y-%m-%d %H:%M}" for moment in taken[1:3])
        return _(
            "Technician no. %(number)s is already booked from %(start)s to %(stop)s (UTC). "
            "Choose another time or another technician.",
            number=taken[0],
            start=start,
            stop=stop,
        )

    @api.model
    def _read_violation(self, error):
        """Whose time is taken and when, as PostgreSQL tells it.

        :return: tuple of the technician's id, from when to when they are taken, and from when
            to when they were wanted, naive UTC; None where the database keeps it from this role
        """
        keys = EXCLUDED_KEY.findall(error.diag.message_detail or "")
        if len(keys) != 2:
            return None
        (_id, *wanted), (technician_id, *taken) = keys
        return int(technician_id), *(
            datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S") for text in (*taken, *wanted)
        )
