"""Locks, atomic writes and content hashes: what makes a killed run harmless.

filelock would do for the locks (on Linux it calls flock as we do). But the first of them guards
the installation of the installer itself, on a Python that has no package yet.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Busy(Exception):
    """Another process holds the lock."""


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold an exclusive lock that the kernel frees when this process ends, however it ends.

    :raises Busy: when another process holds it and ``wait`` is off.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise Busy(str(path)) from error
        yield


def write_atomic(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old or the new content, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty when there is none or it cannot be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write an object as JSON, atomically."""
    write_atomic(path, json.dumps(data, indent=1, sort_keys=True) + "\n")


def hash_text(*parts: str) -> str:
    """Eight hex digits that change with any of ``parts``."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8]


def hash_tree(root: Path, *, skip: Iterable[str] = ()) -> str:
    """Sixteen hex digits over names and contents of all files below ``root``.

    :param skip: names of folders directly below ``root`` that do not count.
    """
    skipped = {*skip, "__pycache__"}
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if relative.parts[0] in skipped or "__pycache__" in relative.parts:
            continue
        if path.is_file():
            digest.update(str(relative).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
