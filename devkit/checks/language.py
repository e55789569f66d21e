"""A check that `_()` can find the user's language.

Odoo's `_` looks for `self` among the names of the scope that calls it. A comprehension, a
lambda or a helper function has `self` only if it mentions it; without it the text stays
English, and Odoo 19 logs a warning.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from .repository import Complaint, Repository

Scope = (
    ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.GeneratorExp
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
)
_LEFT_OUT = ("tests", "intake", "scheduling", "delivery")


def translations_find_self(repository: Repository) -> Iterator[Complaint]:
    """Each `_("…")` of the addon stands in a scope that mentions `self`."""
    starts = tuple(f"{repository.addon}/{name}/" for name in _LEFT_OUT)
    for file in repository.addon_files(suffixes=(".py",)):
        if file.path.startswith(starts) or file.text is None:
            continue
        try:
            tree = ast.parse(file.text)
        except SyntaxError as error:
            yield Complaint(file.path, error.lineno or 1, f"no valid Python: {error.msg}")
            continue
        for line in sorted(set(_blind_calls(tree, has_self=False))):
            yield Complaint(
                file.path, line, "_() finds no language here: no `self` in this scope, move it out"
            )


def _blind_calls(node: ast.AST, *, has_self: bool) -> Iterator[int]:
    """The lines of calls of `_` below a node, where `self` is not to be seen."""
    for child in ast.iter_child_nodes(node):
        if not has_self and _is_translation(child):
            yield child.lineno
        visible = _mentions_self(child) if isinstance(child, Scope) else has_self
        yield from _blind_calls(child, has_self=visible)


def _is_translation(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"


def _mentions_self(scope: ast.AST) -> bool:
    """Whether `self` is an argument or a name inside, nested scopes included."""
    return any(
        (isinstance(node, ast.Name) and node.id == "self")
        or (isinstance(node, ast.arg) and node.arg == "self")
        for node in ast.walk(scope)
    )
