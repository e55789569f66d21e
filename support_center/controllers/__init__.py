from . import booking
from . import portal
from . import appointment_actions
from . import customer_lists
from . import rating
from . import unfollow
