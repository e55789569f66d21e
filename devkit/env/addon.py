"""The addon: its manifest, the hashes of its files, and the tree that a series runs."""

from __future__ import annotations

import ast
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.env.odoo_tree import OdooTree
from devkit.env.stamps import hash_tree
from devkit.paths import ADDON, ADDON_NAME, REPO, state
from devkit.proc import run_logged
from devkit.ui import Problem

SOURCE_SERIES = "17.0"
# What the database does not see: changing it needs no update of the installed module.
_NOT_INSTALLED = ("tests", "readme")


@dataclass(frozen=True)
class Addon:
    """The addon as one series runs it."""

    folder: Path
    install_hash: str

    @property
    def parent(self) -> Path:
        """The folder to put on the addons path."""
        return self.folder.parent


def manifest(folder: Path = ADDON) -> dict[str, Any]:
    """The addon's manifest."""
    path = folder / "__manifest__.py"
    try:
        data = ast.literal_eval(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError) as error:
        raise Problem(f"{path}: {error}", "is the checkout whole? git status") from error
    if not isinstance(data, dict):
        raise Problem(f"{path} holds no dictionary", "is the checkout whole? git status")
    return data


def dependencies() -> list[str]:
    """The modules that the addon stands on."""
    return sorted(manifest().get("depends", ["base"]))


def prepare(tree: OdooTree, python: Path, log: Path) -> Addon:
    """The addon for a series: the source itself for 17.0, else what the port step writes."""
    folder = ADDON
    if tree.series != SOURCE_SERIES:
        folder = port(tree, python, state() / "build" / tree.series, log)
    return Addon(folder, hash_tree(folder, skip=_NOT_INSTALLED))


def port(tree: OdooTree, python: Path, dest: Path, log: Path, source: Path = ADDON) -> Path:
    """Write the addon for a tree's series to ``dest/support_center``."""
    _run_port(tree.series, tree, python, dest, log, source=source)
    return dest / ADDON_NAME


def package(series: str, tree: OdooTree, python: Path, dest: Path, log: Path) -> Path:
    """Write the installable ``support_center-<series>-<version>.zip`` into ``dest``."""
    _run_port(series, tree, python, dest, log, "--zip")
    version = str(manifest()["version"]).removeprefix(f"{SOURCE_SERIES}.")
    return dest / f"{ADDON_NAME}-{series}-{version}.zip"


def _run_port(
    series: str,
    tree: OdooTree,
    python: Path,
    dest: Path,
    log: Path,
    *options: str,
    source: Path = ADDON,
) -> None:
    """Run the port step, which needs the libraries of an Odoo environment."""
    where: tuple[str | Path, ...] = ("--dest", dest, "--odoo-tree", tree.root)
    run_logged(
        [
            *(python, "-m", "devkit.port", "--source", source, "--series", series),
            *(*where, *options),
        ],
        log=log,
        env={**os.environ, "PYTHONPATH": str(REPO)},
        cwd=REPO,
        what=f"port of the addon to {series}",
        remedy="the log names each file and rule",
    )
