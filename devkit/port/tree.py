"""Read an addon into memory and write it back as a whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .errors import PortError

TEXT_SUFFIXES = frozenset({".py", ".xml", ".csv", ".js", ".css", ".scss", ".po", ".pot"})
LEFT_OUT_NAMES = frozenset({"__pycache__", "node_modules"})
LEFT_OUT_SUFFIXES = frozenset({".pyc", ".pyo", ".orig", ".rej", ".swp"})


@dataclass
class AddonFile:
    """One file of the addon; `path` is relative to the addon's folder."""

    path: PurePosixPath
    data: bytes

    @property
    def is_text(self) -> bool:
        return self.path.suffix in TEXT_SUFFIXES

    @property
    def text(self) -> str:
        try:
            return self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise PortError(f"{self.path} is not UTF-8: {error}") from error

    @text.setter
    def text(self, value: str) -> None:
        self.data = value.encode("utf-8")


@dataclass
class Addon:
    """An addon in memory, its files in the order of their paths."""

    name: str
    files: list[AddonFile] = field(default_factory=list)

    def __iter__(self) -> Iterator[AddonFile]:
        return iter(self.files)

    def texts(self) -> Iterator[AddonFile]:
        return (file for file in self.files if file.is_text)

    def get(self, path: str) -> AddonFile | None:
        return next((file for file in self.files if str(file.path) == path), None)

    def sort(self) -> None:
        self.files.sort(key=lambda file: file.path.parts)


def _is_left_out(path: PurePosixPath) -> bool:
    """Caches, editors' copies and hidden files are no part of the addon."""
    if path.suffix in LEFT_OUT_SUFFIXES or path.name.endswith("~"):
        return True
    return any(part in LEFT_OUT_NAMES or part.startswith(".") for part in path.parts)


def read_addon(source: Path) -> Addon:
    """All files below `source`; raises PortError when that is no addon."""
    source = source.resolve()
    if not (source / "__manifest__.py").is_file():
        raise PortError(f"{source} is no Odoo addon: it has no __manifest__.py")
    addon = Addon(source.name)
    for path in source.rglob("*"):
        relative = PurePosixPath(path.relative_to(source).as_posix())
        if _is_left_out(relative):
            continue
        if path.is_symlink():
            # A link may lead out of the tree, and a zip would hold a dead one.
            raise PortError(f"{relative} is a symbolic link; an addon holds plain files only")
        if path.is_file():
            addon.files.append(AddonFile(relative, path.read_bytes()))
    addon.sort()
    return addon


def _content(files: Iterable[AddonFile]) -> dict[str, bytes]:
    return {str(file.path): file.data for file in files}


def _refuse_unsafe(target: Path, source: Path) -> None:
    """Never replace the source itself, nor a folder that is not an addon."""
    target, source = target.resolve(), source.resolve()
    if target == source or source in target.parents or target in source.parents:
        raise PortError(f"the build folder {target} and the source {source} overlap")
    if target.exists() and any(target.iterdir()) and not (target / "__manifest__.py").is_file():
        raise PortError(f"{target} exists and is no addon; it is left alone")


def write_addon(addon: Addon, dest: Path, source: Path) -> Path:
    """Put the addon at `dest/<name>` in one step; a tree that is already equal is not touched.

    Leaving an equal tree alone keeps the time stamps, by which Odoo decides whether
    its asset bundles are stale.
    """
    dest.mkdir(parents=True, exist_ok=True)
    target = dest / addon.name
    _refuse_unsafe(target, source)
    if target.exists() and _content(read_built(target)) == _content(addon):
        return target
    part = Path(tempfile.mkdtemp(prefix=f".{addon.name}.", suffix=".part", dir=dest))
    try:
        _fill(part, addon)
        if target.exists():
            # A folder cannot be renamed over a full one, so the old one steps aside.
            aside = part.with_suffix(".old")
            target.rename(aside)
            part.rename(target)
            shutil.rmtree(aside)
        else:
            part.rename(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


def read_built(target: Path) -> list[AddonFile]:
    """Every file that lies in a built tree, also what does not belong there."""
    return [
        AddonFile(PurePosixPath(path.relative_to(target).as_posix()), path.read_bytes())
        for path in target.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]


def _fill(folder: Path, addon: Addon) -> None:
    folder.chmod(0o755)  # mkdtemp makes it 0700, and Odoo may run as another user
    for file in addon:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
