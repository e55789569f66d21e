"""The template of the translations, as Odoo itself exports it.

click-odoo-makepot was tried on 17.0 and writes the same terms, but starts `msgmerge` for each
translation even where none is to be merged, and gettext is not on PyPI. The other half, bringing
translations in step without fuzzy guesses or a gettext, would stay ours.
"""

from __future__ import annotations

import re
from pathlib import Path

from devkit.db.instance import Instance
from devkit.paths import ADDON, ADDON_NAME, REPO
from devkit.proc import run_logged

POT = ADDON / "i18n" / f"{ADDON_NAME}.pot"
# They change with every export and say nothing.
_DATES = re.compile(r'^"(?:POT-Creation|PO-Revision)-Date: .*\n', re.M)


def export(inst: Instance, name: str, log: Path) -> Path:
    """Install the addon into a database of its own and write all its terms to the template.

    The translations beside it get the new terms, untranslated, and lose those that are gone.

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
    translations = sorted(POT.parent.glob("*.po"))
    run_logged(
        [inst.python, "-m", "devkit.generate.po_sync", POT, *translations],
        log=log,
        env={**inst.env, "PYTHONPATH": str(REPO)},
        cwd=REPO,
        what="bringing the translations in step",
    )
    return POT
