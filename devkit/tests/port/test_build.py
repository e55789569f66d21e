"""Building an addon: the copy, the port, the folder that is replaced in one step."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.port import PortError, build
from devkit.port.__main__ import main

from .conftest import AddonMaker


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_17_is_a_plain_copy_without_caches(make_addon: AddonMaker, tmp_path: Path) -> None:
    source = make_addon({"models/a.py": "x = 1\n", "static/icon.svg": "<svg/>"})
    for name in ("__pycache__/a.pyc", "models/b.pyc", "models/a.py~", ".git/config", "a.orig"):
        path = source / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("cache")
    built = build(source, "17.0", tmp_path / "out")
    assert built == tmp_path / "out" / "support_center"
    assert content(built).keys() == {"__manifest__.py", "models/a.py", "static/icon.svg"}
    assert (built / "models/a.py").read_text() == "x = 1\n"


def test_an_equal_build_is_left_untouched_and_a_stale_one_replaced(
    make_addon: AddonMaker, tmp_path: Path
) -> None:
    source = make_addon({"models/a.py": "x = 1\n"})
    built = build(source, "17.0", tmp_path / "out")
    stamp = (built / "models/a.py").stat().st_mtime_ns
    assert build(source, "17.0", tmp_path / "out") == built
    assert (built / "models/a.py").stat().st_mtime_ns == stamp
    (built / "stale.py").write_text("x = 2\n")
    build(source, "17.0", tmp_path / "out")
    assert not (built / "stale.py").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["support_center"]


def test_19_needs_a_tree_with_the_scripts(make_addon: AddonMaker, tmp_path: Path) -> None:
    source = make_addon()
    with pytest.raises(PortError, match=r"needs an Odoo 19\.0 tree"):
        build(source, "19.0", tmp_path / "out")
    with pytest.raises(PortError, match="holds no Odoo 19"):
        build(source, "19.0", tmp_path / "out", tmp_path)


def test_19_runs_scripts_and_rules_and_ports_its_own_result_to_itself(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path
) -> None:
    (empty_odoo / "odoo/upgrade_code/18.0-00-x.py").write_text(
        "def upgrade(files):\n"
        "    for file in files:\n"
        "        if 'models' in file.path.parts and file.path.suffix == '.py':\n"
        "            file.content = file.content.replace('old', 'new')\n"
        "        files.print_progress(1, len(files))\n"
    )
    source = make_addon({"models/a.py": "old = {'groups_id': []}\n", "tests/a.py": "old = 1\n"})
    built = build(source, "19.0", tmp_path / "out", empty_odoo)
    assert (built / "models/a.py").read_text() == "new = {'group_ids': []}\n"
    assert (built / "tests/a.py").read_text() == "old = 1\n"
    assert '"19.0.1.2.0"' in (built / "__manifest__.py").read_text()
    again = build(built, "19.0", tmp_path / "again", empty_odoo)
    assert content(again) == content(built)


def test_leftovers_fail_with_file_and_line_and_nothing_is_written(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path
) -> None:
    source = make_addon({"models/a.py": "x = 1\ny = {'doall': True}\nz = {'numbercall': 1}\n"})
    with pytest.raises(PortError) as raised:
        build(source, "19.0", tmp_path / "out", empty_odoo)
    assert [str(finding)[:14] for finding in raised.value.findings] == [
        "models/a.py:2:",
        "models/a.py:3:",
    ]
    assert "models/a.py:2: ir.cron has no such field" in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_habits_are_checked_in_the_source_only(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path
) -> None:
    source = make_addon({"models/a.py": "class A:\n    _a = models.Constraint('x')\n"})
    with pytest.raises(PortError, match="cannot be ported"):
        build(source, "19.0", tmp_path / "out", empty_odoo)
    manifest = source / "__manifest__.py"
    manifest.write_text(manifest.read_text().replace("17.0", "19.0"))
    build(source, "19.0", tmp_path / "out", empty_odoo)
    with pytest.raises(PortError, match="no way back"):
        build(source, "17.0", tmp_path / "out")


def test_a_script_that_fails_is_named(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path
) -> None:
    script = empty_odoo / "odoo/upgrade_code/18.0-00-x.py"
    script.write_text("import no_such_module\n")
    with pytest.raises(PortError, match=r"18\.0-00-x\.py failed: ModuleNotFoundError"):
        build(make_addon(), "19.0", tmp_path / "out", empty_odoo)


def test_a_lost_constraint_is_a_failure(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path
) -> None:
    (empty_odoo / "odoo/upgrade_code/18.0-00-x.py").write_text(
        "import re\n"
        "def upgrade(files):\n"
        "    for file in files:\n"
        "        file.content = re.sub(r'_sql_constraints = .*', 'pass', file.content)\n"
    )
    text = (
        "from odoo import models\n\n\nclass A(models.Model):\n"
        "    _sql_constraints = [('a', 'CHECK (x > 0)', 'No')]\n"
    )
    with pytest.raises(PortError, match="constraint 'a' of A did not survive"):
        build(make_addon({"models/a.py": text}), "19.0", tmp_path / "out", empty_odoo)


@pytest.mark.parametrize("version", ['"16.0.1.0.0"', '"1.0"', "VERSION", "17"])
def test_a_version_of_no_known_series_is_refused(
    make_addon: AddonMaker, tmp_path: Path, version: str
) -> None:
    source = make_addon(manifest=f'{{"version": {version}}}\n')
    with pytest.raises(PortError, match="version"):
        build(source, "17.0", tmp_path / "out")


def test_what_is_no_addon_is_neither_read_nor_replaced(
    make_addon: AddonMaker, tmp_path: Path
) -> None:
    with pytest.raises(PortError, match="no Odoo addon"):
        build(tmp_path, "17.0", tmp_path / "out")
    source = make_addon()
    foreign = tmp_path / "out" / "support_center" / "letter.txt"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("dear")
    with pytest.raises(PortError, match="left alone"):
        build(source, "17.0", tmp_path / "out")
    assert foreign.read_text() == "dear"
    with pytest.raises(PortError, match="overlap"):
        build(source, "17.0", source.parent)
    with pytest.raises(PortError, match="unknown series"):
        build(source, "18.0", tmp_path / "out")


def test_a_symbolic_link_and_a_file_that_is_no_utf8_are_refused(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path
) -> None:
    source = make_addon()
    (source / "a.py").write_bytes(b"x = '\xe9'\n")
    with pytest.raises(PortError, match=r"a\.py is not UTF-8"):
        build(source, "19.0", tmp_path / "out", empty_odoo)
    (source / "b.py").symlink_to(source / "a.py")
    with pytest.raises(PortError, match="symbolic link"):
        build(source, "17.0", tmp_path / "out")


def test_command_line(
    make_addon: AddonMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = make_addon()
    arguments = ["--source", str(source), "--dest", str(tmp_path / "out")]
    assert main(["--series", "17.0", *arguments]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "out" / "support_center")
    assert main(["--series", "17.0", "--zip", *arguments]) == 0
    assert capsys.readouterr().out.strip().endswith("support_center-17.0-1.2.0.zip")
    assert main(["--series", "19.0", *arguments]) == 1
    assert "needs an Odoo 19.0 tree" in capsys.readouterr().err
