from . import support_appointment_type
from . import support_appointment
from . import res_company
from . import res_partner
from . import support_appointment_edit
from . import support_appointment_responsible
from . import support_appointment_schedule
from . import support_appointment_state
