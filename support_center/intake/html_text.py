"""HTML mails as lines of text, so that a form in them can be read.

Not a general converter: rows of tables and definition lists become
``key: value`` lines and quotations get ``> ``, which is what the parser needs.
"""

from __future__ import annotations

import html as html_entities
import re
from dataclasses import dataclass, field

from lxml import etree

from .bounds import MAX_TEXT, bound_html, bound_text
from .text import clean

# How many tags are read of HTML that is too complex to be read as it is; half as many elements.
MAX_TAGS = 20_000
# The elements that say that a mail was cut, or why it could not be read; none of its text.
NOTICE_CLASS = "o_support_shortened"
OBSTACLE_CLASS = "o_support_obstacle"
_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object"})
_BLOCKS = frozenset(
    """address article aside body blockquote caption center dd div dl dt fieldset figure footer form
    h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul
    """.split()
)
# Blocks with an empty line round them, as browsers show them.
_SPACED = frozenset({"p", "blockquote", "table", "ul", "ol", "dl", "pre"})
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_MANY_LINES = re.compile(r"\n{3,}")
_PICTURE = re.compile(r"(?<=base64,)[A-Za-z0-9+/=]{100,}")
_LONG_NUMBER = re.compile(r"&#\d{8,};?")
_CODE = re.compile(r"<!--[^<>]*>?|<(?:script|style)\b[^<]*", re.I)
_LINE_TAG = re.compile(r"</?(?:p|div|br|tr|li|table|h[1-6]|blockquote|dt|dd|pre)\b[^<>]*>", re.I)
_TAG = re.compile(r"<[^<>]*>")
_LOOKS_LIKE_HTML = re.compile(r"<(?:[a-z!/?])|&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
# What mail programs call the element that holds all of a quoted message. Where a sender may
# write between its parts, as in Gmail's, only the quotation itself is marked: a <blockquote>.
_QUOTATION = re.compile(
    r"(?:x_)*(?:yahoo_quoted(?:_\d+)?|OLK_SRC_BODY_SECTION|moz-cite-prefix|tutanota_quote|"
    r"mail-editor-reference-message-container|ms-outlook-mobile-reference-message|"
    r"quoted-content)",
    re.I,
)
# And the one with the headers of a quoted message, below which all is quoted.
_HEADERS = re.compile(r"(?:x_)*(?:divRplyFwdMsg|OutlookMessageHeader)", re.I)
_HEADERS_STYLE = re.compile(r"border-top:\s{0,3}solid\s{1,3}#(?:E1E1E1|B5C4DF)\b", re.I)
_ORIGINAL = "-----Original Message-----"
_RULE = "_" * 32
# A longer first cell is a column of text, no key.
_LONGEST_KEY = 80
_MAX_STYLE = 400
# Deeper quotations look like the deepest of these.
_MAX_QUOTES = 8


@dataclass
class _Writer:
    """Lines under construction; ``lines`` are finished, ``line`` is not."""

    lines: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    quotes: int = 0
    preformatted: int = 0

    def write(self, text: str | None) -> None:
        if not text:
            return
        if self.preformatted:
            first, *more = text.split("\n")
            self.line.append(first)
            for piece in more:
                self.break_line()
                self.line.append(piece)
            return
        text = _BLANKS.sub(" ", text)
        if (self.line and self.line[-1].endswith(" ")) or not self.line:
            text = text.lstrip(" ")
        if text:
            self.line.append(text)

    def break_line(self) -> None:
        self._add("".join(self.line))
        self.line = []

    def end_block(self, spaced: bool = False) -> None:
        if any(piece.strip() for piece in self.line):
            self.break_line()
        self.line = []
        if spaced and self.lines and self.lines[-1].strip("> "):
            self._add("")

    def _add(self, text: str) -> None:
        text = text if self.preformatted else text.rstrip()
        self.lines.append("> " * min(self.quotes, _MAX_QUOTES) + text)


def html_to_text(html: str) -> str:
    """The text of ``html`` in lines; never raises.

    Plain text comes back as it is. Scripts, styles and hidden elements are
    left out; nothing else that a reader would see is lost, within the bounds
    of ``bounds``.
    """
    # Pictures in the text may be far longer than all the rest.
    text = _PICTURE.sub("", html) if html else ""
    if not _LOOKS_LIKE_HTML.search(text):
        return clean(bound_text(text)).strip("\n") if text.strip() else ""
    text = clean(bound_html(text, text=MAX_TEXT, tags=MAX_TAGS))
    root = _parse(text)
    if root is None:
        return _strip_tags(text)
    writer = _Writer()
    _walk(root, writer)
    writer.end_block()
    return _MANY_LINES.sub("\n\n", clean("\n".join(writer.lines))).strip("\n")


def _parse(text: str) -> etree._Element | None:
    # Bytes with a fixed encoding: what a <meta> or an XML declaration claims was
    # true before the mail was decoded.
    parser = etree.HTMLParser(encoding="utf-8", recover=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.LxmlError, ValueError):
        # Nothing in it that is HTML; the caller takes the tags out by hand.
        return None
    # Below some depth the library drops everything, and says so here only.
    return None if any("depth" in error.message for error in parser.error_log) else root


def _strip_tags(text: str) -> str:
    """Text without tags, roughly in its lines, for what is no HTML or nested too deep."""
    text = _CODE.sub("", text)
    text = _LINE_TAG.sub("\n", " ".join(text.split()))
    text = clean(html_entities.unescape(_LONG_NUMBER.sub("", _TAG.sub("", text))))
    return _MANY_LINES.sub("\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def _walk(root: etree._Element, writer: _Writer) -> None:
    """Write ``root``; an own stack, since mails may be nested deeper than Python allows."""
    stack: list[tuple[etree._Element, bool]] = [(root, False)]
    while stack:
        element, leaving = stack.pop()
        tag = element.tag
        if leaving:
            _leave(element, tag, writer)
            writer.write(element.tail)
            continue
        if (
            not isinstance(tag, str)
            or tag in _SKIPPED
            or element.get("class") in (NOTICE_CLASS, OBSTACLE_CLASS)
            or _HIDDEN.search(element.get("style") or "")
        ):
            writer.write(element.tail)
            continue
        pair = _read_pairs(element, tag)
        if pair is not None:
            writer.end_block()
            for line in "\n".join(pair).split("\n"):
                writer.write(line)
                writer.end_block()
            writer.write(element.tail)
            continue
        _enter(element, tag, writer)
        writer.write(element.text)
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))


def _is_called(element: etree._Element, pattern: re.Pattern[str]) -> bool:
    names = " ".join(element.get(name) or "" for name in ("class", "id", "name")).split()
    return any(pattern.fullmatch(name) for name in names)


def _is_quotation(element: etree._Element, tag: str) -> bool:
    return tag == "blockquote" or _is_called(element, _QUOTATION)


def _enter(element: etree._Element, tag: str, writer: _Writer) -> None:
    if tag == "br":
        writer.break_line()
        return
    if tag in _BLOCKS:
        writer.end_block(spaced=tag in _SPACED)
    if _is_quotation(element, tag):
        writer.end_block(spaced=True)
        writer.quotes += 1
    if _is_called(element, _HEADERS) or (
        tag == "div" and _HEADERS_STYLE.search((element.get("style") or "")[:_MAX_STYLE])
    ):
        writer.end_block()
        writer.write(_ORIGINAL)
        writer.end_block()
    if tag in ("pre", "textarea"):
        writer.preformatted += 1
    elif tag == "li":
        writer.write("- ")
    elif tag == "hr":
        writer.write(_RULE)


def _leave(element: etree._Element, tag: str, writer: _Writer) -> None:
    quotation = _is_quotation(element, tag)
    if tag in _BLOCKS or quotation:
        writer.end_block()
    if quotation:
        writer.quotes -= 1
    if tag in ("pre", "textarea"):
        writer.preformatted -= 1
    elif tag in ("td", "th"):
        writer.write(" ")
    elif tag == "a" and (element.get("href") or "").lower().startswith("mailto:"):
        # A name that is a link hides the address from readers of text.
        address = (element.get("href") or "")[7:].partition("?")[0]
        if "@" in address and "@" not in "".join(writer.line):
            writer.write(f" <{address}>")
    if tag in _SPACED:
        writer.end_block(spaced=True)


def _read_pairs(element: etree._Element, tag: str) -> list[str] | None:
    """``key: value`` lines of a table row, a table with headings or a definition; else None."""
    if tag == "table":
        return _read_headed_table(element)
    if tag == "tr":
        cells = [_cell_text(cell) for cell in element if cell.tag in ("td", "th")]
        if any(cell is None for cell in cells):
            return None
        filled = [cell for cell in cells if cell]
        if len(filled) != 2 or "\n" in filled[0] or len(filled[0]) > _LONGEST_KEY:
            return None
        return [_join(filled)]
    if tag == "dl":
        return _read_definitions(element)
    return None


def _read_headed_table(table: etree._Element) -> list[str] | None:
    """A row of headings above one row of values, turned into pairs."""
    rows = list(table.iter("tr"))
    if len(rows) != 2 or next(table.iterdescendants("table"), None) is not None:
        return None
    if any(cell.tag != "th" for cell in rows[0]) or len(rows[0]) != len(rows[1]):
        return None
    keys, values = ([_cell_text(cell) for cell in row] for row in rows)
    if len(keys) < 2 or any(text is None for text in (*keys, *values)):
        return None
    return [_join([key or "", value or ""]) for key, value in zip(keys, values, strict=True)]


def _read_definitions(element: etree._Element) -> list[str] | None:
    pairs: list[str] = []
    key = ""
    for child in element:
        text = _cell_text(child)
        if text is None or child.tag not in ("dt", "dd"):
            return None
        if child.tag == "dt":
            key = text
        else:
            pairs.append(_join([key, text]) if key else text)
            key = ""
    return pairs or None


def _join(cells: list[str]) -> str:
    key = cells[0].rstrip(" :：*")
    return f"{key}: {cells[1]}" if key else cells[1]


def _cell_text(cell: etree._Element) -> str | None:
    """The text of a cell; None for a cell that holds a layout of its own."""
    if next(cell.iterdescendants("table", "blockquote", "dl"), None) is not None:
        return None
    writer = _Writer()
    writer.write(cell.text)
    for child in cell:
        tail, child.tail = child.tail, None
        _walk(child, writer)
        child.tail = tail
        writer.write(tail)
    writer.end_block()
    return clean("\n".join(writer.lines)).strip()
