from . import mail_mail
from . import support_undo_step
from . import support_appointment
