"""Sorting the arguments of ``make test`` and reading pytest's results."""

from __future__ import annotations

from pathlib import Path

import pytest

from devkit.paths import ADDON_NAME, REPO
from devkit.testing import junit
from devkit.testing.pytest_run import PytestOutcome
from devkit.testing.series_test import SeriesOutcome
from devkit.testing.testrun import PURE_TESTS, report, select
from devkit.tests.conftest import write

RESULTS = """<testsuites><testsuite>
<testcase classname="a.b.TestOne" name="test_ok"/>
<testcase classname="a.b.TestOne" name="test_bad"><failure message="x"/></testcase>
<testcase classname="a.b.TestOne" name="test_bad"><error message="teardown"/></testcase>
<testcase classname="a.b.TestTwo" name="test_tour"><skipped message="No  chrome&#10;here"/>
</testcase>
<testcase classname="" name="a/test_c.py"><error message="collection"/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path, {"support_center/tests/test_a.py": "", "devkit/tests/test_b.py": ""})


def test_nothing_asked_for_is_everything(root: Path) -> None:
    selection = select([], root)
    assert (selection.everything, selection.addon, selection.pure) == (True, True, True)


def test_options_go_to_all_parts(root: Path) -> None:
    selection = select(["-k", "intake and not tour", "-x"], root)
    assert (selection.everything, selection.addon, selection.pure) == (False, True, True)
    assert selection.options == ["-k", "intake and not tour", "-x"]


def test_an_expression_longer_than_a_path_may_be(root: Path) -> None:
    expression = " or ".join(f"test_{number}" for number in range(500))
    assert select(["-k", expression], root).options == ["-k", expression]


@pytest.mark.parametrize("prefix", ["", "./", "{root}/"])
def test_a_path_picks_its_part(root: Path, prefix: str) -> None:
    prefix = prefix.format(root=root)
    selection = select([f"{prefix}support_center/tests/test_a.py::TestA::test_x"], root)
    assert selection.addon_paths == ["support_center/tests/test_a.py::TestA::test_x"]
    assert (selection.addon, selection.pure) == (True, False)
    selection = select([f"{prefix}devkit/tests/test_b.py", "-x"], root)
    assert selection.pure_paths == ["devkit/tests/test_b.py"]
    assert (selection.addon, selection.pure) == (False, True)


def test_the_tests_without_odoo_are_all_found() -> None:
    """A package's tests in another folder would never run."""
    folders = {path.parent for path in REPO.glob("*/tests") if path.parent.name != ADDON_NAME}
    assert {f"{folder.name}/tests" for folder in folders} == set(PURE_TESTS)


def test_paths_of_both_parts(root: Path) -> None:
    selection = select(["support_center/tests", "devkit/tests"], root)
    assert (selection.addon, selection.pure) == (True, True)


def test_counts(tmp_path: Path) -> None:
    (tmp_path / "r.xml").write_text(RESULTS)
    counts = junit.read(tmp_path / "r.xml")
    assert counts
    assert counts.passed == 1
    assert counts.failed == ["TestOne.test_bad", "a/test_c.py"]
    assert counts.skipped == [("TestTwo.test_tour", "No chrome here")]


@pytest.mark.parametrize("text", [None, "<testsuites><half"])
def test_no_results(tmp_path: Path, text: str | None) -> None:
    if text:
        (tmp_path / "r.xml").write_text(text)
    assert junit.read(tmp_path / "r.xml") is None


GREEN = SeriesOutcome("17.0", counts=junit.Counts(passed=3))
RED = SeriesOutcome("17.0", counts=junit.Counts(passed=3, failed=["TestX.test_y"]))
TROUBLED = SeriesOutcome("17.0", counts=junit.Counts(passed=3), troubles=["server.log: WARNING"])
MISSING = SeriesOutcome("19.0", unavailable="no network")
PURE = PytestOutcome(junit.Counts(passed=5))


@pytest.mark.parametrize(
    ("outcomes", "pure", "arguments", "code"),
    [
        ([GREEN, MISSING], PURE, [], 0),
        ([MISSING], PURE, [], 1),
        ([RED], PURE, [], 1),
        ([TROUBLED], PURE, [], 1),
        ([GREEN], PytestOutcome(junit.Counts(failed=["x"])), [], 1),
        ([GREEN], PytestOutcome(junit.Counts(), "pytest ended with code 3"), [], 1),
        ([SeriesOutcome("17.0")], PytestOutcome(junit.Counts()), ["-k", "nothing"], 1),
        ([], PURE, ["devkit/tests"], 0),
    ],
)
def test_exit_code(
    outcomes: list[SeriesOutcome], pure: PytestOutcome, arguments: list[str], code: int
) -> None:
    assert report(outcomes, pure, select(arguments), browser="") == code


def test_report_names_what_to_know(capsys: pytest.CaptureFixture[str]) -> None:
    skipping = SeriesOutcome("19.0", counts=junit.Counts(1, skipped=[("T.t", "no browser")]))
    report([RED, MISSING, skipping], PURE, select([]), browser="Chromium is missing")
    shown = capsys.readouterr().out
    for part in (
        "17.0: FAILED, 3 passed, 1 failed",
        "failed: TestX.test_y",
        "19.0: NOT RUN, no network",
        "skipped: T.t: no browser",
        "Chromium is missing",
        "without Odoo: ok, 5 passed",
    ):
        assert part in shown
