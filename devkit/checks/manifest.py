"""Checks that the manifest, the files beside it and the changelog tell the same."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from .repository import Complaint, RepoFile, Repository

DATA_FOLDERS = ("data", "views", "security", "wizard", "report", "demo")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*")


class _Manifest:
    """The manifest, with the line on which a text stands."""

    def __init__(self, file: RepoFile) -> None:
        self.path = file.path
        self._text = file.text or ""
        self.values: dict[str, Any] = ast.literal_eval(self._text)

    def names(self, *keys: str) -> list[str]:
        return [name for key in keys for name in self.values.get(key, [])]

    def complaint(self, name: str, message: str) -> Complaint:
        offset = max(self._text.find(name), 0)
        return Complaint(self.path, self._text.count("\n", 0, offset) + 1, message)


def _read(repository: Repository) -> _Manifest | None:
    file = repository.get(f"{repository.addon}/__manifest__.py")
    return _Manifest(file) if file else None


def data_files(repository: Repository) -> Iterator[Complaint]:
    """Each file of `data` and `demo` exists; each XML and CSV file of the addon is listed once."""
    manifest = _read(repository)
    if manifest is None:
        return
    listed = manifest.names("data", "demo")
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        yield manifest.complaint(name, f"{name} is listed twice")
    for name in listed:
        if repository.get(f"{repository.addon}/{name}") is None:
            yield manifest.complaint(name, f"{name} is listed and does not exist")
    for file in repository.addon_files(*DATA_FOLDERS, suffixes=(".xml", ".csv")):
        if file.path.partition("/")[2] not in listed:
            yield Complaint(file.path, 1, "no data file of the manifest: Odoo will not load it")


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
