from . import support_health
from . import support_health_line
from . import support_dry_run
from . import support_dry_run_line
from . import support_slot_finder
from . import support_slot_finder_line
from . import support_replan
from . import support_replan_line
