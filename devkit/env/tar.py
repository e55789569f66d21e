"""Unpack archives with the Python of Debian 12, too."""

from __future__ import annotations

import tarfile
from pathlib import Path


def extract(content: tarfile.TarFile, dest: Path) -> None:
    """Write what an archive holds into ``dest``; nothing of it may leave that folder.

    :raise tarfile.TarError: for what would be written elsewhere
    """
    if hasattr(tarfile, "data_filter"):
        content.extractall(dest, filter="data")
    else:
        # Python 3.11.2 has no filters yet.
        _refuse_outside(content)
        content.extractall(dest)  # noqa: S202 - looked through on the line above


def _refuse_outside(content: tarfile.TarFile) -> None:
    """Stand in for ``filter="data"`` on a Python without it: nothing may leave the folder."""
    for member in content.getmembers():
        outside = member.name.startswith("/") or ".." in Path(member.name).parts
        if outside or not (member.isfile() or member.isdir()):
            raise tarfile.TarError(f"{member.name} is not a plain file or folder inside")
