"""Edit XML as text: find elements with a real parser, change only the bytes that are meant.

A serializer would reformat attributes, quotes and comments all over the file; here
everything that is not edited stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat


@dataclass(eq=False)
class Element:
    """An element and where it stands; offsets count bytes of the UTF-8 text."""

    tag: str
    attrib: dict[str, str]
    line: int
    start: int
    open_end: int
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    close_start: int = 0
    end: int = 0

    def ancestors(self) -> Iterator[Element]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    def fields(self, name: str) -> list[Element]:
        """The `<field name="…">` children of a `<record>`."""
        return [
            child
            for child in self.children
            if child.tag == "field" and child.attrib.get("name") == name
        ]


class XmlDocument:
    """One XML file: its elements in document order, and the edits asked for.

    Raises `expat.ExpatError` when the text is not well-formed.
    """

    def __init__(self, text: str) -> None:
        self._data = text.encode("utf-8")
        self._edits: list[tuple[int, int, bytes]] = []
        self.elements: list[Element] = []
        self._open: list[Element] = []
        # The text is already decoded, whatever encoding its first line declares.
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._on_start
        self._parser.EndElementHandler = self._on_end
        self._parser.Parse(self._data, True)

    def _on_start(self, tag: str, attrib: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        parent = self._open[-1] if self._open else None
        element = Element(
            tag, attrib, self._parser.CurrentLineNumber, start, self._tag_end(start), parent
        )
        if parent is not None:
            parent.children.append(element)
        self.elements.append(element)
        self._open.append(element)

    def _on_end(self, _tag: str) -> None:
        element = self._open.pop()
        if self._data[element.open_end - 2 : element.open_end] == b"/>":
            element.close_start = element.end = element.open_end
        else:
            element.close_start = self._parser.CurrentByteIndex
            element.end = self._data.index(b">", element.close_start) + 1

    def _tag_end(self, start: int) -> int:
        """The byte behind the `>` of the tag; a `>` inside a quoted value does not count."""
        quote = 0
        for index in range(start, len(self._data)):
            byte = self._data[index]
            if quote:
                if byte == quote:
                    quote = 0
            elif byte in b"\"'":
                quote = byte
            elif byte == ord(">"):
                return index + 1
        raise AssertionError("the parser accepted a tag without an end")

    def records(self, model: str) -> list[Element]:
        return [
            element
            for element in self.elements
            if element.tag == "record" and element.attrib.get("model") == model
        ]

    def inner(self, element: Element) -> str:
        return self._data[element.open_end : element.close_start].decode("utf-8")

    def indent(self, element: Element) -> str:
        """The white space in front of the element on its line ('' if other text is there)."""
        line_start = self._data.rfind(b"\n", 0, element.start) + 1
        before = self._data[line_start : element.start].decode("utf-8")
        return before if not before.strip() else ""

    def replace(self, element: Element, text: str) -> None:
        self._edits.append((element.start, element.end, text.encode("utf-8")))

    def replace_inner(self, element: Element, text: str) -> None:
        self._edits.append((element.open_end, element.close_start, text.encode("utf-8")))

    def insert_after(self, element: Element, text: str) -> None:
        self._edits.append((element.end, element.end, text.encode("utf-8")))

    def remove(self, element: Element) -> None:
        """Take the element out, with its line when nothing else stands on it."""
        start, end = element.start, element.end
        line_start = self._data.rfind(b"\n", 0, start) + 1
        line_end = self._data.find(b"\n", end)
        if line_end != -1 and not (self._data[line_start:start] + self._data[end:line_end]).strip():
            start, end = line_start, line_end + 1
        self._edits.append((start, end, b""))

    def set_attribute(self, element: Element, name: str, value: str | None) -> None:
        """Change the value of an attribute that is there; None removes it."""
        opening = self._data[element.start : element.open_end].decode("utf-8")
        pattern = rf"(\s+{re.escape(name)}\s*=\s*)(?:\"[^\"]*\"|'[^']*')"
        found = re.search(pattern, opening)
        if found is None:
            raise KeyError(name)
        offset = element.start + len(opening[: found.start()].encode("utf-8"))
        length = len(found[0].encode("utf-8"))
        new = b"" if value is None else f'{found[1]}"{value}"'.encode()
        self._edits.append((offset, offset + length, new))

    def result(self) -> str:
        """The text with all edits made."""
        data = self._data
        for start, end, new in sorted(self._edits, key=lambda edit: edit[:2], reverse=True):
            data = data[:start] + new + data[end:]
        return data.decode("utf-8")
