from . import support_appointment
from . import support_appointment_rebook
from . import support_appointment_reoffer
from . import support_appointment_undo
from . import support_appointment_erasure
