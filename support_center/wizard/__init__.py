from . import support_health
from . import support_health_line
from . import support_dry_run
from . import support_dry_run_line
