"""PGP blocks in the text of a mail (RFC 9580): nothing is decrypted and no signature is checked."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ARMOR = re.compile(r"-----(BEGIN|END) PGP ([A-Z][A-Z0-9 ,/]{1,40})-----\s*")
_ARMOR_HEADER = re.compile(
    r"(?:Hash|Charset|Comment|Version|MessageID|NotDashEscaped|SaltedHash): ?[^\n]*"
)
_ARMOR_LINE = re.compile(r"[A-Za-z0-9+/=]{4,100}\s*")

#: How each block of PGP begins, to be looked for before anything else is done.
PGP_MARK = "-----BEGIN PGP "


@dataclass(frozen=True)
class Unwrapped:
    """A text without its PGP blocks; ``has_encrypted`` if one of them was an encrypted message."""

    text: str
    has_encrypted: bool = False


def unwrap_pgp(text: str) -> Unwrapped:
    """``text`` without the armor of PGP (RFC 9580): signatures, keys and encrypted messages.

    Of a clearsigned message the text stays, its escaped dashes undone; so does all that stands
    outside of the blocks. Quoted blocks are left alone.
    """
    if PGP_MARK not in text:
        return Unwrapped(text)
    lines = text.split("\n")
    kept: list[str] = []
    has_encrypted = escaped = False
    at = 0
    while at < len(lines):
        line = lines[at]
        match = _ARMOR.fullmatch(line)
        at += 1
        if not match:
            kept.append(line.removeprefix("- ") if escaped else line)
        elif match[1] == "END":
            # Of a block whose beginning is missing.
            escaped = False
        elif match[2] == "SIGNED MESSAGE":
            at, escaped = _skip_headers(lines, at)
        else:
            has_encrypted = has_encrypted or match[2].startswith("MESSAGE")
            at = _skip_block(lines, at, match[2])
            escaped = False
    return Unwrapped("\n".join(kept).strip("\n"), has_encrypted)


def _skip_headers(lines: list[str], at: int) -> tuple[int, bool]:
    """The first line of a clearsigned text, and whether dashes are escaped in it."""
    escaped = True
    while at < len(lines) and _ARMOR_HEADER.fullmatch(lines[at].rstrip()):
        escaped = escaped and not lines[at].startswith("NotDashEscaped")
        at += 1
    return (at + 1 if at < len(lines) and not lines[at].strip() else at), escaped


def _skip_block(lines: list[str], at: int, name: str) -> int:
    """The line behind a block; of one without an end, what looks like its content is left out."""
    for number in range(at, len(lines)):
        match = _ARMOR.fullmatch(lines[number])
        if match:
            return number + 1 if match[1] == "END" and match[2] == name else number
    while at < len(lines) and (
        not lines[at].strip()
        or _ARMOR_HEADER.fullmatch(lines[at].rstrip())
        or _ARMOR_LINE.fullmatch(lines[at])
    ):
        at += 1
    return at
