"""What every command needs first: an Odoo, its Python packages, a database server, the addon."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from devkit.db import postgres
from devkit.db.instance import Instance
from devkit.env import addon, odoo_source, venvs
from devkit.ui import Steps

# How many steps ``prepare`` counts.
STEPS = 4


def prepare(
    series: str,
    steps: Steps,
    log: Path,
    *,
    cluster: str,
    folder: Path,
    options: Mapping[str, str] | None = None,
    server: postgres.Server | None = None,
) -> Instance:
    """Get everything for a series and start the database server, unless one is given.

    :param cluster: the name of our own database cluster, where no server is named.
    :param folder: where this instance keeps its configuration and files.
    """
    with steps.step(f"Odoo {series}") as step:
        found = odoo_source.obtain(series, log)
        step.note = f"{found.tree.label}, {found.origin}"
    with steps.step(f"Python packages for Odoo {series}") as step:
        python = venvs.for_odoo(found.tree, log)
        step.note = str(python.parent.parent.name)
    with steps.step("PostgreSQL") as step:
        server = server or postgres.external() or postgres.start(cluster, log)
        step.note = server.label
    try:
        with steps.step(f"Addon for {series}") as step:
            built = addon.prepare(found.tree, python, log)
            step.note = "ported" if series != addon.SOURCE_SERIES else "source"
        folder.mkdir(parents=True, exist_ok=True)
        return Instance(found.tree, python, built, server, folder, options or {})
    except BaseException:
        if server.child:
            server.child.stop()
        raise
