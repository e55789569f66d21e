"""The text inside an opaque S/MIME part: Cryptographic Message Syntax, RFC 5652.

Nothing is decrypted and no signature is checked; a signature takes nothing away from the text.
Only the way from the outermost element to the content is read, once from left to right and
without copying it. The kept libraries for ASN.1 read all of the structure, and copy the rest of
it for each piece of a content that was signed while it was written: a photo took half a minute.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

# The longest content of a compressed part, in bytes, and how many times as long as the part it is
# at most, beyond what any part may come to: a bomb grows a thousandfold, a text tenfold.
MAX_INFLATED = 20_000_000
MAX_GROWTH = 20
_ALWAYS_INFLATED = 500_000
# Signed, then compressed, then signed again: nobody wraps a mail more often.
_MAX_LAYERS = 4
# Elements that are looked at; those of a content in pieces hold some kilobytes each.
_MAX_ELEMENTS = 100_000

_END, _OCTETS, _OID, _SEQUENCE, _PIECES, _CONTENT = 0x00, 0x04, 0x06, 0x30, 0x24, 0xA0
_CONSTRUCTED = 0x20
_PKCS7 = bytes.fromhex("2a864886f70d0107")
_SMIME = bytes.fromhex("2a864886f70d01091001")
_DATA, _SIGNED = _PKCS7 + b"\x01", _PKCS7 + b"\x02"
_COMPRESSED = _SMIME + b"\x09"
# Enveloped, signed and enveloped, encrypted; authenticated and enveloped (RFC 5083).
_ENCRYPTED = frozenset({_PKCS7 + b"\x03", _PKCS7 + b"\x04", _PKCS7 + b"\x06", _SMIME + b"\x17"})


@dataclass(frozen=True)
class Opened:
    """What a part holds: its ``content`` where that is in clear and was understood."""

    content: bytes | None = None
    is_encrypted: bool = False


class _NotUnderstoodError(Exception):
    """The bytes are no CMS, are cut off, or are more than anybody would send."""


def open_cms(data: bytes) -> Opened:
    """The content of a part that is signed or compressed as a whole; never raises."""
    for _layer in range(_MAX_LAYERS):
        try:
            kind, content = _read_layer(data)
        except _NotUnderstoodError:
            return Opened()
        if kind in _ENCRYPTED:
            return Opened(is_encrypted=True)
        if content is None or content[:1] != bytes([_SEQUENCE]):
            # A MIME entity begins with a letter of its first header, or with an empty line.
            return Opened(content)
        data = content
    return Opened()


def _read_layer(data: bytes) -> tuple[bytes, bytes | None]:
    """The kind of a structure, as the bytes of its OID, and its content if that is in clear."""
    reader = _Reader(data)
    reader.enter(_SEQUENCE)
    kind = reader.read(_OID)
    if kind not in (_DATA, _SIGNED, _COMPRESSED):
        return kind, None
    reader.enter(_CONTENT)
    if kind == _DATA:
        return kind, reader.read_octets()
    reader.enter(_SEQUENCE)
    # The version and the algorithms
    reader.skip()
    reader.skip()
    end = reader.enter(_SEQUENCE)
    reader.skip()
    if reader.is_at(end):
        # The text stands beside the signature, or there are only certificates.
        return kind, None
    reader.enter(_CONTENT)
    content = reader.read_octets()
    return kind, _inflate(content) if kind == _COMPRESSED else content


def _inflate(content: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        most = min(MAX_INFLATED, max(_ALWAYS_INFLATED, MAX_GROWTH * len(content)))
        inflated = inflater.decompress(content, most)
    except zlib.error as error:
        raise _NotUnderstoodError from error
    if not inflater.eof:
        raise _NotUnderstoodError
    return inflated


class _Reader:
    """Goes forward over elements in BER, the encoding that leaves most to the sender."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._left = data, 0, _MAX_ELEMENTS

    def enter(self, tag: int) -> int | None:
        """Go to the content of the element here, which is to have ``tag``.

        :return: where it ends; None where only what stands in it tells
        """
        found, end = self._read_header()
        if found != tag:
            raise _NotUnderstoodError
        return end

    def is_at(self, end: int | None) -> bool:
        """Whether an element that ends at ``end``, as ``enter`` returns it, is over."""
        return self._at == end or (end is None and self._peek() == _END)

    def read(self, tag: int) -> bytes:
        """The content of the element here, which is to have ``tag`` and no elements in it."""
        end = self.enter(tag)
        if end is None:
            raise _NotUnderstoodError
        content, self._at = self._data[self._at : end], end
        return content

    def read_octets(self) -> bytes:
        """The octet string here, whole or in pieces, which may be in pieces again."""
        if self._peek() == _OCTETS:
            return self.read(_OCTETS)
        pieces: list[bytes] = []
        ends = [self.enter(_PIECES)]
        while ends:
            if self.is_at(ends[-1]):
                if ends.pop() is None:
                    self._read_header()
            elif self._peek() == _PIECES:
                ends.append(self.enter(_PIECES))
            else:
                pieces.append(self.read(_OCTETS))
        return b"".join(pieces)

    def skip(self) -> None:
        """Go behind the element here."""
        open_ = 0
        while True:
            tag, end = self._read_header()
            if end is None:
                open_ += 1
            else:
                self._at = end
                open_ -= tag == _END
            if open_ <= 0:
                break

    def _peek(self) -> int:
        if self._at >= len(self._data):
            raise _NotUnderstoodError
        return self._data[self._at]

    def _read_header(self) -> tuple[int, int | None]:
        """The tag of the element here, and where it ends; None for one of open length."""
        self._left -= 1
        tag = self._peek()
        self._at += 1
        length = self._peek()
        self._at += 1
        if self._left < 0 or tag & 0x1F == 0x1F:
            raise _NotUnderstoodError
        if length == 0x80:
            if not tag & _CONSTRUCTED:
                raise _NotUnderstoodError
            return tag, None
        if length > 0x80:
            size = length - 0x80
            length = int.from_bytes(self._data[self._at : self._at + min(size, 9)], "big")
            self._at += size
        end = self._at + length
        if end > len(self._data):
            raise _NotUnderstoodError
        return tag, end
