"""The zip to install: named after series and version, the same bytes each time."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from devkit.port import PortError, build_zip

from .conftest import AddonMaker


def test_the_zip_holds_the_addon_under_its_name(make_addon: AddonMaker, tmp_path: Path) -> None:
    source = make_addon({"models/a.py": "x = 1\n", "__pycache__/a.pyc": "x"})
    path = build_zip(source, "17.0", tmp_path / "dist")
    assert path.name == "support_center-17.0-1.2.0.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "support_center/__manifest__.py",
            "support_center/models/a.py",
        ]
        assert archive.read("support_center/models/a.py") == b"x = 1\n"


def test_the_zip_does_not_tell_when_it_was_made(make_addon: AddonMaker, tmp_path: Path) -> None:
    source = make_addon({"b.py": "x = 1\n", "a/b.py": "x = 2\n"})
    first = build_zip(source, "17.0", tmp_path / "one").read_bytes()
    os.utime(source / "b.py", (1_000_000_000, 1_000_000_000))
    (source / "b.py").chmod(0o600)
    assert build_zip(source, "17.0", tmp_path / "two").read_bytes() == first
    assert build_zip(source, "17.0", tmp_path / "two").read_bytes() == first


def test_the_ported_zip_has_the_ported_version(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path
) -> None:
    path = build_zip(make_addon(), "19.0", tmp_path / "dist", empty_odoo)
    assert path.name == "support_center-19.0-1.2.0.zip"
    with zipfile.ZipFile(path) as archive:
        assert b'"19.0.1.2.0"' in archive.read("support_center/__manifest__.py")


def test_a_failure_leaves_no_file(make_addon: AddonMaker, tmp_path: Path) -> None:
    with pytest.raises(PortError):
        build_zip(make_addon(), "19.0", tmp_path / "dist")
    assert not (tmp_path / "dist").exists()
