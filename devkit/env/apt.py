"""Fetching Debian packages into a folder, verified by apt, without touching the system.

apt is given lists, cache and sources of its own. What an administrator set in ``apt.conf`` (a
proxy, a frozen mirror) still holds. No root is needed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devkit.proc import run_logged
from devkit.ui import Problem

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_NO_APT = (
    "set ODOO_HOME to an Odoo 17.0 or 19.0 source tree, or use docker compose; unpacking Odoo "
    "from Debian needs apt-get, dpkg-deb and Debian's archive keyring"
)


class PrivateApt:
    """apt with all of its state below ``work``."""

    def __init__(self, work: Path, log: Path, *, keyring: Path = KEYRING) -> None:
        self.work = work
        self.log = log
        self.keyring = keyring
        for tool in ("apt-get", "apt-cache", "dpkg-deb"):
            if not shutil.which(tool):
                raise Problem(f"{tool} is not installed", _NO_APT)
        if not keyring.is_file():
            raise Problem(f"{keyring} is missing", _NO_APT)

    def _options(self) -> list[str]:
        work = self.work
        settings = {
            "Dir::State": work / "state",
            "Dir::State::lists": work / "lists",
            "Dir::State::status": work / "status",
            "Dir::Cache": work / "cache",
            "Dir::Etc::sourcelist": work / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            # Downloading as another user would need a folder that user may write to.
            "APT::Sandbox::User": "root",
            "Debug::NoLocking": "1",
            "Acquire::Languages": "none",
            "Acquire::Retries": "2",
        }
        return [part for key, value in settings.items() for part in ("-o", f"{key}={value}")]

    def update(self, suites: Sequence[str]) -> None:
        """Fetch the package lists of some suites and have apt verify their signatures."""
        for folder in ("state", "lists/partial", "cache/archives/partial", "debs"):
            (self.work / folder).mkdir(parents=True, exist_ok=True)
        (self.work / "status").touch()
        mirror = find_mirror()
        (self.work / "sources.list").write_text(
            "".join(f"deb [signed-by={self.keyring}] {mirror} {suite} main\n" for suite in suites)
        )
        # apt-get update may exit 0 when a list could not be had; this makes it an error.
        run_logged(
            ["apt-get", *self._options(), "-o", "APT::Update::Error-Mode=any", "update"],
            log=self.log,
            what=f"package lists of Debian {', '.join(suites)} from {mirror}",
            remedy="check the network and /etc/apt; or set ODOO_HOME to an Odoo source tree",
        )

    def names(self, pattern: str) -> list[str]:
        """Package names that match a regular expression."""
        found = subprocess.run(
            ["apt-cache", *self._options(), "pkgnames"],
            capture_output=True,
            text=True,
            check=False,
        )
        return sorted(name for name in found.stdout.split() if re.fullmatch(pattern, name))

    def download(self, packages: Sequence[str]) -> list[Path]:
        """Fetch packages (``name`` or ``name/suite``); apt checks each against the signed lists."""
        debs = self.work / "debs"
        before = set(debs.glob("*.deb"))
        run_logged(
            ["apt-get", *self._options(), "download", *packages],
            log=self.log,
            cwd=debs,
            what=f"download of {', '.join(packages)}",
            remedy="run the command again; if it stays, the Debian mirror may be changing now",
        )
        return sorted(set(debs.glob("*.deb")) - before)


def find_mirror() -> str:
    """The Debian mirror that this machine is set up for, else the public one."""
    shown = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in shown.stdout.splitlines():
        if re.search(r"/debian/?$", line):
            return line
    return "http://deb.debian.org/debian"


def unpack(deb: Path, root: Path, log: Path, *, exclude: Sequence[str] = ()) -> None:
    """Unpack the files of a package below ``root``, leaving out what ``exclude`` matches."""
    root.mkdir(parents=True, exist_ok=True)
    reader = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE)
    with log.open("ab") as out:
        writer = subprocess.run(
            [
                *("tar", "-x", "--no-same-owner", "-C", str(root)),
                *(f"--exclude={glob}" for glob in exclude),
            ],
            stdin=reader.stdout,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    if reader.stdout:
        reader.stdout.close()
    if reader.wait() or writer.returncode:
        raise Problem(f"could not unpack {deb.name}", "is the disk full?", log)
