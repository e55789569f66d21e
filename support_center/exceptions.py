"""Refusals that a caller may want to tell from others."""

from odoo.exceptions import ValidationError


class DoubleBooking(ValidationError):
    """The technician's time is taken, in words; another technician or time may be free.

    For users it is a ``ValidationError`` like any other: XML-RPC goes by the class it inherits,
    the web client by the one named below.
    """

    context = {"exception_class": "odoo.exceptions.ValidationError"}
