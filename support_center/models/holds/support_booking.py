import re
from datetime import datetime

import psycopg2

from odoo import _, api, fields, models

from ...exceptions import DoubleBooking, TimeHeld
from ...formatting import format_hour, format_moment
from .support_slot_hold import NO_TWO_HOLDS

# PostgreSQL tells the two keys that collide as
# «([7,8), ["2026-01-05 09:00:00","…"), ["2026-01-05 08:10:00",))».
HELD_KEY = re.compile(
    r'\(\[(?P<technician>\d+),\d+\), \["(?P<start>[^"]+)","(?P<stop>[^"]+)"\), '
    r'\["(?P<until>[^"]+)",\)\)'
)


class SupportBooking(models.AbstractModel):
    _inherit = "support.booking"

    @api.model
    def _book(self, technicians, write, change):
        """
        :raise TimeHeld: where somebody else has held the time since this transaction began; what
            it sees of what is held is refused with the other reasons
        """
        try:
            super()._book(technicians, write, change)
        except psycopg2.errors.ExclusionViolation as error:
            if error.diag.constraint_name != NO_TWO_HOLDS:
                raise
            appointments = None if change.is_creation else change.records
            raise self._make_refusal(error, appointments) from error

    @api.model
    def _make_refusal(self, error, appointments=None):
        """The refusal of a time that another transaction has held, or booked.

        :param psycopg2.errors.ExclusionViolation error: of the holds
        :param appointments: those that were to be written, if they exist
        :return: ``TimeHeld``, or ``DoubleBooking`` for the row of a booking
        """
        keys = HELD_KEY.findall(error.diag.message_detail or "")
        if len(keys) != 2:
            # The database keeps the values from this role.
            return TimeHeld(_("Somebody else is choosing this time just now. Choose another one."))
        (_id, *wanted, _until), (technician_id, *taken, held_until) = keys
        wanted, taken, (held_until,) = (
            [datetime.strptime(text[:19], "%Y-%m-%d %H:%M:%S") for text in texts]
            for texts in (wanted, taken, [held_until])
        )
        technician_id = int(technician_id)
        if held_until <= fields.Datetime.now():
            kind = DoubleBooking
            # A visit that this transaction does not see.
            none = self.env["support.appointment"]
            message = self._prepare_refusal(technician_id, *taken, none)
        else:
            kind = TimeHeld
            message = self._prepare_held_refusal(technician_id, *taken, held_until)
        if appointments is not None and len(appointments) == 1:
            technician = self.env["support.technician"].browse(technician_id)
            # From the end of what is taken on: it looks free still to this transaction.
            length = wanted[1] - wanted[0]
            other = self._describe_other_times(
                appointments, technician, taken[1], taken[1] + length
            )
            message = f"{message}\n{other}" if other else message
        return kind(message)

    @api.model
    def _prepare_held_refusal(self, technician_id, start, stop, until):
        """
        :param datetime start, stop, until: naive UTC
        :return: str
        """
        # sudo: that the technician's time is kept has to be told to the user who books.
        technician = self.env["support.technician"].sudo().browse(technician_id)
        return _(
            "%(technician)s is held from %(start)s to %(stop)s for a customer who is choosing a "
            "time, until %(until)s. Choose another time or another technician, or try again then.",
            technician=technician.name,
            start=format_moment(self.env, start, technician.tz),
            stop=format_moment(self.env, stop, technician.tz),
            until=format_hour(self.env, until, technician.tz),
        )
