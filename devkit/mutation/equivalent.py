"""The list of mistakes that make no difference, in ``equivalent.txt``: each was looked at.

A block a mistake, blocks parted by an empty line: the file, ``-`` and the line as it is, ``+``
and the line with the mistake, then the reason in words. Lines are without their indentation, so
a mistake is known again when the file has changed around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# In the repository.
LIST = Path("devkit/mutation/equivalent.txt")


@dataclass(frozen=True)
class Equivalent:
    """One mistake that no test can notice, and why."""

    file: str
    before: str
    after: str
    reason: str


def read_list(text: str) -> list[Equivalent]:
    """
    :raise ValueError: for a block that is not of the form above; shows it
    """
    found = []
    for block in text.split("\n\n"):
        lines = [line.strip() for line in block.splitlines() if not line.startswith("#")]
        if not any(lines):
            continue
        file, before, after, *reason = [*filter(None, lines), "", "", ""]
        reason = [line for line in reason if line]
        if not (before.startswith("- ") and f"{after} ".startswith("+ ") and reason):
            raise ValueError(f"not a file, '- …', '+ …' and a reason:\n{block}")
        found.append(Equivalent(file, before[2:], after[2:], " ".join(reason)))
    return found
