"""Refusals that a caller may want to tell from others."""

from odoo.exceptions import UserError, ValidationError


class DoubleBooking(ValidationError):
    """The technician's time is taken, in words; another technician or time may be free.

    For users it is a ``ValidationError`` like any other: XML-RPC goes by the class it inherits,
    the web client by the one named below.
    """

    context = {"exception_class": "odoo.exceptions.ValidationError"}


class DayFull(DoubleBooking):
    """The technician's day is full: another technician or day may be free."""


class TimeHeld(DoubleBooking):
    """The time is kept for a customer who is choosing: later, another one may be had at once."""


class EditConflict(UserError):
    """Somebody else changed the record since the user read it. The web client offers to reload."""

    context = {"exception_class": "odoo.exceptions.UserError"}
