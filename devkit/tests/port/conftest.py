"""Small addons to port, and the real Odoo 19 tree where one is at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from devkit.port.errors import PortError
from devkit.port.upgrade_scripts import scripts_folder

MANIFEST = '{\n    "name": "Support Center",\n    "version": "17.0.1.2.0",\n}\n'

AddonMaker = Callable[..., Path]


@pytest.fixture
def make_addon(tmp_path: Path) -> AddonMaker:
    """A function that writes `{path: text}` as an addon and returns its folder."""

    def make(files: dict[str, str] | None = None, manifest: str = MANIFEST) -> Path:
        folder = tmp_path / "source" / "support_center"
        for name, text in {"__manifest__.py": manifest, **(files or {})}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.fixture
def empty_odoo(tmp_path: Path) -> Path:
    """An Odoo tree that has the folder of scripts and no script in it."""
    (tmp_path / "odoo_tree" / "odoo" / "upgrade_code").mkdir(parents=True)
    return tmp_path / "odoo_tree"


def _candidates() -> list[Path]:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = sorted((cache / "support-center" / "odoo").glob("19.0*"))
    named = [os.environ.get(name) for name in ("SC_ODOO_TREE", "ODOO_HOME")]
    return [*(Path(name) for name in named if name), *found]


@pytest.fixture(scope="session")
def odoo19() -> Path:
    """A real Odoo 19 tree; the test is skipped, with the places named, where there is none."""
    candidates = _candidates()
    for tree in candidates:
        try:
            scripts = scripts_folder(tree)
        except PortError:
            continue
        if list(scripts.glob("18.1-*.py")):
            return tree
    pytest.skip(
        "needs Odoo 19's upgrade_code scripts: no 19.0 tree in ODOO_HOME or in the cache "
        "(support-center/odoo/19.0*)"
    )
