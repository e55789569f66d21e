"""Checks that the manifest, requirements.txt and the changelog tell the same.

That each data file exists and is listed once is what pylint-odoo (`resource-not-exist`,
`manifest-data-duplicated`) and oca-odoo-pre-commit-hooks (`file-not-used`) look at.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from .repository import Complaint, RepoFile, Repository

_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*")


class _Manifest:
    """The manifest, with the line on which a text stands."""

    def __init__(self, file: RepoFile) -> None:
        self.path = file.path
        self._text = file.text or ""
        self.values: dict[str, Any] = ast.literal_eval(self._text)

    def complaint(self, name: str, message: str) -> Complaint:
        offset = max(self._text.find(name), 0)
        return Complaint(self.path, self._text.count("\n", 0, offset) + 1, message)


def _read(repository: Repository) -> _Manifest | None:
    file = repository.get(f"{repository.addon}/__manifest__.py")
    return _Manifest(file) if file else None


def requirements(repository: Repository) -> Iterator[Complaint]:
    """requirements.txt lists the manifest's Python packages (and what else a start needs)."""
    manifest = _read(repository)
    if manifest is None:
        return
    file = repository.get("requirements.txt")
    wanted = manifest.values.get("external_dependencies", {}).get("python", [])
    listed = _requirement_names((file.text if file else None) or "")
    for name in wanted:
        if _normalized(name) not in listed:
            yield manifest.complaint(name, f"{name} is not in requirements.txt")


def _normalized(name: str) -> str:
    found = _REQUIREMENT.match(name)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


def _requirement_names(text: str) -> set[str]:
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return {_normalized(line) for line in lines} - {""}


def changelog(repository: Repository) -> Iterator[Complaint]:
    """The version that the manifest names has its entry."""
    manifest = _read(repository)
    if manifest is None:
        return
    version = str(manifest.values.get("version", ""))
    file = repository.get("CHANGELOG.md")
    if file is None or not version or version not in (file.text or ""):
        yield manifest.complaint(version, f"CHANGELOG.md has no entry for {version}")
