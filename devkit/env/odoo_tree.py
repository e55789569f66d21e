"""Recognising an Odoo source tree: which series it is and how it is started."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

# Written when a tree is unpacked whose own files do not say which build it is.
BUILD_FILE = ".build"

_VERSION = re.compile(r"^version_info\s*=\s*\((\d+),\s*(\d+)", re.M)
_BUILD = re.compile(r"^version\s*\+=\s*['\"]-?([\w.]+)['\"]", re.M)


@dataclass(frozen=True)
class OdooTree:
    """An Odoo that can be run by ``python -m odoo`` with ``root`` on PYTHONPATH."""

    root: Path
    series: str
    build: str
    addons: tuple[Path, ...]

    @property
    def label(self) -> str:
        """Series and build date, for people."""
        return f"{self.series} ({self.build})" if self.build else self.series


def detect(folder: Path) -> OdooTree | None:
    """Find the Odoo in ``folder``, or None.

    Known shapes: a git checkout (``addons/`` beside ``odoo/``), a source archive (everything in
    ``odoo/addons``), an unpacked Debian package, and a folder that holds just one of these.
    """
    places = [folder, folder / "usr/lib/python3/dist-packages"]
    if folder.is_dir():
        inner = [path for path in folder.iterdir() if path.is_dir()]
        if len(inner) == 1:
            places.append(inner[0])
    for root in places:
        tree = _read(root.resolve())
        if tree:
            note = folder / BUILD_FILE
            if not tree.build and note.is_file():
                return replace(tree, build=note.read_text(encoding="utf-8").strip())
            return tree
    return None


def _read(root: Path) -> OdooTree | None:
    """The tree whose ``odoo`` package is directly in ``root``, or None."""
    try:
        release = (root / "odoo" / "release.py").read_text(encoding="utf-8")
    except OSError:
        return None
    version = _VERSION.search(release)
    if not version:
        return None
    build = _BUILD.search(release)
    # Without its base module a tree cannot start: an archive cut off, or a wrong folder.
    if not (root / "odoo/addons/base/__manifest__.py").is_file():
        return None
    checkout = root / "addons"
    bundled = (root / "odoo/addons/mail/__manifest__.py").is_file()
    return OdooTree(
        root=root,
        series=f"{version[1]}.{version[2]}",
        build=build[1] if build else "",
        addons=() if bundled or not checkout.is_dir() else (checkout,),
    )
