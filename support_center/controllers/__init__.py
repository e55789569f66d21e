from . import booking
from . import portal
from . import rating
from . import unfollow
