"""Comments are hidden before a text is searched; everything else keeps its place."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from devkit.port.blank import blank_comments, line_of


@pytest.mark.parametrize(
    ("path", "text", "blank"),
    [
        ("a.py", "x = 1  # y z\n", "x = 1       \n"),
        ("a.py", "# y\nx = 1\n", "   \nx = 1\n"),
        ("a.py", 'x = "# y"\n', 'x = "# y"\n'),
        ("a.py", '"""y"""\nx = 1\n', "       \nx = 1\n"),
        ("a.py", 'def x():\n    """y\n      z\n    """\n    return "y"\n',
         'def x():\n        \n       \n       \n    return "y"\n'),
        ("a.py", '"""y\nz\n"""\nx = 1\n', "    \n \n   \nx = 1\n"),
        ("a.py", '"""y\nz"""; x = 1\n', "    \n    ; x = 1\n"),
        ("a.py", "x = 1\n'y'\nz = 'y'  # ü\n", "x = 1\n   \nz = 'y'     \n"),
        ("a.py", "x = (  # y\n    'z',\n)\n", "x = (     \n    'z',\n)\n"),
        ("a.xml", "<a><!-- y\n z --><b/></a>", "<a>      \n      <b/></a>"),
        ("a.xml", "<!--y--><a/><!--z-->", "        <a/>        "),
        ("a.xml", "<a># y // z</a>", "<a># y // z</a>"),
        ("a.js", "x(); // y\nz();", "x();     \nz();"),
        ("a.js", "// y", "    "),
        ("a.js", "x();/* y\nz */a();", "x();    \n    a();"),
        ("a.js", "x = 'https://y'; x = 1;//z", "x = 'https://y'; x = 1;//z"),
        ("a.csv", "# y,// z,<!-- a -->", "# y,// z,<!-- a -->"),
        ("a.po", '# y\nmsgid "z"', '# y\nmsgid "z"'),
    ],
)  # fmt: skip
def test_comments_become_spaces(path: str, text: str, blank: str) -> None:
    found = blank_comments(PurePosixPath(path), text)
    assert found == blank
    assert len(found) == len(text)


def test_what_is_no_python_raises() -> None:
    with pytest.raises(SyntaxError):
        blank_comments(PurePosixPath("a.py"), "def (:\n")


@pytest.mark.parametrize(("offset", "line"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_the_line_of_an_offset(offset: int, line: int) -> None:
    assert line_of("a\n\nbc", offset) == line
