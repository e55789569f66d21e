"""What the sender of a mail wrote, among all the parts that a mail may hold.

Between the sender and us, others add to a mail: gateways a footer, lists the hint how to leave,
programs a second form of the text, a logo, a signature, the mails that are passed on. None of
it takes the place of the text that the sender wrote. Here is decided which parts that is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import compat32
from itertools import islice

from .bounds import (
    Original,
    bound_message,
    bound_text,
    flatten,
    has_original,
    is_ordinary,
    is_readable,
)
from .cms import open_cms
from .html_text import html_to_text
from .mime_headers import EMAIL_ERRORS, decode_words, read_raw, set_header
from .mime_repair import decode_text, read_bytes, repair, set_text
from .parse import find_form_keys
from .pgp import PGP_MARK, unwrap_pgp
from .text import clean, one_line

#: Why the text of a mail could not be read.
ENCRYPTED, SEALED, PACKED = "encrypted", "sealed", "packed"
#: Why the form that somebody sent is not read.
IN_FILE, IN_SEVERAL_MAILS = "in_file", "in_several_mails"

# Containers in containers, and mails attached to attached mails, that are looked into.
_MAX_DEPTH = 40
_MAX_ATTACHED_DEPTH = 3
# Parts of a mail that are opened because they were signed as a whole, and attached mails that
# are searched for a form.
_MAX_OPENED = 3
_MAX_SEARCHED = 5
# How much of a file, or of one of several texts, is searched for a form, in characters.
_MAX_FILE = 50_000
_MAX_COMPARED = 15_000
# A banner that a gateway puts above a mail is no longer than this, in words.
_LONGEST_BANNER = 60
# Two parts are the same text in two forms where they share so much of their words.
_SAME_WORDS = 0.8

_FILE_NAMES_PACKED = frozenset({"winmail.dat", "win.dat"})
# How far the headers in what was signed are looked for, in bytes.
_LONGEST_HEAD = 50_000
_HEADER_BLOCK = re.compile(rb"\s*(?:[!-9;-~]{1,70}:[^\n]*\n(?:[ \t][^\n]*\n)*)+\r?\n")
_LINK = re.compile(r"<?\b(?:https?|mailto|cid):[^\s<>]*>?", re.I)
_WORD = re.compile(r"\w+")
_RULE = re.compile(r"\s*[-_=*~#]{5}")
_BANNER = re.compile(
    r"\b(?:caution|external|outside (?:of )?(?:the|your|our)|extern\w{0,2}|virus|spam|"
    r"vorsicht|achtung|attention|atenci[oó]n|attenzione|let op|atenção)\b",
    re.I,
)
_RTF_CODE = re.compile(r"\\'[0-9a-f]{2}|\\par[d]?\b|\\line\b|\\[a-z]{1,32}-?\d{0,10} ?|[{}]", re.I)


@dataclass(frozen=True)
class MailText:
    """The parts of a mail by what they are.

    ``own`` is what the sender wrote, in order; ``footers`` is text that others added.
    ``attached`` and ``originals`` are files besides the ``files`` among the parts: mails that
    were attached, and parts as they came. ``forwarded`` is the text of an attached mail, with
    the headers of a forwarded message above it, where the sender's own text needs it.
    ``obstacle`` says why the text, or a form, could not be read; see above.
    """

    own: tuple[EmailMessage, ...] = ()
    footers: tuple[EmailMessage, ...] = ()
    files: tuple[EmailMessage, ...] = ()
    attached: tuple[Original, ...] = ()
    originals: tuple[Original, ...] = ()
    forwarded: str = ""
    obstacle: str = ""
    is_shortened: bool = False


@dataclass
class _Piece:
    """One part of a mail: ``text``, ``file``, ``mail``, ``sealed`` or ``packed``.

    ``text`` is what it says, without PGP blocks; of a file, only where it might be the mail's
    text after all. ``is_own`` is about a text: whether the sender wrote it.
    """

    part: EmailMessage
    kind: str
    text: str = ""
    has_encrypted: bool = False
    is_own: bool = True

    @property
    def is_filled(self) -> bool:
        is_said = self.has_encrypted or any(letter.isalnum() for letter in self.text)
        return self.kind == "text" and is_said

    @property
    def starts(self) -> bool:
        """Whether this is what the sender has sent, readable or not."""
        return self.is_filled or self.kind in ("sealed", "packed")


def is_plain_mail(message: EmailMessage) -> bool:
    """Whether there is nothing to choose: the mail is one text without PGP blocks."""
    try:
        if message.is_multipart() or message.get_content_maintype() != "text":
            return False
        text = decode_text(read_bytes(message), message.get_content_charset())
    except EMAIL_ERRORS:
        # It is repaired first, and looked at again.
        return True
    return PGP_MARK not in text


@dataclass
class _Openings:
    """How many parts that were signed as a whole may still be opened, in all of one mail."""

    left: int = _MAX_OPENED


def read_mail_text(message: EmailMessage, *, subject: str = "") -> MailText:
    """Find the text that the sender wrote; ``message`` itself stays as it is.

    :param subject: tells replies, whose quoted form is old, from forwarded mails
    :raise EMAIL_ERRORS: for a mail that is to be repaired first
    """
    return _read_mail(message, subject, 0, _Openings())


def _read_mail(message: EmailMessage, subject: str, depth: int, openings: _Openings) -> MailText:
    """As ``read_mail_text``.

    :param depth: how many mails this one is attached to
    :param openings: shared with the mails that this one is attached to
    """
    reader = _Reader(openings)
    pieces = reader.read(message)
    own = [piece for piece in pieces if piece.is_filled and piece.is_own]
    footers = [piece for piece in pieces if piece.is_filled and not piece.is_own]
    sealed = any(piece.kind == "sealed" for piece in pieces) or reader.has_encrypted
    packed = any(piece.kind == "packed" for piece in pieces)
    if not own and not footers and not sealed:
        own = _find_stand_in(pieces)
    text = "\n".join(piece.text for piece in own)
    obstacle = forwarded = ""
    mails = [piece.part for piece in pieces if piece.kind == "mail"]
    if not _is_form(text, subject):
        forwarded, obstacle = _find_forwarded(mails, text, depth, openings)
        if forwarded or obstacle:
            pass
        elif sealed:
            obstacle = ENCRYPTED if reader.has_encrypted else SEALED
        elif packed and not text.strip():
            obstacle = PACKED
        elif _is_form_in_file([piece.part for piece in pieces if piece.kind == "file"]):
            obstacle = IN_FILE
    files = [
        piece.part
        for piece in pieces
        if piece.kind not in ("text", "mail") and not any(piece is each for each in own)
    ]
    return MailText(
        own=tuple(_as_text(piece) for piece in own),
        footers=tuple(piece.part for piece in footers),
        files=tuple(_as_file(part) for part in files if part.get_content_maintype() != "message"),
        attached=tuple(
            Original(_name_mail(part), _write_mail(part))
            for part in (piece.part for piece in pieces if piece.kind != "text")
            if part.get_content_maintype() == "message"
        ),
        originals=tuple(reader.originals),
        forwarded=forwarded,
        obstacle=obstacle,
        is_shortened=reader.is_shortened,
    )


def build_message(message: EmailMessage, parts: tuple[EmailMessage, ...]) -> EmailMessage:
    """A mail with the headers of ``message`` and with ``parts`` beside each other in it."""
    built = EmailMessage(policy=message.policy)
    for name, value in message.raw_items():
        if not name.lower().startswith("content-"):
            built.set_raw(name, value)
    built.set_raw("Content-Type", "multipart/mixed")
    built.set_payload(list(parts))
    return built


def _find_stand_in(pieces: list[_Piece]) -> list[_Piece]:
    """What is shown of a mail without a text: some programs name the text as if it were a file,
    and a picture may be all that somebody sends."""
    named = [piece for piece in pieces if piece.kind == "file" and piece.text.strip()]
    shown = [piece for piece in pieces
             if piece.kind == "text" and read_bytes(piece.part).strip()]  # fmt: skip
    return named[:1] or shown[-1:]


class _Reader:
    """Takes one mail apart; what a signature holds is a part of it."""

    def __init__(self, openings: _Openings) -> None:
        self.originals: list[Original] = []
        self.is_shortened = False
        self.has_encrypted = False
        self._openings = openings

    def read(self, part: EmailMessage, depth: int = 0) -> list[_Piece]:
        """The pieces of ``part`` in their order."""
        maintype, subtype = part.get_content_maintype(), part.get_content_subtype()
        if maintype == "multipart":
            children = _list_children(part)
            if depth > _MAX_DEPTH or _is_attached(part):
                return [piece for child in children for piece in _list_files(child)]
            return self._read_container(subtype, children, part, depth + 1)
        if maintype == "message":
            return [_Piece(part, "mail" if _get_inner(part) else "file")]
        return self._read_leaf(part, f"{maintype}/{subtype}", depth)

    def _read_container(
        self, subtype: str, children: list[EmailMessage], part: EmailMessage, depth: int
    ) -> list[_Piece]:
        if subtype == "encrypted":
            self.has_encrypted = True
            files = [piece for child in children for piece in _list_files(child)]
            return [_Piece(piece.part, "sealed") for piece in files]
        if subtype == "alternative":
            return _choose([self.read(child, depth) for child in children])
        if subtype in ("signed", "report", "related"):
            # One part says something, the others belong to it.
            root = _find_root(children, part) if subtype == "related" else children[:1]
            return [
                piece
                for child in children
                for piece in (self.read(child, depth) if child in root else _list_files(child))
            ]
        return _mark_footers([(child, self.read(child, depth)) for child in children])

    def _read_leaf(self, part: EmailMessage, media_type: str, depth: int) -> list[_Piece]:
        name = (part.get_filename() or "").strip().lower()
        if media_type in ("application/pkcs7-mime", "application/x-pkcs7-mime") or (
            name == "smime.p7m"
        ):
            return self._open(part, name, depth)
        if media_type == "application/pgp-encrypted":
            self.has_encrypted = True
            return [_Piece(part, "sealed")]
        if media_type in ("application/ms-tnef", "application/vnd.ms-tnef") or (
            name in _FILE_NAMES_PACKED
        ):
            return [_Piece(part, "packed")]
        if media_type not in ("text/plain", "text/html") or _is_attached(part):
            return [_Piece(part, "file")]
        text = decode_text(read_bytes(part), part.get_content_charset())
        is_html = media_type == "text/html"
        unwrapped = unwrap_pgp(html_to_text(text) if is_html else bound_text(text))
        if name:
            return [_Piece(part, "file", unwrapped.text)]
        if unwrapped.has_encrypted:
            self.has_encrypted = True
        elif not is_html and PGP_MARK in text:
            self.originals.append(Original("message.asc", read_bytes(part)))
            part = _copy_headers(part)
            set_text(part, unwrapped.text)
        return [_Piece(part, "text", unwrapped.text, unwrapped.has_encrypted)]

    def _open(self, part: EmailMessage, name: str, depth: int) -> list[_Piece]:
        """What was signed as a whole, and the part itself as a file.

        A document that somebody signed (``contract.pdf.p7m``) is a file.
        """
        if name.count(".") > 1 or not self._openings.left or depth > _MAX_DEPTH:
            return [_Piece(part, "file")]
        self._openings.left -= 1
        opened = open_cms(read_bytes(part))
        inner = None if opened.content is None else self._parse(opened.content, part)
        if inner is None:
            self.has_encrypted = self.has_encrypted or opened.is_encrypted
            return [_Piece(part, "sealed")]
        return [*self.read(inner, depth + 1), _Piece(part, "file")]

    def _parse(self, source: bytes, part: EmailMessage) -> EmailMessage | None:
        """The MIME entity in ``source``, within the bounds that hold for any mail."""
        if not _HEADER_BLOCK.match(source[:_LONGEST_HEAD]):
            if b"\0" in source:
                return None
            source = b"\r\n" + source
        if not is_readable(source):
            source = flatten(source)
        inner = message_from_bytes(source, policy=part.policy)
        if not isinstance(inner, EmailMessage):
            return None
        repair(inner)
        originals = [] if is_ordinary(inner) else bound_message(inner)
        self.originals += originals
        self.is_shortened = (
            self.is_shortened
            or has_original(inner)
            or any(not original.cid for original in originals)
        )
        return inner


# ----------------------------------------------------------------------
# Which text
# ----------------------------------------------------------------------


def _choose(candidates: list[list[_Piece]]) -> list[_Piece]:
    """Of the forms of one text the last one, as its sender prefers it, unless that is poorer.

    The files of the others stay: a picture, an invitation.
    """
    best: list[_Piece] | None = None
    for pieces in candidates:
        if any(piece.starts for piece in pieces) and (best is None or not _is_poorer(pieces, best)):
            best = pieces
    if best is None:
        return [piece for pieces in candidates for piece in pieces]
    return [
        piece
        for pieces in candidates
        for piece in pieces
        if pieces is best or piece.kind not in ("text", "sealed", "packed")
    ]


def _is_poorer(pieces: list[_Piece], others: list[_Piece]) -> bool:
    """Whether a form of a text lacks what another one says: "this mail is in plain text only"."""
    text, other = _join(pieces), _join(others)
    keys, wanted = (find_form_keys(each[:_MAX_COMPARED]) for each in (text, other))
    if len(keys) != len(wanted):
        return len(keys) < len(wanted)
    return 2 * len(_list_words(text)) < len(_list_words(other))


def _mark_footers(groups: list[tuple[EmailMessage, list[_Piece]]]) -> list[_Piece]:
    """The pieces of parts that stand beside each other: the first text is the sender's.

    So is what stands below a picture in the text, as some programs send it, and a form. The
    rest was added on the way.
    """
    first: list[_Piece] | None = None
    before: list[_Piece] = []
    found: list[_Piece] = []
    for child, pieces in groups:
        texts = [piece for piece in pieces if piece.is_filled and piece.is_own]
        dropped: list[_Piece] = []
        if first is None:
            first = pieces if any(piece.starts for piece in pieces) else None
        elif texts and _is_same_text(first, pieces):
            # Both forms of it beside each other, where they should be alternatives.
            if _is_poorer(pieces, first):
                dropped = texts
            else:
                found = [piece for piece in found if piece.kind != "text"]
                first = pieces
        elif texts and _is_banner(first):
            first = pieces
        elif texts and not _goes_on(before, child, texts) and not _has_the_form(first, texts):
            for piece in texts:
                piece.is_own = False
        found += [piece for piece in pieces if not any(piece is each for each in dropped)]
        before = pieces
    return found


def _is_same_text(first: list[_Piece], pieces: list[_Piece]) -> bool:
    one, other = set(_list_words(_join(first))), set(_list_words(_join(pieces)))
    kinds = {piece.part.get_content_subtype() for group in (first, pieces) for piece in group
             if piece.is_filled}  # fmt: skip
    shared = len(one & other)
    return len(kinds) == 2 and shared >= _SAME_WORDS * max(len(one), len(other), 1)


def _is_banner(pieces: list[_Piece]) -> bool:
    """Whether a gateway put this above the sender's text: "External mail: take care"."""
    text = _join(pieces)
    return bool(
        _BANNER.search(text)
        and len(_list_words(text)) <= _LONGEST_BANNER
        and not find_form_keys(text)
    )


def _goes_on(before: list[_Piece], child: EmailMessage, texts: list[_Piece]) -> bool:
    """Whether a text stands below a picture that the sender put between two texts.

    Lists say how the footer that they add is to be shown; programs that people write with do not.
    """
    return (
        all(piece.kind == "file" for piece in before)
        and not child.is_multipart()
        and not read_raw(child, "Content-Disposition")
        and not any(_RULE.match(piece.text) for piece in texts)
    )


def _has_the_form(first: list[_Piece], texts: list[_Piece]) -> bool:
    return _is_form(_join(texts)[:_MAX_COMPARED], "") and not _is_form(
        _join(first)[:_MAX_COMPARED], ""
    )


def _is_form(text: str, subject: str) -> bool:
    """Whether ``text`` holds a request form; one word with a colon is none."""
    keys = find_form_keys(text, subject)
    return "requested_date" in keys or len(keys) > 1


def _join(pieces: list[_Piece]) -> str:
    return "\n".join(piece.text for piece in pieces if piece.kind == "text" and piece.is_own)


def _list_words(text: str) -> list[str]:
    return _WORD.findall(_LINK.sub(" ", text).lower())


# ----------------------------------------------------------------------
# Attached mails and files
# ----------------------------------------------------------------------


def _find_forwarded(
    mails: list[EmailMessage], text: str, depth: int, openings: _Openings
) -> tuple[str, str]:
    """The attached mail that a mail passes on, as text, and why there is none.

    It is the one with a form; or the only one, where the sender wrote nothing.
    """
    if depth >= _MAX_ATTACHED_DEPTH:
        return "", ""
    written: list[str] = []
    forms: list[str] = []
    for mail in mails[:_MAX_SEARCHED]:
        inner = _get_inner(mail)
        if inner is None:
            continue
        found, is_form = _read_attached(inner, depth + 1, openings)
        written.append(found)
        forms += [found] if is_form else []
    if len(forms) > 1:
        return "", IN_SEVERAL_MAILS
    if forms:
        return forms[0], ""
    return (written[0] if len(mails) == len(written) == 1 and not text.strip() else ""), ""


def _read_attached(mail: EmailMessage, depth: int, openings: _Openings) -> tuple[str, bool]:
    """The text of an attached mail below the headers of a forwarded message; whether it has a
    form of its own."""
    names = ("From", "Date", "Subject", "To")
    headers = {name: one_line(clean(decode_words(read_raw(mail, name)))) for name in names}
    try:
        found = _read_mail(mail, headers["Subject"], depth, openings)
        own = "\n".join(_read_text(part) for part in found.own)
    except EMAIL_ERRORS:
        # It stays an attachment, which its reader may open.
        return "", False
    text = clean("\n\n".join(filter(None, [own.strip(), found.forwarded])))
    lines = [f"{name}: {value}" for name, value in headers.items() if value]
    shown = "\n".join(["---------- Forwarded message ---------", *lines, "", text])
    return shown, _is_form(text, "")


def _read_text(part: EmailMessage) -> str:
    text = decode_text(read_bytes(part), part.get_content_charset())
    is_html = part.get_content_subtype() == "html"
    return unwrap_pgp(html_to_text(text) if is_html else bound_text(text)).text


def _is_form_in_file(parts: list[EmailMessage]) -> bool:
    texts = list(islice(filter(None, map(_read_file, parts)), _MAX_SEARCHED))
    return any(_is_form(text, "") for text in texts)


def _read_file(part: EmailMessage) -> str:
    """The beginning of an attached text in lines; nothing of any other file."""
    media_type = part.get_content_type()
    name = (part.get_filename() or "").lower()
    is_rtf = media_type in ("text/rtf", "application/rtf") or name.endswith(".rtf")
    is_text = media_type in ("text/plain", "text/html") or name.endswith((".txt", ".htm", ".html"))
    if not (is_rtf or is_text):
        return ""
    text = decode_text(read_bytes(part)[:_MAX_FILE], part.get_content_charset())
    if is_rtf:
        return _RTF_CODE.sub(lambda code: "\n" if code[0][1:4] in ("par", "lin") else "", text)
    return html_to_text(text)


def _name_mail(part: EmailMessage) -> str:
    """The name under which an attached mail is kept."""
    inner = _get_inner(part)
    subject = one_line(clean(decode_words(read_raw(inner, "Subject")))) if inner else ""
    extension = "eml" if inner else "txt"
    default = f"{subject[:80] or part.get_content_subtype()}.{extension}"
    name = one_line(clean(part.get_filename() or "")) or default
    return name.replace("/", "_").replace("\\", "_")


def _write_mail(part: EmailMessage) -> bytes:
    """The source of an attached mail."""
    blocks = _list_children(part)
    return b"\n".join(_write_block(block) for block in blocks) or read_bytes(part)


def _write_block(block: EmailMessage) -> bytes:
    for policy in (block.policy, compat32):
        try:
            return block.as_bytes(policy=policy)
        except EMAIL_ERRORS:
            # It cannot be written as it is to be; the older rules let anything pass.
            continue
    head = "\n".join(f"{name}: {value}" for name, value in block.raw_items())
    leaves = [each for each in _list_files(block) if not each.part.is_multipart()]
    texts = [read_bytes(leaf.part).decode("latin-1") for leaf in leaves]
    return "\n\n".join([head, *texts]).encode("utf-8", "replace")


# ----------------------------------------------------------------------
# Parts
# ----------------------------------------------------------------------


def _list_children(part: EmailMessage) -> list[EmailMessage]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, EmailMessage)] if isinstance(
        payload, list
    ) else []  # fmt: skip


def _get_inner(part: Message) -> EmailMessage | None:
    """The mail that is attached as ``part``, if it is one."""
    if part.get_content_type() not in ("message/rfc822", "message/global", "message/news"):
        return None
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    return inner if isinstance(inner, EmailMessage) else None


def _list_files(part: EmailMessage) -> Iterator[_Piece]:
    """All that is in ``part``, none of which is the mail's text."""
    stack = [part]
    while stack:
        each = stack.pop()
        if each.get_content_maintype() == "multipart":
            stack.extend(reversed(_list_children(each)))
        else:
            yield _Piece(each, "file")


def _find_root(children: list[EmailMessage], part: EmailMessage) -> list[EmailMessage]:
    """The part of a ``multipart/related`` that shows the others."""
    start = str(part.get_param("start") or "").strip()
    named = [each for each in children if start and read_raw(each, "Content-ID").strip() == start]
    texts = [each for each in children
             if each.get_content_maintype() in ("text", "multipart")]  # fmt: skip
    return (named or texts or children)[:1]


def _is_attached(part: EmailMessage) -> bool:
    return read_raw(part, "Content-Disposition").strip().lower().startswith("attachment")


def _as_text(piece: _Piece) -> EmailMessage:
    """The part of a text as one that Odoo shows, also where it has a name as files have one."""
    if piece.kind == "text":
        return piece.part
    part = _copy_headers(piece.part)
    set_text(part, decode_text(read_bytes(piece.part), piece.part.get_content_charset()))
    return part


def _as_file(part: EmailMessage) -> EmailMessage:
    """A part that Odoo attaches, though nothing in it says so."""
    is_text = part.get_content_type() in ("text/plain", "text/html")
    if not is_text or part.get_filename() or _is_attached(part):
        return part
    copy = _copy_headers(part)
    copy.set_payload(part.get_payload())
    set_header(copy, "Content-Disposition", "attachment")
    return copy


def _copy_headers(part: EmailMessage) -> EmailMessage:
    copy = EmailMessage(policy=part.policy)
    for name, value in part.raw_items():
        if name.lower().startswith("content-"):
            copy.set_raw(name, value)
    return copy
