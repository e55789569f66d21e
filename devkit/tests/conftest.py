"""What the tests of the dev tool share."""

from __future__ import annotations

from pathlib import Path

import pytest


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files below a folder, given by path and text."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture
def odoo_files() -> dict[str, str]:
    """The least that makes an Odoo 17.0 source archive."""
    return {
        "odoo/release.py": "version_info = (17, 0, 0, FINAL, 0, '')\nversion += '-20240709'\n",
        "odoo/addons/base/__manifest__.py": "{}",
        "odoo/addons/mail/__manifest__.py": "{}",
    }


@pytest.fixture(autouse=True)
def private_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep every test away from the real state, cache and Odoo of the person who runs it."""
    monkeypatch.setenv("SC_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("ODOO_HOME", "PGHOST", "PGSERVICE", "PGUSER", "SC_DB"):
        monkeypatch.delenv(name, raising=False)
