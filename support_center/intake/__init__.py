"""From raw channel data to one typed request.

Two entry points, ``parse_mapping`` for XML-RPC and webhooks and ``parse_mail``
for the text of a mail, both without database, clock or language: instants come
in as arguments, and problems go out as codes. ``html_to_text``, ``classify``
and ``repair`` make real mail readable first, and ``bounds`` keeps it within what
can be read in time; ``read_reply`` finds what a reply corrects, which
``parse_mail`` reads together with the first mail; ``read_mail_text`` chooses among the parts of
a mail the text that its sender wrote. Neither entry point ever raises.
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
from .html_text import NOTICE_CLASS, OBSTACLE_CLASS, html_to_text
from .keys import KEYS
from .mail_text import (
    ENCRYPTED,
    IN_FILE,
    IN_SEVERAL_MAILS,
    PACKED,
    SEALED,
    MailText,
    build_message,
    is_plain_mail,
    read_mail_text,
)
from .mime_headers import EMAIL_ERRORS
from .mime_repair import repair
from .parse import parse_mail, parse_mapping, shorten
from .pgp import unwrap_pgp
from .reply import ShownLine, read_reply
from .request import AppointmentRequest, Correction, Note, ParseResult, Problem
from .robots import classify, wants_no_answer

__all__ = [
    "EMAIL_ERRORS",
    "ENCRYPTED",
    "IN_FILE",
    "IN_SEVERAL_MAILS",
    "KEYS",
    "MAX_HTML",
    "MAX_TEXT",
    "NOTICE_CLASS",
    "OBSTACLE_CLASS",
    "PACKED",
    "SEALED",
    "AppointmentRequest",
    "Correction",
    "Envelope",
    "MailText",
    "Note",
    "Original",
    "ParseResult",
    "Problem",
    "ShownLine",
    "bound_message",
    "build_message",
    "classify",
    "flatten",
    "has_original",
    "html_to_text",
    "is_ordinary",
    "is_plain_mail",
    "is_readable",
    "parse_mail",
    "parse_mapping",
    "read_envelope",
    "read_mail_text",
    "read_reply",
    "repair",
    "shorten",
    "unwrap_pgp",
    "wants_no_answer",
]
