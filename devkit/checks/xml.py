"""Checks on XML: well-formed, indented alike, and without code in the data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from .repository import Complaint, Repository

INDENT = 4
# Models whose `code` field holds Python.
CODE_MODELS = frozenset({"ir.actions.server", "ir.cron"})
# Odoo refuses t-field on these, though only when the page is shown.
NO_FIELD_TAGS = frozenset("table tbody thead tfoot tr td li ul ol dl dt dd".split())


@dataclass
class _Open:
    """An element that the parser is inside of."""

    tag: str
    attrib: dict[str, str]
    line: int
    text: str = ""


class _Reader:
    """One pass over a document that gathers what is wrong with it."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.complaints: list[Complaint] = []
        self._lines = text.splitlines()
        self._open: list[_Open] = []
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._on_start
        parser.EndElementHandler = self._on_end
        parser.CharacterDataHandler = self._on_text
        self._parser = parser
        try:
            parser.Parse(text.encode("utf-8"), True)
        except expat.ExpatError as error:
            self._complain(error.lineno, f"not well-formed: {error}")

    def _complain(self, line: int, message: str) -> None:
        self.complaints.append(Complaint(self.path, line, message))

    def _on_start(self, tag: str, attrib: dict[str, str]) -> None:
        line, column = self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber
        starts_line = not self._lines[line - 1][:column].strip()
        wanted = INDENT * len(self._open)
        if starts_line and column != wanted:
            self._complain(line, f"<{tag}> is indented by {column}, not by {wanted}")
        if tag in NO_FIELD_TAGS and "t-field" in attrib:
            self._complain(line, f"t-field does not work on <{tag}>: put a <span> inside")
        self._open.append(_Open(tag, attrib, line))

    def _on_text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _on_end(self, _tag: str) -> None:
        element = self._open.pop()
        if element.tag == "field" and element.attrib.get("name") == "code" and self._open:
            record = self._open[-1]
            is_code = record.tag == "record" and record.attrib.get("model") in CODE_MODELS
            if is_code and len(element.text.strip().splitlines()) > 1:
                self._complain(
                    element.line, "code holds one line, a call of a method; the rest is Python"
                )


def well_formed(repository: Repository) -> Iterator[Complaint]:
    """Every XML file parses, has its declaration and is indented by depth.

    Code in the `code` field of a cron or server action is one line, and no `t-field`
    stands where Odoo will not render it.
    """
    for file, text in repository.texts(".xml"):
        if not text.startswith("<?xml "):
            yield Complaint(file.path, 1, 'must begin with <?xml version="1.0" encoding="utf-8" ?>')
        if "\t" in text:
            yield Complaint(file.path, 1, "tabs")
        yield from _Reader(file.path, text).complaints
