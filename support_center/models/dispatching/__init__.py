from . import support_appointment
from . import support_appointment_bulk
from . import support_appointment_overview
from . import support_appointment_related
from . import support_appointment_warnings
from . import support_technician
from . import support_ticket
from . import support_appointment_rebook
