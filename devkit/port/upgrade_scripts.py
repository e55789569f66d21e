"""Run Odoo 19's own `upgrade_code` scripts on the addon, and on nothing else.

Odoo's command line rewrites every addon on its path, the installed Odoo included, so
the scripts are loaded one by one and given our files only.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

from .errors import PortError
from .tree import Addon, AddonFile

# The places of the scripts below a tree: a checkout or source archive, Debian's package.
SCRIPT_FOLDERS = (
    "odoo/upgrade_code",
    "usr/lib/python3/dist-packages/odoo/upgrade_code",
)

# A new script of a later Odoo runs by itself; these are left out, each for its reason.
LEFT_OUT = {
    "17.5-00-example.py": "an example; its text says not to use it",
    "18.2-00-l10n-translate.py": "rewrites accounting charts only, and needs polib",
    "18.3-00-l10n-fiscal-position-taxes.py": "rewrites accounting charts only",
    "18.5-00-domain-dynamic-dates.py": (
        "needs lxml, reformats domains, and 19 still reads context_today() as its own views use it"
    ),
    "18.5-00-no-tax-tag-invert.py": "rewrites accounting charts only",
}


class ScriptFile:
    """A file as Odoo's scripts expect it: `.path`, `.addon` and a `.content` to assign."""

    def __init__(self, file: AddonFile, addon: Path) -> None:
        self._file = file
        self.addon = addon
        self.path = addon / file.path

    @property
    def content(self) -> str:
        return self._file.text

    @content.setter
    def content(self, value: str) -> None:
        self._file.text = value


class ScriptFiles:
    """The part of Odoo's file manager that scripts use."""

    def __init__(self, addon: Addon) -> None:
        folder = Path(addon.name)
        self._files = [ScriptFile(file, folder) for file in addon.texts()]

    def __iter__(self) -> Iterator[ScriptFile]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def get_file(self, path: object) -> ScriptFile | None:
        return next((file for file in self._files if str(file.path) == str(path)), None)

    def print_progress(
        self, current: int, total: int | None = None, file_name: object = ""
    ) -> None:
        """The scripts report each file; a build of a second needs no progress bar."""


def scripts_folder(odoo_tree: Path) -> Path:
    """The folder of scripts in an Odoo tree of either shape; PortError when there is none."""
    for name in SCRIPT_FOLDERS:
        folder = odoo_tree / name
        if folder.is_dir():
            return folder
    raise PortError(f"{odoo_tree} holds no Odoo 19: none of {', '.join(SCRIPT_FOLDERS)} is in it")


def run_scripts(addon: Addon, odoo_tree: Path) -> None:
    """Apply the scripts in the order of their names, which begin with the version."""
    files = ScriptFiles(addon)
    for script in sorted(scripts_folder(odoo_tree).glob("*.py")):
        if script.name not in LEFT_OUT and script.name != "__init__.py":
            _run(script, files)


def _run(script: Path, files: ScriptFiles) -> None:
    try:
        upgrade: Callable[[ScriptFiles], None] = runpy.run_path(str(script))["upgrade"]
        upgrade(files)
    except Exception as error:
        # Foreign code may raise anything; what matters is which script it was.
        raise PortError(
            f"Odoo's script {script.name} failed: {type(error).__name__}: {error}"
        ) from error
