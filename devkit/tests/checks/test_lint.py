"""The lint command: what is run, what is told, and the exit code."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devkit.checks import lint
from devkit.checks.registry import CHECKS
from devkit.checks.repository import Complaint, Repository
from devkit.paths import REPO


@pytest.fixture
def fake_tools(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Two linters, one content and one not, in the place of the real ones."""
    tools = {
        "ruff": [sys.executable, "-c", "pass"],
        "mypy": [sys.executable, "-c", "print('a.py:1: error'); raise SystemExit(1)"],
    }
    monkeypatch.setattr(lint, "commands", lambda root, fix=False: tools)
    monkeypatch.setattr(lint, "CHECKS", {"sizes": _no_complaints, "ends": _one_complaint})
    return tools


def _no_complaints(_repository: Repository) -> Iterator[Complaint]:
    return iter(())


def _one_complaint(_repository: Repository) -> Iterator[Complaint]:
    yield Complaint("b.py", 2, "blanks")


def test_all_are_run_and_the_faults_told(
    fake_tools: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert lint.main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines if not line.startswith(" ")] == [
        ["ruff", "ok"],
        ["mypy", "FAILED"],
        ["sizes", "ok"],
        ["ends", "FAILED"],
        ["lint:", "FAILED:"],
    ]
    assert "    a.py:1: error" in lines
    assert "    b.py:2: blanks" in lines


def test_one_alone(fake_tools: dict[str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    assert lint.main(["--only", "ruff", "--only", "sizes"]) == 0
    assert "mypy" not in capsys.readouterr().out


def test_the_house_checks_alone(
    fake_tools: dict[str, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert lint.main(["--only=house"]) == 1
    out = capsys.readouterr().out
    assert "sizes" in out
    assert "ruff" not in out


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        lint.main(["--only", "nonsense"])
    assert "nonsense" in capsys.readouterr().err


def test_only_packages_that_exist_are_type_checked(tmp_path: Path) -> None:
    for name in ("devkit", "mailgate", "support_center/intake"):
        (tmp_path / name).mkdir(parents=True)
    wanted = ["devkit", "mailgate", "support_center/intake"]
    assert lint.commands(tmp_path)["mypy"][-3:] == wanted


def test_fixing_is_asked_for_in_words() -> None:
    assert "--fix" not in lint.commands(REPO)["ruff"]
    assert "--check" in lint.commands(REPO)["format"]
    assert "--fix" in lint.commands(REPO, fix=True)["ruff"]
    assert "--check" not in lint.commands(REPO, fix=True)["format"]


def test_each_hook_of_pre_commit_calls_something_that_exists() -> None:
    config = (REPO / ".pre-commit-config.yaml").read_text()
    known = {*lint.commands(REPO), *CHECKS, lint.HOUSE}
    called = set(re.findall(r"--only=([\w-]+)", config))
    assert called
    assert called <= known
