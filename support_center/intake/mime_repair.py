"""Make a broken mail readable for Python's ``email`` package, and so for Odoo.

With its modern policies the package raises on some real mails: on charsets that
nobody knows, on line breaks hidden in an encoded name, on ``Message-ID: <>``.
Other faults lose text without a word: a multipart without boundary, bytes that
are not in the charset they claim. What is here works on one message in place.
"""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes
from email.message import EmailMessage

from .mime_headers import EMAIL_ERRORS, find_charset, read_raw, repair_headers, set_header

# Tried in this order; UTF-8 hardly ever fits by chance, cp1252 nearly always.
_CHARSETS = ("utf-8", "cp1252")
_BOUNDARY = re.compile(
    rb"^--([0-9A-Za-z'()+_,./:=? -]{1,70}?)[ \t]{0,20}\r?\n(?=content-)", re.I | re.M
)
_TOKEN = re.compile(r"[0-9A-Za-z.+-]{1,80}")
_HTML = re.compile(r"<(?:html|body|div|p|br|table|span)\b", re.I)
# A mail of more parts is not taken apart; it stays as text.
_MAX_PARTS = 100


def repair(message: EmailMessage) -> bool:
    """Mend what makes ``message`` unreadable, in place; a sound mail stays as it is.

    Headers become one line each, undecodable text is decoded as UTF-8 or
    Windows-1252, and attachments that cannot be decoded stay as bytes. No text
    is dropped: a header beyond repair stays readable as ``X-Unreadable-…``.

    :return: whether anything was changed
    """
    changed = False
    queue = [message]
    for _count in range(_MAX_PARTS):
        if not queue:
            break
        part = queue.pop(0)
        changed = repair_headers(part) or changed
        changed = _repair_multipart(part) or changed
        if part.is_multipart():
            queue.extend(each for each in part.get_payload() if isinstance(each, EmailMessage))
        else:
            changed = _repair_content(part) or changed
    return _repair_message_id(message) or changed


def _repair_multipart(part: EmailMessage) -> bool:
    """Find the parts of a multipart whose boundary is missing or wrong."""
    if part.get_content_maintype() != "multipart" or part.is_multipart():
        return False
    body = read_bytes(part)
    match = _BOUNDARY.search(body)
    boundary = match[1].decode("ascii").rstrip() if match else ""
    if boundary and body.count(b"--" + boundary.encode("ascii")) <= _MAX_PARTS:
        content_type = f'multipart/{_subtype(part, "mixed")}; boundary="{boundary}"'
        header = f"Content-Type: {content_type}\r\n\r\n".encode("ascii")
        parsed = message_from_bytes(header + body, policy=part.policy)
        if parsed.is_multipart():
            part.set_payload(parsed.get_payload())
            set_header(part, "Content-Type", content_type)
            # The parts carry their own encodings; a multipart has none.
            del part["Content-Transfer-Encoding"]
            return True
    set_text(part, decode_text(body, None))
    return True


def _repair_content(part: EmailMessage) -> bool:
    """Make the content of a leaf readable; True if it was changed."""
    is_text = part.get_content_maintype() in ("text", "") and not is_attachment(part)
    try:
        content = part.get_content()
        if not is_text:
            return False
        if isinstance(content, str) and "\ufffd" not in content and "\x00" not in content:
            return False
    except EMAIL_ERRORS:
        content = None
    body = read_bytes(part)
    if is_text:
        text = decode_text(body, part.get_content_charset())
        if content == text:
            return False
        set_text(part, text)
        return True
    if content is not None:
        return False
    filename, cid = part.get_filename(), part.get("content-id")
    part.set_content(
        body,
        "application",
        "octet-stream",
        disposition="attachment",
        filename=filename or "attachment",
        cid=str(cid).strip() if cid else None,
    )
    return True


def _without_nul(text: str) -> str:
    """``text`` without NUL, which PostgreSQL does not store."""
    return text.replace("\x00", "")


def _subtype(part: EmailMessage, default: str) -> str:
    """The subtype as it was claimed, unless it is no token (RFC 2045) at all."""
    subtype = part.get_content_subtype()
    return subtype if _TOKEN.fullmatch(subtype) else default


def is_attachment(part: EmailMessage) -> bool:
    disposition = str(part.get("Content-Disposition", "")).strip().lower()
    return bool(part.get_filename()) or disposition.startswith("attachment")


def read_bytes(part: EmailMessage) -> bytes:
    """The content of a leaf, its transfer encoding undone as far as it can be."""
    try:
        body = part.get_payload(decode=True)
    except EMAIL_ERRORS:
        body = None
    if isinstance(body, bytes):
        return body
    raw = part.get_payload()
    return raw.encode("utf-8", "surrogateescape") if isinstance(raw, str) else b""


def decode_text(body: bytes, charset: str | None) -> str:
    """``body`` as text: in its charset if it is that, else in a likely one."""
    for name in (find_charset(charset), *_CHARSETS):
        if not name:
            continue
        try:
            return _without_nul(str(body, name))
        except (LookupError, ValueError):
            # An unknown charset, or not this one; the next is tried.
            continue
    return _without_nul(str(body, "latin-1"))


def set_text(part: EmailMessage, text: str) -> None:
    """Replace the content of ``part`` by ``text`` in UTF-8; its subtype stays."""
    subtype = _subtype(part, "plain") if part.get_content_maintype() == "text" else "plain"
    if part.get_content_maintype() == "multipart" and _HTML.search(text[:10_000]):
        subtype = "html"
    cid = part.get("content-id")
    # The content manager refuses to fill what still calls itself a multipart.
    part.clear_content()
    # As bytes, since text would get the line ends of the message's policy.
    part.set_content(
        text.encode("utf-8", "replace"),
        "text",
        subtype,
        cid=str(cid).strip() if cid else None,
        params={"charset": "utf-8"},
    )


def _repair_message_id(message: EmailMessage) -> bool:
    """Give a mail whose identifier is empty one that is the same each time it comes."""
    if "Message-ID" not in message or str(message["Message-ID"]).strip():
        return False
    digest = hashlib.sha256()
    for name in ("From", "To", "Date", "Subject"):
        digest.update(f"{name}: {read_raw(message, name)}\n".encode("utf-8", "replace"))
    for part in message.walk():
        if not part.is_multipart():
            digest.update(read_bytes(part))
    set_header(message, "Message-ID", f"<{digest.hexdigest()[:32]}@message-id.invalid>")
    return True
