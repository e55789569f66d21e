"""The files that checks look at, and what a check answers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

# Golden files of tests are wrong on purpose.
LEFT_OUT = ("devkit/tests/port/golden/",)
_LEFT_OUT_FOLDERS = frozenset({"__pycache__", "node_modules", "dist", "build"})


@dataclass(frozen=True, order=True)
class Complaint:
    """Something to mend, at a line of a file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class RepoFile:
    """A file with its path inside the repository."""

    path: str
    absolute: Path

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.path).suffix

    @cached_property
    def text(self) -> str | None:
        """The content; None for what is no text."""
        data = self.absolute.read_bytes()
        if b"\0" in data:
            return None
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return None


class Repository:
    """All files that are, or would be, under version control."""

    def __init__(self, root: Path, addon: str = "support_center") -> None:
        self.root = root.resolve()
        self.addon = addon
        self.files = [
            RepoFile(name, self.root / name)
            for name in sorted(self._names())
            if not name.startswith(LEFT_OUT) and (self.root / name).is_file()
        ]

    def _names(self) -> list[str]:
        names = self._git_names()
        return list(self._walked_names()) if names is None else names

    def _git_names(self) -> list[str] | None:
        """What git knows or would add; None in a tree that is no checkout of its own."""
        if not (self.root / ".git").exists():
            return None
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        try:
            result = subprocess.run(command, cwd=self.root, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return [name for name in result.stdout.decode("utf-8").split("\0") if name]

    def _walked_names(self) -> Iterator[str]:
        for folder, folders, names in os.walk(self.root):
            folders[:] = [
                name for name in folders if name not in _LEFT_OUT_FOLDERS and name[0] != "."
            ]
            relative = Path(folder).relative_to(self.root)
            yield from ((relative / name).as_posix() for name in names)

    def get(self, path: str) -> RepoFile | None:
        return next((file for file in self.files if file.path == path), None)

    def addon_files(self, *folders: str, suffixes: tuple[str, ...] = (".xml",)) -> list[RepoFile]:
        """Files of these folders of the addon (of all of it when none is named)."""
        starts = tuple(f"{self.addon}/{folder}/" for folder in folders) or (f"{self.addon}/",)
        return [
            file for file in self.files if file.path.startswith(starts) and file.suffix in suffixes
        ]

    def texts(self, *suffixes: str) -> Iterator[tuple[RepoFile, str]]:
        """The text files with these suffixes, all when none is named."""
        for file in self.files:
            if (not suffixes or file.suffix in suffixes) and file.text is not None:
                yield file, file.text
