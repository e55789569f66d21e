from . import base_automation
from . import ir_actions_server
from . import ir_config_parameter
from . import ir_cron
from . import mail_activity
from . import support_automation_log
from . import support_automation_mixin
from . import support_backlog
