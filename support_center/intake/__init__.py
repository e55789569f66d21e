"""From raw channel data to one typed request.

Two entry points, ``parse_mapping`` for XML-RPC and webhooks and ``parse_mail``
for the text of a mail, both without database, clock or language: instants come
in as arguments, and problems go out as codes. ``html_to_text``, ``classify``
and ``repair`` make real mail readable first. Neither entry point ever raises.
"""

from .html_text import html_to_text
from .keys import KEYS
from .mime_repair import repair
from .parse import parse_mail, parse_mapping
from .request import AppointmentRequest, Note, ParseResult, Problem
from .robots import classify

__all__ = [
    "KEYS",
    "AppointmentRequest",
    "Note",
    "ParseResult",
    "Problem",
    "classify",
    "html_to_text",
    "parse_mail",
    "parse_mapping",
    "repair",
]
