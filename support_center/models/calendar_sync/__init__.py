from . import calendar_attendee
from . import calendar_event
from . import calendar_event_guard
from . import mail_activity
from . import support_appointment
from . import support_appointment_erasure
from . import resource_resource
