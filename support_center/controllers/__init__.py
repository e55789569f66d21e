from . import booking
from . import portal
from . import rating
