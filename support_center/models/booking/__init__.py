from . import support_appointment
from . import support_booking
from . import support_booking_guarantee
from . import ir_actions_server
