import re
import zlib
from datetime import datetime, timedelta

import psycopg2

from odoo import _, api, models
from odoo.tools import format_datetime

from ..exceptions import DoubleBooking

NO_DOUBLE_BOOKING = "support_appointment_no_double_booking"

# Namespace of the advisory locks, so that they do not meet another addon's.
LOCK_NAMESPACE = zlib.crc32(b"support_center.technician") & 0x7FFFFFFF

# PostgreSQL tells the two keys that collide as «([7,8), ["2026-01-05 09:00:00","…"))».
EXCLUDED_KEY = re.compile(
    r'\(\[(?P<technician>\d+),\d+\), \["(?P<start>[^"]+)","(?P<stop>[^"]+)"\)\)'
)


class SupportScheduler(models.AbstractModel):
    _name = "support.scheduler"
    _description = "Booking of Technicians"

    # ------------------------------------------------------------------
    # Booking
    # ------------------------------------------------------------------

    @api.model
    def _book(self, technicians, write, visits=None):
        """Run ``write``, which may book ``technicians``, and put a refusal in words.

        The database's exclusion constraint decides. The lock only orders
        those who come at once: two transactions that insert overlapping rows
        and then wait for one another would be ended as a deadlock.

        :param technicians: ``support.technician`` that ``write`` may book
        :param write: callable without arguments
        :param visits: ``support.appointment`` that it writes to; a refusal
            offers other times for a single one
        :return: what ``write`` returns
        :raise DoubleBooking: names the technician, the time and, if the
            user may see it, the appointment in the way
        """
        self._lock(technicians)
        # Not inside of the try: opening flushes what an outer write has left to do, and the
        # refusal of that is the outer one's to explain, after its own savepoint is rolled back.
        savepoint = self.env.cr.savepoint()
        try:
            with savepoint:
                return write()
        except psycopg2.errors.ExclusionViolation as error:
            if error.diag.constraint_name != NO_DOUBLE_BOOKING:
                raise
            raise DoubleBooking(self._explain_double_booking(error, visits)) from error

    @api.model
    def _lock(self, technicians):
        """Let nobody else book ``technicians`` until this transaction ends.

        Whoever is going to book one or the other of several takes them all at
        once, first: two transactions that take them one by one, each in its own
        order, would wait for one another.
        """
        if technicians:
            self.env.cr.execute(
                "SELECT pg_advisory_xact_lock(%s, id) FROM unnest(%s) AS id ORDER BY id",
                [LOCK_NAMESPACE, sorted(technicians.ids)],
            )

    @api.model
    def _explain_double_booking(self, error, visits=None):
        """The refusal of an overlap, in words.

        The appointment in the way may have been committed after this
        transaction began and so be out of its sight; PostgreSQL's own message
        still tells whose and when.

        :param psycopg2.errors.ExclusionViolation error: as raised by the flush
        :param visits: as for ``_book``
        :return: str
        """
        keys = EXCLUDED_KEY.findall(error.diag.message_detail or "")
        if len(keys) != 2:
            return _("The technician is already booked at that time. Choose another one.")
        technician_id = keys[1][0]
        (wanted, _wanted_stop), (start, stop) = (
            [datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S") for text in times]
            for _id, *times in keys
        )
        # sudo: that the technician is taken has to be said to whoever books.
        technician = self.env["support.technician"].sudo().browse(int(technician_id))
        in_the_way = self.env["support.appointment"].search(
            [
                ("technician_id", "=", technician.id),
                ("busy_start", "=", start),
                ("busy_stop", "=", stop),
                ("state", "in", ["confirmed", "in_progress"]),
            ],
            limit=1,
        )
        message = _(
            "%(technician)s is already booked from %(start)s to %(stop)s. "
            "Choose another time or another technician.",
            technician=technician.name,
            start=self._format_time(start, technician.tz),
            stop=self._format_time(stop, technician.tz),
        )
        if in_the_way:
            message += " " + _("In the way: %(reference)s.", reference=in_the_way.name)
        if visits and len(visits) == 1:
            before, _after = visits._get_buffers()
            message += "\n" + visits._describe_alternatives(
                technician, wanted + timedelta(minutes=before)
            )
        return message

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    @api.model
    def _format_time(self, moment, zone=None):
        """A time as people read it, with the zone it is told in.

        :param datetime moment: naive UTC
        :param str zone: IANA name; the user's own without it, UTC as a last resort
        :return: str, like ``05/01/2026 10:00 (Europe/Paris)``
        """
        zone = zone or self.env.user.tz or "UTC"
        text = format_datetime(self.env, moment, tz=zone, dt_format="short")
        return f"{text} ({zone})"
