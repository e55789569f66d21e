from . import support_settings_panel
from . import support_settings_row
from . import res_config_settings
from . import support_mail_sample
from . import support_settings_automation
from . import support_settings_mail
from . import support_settings_setup
from . import support_settings_webhook
