"""The template of the translations, as Odoo itself exports it."""

from __future__ import annotations

import re
from pathlib import Path

from devkit.instance import Instance
from devkit.paths import ADDON, ADDON_NAME
from devkit.proc import run_logged

POT = ADDON / "i18n" / f"{ADDON_NAME}.pot"
# They change with every export and say nothing.
_DATES = re.compile(r'^"(?:POT-Creation|PO-Revision)-Date: .*\n', re.M)


def export(inst: Instance, name: str, log: Path) -> Path:
    """Install the addon into a database of its own and write all its terms to the template.

    :param name: a database that is made anew and dropped at the end
    """
    part = inst.folder / POT.name
    inst.drop(name)
    try:
        inst.install_addon(name, "-i", demo=False, log=log)
        options = (f"--i18n-export={part}", f"--modules={ADDON_NAME}")
        run_logged(
            inst.command(
                *("-c", inst.config, "-d", name, *options, "--stop-after-init", "--no-http")
            ),
            log=log,
            env=inst.env,
            cwd=inst.folder,
            what="export of the terms",
        )
    finally:
        inst.drop(name)
    POT.write_text(_DATES.sub("", part.read_text(encoding="utf-8")), encoding="utf-8")
    part.unlink()
    return POT
