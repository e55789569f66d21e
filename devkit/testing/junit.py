"""Reading pytest's result file."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Counts:
    """What became of the tests of one pytest run; ``skipped`` holds test and reason."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many tests there were."""
        return self.passed + len(self.failed) + len(self.skipped)


def read(path: Path) -> Counts | None:
    """The counts in a result file, or None when pytest came to no end."""
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError):
        return None
    counts = Counts()
    for case in root.iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name', '')}".strip(".")
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            # A test that failed and whose teardown failed too has two entries.
            if name not in counts.failed:
                counts.failed.append(name)
        elif skip is not None:
            reason = " ".join((skip.get("message") or "no reason given").split())
            counts.skipped.append((name, reason))
        else:
            counts.passed += 1
    return counts
