"""The public pages on which somebody books a visit without an account.

``support.booking.page`` does what the pages of ``controllers/booking.py`` show and ask;
``support.booking.attempt`` bounds how much of it one network or address may cause.
"""

from . import support_appointment
from . import support_appointment_type
from . import support_automation_registry
from . import support_booking_attempt
from . import support_booking_page
