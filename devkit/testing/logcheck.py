"""Find the warnings and errors in an Odoo server log that nobody has allowed.

An allow-list holds regular expressions, one a line, each below the comment that says why
it is allowed. An expression is searched in `LEVEL logger: message`, that is the first line
of an entry without its time, process and database.

checklog-odoo 1.0 was tried: it passes a traceback above the first entry and what a dying thread
prints between two entries, fails on Odoo's own level RUNBOT, searches an allowed expression in the
traceback below an entry too, and asks for no reason.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Lines of Odoo's log that are known and not ours to mend, each with its reason.
DEFAULT_ALLOW = Path(__file__).with_name("log_allow.txt")
OFFENDING = frozenset({"WARNING", "ERROR", "CRITICAL"})

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ENTRY = re.compile(
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ "
    r"(?P<level>DEBUG|RUNBOT|INFO|WARNING|ERROR|CRITICAL) (?P<database>\S+) "
    r"(?P<logger>\S+): ?(?P<message>.*)"
)
# What Python itself prints past all logging; it belongs to no entry, whatever stands above.
_STRAY = re.compile(r"Exception (?:in thread|ignored in)\b|Fatal Python error\b")


@dataclass
class Entry:
    """One entry of the log, with the lines that hang below it (tracebacks, SQL)."""

    header: str
    level: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Allowed:
    """An entry that may be in a log, and why."""

    regex: re.Pattern[str]
    reason: str


def read_allow_list(path: Path) -> list[Allowed]:
    """The allow-list in a file; ValueError, with file and line, where it is not as it should be."""
    allowed = []
    reason: list[str] = []
    has_used_reason = False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or (text.startswith("#") and has_used_reason):
            reason, has_used_reason = [], False
        if text.startswith("#"):
            reason.append(text.lstrip("# "))
        elif text:
            if not any(reason):
                raise ValueError(f"{path}:{number}: an expression needs a comment that says why")
            has_used_reason = True
            try:
                allowed.append(Allowed(re.compile(text), " ".join(reason)))
            except re.error as error:
                raise ValueError(f"{path}:{number}: {error}") from error
    return allowed


def read_entries(log: Path) -> Iterator[Entry]:
    """The entries of a log; text before the first one is an entry of its own."""
    entry: Entry | None = None
    with log.open(encoding="utf-8", errors="replace") as stream:
        for raw in stream:
            line = _COLOUR.sub("", raw.rstrip("\r\n"))
            found = _ENTRY.fullmatch(line)
            if found or entry is None or _STRAY.match(line):
                if entry is not None:
                    yield entry
                entry = _begin(line, found)
            entry.lines.append(line)
    if entry is not None:
        yield entry


def _begin(line: str, found: re.Match[str] | None) -> Entry:
    if found:
        return Entry(f"{found['level']} {found['logger']}: {found['message']}", found["level"])
    level = "ERROR" if _STRAY.match(line) or line.startswith("Traceback (most") else "INFO"
    return Entry(f"{level} stderr: {line}", level)


def check(log: Path, allow: Path | None = None) -> list[str]:
    """The offending entries of an Odoo log, each as text with what hangs below it.

    :param allow: the allow-list that counts; the project's own when None
    :raises ValueError: when the allow-list holds an expression without a reason
    """
    return ["\n".join(entry.lines).rstrip() for entry in _find_offending(log, allow)]


def find_unexpected(log: Path, provoked: re.Pattern[str]) -> list[str]:
    """First lines of the warnings and errors that nobody provoked.

    :param provoked: searched in an entry with what hangs below it
    """
    return [
        entry.header
        for entry in _find_offending(log)
        if not provoked.search("\n".join([entry.header, *entry.lines]))
    ]


def _find_offending(log: Path, allow: Path | None = None) -> Iterator[Entry]:
    allowed = read_allow_list(allow or DEFAULT_ALLOW)
    for entry in read_entries(log):
        if entry.level in OFFENDING and not any(
            rule.regex.search(entry.header) for rule in allowed
        ):
            yield entry


def main(argv: Sequence[str] | None = None) -> int:
    """Print the offending entries of the logs named; 1 if there are any."""
    offending = 0
    for name in sys.argv[1:] if argv is None else argv:
        for text in check(Path(name)):
            offending += 1
            print(f"{name}:\n{text}\n")
    return 1 if offending else 0


if __name__ == "__main__":
    sys.exit(main())
