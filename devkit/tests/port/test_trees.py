"""Files of an addon and of its build: what is read, what is written, what is left as it was."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

import pytest

from devkit.port import PortError, build, build_zip
from devkit.port.__main__ import main
from devkit.port.build import manifest_version
from devkit.port.tree import Addon, AddonFile, read_addon
from devkit.port.upgrade_scripts import LEFT_OUT, ScriptFiles, scripts_folder

from .conftest import AddonMaker


def names(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


# ----------------------------------------------------------------------------
# Reading
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["a.pyc", "a.pyo", "a.orig", "a.rej", "a.swp", "a.py~", ".hidden", "__pycache__/a.py",
     "node_modules/a.js", ".git/config", "static/.cache/a.js", "models/__pycache__/a.txt"],
)  # fmt: skip
def test_what_is_no_part_of_an_addon(make_addon: AddonMaker, name: str) -> None:
    addon = read_addon(make_addon({name: "x", "a.py": ""}))
    assert [str(file.path) for file in addon] == ["__manifest__.py", "a.py"]


@pytest.mark.parametrize("name", ["a.py", "a.bak", "static/a.min.js", "pycache/a.py", "LICENSE"])
def test_what_is_part_of_it(make_addon: AddonMaker, name: str) -> None:
    addon = read_addon(make_addon({name: "x"}))
    assert str(addon.files[-1].path if name > "__" else addon.files[0].path) == name
    found = addon.get(name)
    assert found is not None
    assert found.data == b"x"
    assert addon.get("other") is None


def test_files_come_folder_by_folder(make_addon: AddonMaker) -> None:
    addon = read_addon(make_addon({"a.py": "", "a/c.py": "", "a/b/d.py": "", "a-b.py": ""}))
    assert [str(file.path) for file in addon] == [
        "__manifest__.py",
        "a/b/d.py",
        "a/c.py",
        "a-b.py",
        "a.py",
    ]
    assert addon.name == "support_center"


@pytest.mark.parametrize(
    ("name", "is_text"),
    [
        ("a.py", True), ("a.xml", True), ("a.csv", True), ("a.js", True), ("a.css", True),
        ("a.scss", True), ("a.po", True), ("a.pot", True), ("a.png", False), ("a.svg", False),
        ("a.md", False), ("py", False),
    ],
)  # fmt: skip
def test_files_that_are_ported(name: str, is_text: bool) -> None:
    file = AddonFile(PurePosixPath(name), b"\xc3\xbc")
    assert list(Addon("a", [file]).texts()) == ([file] if is_text else [])
    assert file.text == "ü"
    file.text = "ä"
    assert file.data == "ä".encode()


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("def (:", "no version can be read from __manifest__.py: SyntaxError"),
        ("x()", "no version can be read from __manifest__.py: ValueError"),
        ("[1]", "no version can be read from __manifest__.py: TypeError"),
        ("{}", "no version can be read from __manifest__.py: KeyError"),
        ("{'version': 17}", "the manifest's version 17 begins with none of"),
        ("{'version': '17.0'}", "the manifest's version '17.0' begins with none of"),
        ("{'version': '18.0.1'}", "the manifest's version '18.0.1' begins with none of"),
        ("{'version': '117.0.1'}", "the manifest's version '117.0.1' begins with none of"),
    ],
)
def test_versions_that_cannot_be_read(
    make_addon: AddonMaker, tmp_path: Path, manifest: str, message: str
) -> None:
    with pytest.raises(PortError, match=message.replace("(", r"\(")):
        build(make_addon(manifest=manifest), "17.0", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_addon_without_a_manifest_has_no_version() -> None:
    with pytest.raises(PortError, match=r"the addon has no __manifest__\.py"):
        manifest_version(Addon("a"))


def test_series_are_told_apart(make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path) -> None:
    source = make_addon()
    with pytest.raises(PortError, match=r"^unknown series '18\.0'; there are 17\.0, 19\.0$"):
        build(source, "18.0", tmp_path / "out")
    message = r"^the port to 19\.0 needs an Odoo 19\.0 tree, for its scripts$"
    with pytest.raises(PortError, match=message):
        build(source, "19.0", tmp_path / "out")
    ported = build(source, "19.0", tmp_path / "out", empty_odoo)
    with pytest.raises(PortError, match=r"is a ported tree; there is no way back to 17\.0$"):
        build(ported, "17.0", tmp_path / "back")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x._cr\nx._uid\nx._cr\n", r"the source has what cannot be ported \(3\):"),
        (
            "x = {'doall': 1, 'numbercall': 1}\n",
            r"something of 17\.0 is left after the port \(1\):",
        ),
    ],
)
def test_refusals_are_counted(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path, text: str, message: str
) -> None:
    with pytest.raises(PortError, match=message):
        build(make_addon({"models/a.py": text}), "19.0", tmp_path / "out", empty_odoo)


def test_constraints_are_compared_in_python_only(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path
) -> None:
    text = "# _sql_constraints = [('a', 'b')]\n"
    source = make_addon({"a.py": text, "b.css": "_sql_constraints = [(", "c.csv": "x"})
    assert build(source, "19.0", tmp_path / "out", empty_odoo).is_dir()


# ----------------------------------------------------------------------------
# Writing
# ----------------------------------------------------------------------------


def test_a_built_folder_can_be_read_by_others(make_addon: AddonMaker, tmp_path: Path) -> None:
    built = build(make_addon({"a/b/c.py": ""}), "17.0", tmp_path / "deep" / "out")
    assert built.stat().st_mode & 0o777 == 0o755
    assert names(built) == ["__manifest__.py", "a/b/c.py"]


def test_caches_in_a_built_tree_do_not_make_it_stale(
    make_addon: AddonMaker, tmp_path: Path
) -> None:
    source = make_addon()
    built = build(source, "17.0", tmp_path / "out")
    (built / "__pycache__").mkdir()
    (built / "__pycache__/a.pyc").write_text("x")
    build(source, "17.0", tmp_path / "out")
    assert names(built) == ["__manifest__.py", "__pycache__/a.pyc"]
    (source / "a.py").write_text("x = 1\n")
    build(source, "17.0", tmp_path / "out")
    assert names(built) == ["__manifest__.py", "a.py"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["support_center"]


def test_an_empty_folder_is_filled(make_addon: AddonMaker, tmp_path: Path) -> None:
    (tmp_path / "out" / "support_center").mkdir(parents=True)
    built = build(make_addon(), "17.0", tmp_path / "out")
    assert names(built) == ["__manifest__.py"]


@pytest.mark.parametrize("dest", [".", "..", "models"])
def test_source_and_build_must_not_overlap(make_addon: AddonMaker, dest: str) -> None:
    source = make_addon({"models/a.py": ""})
    before = names(source)
    with pytest.raises(PortError, match=r"the build folder .* and the source .* overlap"):
        build(source, "17.0", source / dest)
    assert names(source) == before


def test_a_build_folder_that_holds_the_source_is_not_replaced(
    make_addon: AddonMaker, tmp_path: Path
) -> None:
    source = make_addon()
    outer = tmp_path / "support_center"
    outer.mkdir()
    inner = outer / "support_center"
    source.rename(inner)
    with pytest.raises(PortError, match="overlap"):
        build(inner, "17.0", tmp_path)
    assert names(outer) == ["support_center/__manifest__.py"]


def test_a_failure_leaves_the_old_build(
    make_addon: AddonMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_addon()
    built = build(source, "17.0", tmp_path / "out")
    (source / "a.py").write_text("x = 1\n")

    def fail(path: Path, data: bytes) -> int:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match="disk full"):
        build(source, "17.0", tmp_path / "out")
    assert names(built) == ["__manifest__.py"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["support_center"]


def test_each_entry_of_a_zip_is_the_same_everywhere(make_addon: AddonMaker, tmp_path: Path) -> None:
    path = build_zip(make_addon({"a.py": "x = 1\n" * 100}), "17.0", tmp_path / "a" / "dist")
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert entry.create_system == 3
            assert entry.external_attr == 0o100644 << 16
            assert entry.compress_type == zipfile.ZIP_DEFLATED
    build_zip(make_addon(), "17.0", tmp_path / "a" / "dist")
    assert names(tmp_path / "a") == ["dist/support_center-17.0-1.2.0.zip"]


def test_a_zip_that_cannot_be_put_in_place_leaves_no_part(
    make_addon: AddonMaker, tmp_path: Path
) -> None:
    (tmp_path / "support_center-17.0-1.2.0.zip" / "x").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        build_zip(make_addon(), "17.0", tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == []


# ----------------------------------------------------------------------------
# Odoo's scripts
# ----------------------------------------------------------------------------

NAMED = (
    "def upgrade(files):\n"
    "    for file in files:\n"
    "        if file.path.name == 'a.py':\n"
    "            file.content += '# %s\\n'\n"
)


@pytest.mark.parametrize(
    "shape", ["odoo/upgrade_code", "usr/lib/python3/dist-packages/odoo/upgrade_code"]
)
def test_scripts_of_either_shape_run_in_order(
    make_addon: AddonMaker, tmp_path: Path, shape: str
) -> None:
    folder = tmp_path / "tree" / shape
    folder.mkdir(parents=True)
    for name in ("18.2-01-b.py", "18.1-00-a.py", *LEFT_OUT, "__init__.py"):
        (folder / name).write_text(NAMED % name)
    (folder / "18.3-00-c.txt").write_text("no script")
    assert scripts_folder(tmp_path / "tree") == folder
    source = make_addon({"models/a.py": "x = 1\n"})
    built = build(source, "19.0", tmp_path / "out", tmp_path / "tree")
    assert (built / "models/a.py").read_text() == "x = 1\n# 18.1-00-a.py\n# 18.2-01-b.py\n"
    assert (source / "models/a.py").read_text() == "x = 1\n"


def test_the_scripts_that_are_left_out() -> None:
    assert set(LEFT_OUT) == {
        "17.5-00-example.py",
        "18.2-00-l10n-translate.py",
        "18.3-00-l10n-fiscal-position-taxes.py",
        "18.5-00-domain-dynamic-dates.py",
        "18.5-00-no-tax-tag-invert.py",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\n", "Odoo's script 18.0-00-x.py failed: KeyError: 'upgrade'"),
        ("def upgrade(files): raise ValueError('no')\n",
         "Odoo's script 18.0-00-x.py failed: ValueError: no"),
        ("def upgrade(files): 1 / 0\n",
         "Odoo's script 18.0-00-x.py failed: ZeroDivisionError: division by zero"),
    ],
)  # fmt: skip
def test_a_script_that_fails(
    make_addon: AddonMaker, tmp_path: Path, empty_odoo: Path, text: str, message: str
) -> None:
    (empty_odoo / "odoo/upgrade_code/18.0-00-x.py").write_text(text)
    with pytest.raises(PortError) as raised:
        build(make_addon(), "19.0", tmp_path / "out", empty_odoo)
    assert str(raised.value) == message


def test_a_tree_without_scripts_is_named_with_the_places_that_were_tried(tmp_path: Path) -> None:
    with pytest.raises(PortError) as raised:
        scripts_folder(tmp_path)
    assert str(raised.value) == (
        f"{tmp_path} holds no Odoo 19: none of odoo/upgrade_code, "
        "usr/lib/python3/dist-packages/odoo/upgrade_code is in it"
    )


def test_what_a_script_sees(make_addon: AddonMaker) -> None:
    addon = read_addon(make_addon({"models/a.py": "x = 1\n", "static/a.png": "x"}))
    files = ScriptFiles(addon)
    assert len(files) == 2
    assert [str(file.path) for file in files] == [
        "support_center/__manifest__.py",
        "support_center/models/a.py",
    ]
    assert {file.addon for file in files} == {Path("support_center")}
    found = files.get_file("support_center/models/a.py")
    assert found is not None
    found.content += "y = 2\n"
    assert found.content == "x = 1\ny = 2\n"
    changed = addon.get("models/a.py")
    assert changed is not None
    assert changed.data == b"x = 1\ny = 2\n"


# ----------------------------------------------------------------------------
# The command line
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        (["--series", "17.0"], "build/17.0/support_center"),
        (["--series", "17.0", "--zip"], "dist/support_center-17.0-1.2.0.zip"),
        (["--series", "19.0", "--odoo-tree", "odoo_tree"], "build/19.0/support_center"),
        (["--series", "19.0", "--odoo-tree", "odoo_tree", "--dest", "x"], "x/support_center"),
    ],
)
def test_where_a_build_goes(
    make_addon: AddonMaker,
    empty_odoo: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    result: str,
) -> None:
    source = make_addon()
    monkeypatch.chdir(empty_odoo.parent)
    Path("support_center").symlink_to(source)
    assert main(arguments) == 0
    assert capsys.readouterr().out == f"{result}\n"
    assert Path(result).exists()


def test_the_help_says_what_each_option_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    for words in (
        "usage: python -m devkit.port [-h] --series {17.0,19.0}",
        "build the addon for one series from the command line",
        "--source SOURCE default: support_center",
        "--dest DEST folder that takes the addon's folder, or the zip with --zip",
        "--odoo-tree ODOO_TREE an Odoo 19.0 tree, needed for 19.0",
        "--zip write <name>-<series>-<version>.zip instead of a folder",
    ):
        assert words in said


@pytest.mark.parametrize("arguments", [[], ["--series", "18.0"]])
def test_a_series_must_be_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "--series" in capsys.readouterr().err


def test_what_cannot_be_ported_goes_to_stderr(
    make_addon: AddonMaker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(make_addon())
    assert main(["--series", "19.0", "--source", source, "--dest", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "the port to 19.0 needs an Odoo 19.0 tree, for its scripts\n"
