"""Documentation that names a test as its proof names one that exists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .repository import Complaint, Repository

_NAMED = re.compile(r"\b(test_\w+\.py)::(test_\w+)")
_DEFINED = re.compile(r"^\s+(?:async )?def (test_\w+)\(", re.M)


def named_tests(repository: Repository) -> Iterator[Complaint]:
    """Each ``test_file.py::test_name`` in docs/ is a test of the addon."""
    tests = {
        (file.path.rpartition("/")[2], name)
        for file in repository.addon_files("tests", suffixes=(".py",))
        for name in _DEFINED.findall(file.text or "")
    }
    for file, text in repository.texts(".md"):
        if not file.path.startswith("docs/"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for found in _NAMED.findall(line):
                if found not in tests:
                    yield Complaint(file.path, number, f"there is no test {'::'.join(found)}")
