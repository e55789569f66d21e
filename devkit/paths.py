"""Where things live: the repository, the state folder in it, the cache shared by all checkouts."""

from __future__ import annotations

import os
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
ADDON_NAME = "support_center"
ADDON = REPO / ADDON_NAME
REQUIREMENTS = REPO / "devkit" / "requirements"
SERIES = ("17.0", "19.0")


def cache() -> Path:
    """The folder of what can be fetched again: Odoo, Python environments, PostgreSQL."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "support-center"


def state() -> Path:
    """The git-ignored folder of this checkout's databases, logs and caught mail."""
    return Path(os.environ.get("SC_STATE") or REPO / ".dev").resolve()


def logs() -> Path:
    """The folder of log files, made when missing."""
    folder = state() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
