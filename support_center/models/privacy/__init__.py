from . import support_erasure_mixin
from . import rating_rating
