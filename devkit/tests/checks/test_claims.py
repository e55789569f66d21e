"""Tests that the documentation names."""

from __future__ import annotations

from devkit.checks import claims

from .conftest import RepositoryMaker

TEST = "class TestReminders:\n    def test_once(self):\n        pass\n"


def test_a_test_that_exists(repository: RepositoryMaker) -> None:
    found = repository(
        {
            "support_center/tests/test_reminders.py": TEST,
            "docs/claims.md": "| once | `test_reminders.py::test_once` |\n",
        }
    )
    assert not [*claims.named_tests(found)]


def test_one_that_does_not(repository: RepositoryMaker) -> None:
    found = repository(
        {
            "support_center/tests/test_reminders.py": TEST,
            "docs/claims.md": "one\n`test_reminders.py::test_twice`, `test_other.py::test_once`\n",
            "README.md": "`test_reminders.py::test_twice`\n",
        }
    )
    assert [(c.path, c.line) for c in claims.named_tests(found)] == [("docs/claims.md", 2)] * 2
