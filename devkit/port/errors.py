"""What the port says when it cannot go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Finding:
    """One place in the addon that the port cannot handle, with the remedy in words."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class PortError(Exception):
    """The addon cannot be ported as it stands; nothing has been written."""

    def __init__(self, summary: str, findings: Iterable[Finding] = ()) -> None:
        self.summary = summary
        self.findings = sorted(set(findings))
        super().__init__("\n".join([summary, *(f"  {finding}" for finding in self.findings)]))
