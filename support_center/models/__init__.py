from . import common
from . import automation
from . import privacy
from . import appointment
from . import technicians
from . import booking
from . import planning
from . import holds
from . import tickets
from . import notifications
from . import webhooks
from . import calendar_sync
from . import cancellation
from . import undo
<<<<<<< HEAD
from . import customer
=======
from . import satisfaction
>>>>>>> notices
from . import absences
from . import archiving
from . import incoming
from . import duplicates
from . import dispatching
from . import portal
from . import board
from . import my_day
from . import health
from . import settings
from . import reporting
from . import demo
