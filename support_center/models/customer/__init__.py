from . import support_appointment
from . import support_customer_times
