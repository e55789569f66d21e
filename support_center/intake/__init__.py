"""From raw channel data to one typed request.

Two entry points, ``parse_mapping`` for XML-RPC and webhooks and ``parse_mail``
for the text of a mail, both without database, clock or language: instants come
in as arguments, and problems go out as codes. ``html_to_text``, ``classify``
and ``repair`` make real mail readable first; ``read_reply`` finds what a reply
corrects, which ``parse_mail`` reads together with the first mail. Neither entry
point ever raises.
"""

from .html_text import html_to_text
from .keys import KEYS
from .mime_repair import repair
from .parse import parse_mail, parse_mapping
from .reply import ShownLine, read_reply
from .request import AppointmentRequest, Correction, Note, ParseResult, Problem
from .robots import classify, wants_no_answer

__all__ = [
    "KEYS",
    "AppointmentRequest",
    "Correction",
    "Note",
    "ParseResult",
    "Problem",
    "ShownLine",
    "classify",
    "html_to_text",
    "parse_mail",
    "parse_mapping",
    "read_reply",
    "repair",
    "wants_no_answer",
]
