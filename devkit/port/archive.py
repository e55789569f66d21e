"""Pack a built addon into a zip that is the same byte for byte each time."""

from __future__ import annotations

import zipfile
from pathlib import Path

from .build import make, manifest_version
from .tree import Addon

# The earliest time a zip can hold: the archive must not tell when it was made.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644


def build_zip(source: Path, series: str, dist: Path, odoo_tree: Path | None = None) -> Path:
    """Write `dist/<name>-<series>-<version>.zip` and return it; unpack it into an addons path.

    <version> is the addon's own, without the series. Raises PortError like `build`.
    """
    addon = make(source, series, odoo_tree)
    version = manifest_version(addon).removeprefix(series + ".")
    dist.mkdir(parents=True, exist_ok=True)
    target = dist / f"{addon.name}-{series}-{version}.zip"
    part = target.with_name(f".{target.name}.part")
    try:
        _pack(addon, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def _pack(addon: Addon, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for file in addon:
            entry = zipfile.ZipInfo(f"{addon.name}/{file.path}", TIMESTAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, on whatever system it is made
            entry.external_attr = FILE_MODE << 16
            archive.writestr(entry, file.data)
