"""Recognising Odoo trees, and the order in which they are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.env import odoo_archive, odoo_source
from devkit.env.odoo_tree import BUILD_FILE, detect
from devkit.tests.conftest import write
from devkit.ui import Problem

NINETEEN = {
    "odoo/release.py": "version_info = (19, 0, 0, FINAL, 0, '')\n",
    "odoo/addons/base/__manifest__.py": "{}",
    "odoo/addons/mail/__manifest__.py": "{}",
}


def test_source_archive(tmp_path: Path, odoo_files: dict[str, str]) -> None:
    tree = detect(write(tmp_path, odoo_files))
    assert tree
    assert (tree.series, tree.build, tree.addons) == ("17.0", "20240709", ())
    assert tree.root == tmp_path


def test_git_checkout_has_a_second_addons_folder(
    tmp_path: Path, odoo_files: dict[str, str]
) -> None:
    files = {name.replace("odoo/addons/mail", "addons/mail"): t for name, t in odoo_files.items()}
    tree = detect(write(tmp_path, files))
    assert tree
    assert tree.addons == (tmp_path / "addons",)


def test_a_leftover_addons_folder_beside_whole_addons_does_not_count(
    tmp_path: Path, odoo_files: dict[str, str]
) -> None:
    tree = detect(write(tmp_path, {**odoo_files, "addons/mail/__manifest__.py": "{}"}))
    assert tree
    assert tree.addons == ()


def test_unpacked_debian_package(tmp_path: Path) -> None:
    root = write(tmp_path / "usr/lib/python3/dist-packages", NINETEEN)
    (tmp_path / BUILD_FILE).write_text("19.0.0+dfsg-1\n")
    tree = detect(tmp_path)
    assert tree
    assert (tree.series, tree.build, tree.root) == ("19.0", "19.0.0+dfsg-1", root)


def test_a_folder_that_holds_just_one_tree(tmp_path: Path, odoo_files: dict[str, str]) -> None:
    write(tmp_path / "odoo-17.0.post20240709", odoo_files)
    tree = detect(tmp_path)
    assert tree
    assert tree.root == tmp_path / "odoo-17.0.post20240709"


@pytest.mark.parametrize(
    "missing", ["odoo/release.py", "odoo/addons/base/__manifest__.py"], ids=["release", "base"]
)
def test_half_a_tree_is_none(tmp_path: Path, odoo_files: dict[str, str], missing: str) -> None:
    write(tmp_path, {name: text for name, text in odoo_files.items() if name != missing})
    assert detect(tmp_path) is None


def test_no_folder_is_no_tree(tmp_path: Path) -> None:
    assert detect(tmp_path / "nowhere") is None


def test_odoo_home_goes_first(
    tmp_path: Path, odoo_files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "cache/support-center/odoo/17.0", odoo_files)
    home = write(tmp_path / "home", odoo_files)
    found = odoo_source.obtain("17.0", tmp_path / "log")
    assert found.origin == "cache"
    monkeypatch.setenv("ODOO_HOME", str(home))
    found = odoo_source.obtain("17.0", tmp_path / "log")
    assert (found.origin, found.tree.root) == ("ODOO_HOME", home)


def test_odoo_home_of_another_series_leaves_the_cache_in_place(
    tmp_path: Path, odoo_files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "cache/support-center/odoo/17.0", odoo_files)
    monkeypatch.setenv("ODOO_HOME", str(write(tmp_path / "home", NINETEEN)))
    assert odoo_source.obtain("17.0", tmp_path / "log").origin == "cache"
    assert odoo_source.obtain("19.0", tmp_path / "log").origin == "ODOO_HOME"
    assert odoo_source.default_series() == "19.0"


def test_odoo_home_may_hold_both(
    tmp_path: Path, odoo_files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "home/17.0", odoo_files)
    write(tmp_path / "home/19.0", NINETEEN)
    monkeypatch.setenv("ODOO_HOME", str(tmp_path / "home"))
    assert sorted(odoo_source.at_home()) == ["17.0", "19.0"]
    assert odoo_source.default_series() == "17.0"


def test_an_empty_odoo_home_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(Problem, match="holds no Odoo"):
        odoo_source.obtain("17.0", tmp_path / "log")


def test_an_odoo_home_of_a_strange_series_is_an_error(
    tmp_path: Path, odoo_files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    odoo_files["odoo/release.py"] = "version_info = (16, 0, 0, FINAL, 0, '')\n"
    monkeypatch.setenv("ODOO_HOME", str(write(tmp_path / "home", odoo_files)))
    with pytest.raises(Problem, match=r"Odoo 16\.0"):
        odoo_source.obtain("17.0", tmp_path / "log")


def test_without_any_source_the_reason_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(odoo_archive, "reachable", lambda: False)
    assert odoo_source.default_series() == "19.0"
    with pytest.raises(Problem, match="not at hand") as caught:
        odoo_source.obtain("17.0", tmp_path / "log")
    assert "ODOO_HOME" in caught.value.remedy
