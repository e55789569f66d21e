"""The small mistakes that can be made in a module: one changed operator, number, text, …"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

_OPERATORS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {
    ast.Add: ("+", ("-",)),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("/",)),
    ast.Div: ("/", ("*",)),
    ast.FloorDiv: ("//", ("*",)),
    ast.Mod: ("%", ("*",)),
    ast.Pow: ("**", ("*",)),
    ast.BitAnd: ("&", ("|",)),
    ast.BitOr: ("|", ("&",)),
    ast.Lt: ("<", ("<=", ">=")),
    ast.LtE: ("<=", ("<", ">")),
    ast.Gt: (">", (">=", "<=")),
    ast.GtE: (">=", (">", "<")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
    ast.And: ("and", ("or",)),
    ast.Or: ("or", ("and",)),
}
_TWINS = {
    name: other
    for pair in (
        "min max",
        "any all",
        "startswith endswith",
        "removeprefix removesuffix",
        "partition rpartition",
        "find rfind",
        "lower upper",
        "lstrip rstrip",
        "search match",
        "fullmatch match",
    )
    for name, other in (pair.split(), pair.split()[::-1])
}
# Raised by nothing that we call, so that a handler of it handles nothing.
_NEVER_RAISED = "StopAsyncIteration"
_TABLES = (ast.Dict, ast.Set, ast.List, ast.Tuple)


@dataclass(frozen=True)
class Change:
    """One mistake: the number of its line, the line before and after, the module with it.

    Lines are without their indentation; a change over several lines shows them as one.
    """

    line: int
    before: str
    after: str
    source: str


def find_changes(source: str) -> list[Change]:
    """All mistakes in a module, in the order of their lines.

    Annotations, decorators, docstrings, formatted texts, and the words in the tables at the top
    of a module are left alone: the type checker reads the first, tests of the last would only
    write the table down a second time.
    """
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    found = {change.source: change for change in finder.changes() if change.source != source}
    return sorted(found.values(), key=lambda change: change.line)


class _Finder(ast.NodeVisitor):
    """Collects replacements of stretches of bytes; ``ast`` counts columns in bytes."""

    def __init__(self, source: str) -> None:
        self._raw = source.encode()
        lines = self._raw.splitlines(keepends=True)
        self._starts = [0, *accumulate(map(len, lines))]
        self._edits: list[tuple[int, int, str]] = []
        self._words_count = True

    def changes(self) -> Iterator[Change]:
        for start, stop, text in self._edits:
            raw = self._raw[:start] + text.encode() + self._raw[stop:]
            first = self._raw.rfind(b"\n", 0, start) + 1
            last = self._raw.find(b"\n", stop) % (len(self._raw) + 1)
            before = _flatten(self._raw[first:last])
            after = _flatten(self._raw[first:start] + text.encode() + self._raw[stop:last])
            yield Change(self._raw.count(b"\n", 0, start) + 1, before, after, raw.decode())

    # ------------------------------------------------------------------
    # What is left alone
    # ------------------------------------------------------------------

    def visit_Module(self, node: ast.Module) -> None:
        self._visit_top(node.body)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_top(node.body)

    def _visit_top(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            value = getattr(statement, "value", None)
            self._words_count = not any(isinstance(each, _TABLES) for each in _walk(value))
            if not (isinstance(statement, ast.If) and _is_guard(statement.test)):
                self.visit(statement)
            self._words_count = True

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._words_count = True
        for each in (*node.args.defaults, *filter(None, node.args.kw_defaults), *node.body):
            self.visit(each)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Before Python 3.12 nobody knows where the parts of a formatted text stand."""

    # ------------------------------------------------------------------
    # Operators and conditions
    # ------------------------------------------------------------------

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self._swap_operator(node.op, node.left, node.right)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for operator, left, right in zip(
            node.ops, [node.left, *node.comparators], node.comparators, strict=False
        ):
            self._swap_operator(operator, left, right)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._swap_operator(node.op, left, right)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._swap_operator(node.op, node.target, node.value)
        self.visit(node.value)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub):
            sign = b"not " if isinstance(node.op, ast.Not) else b"-"
            start = self._start(node)
            self._replace(start, start + len(sign), "")
        self.generic_visit(node)

    def visit_If(self, node: ast.If | ast.IfExp | ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    visit_IfExp = visit_If  # noqa: N815 - the names are those of ast.NodeVisitor
    visit_While = visit_If  # noqa: N815

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        """Turn a condition round, unless another change does the same."""
        single = isinstance(test, ast.Compare) and len(test.ops) == 1
        if not single and not isinstance(test, ast.UnaryOp | ast.Constant):
            start, stop = self._start(test), self._stop(test)
            self._replace(start, stop, f"not ({self._raw[start:stop].decode()})")

    def _swap_operator(self, operator: ast.AST, left: ast.expr, right: ast.expr) -> None:
        written, others = _OPERATORS.get(type(operator), ("", ()))
        if not others:
            return
        start = self._stop(left)
        pattern = re.escape(written).replace(r"\ ", r"\s+").encode()
        # Parentheses and line ends may stand around it; a closing comment may not.
        found = re.search(pattern, self._raw[start : self._start(right)])
        assert found, f"no {written} between {ast.dump(left)} and {ast.dump(right)}"
        for other in others:
            self._replace(start + found.start(), start + found.end(), other)

    # ------------------------------------------------------------------
    # Values, calls and statements
    # ------------------------------------------------------------------

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._replace_node(node, str(not value))
        elif isinstance(value, int | float):
            self._replace_node(node, repr(value + 1))
        elif isinstance(value, str | bytes) and self._words_count:
            other = ("" if value else "XX") if isinstance(value, str) else b"" if value else b"XX"
            self._replace_node(node, repr(other))

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        name = getattr(called, "attr", getattr(called, "id", ""))
        if name in _TWINS:
            stop = self._stop(called)
            self._replace(stop - len(name), stop, _TWINS[name])
        if len(node.args) + len(node.keywords) > 1:
            for keyword in node.keywords:
                if keyword.arg:
                    self._drop_item(self._start(keyword), self._stop(keyword))
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node.value, ast.Call):
            self._replace_node(node, "pass")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._replace_node(node, "pass")
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break | ast.Continue) -> None:
        self._replace_node(node, "pass")

    visit_Continue = visit_Break  # noqa: N815

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        for kind in kinds:
            if kind:
                self._replace_node(kind, _NEVER_RAISED)
        for statement in node.body:
            self.visit(statement)

    def _drop_item(self, start: int, stop: int) -> None:
        """Take one of several arguments out, with the comma before or behind it."""
        behind = re.compile(rb", ?").match(self._raw, stop)
        if behind:
            self._replace(start, behind.end(), "")
        else:
            self._replace(self._raw.rfind(b",", 0, start), stop, "")

    # ------------------------------------------------------------------
    # Places
    # ------------------------------------------------------------------

    def _replace_node(self, node: ast.expr | ast.stmt, text: str) -> None:
        self._replace(self._start(node), self._stop(node), text)

    def _replace(self, start: int, stop: int, text: str) -> None:
        self._edits.append((start, stop, text))

    def _start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _stop(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset


def _walk(node: ast.AST | None) -> Iterator[ast.AST]:
    return ast.walk(node) if node else iter(())


def _is_guard(test: ast.expr) -> bool:
    """Whether a module asks if it is run as a program, or read by the type checker."""
    return any(getattr(each, "id", "") in ("__name__", "TYPE_CHECKING") for each in ast.walk(test))


def _flatten(raw: bytes) -> str:
    return " ".join(raw.decode().split())
