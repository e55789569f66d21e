from . import support_slot_hold
from . import support_availability
from . import support_booking
from . import support_appointment
