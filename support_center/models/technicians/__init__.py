from . import support_skill
from . import support_area
from . import support_technician
from . import res_users
from . import resource_resource
