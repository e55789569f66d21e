from . import resource_calendar
from . import resource_calendar_leaves
from . import support_technician
from . import support_appointment
