"""Where an Odoo comes from: ODOO_HOME, the cache, the public archive, Debian."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from devkit.env import odoo_archive, odoo_debian
from devkit.env.odoo_tree import OdooTree, detect
from devkit.env.stamps import locked
from devkit.paths import SERIES, cache
from devkit.ui import Problem


class NotAtHand(Problem):
    """An Odoo of a series cannot be had on this machine now."""


@dataclass(frozen=True)
class Found:
    """An Odoo tree and, for people, where it came from."""

    tree: OdooTree
    origin: str


def at_home() -> dict[str, OdooTree]:
    """The trees that ODOO_HOME names, by series: one tree, or a folder with ``17.0``, ``19.0``."""
    home = os.environ.get("ODOO_HOME")
    if not home:
        return {}
    folder = Path(home).expanduser()
    candidates = [detect(folder), *(detect(folder / series) for series in SERIES)]
    trees = {tree.series: tree for tree in candidates if tree}
    if not trees:
        raise Problem(
            f"ODOO_HOME={home} holds no Odoo",
            "point it at a source tree (the folder with odoo-bin), or unset it",
        )
    if not trees.keys() & set(SERIES):
        raise Problem(
            f"ODOO_HOME={home} holds Odoo {', '.join(trees)}",
            f"the addon runs on {' and '.join(SERIES)}",
        )
    return trees


def cached(series: str) -> OdooTree | None:
    """The tree of the project's cache, or None."""
    tree = detect(cache() / "odoo" / series)
    return tree if tree and tree.series == series else None


def default_series() -> str:
    """What ``make run`` takes when no series is asked for: 17.0 if it can be had, else 19.0."""
    home = at_home()
    if home:
        return next(series for series in SERIES if series in home)
    if cached("17.0") or odoo_archive.reachable():
        return "17.0"
    return "19.0"


def obtain(series: str, log: Path) -> Found:
    """An Odoo of this series, fetched when it is not here yet.

    :raises NotAtHand: says why it cannot be had.
    :raises Problem: when ODOO_HOME names something else than an Odoo.
    """
    home = at_home().get(series)
    if home:
        return Found(home, "ODOO_HOME")
    dest = cache() / "odoo" / series
    with locked(cache() / f"odoo-{series}.lock"):
        tree = cached(series)
        if tree:
            return Found(tree, "cache")
        try:
            return _fetch(series, dest, log)
        except Problem as problem:
            raise NotAtHand(problem.message, problem.remedy, problem.log) from problem


def _fetch(series: str, dest: Path, log: Path) -> Found:
    """Bring an Odoo into the cache."""
    if series == "19.0":
        return Found(odoo_debian.fetch(dest, log), "Debian sid, signature verified")
    if not odoo_archive.reachable():
        raise Problem(
            f"Odoo {series} is not at hand: neither ODOO_HOME nor {dest} has it, and "
            f"{odoo_archive.url()} does not answer",
            f"set ODOO_HOME to an Odoo {series} source tree",
        )
    tree, how = odoo_archive.fetch(dest)
    return Found(tree, f"public archive, {how}")
