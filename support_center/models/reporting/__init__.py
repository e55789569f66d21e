from . import support_statistics
from . import support_statistics_figures
