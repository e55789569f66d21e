"""Checks that hold for any text file: promises, machine paths, line ends."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from .repository import Complaint, Repository

# Spelt in two parts, so that this file does not find itself.
_PROMISE = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
# A path that is true on one machine only: not in a URL, not in the middle of a relative path.
_MACHINE_PATH = re.compile(r"(?<![\w.$}>)~/-])/(?:root|home|work|Users)/")
# Two blanks at the end of a line are a line break in Markdown; mail samples and the
# licence are kept as they came.
_FREE_SUFFIXES = frozenset({".md", ".eml", ".po", ".pot", ".svg", ".patch"})
_FREE_NAMES = frozenset({"LICENSE"})
# Taken over from others to the byte, see devkit/tests/checks/test_vendored.py.
_VENDORED = "support_center/static/lib/"


def no_promises(repository: Repository) -> Iterator[Complaint]:
    """What is not done is an issue, not a comment."""
    for file, text in repository.texts():
        for number, line in enumerate(text.splitlines(), start=1):
            found = _PROMISE.search(line)
            if found:
                yield Complaint(file.path, number, f"{found[0]}: do it, or open an issue")


def no_machine_paths(repository: Repository) -> Iterator[Complaint]:
    """Nothing names a folder of the machine it was written on."""
    for file, text in repository.texts():
        for number, line in enumerate(text.splitlines(), start=1):
            found = _MACHINE_PATH.search(line)
            if found:
                yield Complaint(file.path, number, f"a path of one machine: {found[0]}…")


def line_ends(repository: Repository) -> Iterator[Complaint]:
    """Unix line ends, one newline at the end, no blanks before a line end."""
    for file, text in repository.texts():
        if (
            not text
            or file.suffix in _FREE_SUFFIXES
            or PurePosixPath(file.path).name in _FREE_NAMES
            or str(file.path).startswith(_VENDORED)
        ):
            continue
        if "\r" in text:
            yield Complaint(file.path, 1, "carriage returns")
        if not text.endswith("\n") or text.endswith("\n\n"):
            yield Complaint(file.path, text.count("\n") + 1, "must end with one newline")
        for number, line in enumerate(text.splitlines(), start=1):
            if line != line.rstrip():
                yield Complaint(file.path, number, "blanks at the end of the line")
