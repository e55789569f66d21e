from . import support_appointment
from . import support_automation_registry
from . import support_stage
from . import support_team
from . import support_ticket
from . import support_appointment_erasure
from . import res_company
from . import res_partner
