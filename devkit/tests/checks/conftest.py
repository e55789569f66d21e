"""A small repository on disk to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from devkit.checks.repository import Repository

RepositoryMaker = Callable[[dict[str, str]], Repository]


@pytest.fixture
def repository(tmp_path: Path) -> RepositoryMaker:
    """A function that writes `{path: text}` and returns the repository of them."""

    def make(files: dict[str, str]) -> Repository:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return Repository(tmp_path)

    return make
