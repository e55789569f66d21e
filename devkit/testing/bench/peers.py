"""The addons of others, by name from PyPI, in the cache: nothing of them is ours to publish."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import Path

from devkit.env import uv
from devkit.env.stamps import locked
from devkit.paths import cache
from devkit.ui import Problem

WANTED = ("helpdesk_mgmt", "resource_booking")
_PREFIX = "odoo-addon-"
_REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
# How uv and pip say that a name or a version of it is not there, and that nobody answers.
_NOT_THERE = re.compile(
    r"no matching distribution|no solution found|not found in the package registry", re.I
)
_SILENT = re.compile(
    r"failed to fetch|could not connect|error sending request|retrying|resolv|unreachable|timed out"
    r"|connection",
    re.I,
)


@dataclass
class Peers:
    """What could be had: folders for the two paths, versions by addon, and why one is missing."""

    addons: Path
    libraries: Path
    versions: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def fetch(series: str, log: Path) -> Peers:
    """The newest of each wanted addon for a series, with the packages that it needs.

    They stay in the cache; `make clean ALL=1` deletes them.
    """
    home = cache() / f"peers-{series}"
    peers = Peers(home / "oca" / "odoo" / "addons", home / "lib")
    with locked(cache() / f"peers-{series}.lock"):
        for name in WANTED:
            try:
                _obtain(name, series, home, log)
            except Problem as problem:
                peers.missing[name] = problem.message
            else:
                peers.versions[name] = _read_version(home, name)
    return peers


def _obtain(name: str, series: str, home: Path, log: Path) -> None:
    """One addon and, one after the other, what its package asks for.

    :raises Problem: says in one sentence why it is not there
    """
    waiting, done = [f"{_PREFIX}{name}"], set()
    while waiting:
        package = waiting.pop()
        if package in done:
            continue
        done.add(package)
        is_addon = package.startswith(_PREFIX)
        folder = home / ("oca" if is_addon else "lib")
        if not _find_metadata(folder, package):
            _install(f"{package}=={series}.*" if is_addon else package, folder, series, log)
        found = _find_metadata(folder, package)
        if found and is_addon:
            waiting += find_requirements(found.read_text(encoding="utf-8"))


def find_requirements(metadata: str) -> list[str]:
    """The packages that the metadata of an addon's package asks for, but for Odoo itself."""
    lines = HeaderParser().parsestr(metadata).get_all("Requires-Dist") or []
    names = [found[1] for line in lines if (found := _REQUIREMENT.match(str(line)))]
    return [normalize(name) for name in names if normalize(name) != "odoo"]


def normalize(name: str) -> str:
    """The name of a package as the addons on PyPI spell theirs: ``odoo-addon-web_x``."""
    spelled = re.sub(r"[-_.]+", "-", name.lower())
    if spelled.startswith(_PREFIX):
        return _PREFIX + spelled.removeprefix(_PREFIX).replace("-", "_")
    return spelled


def _find_metadata(folder: Path, package: str) -> Path | None:
    """The metadata of an installed package."""
    name = re.sub(r"[-.]", "_", package)
    return next(iter(folder.glob(f"{name}-*.dist-info/METADATA")), None)


def _read_version(home: Path, name: str) -> str:
    found = _find_metadata(home / "oca", f"{_PREFIX}{name}")
    assert found, "it was just installed"
    return str(HeaderParser().parsestr(found.read_text(encoding="utf-8"))["Version"])


def _install(requirement: str, folder: Path, series: str, log: Path) -> None:
    """By uv, else by pip: where only one of them is set up for the way to PyPI."""
    options = ["--quiet", "--no-deps", "--target", str(folder), requirement]
    folder.mkdir(parents=True, exist_ok=True)
    told = []
    ways: list[Sequence[str]] = [[sys.executable, "-m", "pip", "install"]]
    program = uv.obtain(log)
    ways.insert(0, [str(program), "pip", "install", "--python", sys.executable])
    for way in ways:
        done = subprocess.run(
            [*way, *options], env=uv.environment(), capture_output=True, text=True, check=False
        )
        with log.open("a", encoding="utf-8") as out:
            out.write(f"$ {' '.join([*way, *options])}\n{done.stdout}{done.stderr}")
        if not done.returncode:
            return
        told.append(done.stderr)
    shutil.rmtree(folder / "bin", ignore_errors=True)
    raise Problem(explain(requirement, series, "\n".join(told)))


def explain(requirement: str, series: str, told: str) -> str:
    """Why a package could not be had, in one sentence, from what the installers wrote."""
    package = requirement.partition("=")[0]
    if _NOT_THERE.search(told) and not _SILENT.search(told):
        return f"PyPI has no {package} for {series}."
    return f"{package} could not be fetched, since PyPI does not answer here."
