from . import support_appointment
from . import support_appointment_backlog
from . import support_appointment_type
from . import support_automation_registry
from . import support_my_day_entry
from . import support_my_day
from . import support_my_day_work
from . import support_home
