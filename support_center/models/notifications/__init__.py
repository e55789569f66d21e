from . import ir_mail_server
from . import mail_mail
from . import support_appointment
from . import support_appointment_technician
from . import support_appointment_words
from . import support_calendar_file
from . import support_notifier
