"""Chromium for Odoo's browser tests, which skip themselves silently without it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from devkit.paths import ADDON
from devkit.proc import run_logged
from devkit.ui import Problem

# The names Odoo looks for.
_NAMES = ("google-chrome", "chromium", "chromium-browser")
_USE = re.compile(r"\b(start_tour|browser_js)\(")


def browser_tests(folder: Path = ADDON / "tests") -> list[str]:
    """The test files that need a browser."""
    files = sorted(folder.rglob("*.py"))
    return [file.name for file in files if _USE.search(file.read_text(encoding="utf-8"))]


def installed() -> bool:
    """Whether Odoo will find a browser."""
    return any(shutil.which(name) for name in _NAMES)


def install(log: Path) -> str:
    """Install it where we may; what came of it, for people."""
    if os.getuid() or not shutil.which("apt-get"):
        return "not installed, and only root may: apt install chromium"
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    packages = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    try:
        run_logged(["apt-get", "update"], log=log, env=env, what="apt-get update")
        run_logged(packages, log=log, env=env, what="installation of Chromium", timeout=900)
    except Problem as problem:
        return f"{problem.message}; see {log}"
    return "installed by apt"
