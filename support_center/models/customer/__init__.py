from . import support_appointment
from . import support_slot_offer
from . import support_appointment_offers
from . import support_automation_registry
from . import support_customer_times
