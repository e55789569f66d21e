"""The Python environments: one for each Odoo series, one for the linters, all pinned."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from devkit.env import uv
from devkit.env.odoo_tree import OdooTree
from devkit.env.stamps import hash_text, locked
from devkit.paths import REPO, REQUIREMENTS, cache
from devkit.proc import run_logged
from devkit.ui import Problem

ADDON_REQUIREMENTS = REPO / "requirements.txt"
_OFFLINE = "check that PyPI can be reached, then run the command again"


def for_odoo(tree: OdooTree, log: Path) -> Path:
    """The Python of the environment in which this Odoo, its tests and our mail servers run."""
    python = uv.find_python(lambda version: runs_on(tree, version))
    if not python:
        raise Problem(
            f"Odoo {tree.series} needs Python 3.10 to 3.12, and none is on the search path",
            "install one (Debian 12 has 3.11), or set PYTHON=/path/to/python3.11",
        )
    return _environment(f"odoo-{tree.series}", python, log)


def for_lint(log: Path) -> Path:
    """The Python of the environment with the linters."""
    python = uv.find_python(lambda version: version >= (3, 10))
    if not python:
        raise Problem("Python 3.10 or newer is needed", "install it, or set PYTHON=…")
    return _environment("lint", python, log)


def runs_on(tree: OdooTree, version: tuple[int, int]) -> bool:
    """Whether an Odoo works on a Python.

    Odoo checks the byte code of what users type against a list; a tree made before Python 3.13
    does not know the codes of 3.13 and refuses everything.
    """
    if version < (3, 10):
        return False
    if version < (3, 13):
        return True
    checker = tree.root / "odoo/tools/safe_eval.py"
    return "TO_BOOL" in checker.read_text(encoding="utf-8")


def _environment(name: str, python: Path, log: Path) -> Path:
    """Make the environment ``name`` unless one with the same requirements is there."""
    files = [REQUIREMENTS / f"{name}.txt"]
    if ADDON_REQUIREMENTS.is_file():
        files.append(ADDON_REQUIREMENTS)
    texts = [file.read_text(encoding="utf-8") for file in files]
    home = cache() / "venv" / f"{name}-{hash_text(str(python), *texts)}"
    program = home / "bin" / "python"
    with locked(cache() / f"venv-{name}.lock"):
        if (home / ".ok").is_file() and program.exists():
            return program
        shutil.rmtree(home, ignore_errors=True)
        try:
            _install_by_uv(home, python, files, log)
        except Problem:
            # Where only pip is set up for the way to PyPI, uv may not find it.
            shutil.rmtree(home, ignore_errors=True)
            _install_by_pip(home, python, files, log)
        (home / ".ok").touch()
    return program


def _install_by_uv(home: Path, python: Path, files: Sequence[Path], log: Path) -> None:
    """The fast way."""
    program = uv.obtain(log)
    env = {**uv.environment(), "VIRTUAL_ENV": str(home)}
    run_logged(
        [program, "venv", "--quiet", "--python", python, home],
        log=log,
        env=env,
        what="virtual environment",
        remedy=_OFFLINE,
    )
    # A lock file is complete, so nothing is looked up beyond it: what a package asks for
    # besides (psycopg2 where psycopg2-binary stands in) must not come in by the back door.
    run_logged(
        [program, "pip", "install", "--quiet", "--no-deps", "-r", files[0]],
        log=log,
        env=env,
        what="Python packages",
        remedy=_OFFLINE,
    )
    for extra in files[1:]:
        run_logged(
            [program, "pip", "install", "--quiet", "-c", files[0], "-r", extra],
            log=log,
            env=env,
            what="the addon's Python packages",
            remedy=_OFFLINE,
        )


def _install_by_pip(home: Path, python: Path, files: Sequence[Path], log: Path) -> None:
    """The slow way, with nothing but the standard library and pip."""
    run_logged(
        [python, "-m", "venv", home],
        log=log,
        what="virtual environment",
        remedy="on Debian: apt install python3-venv",
    )
    pip: list[str | Path] = [home / "bin" / "python", "-m", "pip", "install", "--quiet"]
    env = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    what, remedy = "Python packages", _OFFLINE
    run_logged([*pip, "--no-deps", "-r", files[0]], log=log, env=env, what=what, remedy=remedy)
    for extra in files[1:]:
        run_logged([*pip, "-c", files[0], "-r", extra], log=log, env=env, what=what, remedy=remedy)
