"""The database of ``make run``: made with demo data, updated when the addon changed."""

from __future__ import annotations

import os
from pathlib import Path

from devkit.db.instance import Instance
from devkit.env.stamps import read_json, write_json
from devkit.paths import ADDON_NAME
from devkit.ui import Problem


def name_for(series: str) -> str:
    """The name of the database for a series."""
    return os.environ.get("SC_DB") or f"{ADDON_NAME}_{series.replace('.', '_')}"


def ensure(inst: Instance, name: str, log: Path) -> str:
    """Make or update the database; what was done, for people.

    The stamp says ``ready`` only once all is done, so a database of a run that was killed in the
    middle is made anew. One that we did not make is never touched.
    """
    stamp_file = inst.folder / f"{name}.json"
    stamp = read_json(stamp_file)
    wanted = {
        "state": "ready",
        "addon": inst.addon.install_hash,
        "odoo": f"{inst.tree.series} {inst.tree.build}",
    }
    exists = inst.exists(name)
    if exists and stamp == wanted:
        return "as it was"
    if exists and stamp.get("state") == "ready":
        modules = [ADDON_NAME] if stamp.get("odoo") == wanted["odoo"] else ["all"]
        try:
            inst.modules(name, "-u", modules, demo=True, log=log)
        except Problem as problem:
            problem.remedy += "; `make clean` starts afresh with an empty database"
            raise
        write_json(stamp_file, wanted)
        return "updated"
    if exists and not stamp and not inst.server.is_ours:
        raise Problem(
            f"there is a database {name} on {inst.server.label} that `make run` did not make",
            "drop it, or name another one: SC_DB=other_name make run",
        )
    write_json(stamp_file, {"state": "creating"})
    inst.drop(name)
    inst.install_addon(name, "-i", demo=True, log=log)
    write_json(stamp_file, wanted)
    return "made with demo data"
