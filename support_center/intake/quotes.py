"""What the sender wrote, apart from what he quoted, forwarded or signs with.

``quotequail`` finds where quoted and forwarded messages begin. It reads any run
of ``word: value`` lines as mail headers, which a form is made of; so it gets a
copy in which form lines are masked and mail headers have their English names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import quotequail

from .keys import match_key

# Nobody writes more above a quote, and the library's time grows faster than the
# number of lines.
_MAX_LINES = 600
_MAX_COLUMNS = 400
_MAX_QUOTES = 20

_HEADER_NAMES = {
    name: english
    for english, names in {
        "From": "from von de da van fra från",
        "To": "to an a à para aan pour til till",
        "Date": "date datum data fecha sent gesendet envoyé enviado inviato verzonden dato",
        "Subject": "subject betreff objet sujet asunto assunto oggetto onderwerp emne ämne",
        "Cc": "cc kopie kopia copie",
    }.items()
    for name in names.split()
}
_HEADER_LINE = re.compile(r"((?:> ?)*)[*_]{0,2}([-\w ]{1,30}?) ?[*_]{0,2}:[*_]{0,2}(.*)")
_QUOTED = re.compile(r"> ?")
_MARKER = re.compile(r"(?:[-_=]{3,}[^\n]*|[^\n]{1,300}:)")
_REPLY_SUBJECT = re.compile(r"\s*(?:re|aw|antw|sv|vs|ref|rif|res|r|tr re)\s*(?:\[\d+\])?\s*:", re.I)
_FORWARD_SUBJECT = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl)\s*:", re.I)
_SENT_FROM = re.compile(
    r"(?:sent from my|sent from outlook|get outlook for|gesendet von|"
    r"von meinem [^\n]{1,40} gesendet|envoyé (?:de|depuis)|enviado desde|enviado do meu|"
    r"inviato da|verzonden vanaf)\b",
    re.I,
)


@dataclass(frozen=True)
class Parts:
    """One message: the sender's ``own`` text and what it quotes or forwards.

    ``inner`` is without its quotation marks and its introduction; ``author`` is
    the ``From`` value of a forwarded message.
    """

    own: str
    inner: str = ""
    forwarded: bool = False
    author: str = ""


def is_reply(subject: str) -> bool:
    """Whether ``subject`` is that of a reply, and not of a forwarded reply."""
    return bool(_REPLY_SUBJECT.match(subject))


def is_forward(subject: str) -> bool:
    """Whether ``subject`` is that of a forwarded message."""
    return bool(_FORWARD_SUBJECT.match(subject))


def split_quotes(text: str) -> Parts:
    """Split a message; see ``Parts``. Text below a quotation is the sender's own, too."""
    lines = text.split("\n")
    own: list[str] = []
    inner: list[str] = []
    forwarded = False
    for _count in range(_MAX_QUOTES):
        lines = _without_blank_ends(lines)
        found = quotequail.unwrap("\n".join(_mask(line) for line in lines[:_MAX_LINES]))
        if not found:
            break
        top = _count_lines(found.get("text_top"))
        bottom = _count_lines(found.get("text_bottom"))
        # What the library did not see belongs to the last thing it found.
        end = len(lines[:_MAX_LINES]) - bottom if bottom else len(lines)
        own += _without_introduction(lines[:top]) if top else []
        if not inner:
            inner = lines[top:end]
            forwarded = found["type"] == "forward"
        lines = lines[end:] if bottom else []
    own += lines
    introduction, body = _split_introduction(inner)
    return Parts(
        own=_strip_signature("\n".join(_without_quoted(own))),
        inner="\n".join(body),
        forwarded=forwarded,
        author=_find_author(introduction),
    )


def _without_introduction(lines: list[str]) -> list[str]:
    """``lines`` above a quotation without "… wrote:" in a language nobody listed."""
    lines = _without_blank_ends(lines)
    last = lines[-1].rstrip() if lines else ""
    return lines[:-1] if last.endswith(":") and not match_key(last[:-1]) else [*lines, ""]


def _count_lines(text: str | None) -> int:
    return text.count("\n") + 1 if text else 0


def _without_blank_ends(lines: list[str]) -> list[str]:
    filled = [number for number, line in enumerate(lines) if line.strip()]
    return lines[filled[0] : filled[-1] + 1] if filled else []


def _mask(line: str) -> str:
    line = line[:_MAX_COLUMNS].strip()
    match = _HEADER_LINE.fullmatch(line)
    if not match:
        return line
    marks, name, value = match.groups()
    english = _HEADER_NAMES.get(name.strip().lower())
    if english:
        return f"{marks}{english}: {value.strip() or 'x'}"
    # A name with a digit may be "On 5 May 2026 at 10" of an introduction.
    if (not value and not match_key(name)) or any(letter.isdigit() for letter in name):
        return line
    return f"{marks}x"


def _unquote(line: str) -> str:
    return _QUOTED.sub("", line, count=1) if line.startswith(">") else line


def _split_introduction(lines: list[str]) -> tuple[list[str], list[str]]:
    """The lines that introduce a quoted message, its headers included, and its text."""
    lines = _without_blank_ends(lines)
    first = 0
    # The introduction itself, which may be broken over two lines.
    for number, line in enumerate(lines[:2]):
        name = _header_name(line)
        if name or line.startswith(">"):
            break
        if _MARKER.fullmatch(line.strip()) and not match_key(line.strip().rstrip(":")):
            first = number + 1
            break
    lines = [*lines[:first], *(_unquote(line) for line in lines[first:])]
    folds = False
    for number in range(first, len(lines)):
        line = lines[number]
        if _header_name(line):
            folds = True
        elif not line.strip():
            # What is indented below a blank line is text, no header that goes on.
            folds = False
        elif not (folds and line.startswith((" ", "\t"))):
            return lines[:number], lines[number:]
    return lines, []


def _header_name(line: str) -> str | None:
    match = _HEADER_LINE.fullmatch(line.strip())
    return _HEADER_NAMES.get(match[2].strip().lower()) if match else None


def _find_author(lines: list[str]) -> str:
    for line in lines:
        if _header_name(line) == "From":
            return line.partition(":")[2].strip(" *_")
    return ""


def _without_quoted(lines: list[str]) -> list[str]:
    """``lines`` without quoted ones and without the line that introduces them."""
    kept: list[str] = []
    before_quote = False
    for line in reversed(lines):
        if line.startswith(">"):
            before_quote = True
            continue
        if before_quote and line.strip():
            before_quote = False
            if line.rstrip().endswith(":") and not match_key(line.rstrip(": ")):
                continue
        kept.append(line)
    return kept[::-1]


def _strip_signature(text: str) -> str:
    """``text`` up to its signature; a rule of dashes above form lines is none."""
    lines = text.split("\n")
    end = len(lines)
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number].strip()
        if line == "--":
            end = number
        elif match_key(line.partition(":")[0]):
            break
    while end and (not lines[end - 1].strip() or _SENT_FROM.match(lines[end - 1].strip())):
        end -= 1
    return "\n".join(_without_blank_ends(lines[:end]))
