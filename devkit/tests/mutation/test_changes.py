"""Which mistakes are made in a module."""

from __future__ import annotations

import ast

import pytest

from devkit.mutation.changes import find_changes
from devkit.paths import ADDON


def changed(source: str) -> list[str]:
    return [change.after for change in find_changes(source)]


@pytest.mark.parametrize(
    ("source", "others"),
    [
        ("a + b", ["a - b"]),
        ("(a) - (b)", ["(a) + (b)"]),
        ("a // b", ["a * b"]),
        ("a < b", ["a <= b", "a >= b"]),
        ("a <= b < c", ["a < b < c", "a > b < c", "a <= b <= c", "a <= b >= c"]),
        ("a == b", ["a != b"]),
        ("a is not None", ["a is None"]),
        ("a not in b", ["a in b"]),
        ("a and b and c", ["a or b and c", "a and b or c"]),
        ("not (a)", ["(a)"]),
        ("x = -a", ["x = a"]),
        ("x += a", ["x -= a"]),
        ("x = True", ["x = False"]),
        ("x = 7", ["x = 8"]),
        ("x = 'ä' + b", ["x = 'ä' - b", "x = '' + b"]),
        ("x = ''", ["x = 'XX'"]),
        ("x = b'a'", ["x = b''"]),
        ("x = a if b else c", ["x = a if not (b) else c"]),
        ("[a for a in b if a.c]", ["[a for a in b if not (a.c)]"]),
        ("a.startswith(b)", ["a.endswith(b)", "pass"]),
        ("x = max(a, b)", ["x = min(a, b)"]),
        ("x = f(a, b=c)", ["x = f(a)"]),
        ("x = f(b=c, d=e)", ["x = f(d=e)", "x = f(b=c)"]),
        ("raise a", ["pass"]),
    ],
)
def test_one_line(source: str, others: list[str]) -> None:
    assert sorted(changed(source)) == sorted(others)


@pytest.mark.parametrize(
    "source",
    [
        '"""Says what it does."""',
        "def f(a: int | None = None) -> 'int | str': return a",
        "x: dict[str, int] | None = None",
        "@given(1, is_a=True)\ndef f(): ...",
        "@dataclass(frozen=True)\nclass A(B[1]): ...",
        "x = f'{a + b:>{c - 1}}'",
        "WORDS = {'a': ('b', 'c')}",
        "class A:\n    words = frozenset({'a'})",
        "if TYPE_CHECKING:\n    a = 1",
        "if __name__ == '__main__':\n    sys.exit(main())",
    ],
)
def test_what_is_left_alone(source: str) -> None:
    assert changed(source) == []


def test_words_count_below_a_table_and_within_functions() -> None:
    assert changed("WORDS = ['a', 2]\nx = 'a'") == ["WORDS = ['a', 3]", "x = ''"]
    assert changed("def f():\n    return ['a']") == ["return ['']"]


def test_loops_and_handlers() -> None:
    source = "for a in b:\n    try:\n        break\n    except (C, d.E):\n        continue\n"
    assert changed(source) == [
        "pass",
        "except (StopAsyncIteration, d.E):",
        "except (C, StopAsyncIteration):",
        "pass",
    ]


def test_where_a_change_is_and_that_nothing_else_changes() -> None:
    source = "# ä\ndef f(a):\n    return g(\n        a,\n        key=a,\n    ) or -a  # so\n"
    found = {change.after: change for change in find_changes(source)}
    assert found["key=a, ) and -a # so".removeprefix("key=a, ")].line == 6
    assert found[""].source == source.replace("key=a,", "")
    (minus,) = (change for change in found.values() if change.after == ") or a # so")
    assert (minus.line, minus.before) == (6, ") or -a # so")
    assert minus.source == source.replace("-a", "a")


@pytest.mark.parametrize(
    "file", ["scheduling/slots.py", "delivery/address_guard.py", "intake/keys.py"]
)
def test_every_mistake_is_python_and_another_program(file: str) -> None:
    source = (ADDON / file).read_text(encoding="utf-8")
    changes = find_changes(source)
    assert len({change.source for change in changes}) == len(changes) > 10
    for change in changes:
        assert change.before != change.after
        assert ast.dump(ast.parse(change.source)) != ast.dump(ast.parse(source))
