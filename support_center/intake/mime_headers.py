"""Headers that Python's ``email`` package cannot read, made readable."""

from __future__ import annotations

import codecs
import re
from datetime import datetime, timedelta, timezone
from email.errors import HeaderParseError, MessageError
from email.header import Header, decode_header
from email.message import EmailMessage
from email.utils import formataddr, getaddresses, parsedate_to_datetime

from .text import clean, one_line

# Whatever the email package raises on malformed input; each of these was seen.
EMAIL_ERRORS = (
    MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError,
    # The parser of ``Date`` makes integers of whatever digits it finds.
    OverflowError,
)  # fmt: skip

ADDRESS_HEADERS = frozenset(
    """from to cc bcc reply-to sender delivered-to return-path
    resent-from resent-to resent-cc resent-bcc resent-sender""".split()
)
_ID_HEADERS = frozenset({"message-id", "resent-message-id"})
_NOT_IN_ID = re.compile(r"[\s<>\[\]()\",;:\\]+")
BARE_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^{|}~-]{1,64}@[\w-][\w.-]{0,253}")
_MEDIA_TYPE = re.compile(r"\s*([\w.+-]{1,80})/([\w.+-]{1,80})")
_FILENAME = re.compile(
    r"(?:file)?name\*?(?:\d\*?)?\s*=\s*(?:[\w-]*'[\w-]*')?\"?([^\";\r\n]{1,200})", re.I
)
_BOUNDARY = re.compile(r"boundary\s*=\s*\"?([^\";\r\n]{1,70})", re.I)
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LONGEST_DATE = 200
# Of Python's encodings, those that nobody writes a text in. For the first one it needs time that
# grows with the square of the text.
_NO_CHARSETS = frozenset({"punycode", "idna", "undefined", "unicode-escape", "raw-unicode-escape"})

# No place is further from UTC.
_WIDEST_OFFSET = timedelta(hours=14)


def find_charset(name: str | None) -> str | None:
    """The charset that a sender names; None without one, and for what is none."""
    found = _find_codec(name)
    return None if found in _NO_CHARSETS else found


def is_no_charset(name: str | None) -> bool:
    """Whether Python would take ``name`` for a charset though it is none."""
    return _find_codec(name) in _NO_CHARSETS


def _find_codec(name: str | None) -> str | None:
    try:
        return codecs.lookup(name).name if name else None
    except (LookupError, ValueError):
        return None


def read_addresses(*values: str) -> list[tuple[str, str]]:
    """Names and addresses in address headers, in the order in which they stand there.

    Python's reader calls itself for each group and comment that is open. Where that is too
    deep the addresses alone are taken.
    """
    try:
        return getaddresses(list(values))
    except EMAIL_ERRORS:
        return [("", found) for value in values for found in BARE_ADDRESS.findall(value)]


def read_address(value: str) -> tuple[str, str]:
    """Name and address of the first one in a header, as ``parseaddr``; empty without one."""
    return next(iter(read_addresses(value)), ("", ""))


def repair_headers(part: EmailMessage) -> bool:
    """Rewrite the headers of ``part`` that raise or hold what no header may.

    :return: whether anything was changed
    """
    raw = list(part.raw_items())
    broken = {
        name.lower()
        for name, value in raw
        if _SURROGATES.search(str(value)) or not _is_readable(part, name)
    }
    if not broken:
        return False
    for name in {name for name, _value in raw}:
        del part[name]
    for name, value in raw:
        if name.lower() in broken:
            _add_repaired(part, name, to_text(str(value)))
        else:
            part.set_raw(name, value)
    return True


def set_header(part: EmailMessage, name: str, value: str) -> None:
    """Replace the first header of that name and drop the others; ``value`` is one ASCII line."""
    raw = list(part.raw_items())
    place = next((i for i, (each, _v) in enumerate(raw) if each.lower() == name.lower()), len(raw))
    kept = [(each, old) for each, old in raw if each.lower() != name.lower()]
    kept.insert(place, (name, value))
    for each in {each for each, _value in raw}:
        del part[each]
    for each, old in kept:
        part.set_raw(each, old)


def read_raw(part: EmailMessage, name: str) -> str:
    """All values of a header as they came, unparsed."""
    return ", ".join(str(value) for each, value in part.raw_items() if each.lower() == name.lower())


def _is_readable(part: EmailMessage, name: str) -> bool:
    """Whether all headers of that name can be read and hold no control character."""
    try:
        values = [str(value) for value in part.get_all(name, [])]
        if name.lower() == "content-type":
            part.get_content_type()
            part.get_content_charset()
        if name.lower() in ("content-type", "content-disposition"):
            part.get_filename()
    except EMAIL_ERRORS:
        return False
    return not any(_CONTROLS.search(value) for value in values)


def to_text(raw: str) -> str:
    """Undo the escapes of bytes that were no ASCII; they are UTF-8 or Windows-1252."""
    if not _SURROGATES.search(raw):
        return raw
    octets = raw.encode("utf-8", "surrogateescape")
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def _add_repaired(part: EmailMessage, name: str, text: str) -> None:
    """Add the header in the best form that can be read again."""
    lower = name.lower()
    if lower in ADDRESS_HEADERS:
        candidates = [_rebuild_addresses(text), ", ".join(BARE_ADDRESS.findall(text))]
    elif lower in _ID_HEADERS:
        candidates = [rebuild_id(text)]
    elif lower == "content-type":
        candidates = [_encode(text), _rebuild_media_type(text)]
    elif lower == "content-disposition":
        candidates = [_encode(text), _rebuild_disposition(text)]
    else:
        candidates = [_encode(decode_words(text))]
    for candidate in candidates:
        if (candidate or lower in _ID_HEADERS) and _try_header(name, candidate, part):
            part.set_raw(name, candidate)
            return
    part.set_raw(f"X-Unreadable-{name}", _encode(decode_words(text)))


def _try_header(name: str, value: str, part: EmailMessage) -> bool:
    probe = EmailMessage(policy=part.policy)
    probe.set_raw(name, value)
    return _is_readable(probe, name)


def decode_words(text: str) -> str:
    """Encoded words (RFC 2047) as one line of text, in whatever charset they claim."""
    try:
        pieces = decode_header(one_line(text))
    except (HeaderParseError, ValueError):
        return one_line(clean(text))
    found = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            found.append(piece)
            continue
        for name in (find_charset(charset) or "ascii", "utf-8", "cp1252", "latin-1"):
            try:
                found.append(str(piece, name))
                break
            except (LookupError, ValueError):
                # Not that charset, or none at all; latin-1 takes everything.
                continue
    return one_line(clean("".join(found)))


def _encode(text: str) -> str:
    """One line that is ASCII, with encoded words where it was not."""
    text = one_line(clean(text))
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=10_000).encode()


def _rebuild_addresses(text: str) -> str:
    found = []
    for name, address in read_addresses(one_line(clean(text))):
        match = BARE_ADDRESS.search(address) or BARE_ADDRESS.search(name)
        if not match:
            continue
        shown = decode_words(name) if name != match[0] else ""
        # formataddr cannot encode an address, only the name before it.
        found.append(formataddr((shown, match[0])) if match[0].isascii() else f"<{match[0]}>")
    return ", ".join(found)


def rebuild_id(text: str) -> str:
    """The identifier without the brackets and blanks that it may not contain, or nothing."""
    letters = _NOT_IN_ID.sub("", one_line(clean(text))).encode("ascii", "ignore").decode("ascii")
    local, _at, domain = letters.rpartition("@")
    if not local and not domain:
        return ""
    return f"<{local}@{domain}>" if local and domain else f"<{local or domain}@message-id.invalid>"


def _rebuild_media_type(text: str) -> str:
    match = _MEDIA_TYPE.match(text)
    media_type = f"{match[1]}/{match[2]}".lower() if match else "application/octet-stream"
    boundary = _BOUNDARY.search(text)
    if boundary and boundary[1].isascii():
        return f'{media_type}; boundary="{boundary[1]}"'
    return media_type


def _rebuild_disposition(text: str) -> str:
    match = _FILENAME.search(text)
    name = one_line(clean(match[1])).replace("\\", "_") if match else ""
    name = name.encode("ascii", "replace").decode("ascii")
    return f'attachment; filename="{name}"' if name else "attachment"


def read_sent(message: EmailMessage) -> datetime | None:
    """When a mail says that it was written.

    Read strictly, as mail programs write it (RFC 5322) or in ISO 8601: out of nearly any words a
    lenient reader makes a day of this month.

    :return: naive UTC; None without a ``Date``, for one that is no date, and for two that
        contradict each other
    """
    found = {
        _read_date(one_line(clean(str(value)[:_LONGEST_DATE])))
        for name, value in message.raw_items()
        if name.lower() == "date"
    }
    return found.pop() if len(found) == 1 else None


def _read_date(text: str) -> datetime | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            if abs(moment.utcoffset() or timedelta()) > _WIDEST_OFFSET:
                continue
            if moment.tzinfo:
                moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment.replace(microsecond=0)
    return None
