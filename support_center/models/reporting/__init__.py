from . import support_automation_registry
from . import support_statistics
from . import support_statistics_figures
