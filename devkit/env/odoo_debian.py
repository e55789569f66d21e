"""Odoo 19.0 out of Debian's archive, mended where Debian's package is not whole."""

from __future__ import annotations

import shutil
from pathlib import Path

from devkit.env import apt
from devkit.env.odoo_tree import BUILD_FILE, OdooTree, detect
from devkit.ui import Problem

# Translations are 837 of the package's 1134 MB and country modules another 52. Kept are the
# templates (*.pot) and the languages that the tests and the people working here use.
SLIM = (
    "*/i18n/[!adefi]*.po",
    "*/i18n/a[!r]*.po",
    "*/i18n/d[!e]*.po",
    "*/i18n/e[!s]*.po",
    "*/i18n/f[!r]*.po",
    "*/i18n/i[!t]*.po",
    "*/addons/l10n_*",
    # A second, partial copy of the modules beside the real ones in odoo/addons.
    "*/dist-packages/addons",
)
# Debian replaces some files by links into other packages. Without jQuery no page works; the
# others are typography, so a mirror that lacks one of them is no reason to give up.
NEEDED = ("libjs-jquery/bookworm",)
COSMETIC = (
    "libjs-underscore/bookworm",
    "libjs-jquery-form/bookworm",
    # Debian's newer Font Awesome no longer has the files that Odoo names.
    "fonts-font-awesome/bookworm",
    "fonts-inconsolata/bookworm",
    "fonts-roboto-unhinted/bookworm",
    "fonts-ocr-b/bookworm",
    "fonts-montserrat/sid",
)
# Cut out by Debian for its licence but still named in Odoo's list of scripts; a page that
# misses it reports an error, and every browser test fails on that.
STUB = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
STUB_TEXT = "/* Left out by Debian; only the background blur of video calls needs it. */\n"


def _download_extras(private: apt.PrivateApt) -> list[Path]:
    """The packages behind Odoo's links: all at once, or as many as the mirror has."""
    try:
        return private.download([*NEEDED, *COSMETIC])
    except Problem:
        debs = private.download(NEEDED)
    for package in COSMETIC:
        try:
            debs += private.download([package])
        except Problem:
            # Which one and why is in the log; a fallback font is used.
            continue
    return debs


def fetch(dest: Path, log: Path) -> OdooTree:
    """Put the Odoo that Debian sid has into ``dest``, which appears complete or not at all."""
    part = dest.with_name(f".{dest.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    work, root = part / "apt", part / "root"
    private = apt.PrivateApt(work, log)
    private.update(("sid", "bookworm"))
    offered = private.names(r"odoo-\d+")
    if "odoo-19" not in offered:
        others = ", ".join(offered) or "no Odoo at all"
        raise Problem(
            f"Debian sid no longer has odoo-19 (it has {others}), and the addon is ported to 19.0",
            "set ODOO_HOME to an Odoo 17.0 or 19.0 source tree",
        )
    (odoo,) = private.download(["odoo-19/sid"])
    apt.unpack(odoo, root, log, exclude=SLIM)
    for deb in _download_extras(private):
        apt.unpack(deb, root, log)
    (root / BUILD_FILE).write_text(odoo.name.split("_")[1] + "\n")
    tree = detect(root)
    if not tree:
        raise Problem(f"{odoo.name} has an unknown layout", "set ODOO_HOME to an Odoo tree", log)
    stub = tree.root / "odoo" / STUB
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text(STUB_TEXT)
    shutil.rmtree(dest, ignore_errors=True)
    root.replace(dest)
    shutil.rmtree(part, ignore_errors=True)
    found = detect(dest)
    if not found:
        raise Problem(f"{dest} vanished while it was written", "run the command again")
    return found
