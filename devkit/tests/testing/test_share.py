"""Several pytest processes that share the tests of one suite."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devkit.paths import REPO
from devkit.testing import junit
from devkit.tests.conftest import write

# What a class sets up is taken down before the next one's, whichever is skipped between them.
SUITE = """
import unittest

class {name}One(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(print, "end of {name}One")

    def test_a(self):
        print("ran {name}One")

    def test_b(self):
        pass

class {name}Two(unittest.TestCase):
    def test_c(self):
        print("ran {name}Two")
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "claims").mkdir()
    names = ("A", "B", "C")
    return write(tmp_path, {f"test_{name}.py": SUITE.format(name=name) for name in names})


def _start(suite: Path, part: str, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest", "-s", "-p", "no:odoo", "-p", "sc_share"),
            *("-p", "no:cacheprovider", "--rootdir", str(suite)),
            *(f"--share={suite / 'claims'}", f"--share-part={part}"),
            *(f"--junitxml={suite / part[0]}.xml", *options, str(suite)),
        ],
        env={**os.environ, "PYTHONPATH": str(REPO / "devkit" / "testing" / "pytest_plugins")},
        cwd=suite,
        stdout=subprocess.PIPE,
    )


def _read(suite: Path, part: str) -> junit.Counts:
    counts = junit.read(suite / f"{part[0]}.xml")
    assert counts
    return counts


def test_two_at_once_run_each_test_once(suite: Path) -> None:
    runs = [_start(suite, part) for part in ("1/2", "2/2")]
    shown = [run.communicate()[0].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    assert (_read(suite, "1/2") + _read(suite, "2/2")).passed == 9
    for name in ("AOne", "ATwo", "BOne", "BTwo", "COne", "CTwo"):
        assert "".join(shown).count(f"ran {name}") == 1
    assert "".join(shown).count("end of ") == 3


def test_what_another_has_claimed_is_left_to_it(suite: Path) -> None:
    first = _start(suite, "2/3", "-k", "BOne or CTwo")
    assert first.wait() == 0
    second = _start(suite, "1/3")
    shown = second.communicate()[0].decode()
    assert second.returncode == 0
    assert _read(suite, "1/3").passed == 6
    assert "BOne" not in shown
    # The rest of a file is run, and what was set up before the gap is taken down before it.
    assert shown.index("ran AOne") < shown.index("end of AOne") < shown.index("ran ATwo")


def test_the_parts_begin_at_different_classes(suite: Path) -> None:
    shown = _start(suite, "2/2").communicate()[0].decode()
    assert shown.index("ran BTwo") < shown.index("ran COne") < shown.index("ran AOne")


def test_a_failure_is_one(suite: Path) -> None:
    write(suite, {"test_D.py": "def test_bad():\n    raise ValueError\n"})
    run = _start(suite, "1/2")
    run.communicate()
    assert run.returncode == 1
    assert _read(suite, "1/2").failed == ["test_D.test_bad"]
