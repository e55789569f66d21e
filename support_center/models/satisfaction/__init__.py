from . import rating_rating
from . import support_appointment
from . import support_automation_registry
from . import support_satisfaction
from . import support_technician
from . import support_ticket
