"""Getting uv, the installer, onto a machine that has only Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from devkit.env import apt
from devkit.env.stamps import locked
from devkit.paths import cache
from devkit.proc import run_logged
from devkit.ui import Problem

VERSION = "0.13.9"


def environment() -> dict[str, str]:
    """The environment uv runs in: no Python downloads, pip's index address if one is set."""
    env = {**os.environ, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}
    index = os.environ.get("PIP_INDEX_URL")
    if index and not {"UV_INDEX_URL", "UV_DEFAULT_INDEX"} & env.keys():
        env["UV_DEFAULT_INDEX"] = index
    return env


def obtain(log: Path) -> Path:
    """The path of uv's program, installed into the cache the first time.

    Debian's bare Python has neither pip nor the means to make an environment with pip in it;
    so there are three ways, and the first that works is taken.
    """
    home = cache() / f"uv-{VERSION}"
    program = home / "bin" / "uv"
    with locked(cache() / "uv.lock"):
        if (home / ".ok").is_file() and program.is_file():
            return program
        for way in (_by_venv, _by_pip, _by_debian_wheel):
            shutil.rmtree(home, ignore_errors=True)
            try:
                way(home, log)
            except Problem:
                # Why is in the log; the next way may work.
                continue
            if program.is_file():
                (home / ".ok").touch()
                return program
    found = shutil.which("uv")
    if found:
        return Path(found)
    raise Problem(
        "uv could not be installed",
        "check that PyPI can be reached; on Debian: apt install python3-venv",
        log,
    )


def _by_venv(home: Path, log: Path) -> None:
    """A virtual environment with pip, as most systems can make it."""
    run_logged([sys.executable, "-m", "venv", home], log=log, what="virtual environment")
    _pip([home / "bin" / "python", "-m", "pip", "install"], log)


def _by_pip(home: Path, log: Path) -> None:
    """The system's pip, writing to our folder only."""
    _pip([sys.executable, "-m", "pip", "install", "--target", home], log)


def _by_debian_wheel(home: Path, log: Path) -> None:
    """pip run out of Debian's own wheel of it, unpacked into the cache."""
    work = home.with_name(f".{home.name}.apt")
    shutil.rmtree(work, ignore_errors=True)
    private = apt.PrivateApt(work, log)
    private.update(("bookworm",))
    for deb in private.download(["python3-pip-whl"]):
        apt.unpack(deb, work / "root", log)
    (wheel,) = (work / "root/usr/share/python-wheels").glob("pip-*.whl")
    _pip([sys.executable, f"{wheel}/pip", "install", "--target", home], log)
    shutil.rmtree(work, ignore_errors=True)


def _pip(command: list[str | Path], log: Path) -> None:
    """Install the pinned uv by some pip."""
    run_logged([*command, "--quiet", f"uv=={VERSION}"], log=log, what="pip install uv")


def find_python(accept: Callable[[tuple[int, int]], bool]) -> Path | None:
    """This Python if ``accept`` takes its version, else another on the search path, else None."""
    if accept(sys.version_info[:2]):
        return Path(sys.executable)
    for minor in (12, 11, 10, 13, 14):
        found = shutil.which(f"python3.{minor}")
        if not found or not accept((3, minor)):
            continue
        # A version manager's stand-in is found even where that version is not installed.
        works = subprocess.run([found, "-c", ""], capture_output=True, check=False)
        if works.returncode == 0:
            return Path(found)
    return None
