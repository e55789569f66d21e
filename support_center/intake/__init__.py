"""From raw channel data to one typed request.

Two entry points, ``parse_mapping`` for XML-RPC and webhooks and ``parse_mail``
for the text of a mail, both without database, clock or language: instants come
in as arguments, and problems go out as codes. ``html_to_text``, ``classify``
and ``repair`` make real mail readable first, and ``bounds`` keeps it within what
can be read in time; ``read_mail_text`` chooses among the parts of a mail the text that
its sender wrote; ``read_calendar_mail`` reads invitations and what answers them;
``read_reply`` finds what a reply corrects, which ``parse_mail`` reads together with
the first mail. ``parse_mail`` is ``read_mail_form``, which looks at the text, and
``read_mail_request``, which understands what was found; ``dump_result`` and ``load_result`` keep
both. ``read_prose`` reads what people write in sentences, where no form is. Neither entry point
ever raises.
"""

from .addresses import fold_address, spell_address
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
from .webhook_body import parse_body, parse_fields, split, unwrap
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
from .mime_headers import EMAIL_ERRORS, read_sent
from .mime_repair import repair
from .parse import parse_mail, parse_mapping, read_mail_form, read_mail_request, shorten
from .pgp import unwrap_pgp
from .reply import ShownLine, read_reply
from .request import (
    PARTS,
    AppointmentRequest,
    Correction,
    MailForm,
    Note,
    ParseResult,
    Problem,
    Wish,
)
from .robots import classify, wants_no_answer, without_list_headers
from .said_times import SaidTime, TimeReader
from .senders import (
    find_reply_to,
    find_writer,
    holds_form,
    is_own_group,
    read_own_text,
    repeats_a_request,
)
from .stored import dump_result, find_lines, load_form, load_result
from .text import describe
from .times import is_near

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
    "PARTS",
    "SEALED",
    "AppointmentRequest",
    "CalendarEvent",
    "CalendarMail",
    "Correction",
    "Envelope",
    "MailForm",
    "MailText",
    "Note",
    "Original",
    "ParseResult",
    "Problem",
    "SaidTime",
    "ShownLine",
    "TimeReader",
    "Wish",
    "bound_message",
    "build_message",
    "classify",
    "describe",
    "dump_mail",
    "dump_result",
    "find_attendee",
    "find_lines",
    "find_reply_to",
    "find_writer",
    "flatten",
    "fold_address",
    "has_original",
    "holds_form",
    "html_to_text",
    "is_near",
    "is_ordinary",
    "is_own_group",
    "is_plain_mail",
    "is_readable",
    "is_report",
    "load_form",
    "load_mail",
    "load_result",
    "name_calendar_parts",
    "parse_body",
    "parse_fields",
    "parse_mail",
    "parse_mapping",
    "read_calendar_mail",
    "read_envelope",
    "read_mail_form",
    "read_mail_request",
    "read_mail_text",
    "read_own_text",
    "read_reply",
    "read_sent",
    "repair",
    "repeats_a_request",
    "request_values",
    "shorten",
    "spell_address",
    "split",
    "unwrap",
    "unwrap_pgp",
    "wants_no_answer",
    "without_list_headers",
]
