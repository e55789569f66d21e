from . import support_appointment
from . import support_appointment_report
from . import support_automation_registry
from . import support_reporting
from . import support_reporting_hours
from . import support_statistics
from . import support_statistics_figures
