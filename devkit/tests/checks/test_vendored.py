"""What is taken over from others is what its README says, to the byte."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from devkit.paths import REPO

LIBRARY = REPO / "support_center" / "static" / "lib" / "event_calendar"
HASHES = dict(
    re.findall(r"`(\S+)` `([0-9a-f]{64})`", (LIBRARY / "README.md").read_text(encoding="utf-8"))
)


def vendored() -> list[Path]:
    """The library's files, but for what we write about it."""
    return sorted(path for path in LIBRARY.iterdir() if path.name not in ("README.md", "LICENSE"))


@pytest.mark.parametrize("path", vendored(), ids=lambda path: path.name)
def test_each_file_is_unmodified(path: Path) -> None:
    assert hashlib.sha256(path.read_bytes()).hexdigest() == HASHES[path.name]


def test_nothing_is_missing() -> None:
    assert {path.name for path in vendored()} == set(HASHES)
    assert "MIT License" in (LIBRARY / "LICENSE").read_text(encoding="utf-8")


def test_the_version_is_the_one_that_is_named() -> None:
    version = re.search(r"@event-calendar/build` (\S+)", (LIBRARY / "README.md").read_text())
    assert version
    script = (LIBRARY / "event-calendar.min.js").read_text(encoding="utf-8")
    assert f"EventCalendar v{version[1]}" in script[:200]
