"""Odoo 17.0 from the public nightly source archive, where the internet is there."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tarfile
import urllib.error
import urllib.request
from pathlib import Path

from devkit.env.odoo_tree import OdooTree, detect
from devkit.env.tar import extract
from devkit.ui import Problem

URL = "https://nightly.odoo.com/17.0/nightly/src/odoo_17.0.latest.tar.gz"
PROBE_SECONDS = 5.0


def url() -> str:
    """The address of the archive; ``SC_ODOO_URL`` names a mirror or a dated build."""
    return os.environ.get("SC_ODOO_URL") or URL


def reachable() -> bool:
    """Whether the archive answers within five seconds."""
    request = urllib.request.Request(url(), method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=PROBE_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def _expected_sha256() -> str | None:
    """The checksum set by the user, else the one published beside the archive, else None."""
    given = os.environ.get("SC_ODOO_SHA256", "").lower()
    if given:
        return given
    try:
        with urllib.request.urlopen(url() + ".sha256", timeout=PROBE_SECONDS) as answer:
            text = answer.read(4096).decode("ascii", "replace")
    except OSError:
        return None
    found = re.match(r"\s*([0-9a-fA-F]{64})\b", text)
    return found[1].lower() if found else None


def fetch(dest: Path) -> tuple[OdooTree, str]:
    """Put the archive's Odoo into ``dest``, which appears complete or not at all.

    :return: the tree and how its origin was checked.
    """
    part = dest.with_name(f".{dest.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    archive = part / "odoo.tar.gz"
    digest = hashlib.sha256()
    try:
        with urllib.request.urlopen(url(), timeout=60) as answer, archive.open("wb") as out:
            while chunk := answer.read(1 << 20):
                digest.update(chunk)
                out.write(chunk)
    except OSError as error:
        raise Problem(f"download of {url()}: {error}", "run the command again") from error
    expected = _expected_sha256()
    if expected and expected != digest.hexdigest():
        raise Problem(
            f"{url()} has SHA-256 {digest.hexdigest()}, expected {expected}",
            "do not use it; try again later, or set ODOO_HOME to an Odoo tree you trust",
        )
    root = part / "root"
    try:
        with tarfile.open(archive) as content:
            extract(content, root)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Problem(f"{url()} cannot be unpacked: {error}", "run the command again") from error
    tree = detect(root)
    if not tree or tree.series != "17.0":
        raise Problem(f"{url()} holds no Odoo 17.0", "set ODOO_HOME to an Odoo 17.0 source tree")
    shutil.rmtree(dest, ignore_errors=True)
    root.replace(dest)
    shutil.rmtree(part, ignore_errors=True)
    found = detect(dest)
    if not found:
        raise Problem(f"{dest} vanished while it was written", "run the command again")
    how = "SHA-256 checked" if expected else "by TLS only, no checksum is published"
    return found, how
