"""Promises, machine paths and line ends."""

from __future__ import annotations

import pytest

from devkit.checks import text

from .conftest import RepositoryMaker

# Put together here, so that the checks do not find their own tests.
PROMISES = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
FOLDERS = ["ro" + "ot", "ho" + "me", "wo" + "rk"]


@pytest.mark.parametrize("word", PROMISES)
def test_promises(repository: RepositoryMaker, word: str) -> None:
    found = repository({"a.py": f"x = 1\n# {word}: later\n", "b.md": f"{word.lower()} {word}s\n"})
    assert [str(c)[:7] for c in text.no_promises(found)] == ["a.py:2:"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_machine_paths(repository: RepositoryMaker, folder: str) -> None:
    found = repository(
        {
            "a.py": f"x = '/{folder}/main/x'\n",
            "b.sh": f"cd /{folder}/me\n",
            "c.py": f"x = 'https://x.com/{folder}/x', 'a/{folder}/b', '~/{folder}/', '/{folder}'\n",
            "d.xml": f'<a href="/my{folder}/x">/{folder}s/</a>\n',
        }
    )
    assert [c.path for c in text.no_machine_paths(found)] == ["a.py", "b.sh"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("x\n", []),
        ("", []),
        ("x", ["must end with one newline"]),
        ("x\n\n", ["must end with one newline"]),
        ("x \ny\t\n", ["blanks at the end of the line", "blanks at the end of the line"]),
        ("x\r\n", ["carriage returns"]),
    ],
)
def test_line_ends(repository: RepositoryMaker, content: str, expected: list[str]) -> None:
    found = text.line_ends(repository({"a.py": content}))
    assert [complaint.message for complaint in found] == expected


def test_mails_and_markdown_may_end_lines_as_they_like(repository: RepositoryMaker) -> None:
    assert list(text.line_ends(repository({"a.eml": "x \r\n", "b.md": "x  \ny\n"}))) == []


def test_a_library_stays_as_it_came(repository: RepositoryMaker) -> None:
    assert list(text.line_ends(repository({"support_center/static/lib/a.js": "x \ny"}))) == []
