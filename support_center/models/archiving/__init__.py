from . import support_appointment
from . import support_automation_registry
