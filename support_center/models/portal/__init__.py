from . import ir_attachment
from . import ir_binary
from . import support_correspondence_mixin
from . import support_appointment
from . import support_ticket
