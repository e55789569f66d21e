"""What a short reply to an appointment means, in five languages.

``read_short_reply`` understands a reply only where it understands each of its words; all else is
``unclear`` and a person reads it. ``read_choice`` knows the number of a list of times. Neither
needs a database, a clock or another package: what reads times comes in as an argument.
"""

from .numbers import read_choice
from .read import Context, Understood, read_short_reply

__all__ = ["Context", "Understood", "read_choice", "read_short_reply"]
