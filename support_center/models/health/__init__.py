from . import support_health_check
from . import support_appointment_backlog
from . import support_health_automation
from . import support_health_data
from . import support_health_mail
from . import support_health_webhook
