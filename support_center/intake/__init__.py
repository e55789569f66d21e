"""From raw channel data to one typed request.

Two entry points, ``parse_mapping`` for XML-RPC and webhooks and ``parse_mail``
for the text of a mail, both without database, clock or language: instants come
in as arguments, and problems go out as codes. ``html_to_text``, ``classify``
and ``repair`` make real mail readable first, and ``bounds`` keeps it within what
can be read in time; ``read_calendar_mail`` reads invitations and what answers them;
``read_reply`` finds what a reply corrects, which ``parse_mail`` reads together with
the first mail. Neither entry point ever raises.
"""

from .bounds import (
    MAX_HTML,
    MAX_TEXT,
    Envelope,
    Original,
    bound_message,
    flatten,
    has_original,
    is_ordinary,
    is_readable,
    read_envelope,
)
from .failures import is_report
from .calendar_mail import (
    CalendarEvent,
    CalendarMail,
    dump_mail,
    find_attendee,
    load_mail,
    name_calendar_parts,
    read_calendar_mail,
    request_values,
)
from .html_text import NOTICE_CLASS, html_to_text
from .keys import KEYS
from .mime_repair import repair
from .parse import parse_mail, parse_mapping, shorten
from .reply import ShownLine, read_reply
from .request import AppointmentRequest, Correction, Note, ParseResult, Problem
from .robots import classify, wants_no_answer, without_list_headers
from .senders import (
    find_reply_to,
    find_writer,
    holds_form,
    is_own_group,
    read_own_text,
    repeats_a_request,
)
from .text import describe

__all__ = [
    "KEYS",
    "MAX_HTML",
    "MAX_TEXT",
    "NOTICE_CLASS",
    "AppointmentRequest",
    "CalendarEvent",
    "CalendarMail",
    "Correction",
    "Envelope",
    "Note",
    "Original",
    "ParseResult",
    "Problem",
    "ShownLine",
    "bound_message",
    "classify",
    "describe",
    "dump_mail",
    "find_attendee",
    "find_reply_to",
    "find_writer",
    "flatten",
    "has_original",
    "holds_form",
    "html_to_text",
    "is_ordinary",
    "is_own_group",
    "is_readable",
    "is_report",
    "load_mail",
    "name_calendar_parts",
    "parse_mail",
    "parse_mapping",
    "read_calendar_mail",
    "read_envelope",
    "read_own_text",
    "read_reply",
    "repair",
    "repeats_a_request",
    "request_values",
    "shorten",
    "wants_no_answer",
    "without_list_headers",
]
