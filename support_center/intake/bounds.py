"""What a mail may ask of those who read it, bounded before anybody parses it.

libxml2 needs time that grows with the square of distinct attributes, of unclosed
comments and of open quotation marks; Odoo's own cleaner does so on some text, and
costs some 100 µs for each element. Python's ``email`` package is quadratic in the
length of a header and loses itself in a thousand nested parts. Everything here
is linear in the size of its input, and what is within the bounds comes back
untouched, so that ordinary mail never notices.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import islice

from .mime_headers import (
    ADDRESS_HEADERS,
    BARE_ADDRESS,
    EMAIL_ERRORS,
    is_no_charset,
    read_raw,
    set_header,
)
from .mime_repair import decode_text, is_attachment, read_bytes, set_text

# Longest HTML that is parsed, in characters, pictures in it left out, and how many "<" it
# may hold: twice the number of elements.
MAX_HTML = 150_000
MAX_TAGS = 6_000
MAX_DEPTH = 150
MAX_ATTRIBUTES = 60
_LONGEST_TAG = 6_000
_SHORT_TAG = 200
_MAX_STRAYS = 50
_LONGEST_BLANK = 500
_MAX_DOCTYPES = 20
# Pictures in the text that become attachments; the sum of the squares of the lengths of others.
_MAX_PICTURES = 50
_MAX_IMAGES = 50_000_000
_MAX_QUOTE_MARKS = 20
# What is left of HTML beyond that: text in simple tags.
KEPT_TEXT = 60_000
KEPT_TAGS = 1_500
_KEPT_DEPTH = 30
_MAX_TOKENS = 60_000
# Plain text; the parser reads no more (``parse.MAX_MAIL``), people neither.
MAX_TEXT = 200_000
MAX_LINES = 10_000
# Passages marked with ">": Odoo copies the rest of the text for each of them.
MAX_QUOTED = 300
# Parts of a mail that are shown as its text; more of them become attachments.
MAX_TEXT_PARTS = 8
# Parts of any kind, how deep they may nest, and what their nesting costs: each line of a mail
# is held against the boundary of each part that is open there.
MAX_PARTS = 100
_KEPT_PARTS = 90
MAX_NESTING = 30
_MAX_LINES_BY_NESTING = 3_000_000
_MAX_STATUS_BLOCKS = 1_000
# Mails attached without a delimiter before each, one in the other.
_MAX_BARE_ATTACHED = 3
# Headers: how many, how long, and how long those that have a grammar of their own.
MAX_HEADERS = 500
_MAX_HEADER_LINES = 1_500
LONGEST_HEADER = 8_000
MAX_OF_A_NAME = 40_000
_LONGEST_SUBJECT = 2_000
_LONGEST_DATE = 200
_LONGEST_NAME = 400
_LONGEST_SENDER = 1_000
_LONGEST_ID = 500
_LONGEST_TYPE = 1_500
_MAX_PARAMETERS = 40
_MAX_BRACKETS = 50

#: Header of the part that holds a mail as it came, see ``flatten``.
ORIGINAL_HEADER = "X-Support-Center-Part"

_PICTURE = re.compile(r"(?<=base64,)[A-Za-z0-9+/=]{100,}")
# A picture in the text itself, by its beginning; Odoo looks at each letter of it for each other.
_DATA_PICTURE = re.compile(
    r"(?<=src=[\"'])data:image/([a-z]{2,10})[^,\"'<>]{0,50};base64,([A-Za-z0-9+/=\s]{500,})(?=[\"'])",
    re.I,
)
# Classes for which Odoo marks all that follows, for each anew; also spelled with entities.
_QUOTE_MARK = re.compile(r"stopSpelling|yahoo_quoted|\b(?:class|id)\s*=\s*[\"']?[^\"'<>&]{0,200}&")
_IMAGE = re.compile(r"<img\b[^<>]*", re.I)
_TAG = re.compile(r"<[^<>]*>")
_NAME = re.compile(r"<(/?)([a-z][a-z0-9]{0,15})(?![a-z0-9])", re.I)
_BLANK_RUN = re.compile(r"\s+")
_IN_QUOTES = re.compile(r"\"[^\"]*\"|'[^']*'")
_WORD_ENDS = re.compile(r"[\s/=\"']+")
_DOCTYPE = re.compile(r"\sencoding=", re.I)
_OPEN_CLOSE = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.I)
# As Odoo sees them: a carriage return ends one, so that each line is one of its own.
_QUOTED_PASSAGE = re.compile(r"\n[ \t]*(?:>|&gt;)[^\n\r]*(?:\n[ \t]*(?:>|&gt;)[^\n\r]*)*")
_RETURN = re.compile(r"\r\n?")
_LONG_NUMBER = re.compile(r"&#[0-9]{8,};?")
_HREF = re.compile(r"href\s*=\s*[\"']?((?:https?://|mailto:|tel:)[^\s\"'<>`]{1,500})", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_SPACES = re.compile(r"[^\S\n]{2,}")
_EMPTY_LINES = re.compile(r"\n{3,}")
_END_OF = {
    name: re.compile(rf"</{name}\b", re.I)
    for name in ("script", "style", "head", "title", "template", "noscript", "svg", "object")
}
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_KEPT = frozenset(
    """a b blockquote br dd div dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre strong table tbody td
    tfoot th thead tr u ul""".split()
)
# Of these, what makes no line of its own, and what stands beside others in one.
_INLINE = frozenset("a b em i strong u".split())
_CELLS = frozenset({"td", "th"})

_CONTENT_FIELD = re.compile(
    rb"^content-(?:type|transfer-encoding|disposition|id):"
    rb"[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*(?:\r?\n)?",
    re.I | re.M,
)
_FIELD = re.compile(rb"^([!-9;-~]{1,100}):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.M)
_MIME_VERSION = re.compile(rb"^mime-version:[^\r\n]*(?:\r?\n)?", re.I | re.M)
_MARK = re.compile(
    rb"boundary[ \t]*=[ \t]*\"?([^\";\r\n]{1,200})|^--([^\r\n]{1,200}?)(?:--)?[ \t]*\r?$",
    re.I | re.M,
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")
_ENVELOPE_FIELD = re.compile(
    rb"^(to|cc|delivered-to|resent-to|resent-cc|references|in-reply-to):"
    rb"([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)",
    re.I | re.M,
)
_RECIPIENTS = frozenset({"to", "cc", "delivered-to", "resent-to", "resent-cc"})
_MULTIPART = re.compile(rb"^content-type:\s*multipart/", re.I | re.M)
_ATTACHED = re.compile(rb"^content-type:\s*message/", re.I | re.M)
_STATUS = re.compile(rb"^content-type:\s*message/delivery-status", re.I | re.M)
_REPORT = re.compile(rb"^content-type:\s*multipart/report", re.I | re.M)
_MEDIA_TYPE = re.compile(r"\s*([\w.+-]{1,80}/[\w.+-]{1,80})")
_DISPOSITION = re.compile(r"\s*(inline|attachment)\b", re.I)
_PARAMETERS = {
    name: re.compile(rf"(?:^|[;\s]){name}\s*=\s*\"?([^\";\r\n]{{1,150}})", re.I)
    for name in ("boundary", "charset", "name", "filename")
}
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
_NO_ATOM = re.compile(r"[^\w .@-]+")
# Headers that Odoo reads, so that a few of them are kept however many others there are.
_READ = ADDRESS_HEADERS | {
    *("subject", "date", "message-id", "references", "in-reply-to", "mime-version"),
    *("content-type", "content-transfer-encoding", "content-disposition", "content-id"),
}
_SENDERS = frozenset({"from", "sender", "reply-to", "return-path"})


@dataclass(frozen=True)
class Original:
    """What was taken out of a mail: a file's name and its content.

    With a ``cid`` it is a picture that the text shows where it was; without one it is a part
    as it came, before it was cut.
    """

    name: str
    content: bytes
    cid: str = ""


# ----------------------------------------------------------------------
# Text
# ----------------------------------------------------------------------


def bound_text(text: str) -> str:
    """``text`` up to the bounds on its length, its lines and its quoted passages."""
    end = min(len(text), MAX_TEXT)
    at = -1
    for _count in range(MAX_LINES):
        at = text.find("\n", at + 1, end)
        if at < 0:
            break
    else:
        end = at
    for count, match in enumerate(_QUOTED_PASSAGE.finditer(text, 0, end), 1):
        if count > MAX_QUOTED:
            end = match.start()
            break
    return text if end == len(text) else text[:end]


def bound_html(html: str, *, text: int = KEPT_TEXT, tags: int = KEPT_TAGS) -> str:
    """``html`` if it can be parsed at a reasonable cost, else its beginning in simple tags.

    :param text: how many characters are kept of the latter, and
    :param tags: how many tags
    """
    return html if is_bounded(html) else simplify(html, text=text, tags=tags)


def is_bounded(html: str) -> bool:
    """Whether ``html`` is within all bounds; linear in its length."""
    whole = html
    if len(html) > MAX_HTML:
        html = _PICTURE.sub("", html)
    if len(html) > MAX_HTML or html.count("<") > MAX_TAGS or _LONG_NUMBER.search(html):
        return False
    tags = _TAG.findall(html)
    if not all(_is_bounded_tag(tag) for tag in tags):
        return False
    strays = html.count("<") - len(tags)
    if strays > _MAX_STRAYS or html.count("<!--") - html.count("-->") > _MAX_STRAYS:
        return False
    if strays and _longest_blank(html) > _LONGEST_BLANK:
        return False
    if sum(len(_DOCTYPE.findall(tag)) for tag in ([html] if strays else tags)) > _MAX_DOCTYPES:
        return False
    if len(_QUOTE_MARK.findall(html)) > _MAX_QUOTE_MARKS:
        return False
    if sum(len(image) ** 2 for image in _IMAGE.findall(whole)) > _MAX_IMAGES:
        return False
    quoted = sum(1 for _match in _QUOTED_PASSAGE.finditer(_TAG.sub("", html)))
    return quoted <= MAX_QUOTED and _measure_depth(html) <= MAX_DEPTH


def _is_bounded_tag(tag: str) -> bool:
    if len(tag) <= _SHORT_TAG:
        return True
    plain = _PICTURE.sub("", tag)
    return (
        len(plain) <= _LONGEST_TAG
        and len(_WORD_ENDS.split(_IN_QUOTES.sub("", plain))) <= 2 * MAX_ATTRIBUTES
        and plain.count("=") <= 2 * MAX_ATTRIBUTES
        and _longest_blank(plain) <= _LONGEST_BLANK
    )


def _longest_blank(text: str) -> int:
    return max((len(blank) for blank in _BLANK_RUN.findall(text)), default=0)


def _measure_depth(html: str) -> int:
    """How deep elements nest, roughly: nobody has to close a ``<p>``."""
    depth = deepest = 0
    for match in _OPEN_CLOSE.finditer(html):
        if match[1]:
            depth = max(0, depth - 1)
        elif match[2].lower() not in _VOID:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def take_pictures(html: str, pictures: list[Original]) -> str:
    """``html`` with the pictures in it named instead, and these added to ``pictures``."""

    def name(match: re.Match[str]) -> str:
        number = len(pictures) + 1
        try:
            content = base64.b64decode("".join(match[2].split()))
        except ValueError:
            # No picture at all, but what the sender wrote.
            content = match[2].encode()
        cid = f"picture-{number}@support-center.invalid"
        pictures.append(Original(f"picture-{number}.{match[1].lower()}", content, cid))
        return f"cid:{cid}"

    if len(pictures) >= _MAX_PICTURES:
        return html
    return _DATA_PICTURE.sub(name, html, count=_MAX_PICTURES - len(pictures))


def simplify(html: str, *, text: int = KEPT_TEXT, tags: int = KEPT_TAGS) -> str:
    """The beginning of ``html`` with its text in simple tags that hold no styles or pictures.

    What is cut off, hidden by a style or inside a script is left out. Any input will do.
    """
    return _Simplifier(html, text, tags).run()


class _Simplifier:
    """One pass over HTML from left to right; each search goes on where the last one ended."""

    def __init__(self, html: str, text: int, tags: int) -> None:
        self._html = _RETURN.sub("\n", html)
        self._out: list[str] = []
        self._left, self._tags = text, tags
        self._open: list[str] = []
        self._dropped = 0
        self._next: dict[str, int] = {}

    def run(self) -> str:
        html, at = self._html, 0
        for _count in range(_MAX_TOKENS):
            if at >= len(html) or self._left <= 0 or self._tags <= 0:
                break
            start = self._find("<", at)
            self._write(html[at:start])
            if start >= len(html):
                break
            at = self._read_tag(start)
        self._out += [f"</{name}>" for name in reversed(self._open)]
        return bound_text("".join(self._out))

    def _find(self, what: str, at: int) -> int:
        """The next place of ``what``, the end if there is none; looked for once only."""
        found = self._next.get(what, -1)
        if found < at:
            found = self._html.find(what, at)
            self._next[what] = found = len(self._html) if found < 0 else found
        return found

    def _write(self, text: str) -> None:
        if not text:
            return
        text = _LONG_NUMBER.sub("", text[: self._left].replace(">", "&gt;"))
        text = _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", text))
        self._left -= len(text)
        self._out.append(text)

    def _read_tag(self, start: int) -> int:
        """Take the tag or comment at ``start``; the place behind it."""
        html = self._html
        if html.startswith("<!--", start):
            end = self._find("-->", start + 4)
            return end + 3 if end < len(html) else start + 4
        match = _NAME.match(html, start)
        end = self._find(">", start)
        inner = self._find("<", start + 1)
        if not match or end >= len(html) or inner < end - _LONGEST_TAG:
            if html.startswith(("<!", "<?"), start) and end < len(html):
                return min(end + 1, max(inner, start + 2))
            self._write("&lt;" if not match else "")
            return match.end() if match else start + 1
        name = match[2].lower()
        if name in _END_OF and not match[1]:
            closing = self._find_end_of(name, end)
            return closing if closing < len(html) else end + 1
        if match[1]:
            self._close(name)
        else:
            self._start(name, html[match.end() : min(end, match.end() + _LONGEST_TAG)])
        return end + 1

    def _find_end_of(self, name: str, at: int) -> int:
        found = self._next.get(name, -1)
        if found < at:
            match = _END_OF[name].search(self._html, at)
            self._next[name] = found = match.start() if match else len(self._html)
        return found

    def _start(self, name: str, attributes: str) -> None:
        if name not in _KEPT:
            return
        if name in _VOID:
            self._tags -= 1
            self._out.append(f"<{name}>")
            return
        if len(self._open) >= _KEPT_DEPTH:
            self._dropped += 1
            self._part(name)
            return
        self._tags -= 1
        self._open.append(name)
        href = _HREF.search(attributes) if name == "a" else None
        hidden = ' style="display:none"' if _HIDDEN.search(attributes) else ""
        link = f' href="{href[1]}"' if href else ""
        self._out.append(f"<{name}{link}{hidden}>")

    def _part(self, name: str) -> None:
        """Keep the text of cells and lines apart whose tags are left out."""
        if name in _INLINE or (self._out and self._out[-1] in (" ", "<br>")):
            return
        if name in _CELLS:
            self._out.append(" ")
        else:
            self._tags -= 1
            self._out.append("<br>")

    def _close(self, name: str) -> None:
        if name not in _KEPT or name in _VOID:
            return
        if self._dropped:
            self._dropped -= 1
            self._part(name)
        elif name in self._open:
            while True:
                last = self._open.pop()
                self._out.append(f"</{last}>")
                if last == name:
                    break


# ----------------------------------------------------------------------
# Messages
# ----------------------------------------------------------------------


@dataclass(frozen=True)
class Envelope:
    """Whom a mail is for, in lower case, and the mails that it answers, read without a parser."""

    addresses: frozenset[str]
    message_ids: frozenset[str]


def read_envelope(source: EmailMessage | bytes) -> Envelope:
    """The recipients and references of a mail, or of its source; linear in its length."""
    if isinstance(source, bytes):
        match = _BLANK_LINE.search(source)
        head = source[: match.start()] if match else source
        items = [(name.decode().lower(), value.decode("latin-1"))
                 for name, value in _ENVELOPE_FIELD.findall(head)]  # fmt: skip
    else:
        items = [(name.lower(), str(value)) for name, value in source.raw_items()]
    addresses: set[str] = set()
    message_ids: set[str] = set()
    for name, value in items:
        if name in _RECIPIENTS:
            addresses.update(address.lower() for address in BARE_ADDRESS.findall(value))
        elif name in ("references", "in-reply-to"):
            message_ids.update(_MESSAGE_ID.findall(value[-LONGEST_HEADER:]))
    return Envelope(frozenset(addresses), frozenset(message_ids))


def is_ordinary(message: EmailMessage) -> bool:
    """Whether ``bound_message`` would find nothing to cut; linear in the size of the mail."""
    parts = _list_parts(message)
    if any(_has_long_headers(part) or _has_no_charset(part) for part in parts):
        return False
    shown = [(part, subtype) for part in parts
             if (subtype := _get_shown_subtype(part, alone=part is message))]  # fmt: skip
    if len(shown) > MAX_TEXT_PARTS:
        return False
    spent = tags = length = 0
    for part, subtype in shown:
        body = read_bytes(part)
        text = decode_text(body, _read_charset(part))
        if b"\0" in body or (
            bound_text(text) != text if subtype == "plain" else not is_bounded(text)
        ):
            return False
        length += len(text)
        tags += text.count("<") if subtype != "plain" else 0
        spent += tags
    return len(shown) <= 1 or (spent <= 2 * MAX_TAGS and length <= MAX_TEXT + MAX_HTML)


def _has_no_charset(part: EmailMessage) -> bool:
    """Whether a part names a charset that is none; Odoo would read it, or a file, by that."""
    return is_no_charset(_read_charset(part))


def _replace_charsets(parts: Iterable[EmailMessage]) -> None:
    """Let the parts that name a charset that is none be read as UTF-8, in place."""
    for part in filter(_has_no_charset, parts):
        words = _bound_type(read_raw(part, "Content-Type")).split("; ")
        kept = [word for word in words if not word.startswith("charset=")]
        set_header(part, "Content-Type", "; ".join([*kept, 'charset="utf-8"']))


def _has_long_headers(part: EmailMessage) -> bool:
    raw = [(name.lower(), str(value)) for name, value in part.raw_items()]
    sizes: dict[str, int] = {}
    for name, value in raw:
        sizes[name] = sizes.get(name, 0) + len(value) + 1
    return (
        len(raw) > MAX_HEADERS
        or any(size > _get_budget(name) for name, size in sizes.items())
        or any(_bound_header(name, value, ()) != value for name, value in raw)
    )


def _get_budget(name: str) -> int:
    """How long all headers of a name may be together."""
    return LONGEST_HEADER if name in ADDRESS_HEADERS else MAX_OF_A_NAME


def bound_message(message: EmailMessage, own: Collection[str] = ()) -> list[Original]:
    """Bound the headers and the texts of ``message`` in place.

    :param own: addresses of ours, in lower case, that a list of recipients keeps in any case
    :return: what was cut, as it came; nothing for an ordinary mail
    """
    parts = _list_parts(message)
    _replace_charsets(parts)
    lost = [line for part in parts for line in _bound_headers(part, own)]
    originals = []
    if lost:
        text = "\n".join(lost)
        originals.append(Original("headers.txt", text.encode("utf-8", "surrogateescape")))
    shown = spent = tags = length = 0
    for part in parts:
        subtype = _get_shown_subtype(part, alone=part is message)
        if not subtype:
            continue
        shown += 1
        body = read_bytes(part)
        text = decode_text(body, _read_charset(part))
        whole, found = text, list[Original]()
        if subtype == "plain":
            whole = _RETURN.sub("\n", text)
        if subtype != "plain" and not is_bounded(text):
            whole = take_pictures(text, found)
        bounded = bound_text(whole) if subtype == "plain" else bound_html(whole)
        extension = "txt" if subtype == "plain" else "html"
        length += len(bounded)
        if subtype != "plain":
            # Odoo cleans all HTML so far once more for each part that it adds.
            tags += bounded.count("<")
            spent += tags
        if shown > 1 and (
            shown > MAX_TEXT_PARTS or spent > 2 * MAX_TAGS or length > MAX_TEXT + MAX_HTML
        ):
            name = f"part-{shown}.{extension}"
            set_header(part, "Content-Disposition", f'attachment; filename="{name}"')
        elif bounded != whole:
            originals.append(Original(f"message.{extension}", body))
            set_text(part, bounded)
        elif found or b"\0" in body or (subtype == "plain" and bound_text(text) != text):
            # NUL is no letter, and Odoo would clean text that nobody has measured.
            originals += found
            set_text(part, bounded)
    return originals


def _list_parts(message: EmailMessage) -> list[EmailMessage]:
    """All parts, containers before what is in them, without recursion."""
    found, stack = [], [message]
    while stack:
        part = stack.pop()
        found.append(part)
        payload = part.get_payload()
        if isinstance(payload, list):
            stack.extend(each for each in reversed(payload) if isinstance(each, EmailMessage))
    return found


def _get_shown_subtype(part: EmailMessage, *, alone: bool) -> str:
    """``plain`` or ``html`` for what Odoo shows as the mail's text, else nothing."""
    try:
        if part.is_multipart() or is_attachment(part):
            return ""
        maintype, subtype = part.get_content_maintype(), part.get_content_subtype()
    except EMAIL_ERRORS:
        # Odoo cannot read it either; it is repaired first, and looked at again.
        return ""
    if maintype != "text" or subtype == "plain":
        return "plain" if maintype == "text" else ""
    # Odoo parses the text of a mail that has one part only, whatever kind of text it is.
    return "html" if subtype == "html" or alone else ""


def _read_charset(part: EmailMessage) -> str | None:
    try:
        return part.get_content_charset()
    except EMAIL_ERRORS:
        # As in _get_shown_subtype.
        return None


def _bound_headers(part: EmailMessage, own: Collection[str]) -> list[str]:
    """Shorten the headers of ``part`` in place.

    :return: those that were changed, as they came
    """
    raw = [(name, str(value)) for name, value in part.raw_items()]
    kept, lost = [], []
    left: dict[str, int] = {}
    for number, (name, value) in enumerate(raw):
        lower = name.lower()
        bounded = _bound_header(lower, value, own)
        budget = left.get(lower, _get_budget(lower))
        ours = lower in ADDRESS_HEADERS and any(address in value.lower() for address in own)
        if (number >= MAX_HEADERS and lower not in _READ) or (len(bounded) > budget and not ours):
            lost.append(f"{name}: {value}")
            continue
        left[lower] = budget - len(bounded) - 1
        kept.append((name, bounded))
        if bounded != value:
            lost.append(f"{name}: {value}")
    if lost:
        for name in {name for name, _value in raw}:
            del part[name]
        for name, value in kept:
            part.set_raw(name, value)
    return lost


def _bound_header(name: str, value: str, own: Collection[str]) -> str:
    if name in ("content-type", "content-disposition"):
        return _bound_type(value) if _is_complex(value) else value
    if name in ADDRESS_HEADERS:
        limit = _LONGEST_SENDER if name in _SENDERS else LONGEST_HEADER
        return _bound_addresses(value, limit, own)
    nested = value.count("(") > _MAX_BRACKETS
    if name in ("message-id", "resent-message-id"):
        if len(value) <= _LONGEST_ID and not nested:
            return value
        digest = hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()
        return f"<{digest[:32]}@message-id.invalid>"
    if name in ("references", "in-reply-to") and len(value) > LONGEST_HEADER:
        found, size = _MESSAGE_ID.findall(value[-LONGEST_HEADER:]), LONGEST_HEADER
        return " ".join(found)[:size] or _NO_ATOM.sub(" ", value[:_LONGEST_ID])
    limit = {"date": _LONGEST_DATE, "subject": _LONGEST_SUBJECT}.get(name, LONGEST_HEADER)
    if len(value) > limit:
        value = value[: limit - 3].rstrip() + "..."
    return value.replace("(", " ").replace(")", " ") if nested and name == "date" else value


def _is_complex(value: str) -> bool:
    """Whether reading a header with parameters takes long or never ends."""
    return (
        len(value) > _LONGEST_TYPE
        or value.count(";") > _MAX_PARAMETERS
        or value.count("(") + value.count('"') > _MAX_BRACKETS
    )


def _bound_type(value: str) -> str:
    """The type or disposition with those of its parameters that matter."""
    match = _MEDIA_TYPE.match(value) or _DISPOSITION.match(value)
    words = [match[1].lower() if match else "application/octet-stream"]
    for name, pattern in _PARAMETERS.items():
        found = pattern.search(value)
        if found and (text := found[1].strip()).isascii() and "(" not in text:
            words.append(f'{name}="{text}"')
    return "; ".join(words)


def _bound_addresses(value: str, limit: int, own: Collection[str]) -> str:
    """The addresses alone, of a list that is too long or too strange to be read as it is."""
    longest = max(map(len, value.split(",")))
    if (
        len(value) <= limit
        and longest <= _LONGEST_NAME
        and value.count("(") + value.count("[") + value.count(":") <= _MAX_BRACKETS
    ):
        return value
    if len(value) > 4 * LONGEST_HEADER and limit < LONGEST_HEADER:
        # One address is enough of a sender, and it stands first or last.
        value = value[:LONGEST_HEADER] + " " + value[-LONGEST_HEADER:]
    found = list(dict.fromkeys(BARE_ADDRESS.findall(value)))
    found.sort(key=lambda address: address.lower() not in own)
    kept: list[str] = []
    size = 0
    for address in found:
        size += len(address) + 2
        if size > limit and kept:
            break
        kept.append(address)
    return ", ".join(kept) or _NO_ATOM.sub(" ", value[:_LONGEST_NAME]).strip()


# ----------------------------------------------------------------------
# Sources
# ----------------------------------------------------------------------


def is_readable(source: bytes) -> bool:
    """Whether Python's ``email`` package can read the source of a mail, and in time."""
    fields = [match[0] for match in _CONTENT_FIELD.finditer(source)]
    if any(_is_complex(field.decode("latin-1")) for field in fields):
        return False
    marks = _read_marks(source)
    attached = [match.end() for match in _ATTACHED.finditer(source)]
    return (
        marks.is_bounded(source.count(b"\n"))
        and len(attached) <= len(marks.delimiters) + _MAX_BARE_ATTACHED
        and _has_bounded_heads(source, [end for _start, end in marks.delimiters], attached)
        and not (
            _STATUS.search(source)
            and sum(1 for _match in _BLANK_LINE.finditer(source)) > _MAX_STATUS_BLOCKS
        )
    )


def _has_bounded_heads(source: bytes, parts: list[int], attached: list[int]) -> bool:
    """Whether each block of headers has a number of lines that Python reads in time.

    :param parts: where parts begin
    :param attached: places in the headers of mails that are attached as such
    """
    starts = [0, *parts, *(_find_blank_line(source, at)[1] for at in attached)]
    return all(
        source.count(b"\n", start, _find_blank_line(source, start)[0]) <= _MAX_HEADER_LINES
        for start in starts
    )


def _find_blank_line(source: bytes, at: int) -> tuple[int, int]:
    """Start and end of the first empty line; the end of the source where there is none."""
    match = _BLANK_LINE.search(source, at)
    return match.span() if match else (len(source), len(source))


def has_original(message: EmailMessage) -> bool:
    """Whether ``flatten`` has made the message."""
    payload = message.get_payload()
    last = payload[-1] if isinstance(payload, list) and payload else None
    return isinstance(last, EmailMessage) and any(
        name == ORIGINAL_HEADER for name, _value in last.raw_items()
    )


@dataclass
class _Marks:
    """Where the parts of a source begin: start and end of each delimiter; how deep they nest."""

    delimiters: list[tuple[int, int]] = field(default_factory=list)
    depth: int = 0

    def is_bounded(self, lines: int) -> bool:
        return (
            len(self.delimiters) <= MAX_PARTS
            and self.depth <= MAX_NESTING
            and self.depth * lines <= _MAX_LINES_BY_NESTING
        )


def _read_marks(source: bytes) -> _Marks:
    marks = _Marks()
    declared: set[bytes] = set()
    open_: list[bytes] = []
    for match in _MARK.finditer(source):
        if match[1]:
            declared.add(match[1].rstrip())
            continue
        boundary = match[2]
        if boundary not in declared:
            continue
        marks.delimiters.append(match.span())
        if marks.depth > MAX_NESTING:
            # Too deep already; how deep, nobody asks.
            continue
        if boundary in open_:
            while open_[-1] != boundary:
                open_.pop()
        else:
            open_.append(boundary)
            marks.depth = max(marks.depth, len(open_))
    return marks


def flatten(source: bytes) -> bytes:
    """The source of a mail whose parts stand beside each other in one multipart.

    There are less than ``MAX_PARTS`` of them, with headers that can be read, and behind them one
    that holds the whole mail as it came; see ``has_original``.
    """
    marks = _read_marks(source)
    match = _BLANK_LINE.search(source)
    head, body_at = (source[: match.start()], match.end()) if match else (source, len(source))
    line = b"\r\n"
    content = b"".join(_CONTENT_FIELD.findall(head + line))
    top = _bound_top(_MIME_VERSION.sub(b"", _CONTENT_FIELD.sub(b"", head + line)))
    spans = [span for span in marks.delimiters if span[0] >= body_at]
    if spans and _MULTIPART.search(content):
        ends = [*(start for start, _end in spans[1:]), len(source)]
        pieces: Iterable[bytes] = (
            source[start:end] for (_start, start), end in zip(spans, ends, strict=True)
        )
    else:
        pieces = [content.rstrip(b"\r\n") + line + line + source[body_at:]]
    parts = [*islice(filter(None, map(_bound_piece, pieces)), _KEPT_PARTS)]
    parts.append(
        b"Content-Type: application/octet-stream\r\n"
        b'Content-Disposition: attachment; filename="original.eml"\r\n'
        + f"{ORIGINAL_HEADER}: original\r\n".encode()
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(source).replace(b"\n", line)
    )
    boundary = f"support-center-{secrets.token_hex(16)}".encode()
    subtype = b"report" if _REPORT.search(content) else b"mixed"
    kind = b'MIME-Version: 1.0\r\nContent-Type: multipart/%s; boundary="%s"' % (subtype, boundary)
    delimiter = line + b"--" + boundary
    return (
        (top + line if top else b"")
        + kind
        + line
        + b"".join(delimiter + line + part for part in parts)
        + delimiter
        + b"--\r\n"
    )


def _bound_top(head: bytes) -> bytes:
    """The fields at the top of a mail, without most of those that are too many."""
    kept: list[bytes] = []
    size = 0
    for number, match in enumerate(_FIELD.finditer(head)):
        if number < MAX_HEADERS or (match[1].decode().lower() in _READ and size < MAX_HEADERS):
            size += number >= MAX_HEADERS
            kept.append(match[0].rstrip(b"\r\n"))
    return b"\r\n".join(kept)


def _bound_piece(piece: bytes) -> bytes:
    """A part with a header that can be read; nothing for a container, whose parts follow."""
    # The line end of the delimiter; behind it a part may begin with its empty line.
    piece = piece.removeprefix(b"\r").removeprefix(b"\n")
    if piece.startswith((b"\n", b"\r\n")):
        return piece if piece.strip() else b""
    match = _BLANK_LINE.search(piece)
    head, body = (piece[: match.start()], piece[match.end() :]) if match else (b"", piece)
    if _MULTIPART.search(head) or not (head or body).strip():
        return b""
    attached = _ATTACHED.search(head)
    kept: list[bytes] = []
    for found in _CONTENT_FIELD.findall(head):
        name, _colon, value = found.decode("latin-1").strip().partition(":")
        lower = name.lower()
        if lower in ("content-type", "content-disposition") and _is_complex(value):
            value = _bound_type(value)
        elif len(value) > _LONGEST_ID:
            continue
        kept.append(f"{name}: {value.strip()}\r\n".encode("latin-1"))
    if attached:
        kept = [b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"]
        kept.append(b'Content-Disposition: attachment; filename="attached.eml"\r\n')
        body = base64.encodebytes(body)
    return b"".join(kept) + b"\r\n" + body
