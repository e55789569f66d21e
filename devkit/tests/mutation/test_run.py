"""`make mutants`: what is tried, what is told, what is left out, and the exit code."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from devkit.mutation import run, trial
from devkit.mutation.changes import find_changes
from devkit.mutation.equivalent import LIST, Equivalent, read_list
from devkit.paths import ADDON_NAME, REPO
from devkit.tests.conftest import write
from devkit.ui import Problem

SOURCE = "def is_late(hour):\n    return hour > 18\n"
FILE = "devkit/port/clock.py"
TESTS = "devkit/tests/port/test_clock.py"
GOOD = """\
from devkit.port.clock import is_late

def test_late():
    assert [is_late(hour) for hour in (17, 18, 19)] == [False, False, True]
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository."""
    root = write(
        tmp_path / "checkout",
        {
            "devkit/__init__.py": "",
            "devkit/port/__init__.py": "",
            FILE: SOURCE,
            TESTS: GOOD,
            str(LIST): "",
            "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
        },
    )
    # The test's own process has made its choices about random input and priority.
    monkeypatch.setattr(trial, "prepare", lambda: None)
    monkeypatch.setattr(os, "nice", lambda _by: 0)
    return root


def test_all_are_noticed(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main([FILE], checkout) == 0
    assert f"100.0 %  3 of 3  {FILE}" in capsys.readouterr().out
    assert (checkout / FILE).read_text() == SOURCE
    assert not list((Path(os.environ["SC_STATE"]) / "mutants").iterdir())


def test_survivors_are_told_and_too_many_fail(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(checkout, {TESTS: GOOD.replace("17, 18, 19", "16, 17, 20")})
    assert run.main([FILE], checkout) == 1
    out = capsys.readouterr().out
    assert f"{FILE}:2\n    - return hour > 18\n    + return hour >= 18\n" in out
    assert f"33.3 %  1 of 3  {FILE}" in out


def test_what_makes_no_difference_does_not_count(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(checkout, {TESTS: GOOD.replace("17, 18, 19", "17, 17, 19")})
    (checkout / LIST).write_text(
        f"{FILE}\n- return hour > 18\n+ return hour >= 18\nNobody works then.\n"
    )
    assert run.main([FILE], checkout) == 0
    assert f"100.0 %  2 of 2, 1 make no difference  {FILE}" in capsys.readouterr().out


def test_a_mistake_that_never_ends_is_noticed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(checkout, {FILE: "def count(n):\n    while n:\n        n -= 1\n"})
    write(checkout, {TESTS: "from devkit.port.clock import count\n\ndef test(): count(2)\n"})
    tree = trial.Tree(checkout, checkout.parent / "tree")
    endless = next(c for c in find_changes((checkout / FILE).read_text()) if "+=" in c.after)
    with tree.holding(FILE, endless.source):
        assert not tree.passes([TESTS], checkout.parent / "log", 0.2)
    assert tree.passes([TESTS], checkout.parent / "log", 20)


@pytest.mark.parametrize(
    ("tests", "message"),
    [(GOOD.replace("True]", "False]"), "fail as it is"), ("def test(): pass\n", "no test reads")],
)
def test_tests_that_say_nothing(
    checkout: Path, capsys: pytest.CaptureFixture[str], tests: str, message: str
) -> None:
    write(checkout, {TESTS: tests})
    assert run.main([FILE], checkout) == 1
    assert message in capsys.readouterr().err


def test_files_lines_and_folders(checkout: Path) -> None:
    write(checkout, {"devkit/port/other.py": "", "devkit/cli.py": ""})
    assert [wish.file for wish in run.choose(["devkit/port"], checkout)] == [
        "devkit/port/__init__.py",
        FILE,
        "devkit/port/other.py",
    ]
    assert run.choose([f"{FILE}:2,7"], checkout) == [run.Wish(FILE, frozenset({2, 7}))]
    for wrong in ("devkit/cli.py", "devkit/port/none.py", "devkit"):
        with pytest.raises(Problem, match="no file to be tried"):
            run.choose([wrong], checkout)


def test_the_tests_of_a_file_come_first(checkout: Path) -> None:
    write(checkout, {"devkit/tests/port/test_a.py": "", "devkit/tests/port/test_z.py": ""})
    folder = "devkit/tests/port/test_"
    assert run.find_tests(FILE, checkout) == [[TESTS], [f"{folder}a.py", f"{folder}z.py"]]
    assert run.find_tests("devkit/port/other.py", checkout) == [
        [f"{folder}{x}.py" for x in ("a", "clock", "z")]
    ]


def test_the_list_can_be_read_and_each_of_it_is_still_a_mistake_in_its_file() -> None:
    for each in read_list((REPO / LIST).read_text(encoding="utf-8")):
        changes = find_changes((REPO / each.file).read_text(encoding="utf-8"))
        assert (each.before, each.after) in {(c.before, c.after) for c in changes}, each


def test_how_the_list_is_written() -> None:
    block = "# Why.\n\na.py\n- x = 1\n+ x = 2\nNobody reads it,\nso nobody sees.\n"
    assert read_list(block) == [
        Equivalent("a.py", "x = 1", "x = 2", "Nobody reads it, so nobody sees.")
    ]
    (nothing_left,) = read_list("a.py\n- x,\n+\nSo.")
    assert (nothing_left.before, nothing_left.after) == ("x,", "")
    for wrong in ("a.py\n- x = 1\n+ x = 2\n", "a.py\n+ x = 2\n- x = 1\nSo.", "a.py\nSo."):
        with pytest.raises(ValueError, match=r"a\.py"):
            read_list(wrong)


def test_the_copy_leaves_out_the_addons_pictures_and_no_data_of_a_test(tmp_path: Path) -> None:
    golden = "devkit/tests/port/golden/tour/before/static/tour.js"
    root = write(tmp_path / "here", {golden: "", f"{ADDON_NAME}/static/lib/big.js": ""})
    tree = trial.Tree(root, tmp_path / "copy")
    assert (tree.root / golden).is_file()
    assert not (tree.root / ADDON_NAME / "static").exists()
