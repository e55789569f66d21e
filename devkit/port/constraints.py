"""SQL constraints: what Odoo's script can convert, and proof that it did.

Odoo 19 ignores `_sql_constraints` with no more than a warning, so a constraint that is
lost on the way means data that nobody guards. Therefore the constraints of the source
and of the result are read from the syntax tree and compared.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import Finding

# Attributes that Odoo gives a meaning to: a constraint `order` would become `_order`.
RESERVED = frozenset(
    "_" + name
    for name in (
        "abstract active_name auto check_company check_company_auto context cr custom "
        "date_name depends description field_computed fields fold_name inherit inherits "
        "log_access module name order original_module parent_name parent_store rec_name "
        "rec_names_search register sequence sql_constraints table table_query transient "
        "translate uid"
    ).split()
)


@dataclass(frozen=True, order=True)
class SqlConstraint:
    """One constraint of a class, in the form that both series share."""

    class_name: str
    name: str
    definition: str
    message: str


def _classes(tree: ast.Module) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def _assigned(node: ast.stmt) -> str | None:
    """The name that a plain `name = value` or `name: type = value` sets."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.AnnAssign):
        target = node.target
    else:
        return None
    return target.id if isinstance(target, ast.Name) else None


def _strings(nodes: list[ast.expr]) -> tuple[str, ...] | None:
    """The texts of string literals; None if one of the nodes is anything else."""
    texts = []
    for item in nodes:
        if not (isinstance(item, ast.Constant) and isinstance(item.value, str)):
            return None
        texts.append(item.value)
    return tuple(texts)


def _old_lists(tree: ast.Module) -> Iterator[tuple[ast.ClassDef, ast.Assign | ast.AnnAssign]]:
    for owner in _classes(tree):
        for node in owner.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and (
                _assigned(node) == "_sql_constraints"
            ):
                yield owner, node


def read_old(text: str) -> list[SqlConstraint]:
    """The constraints written as `_sql_constraints`; what is no literal is left out."""
    found = []
    for owner, node in _old_lists(ast.parse(text)):
        for entry in node.value.elts if isinstance(node.value, ast.List) else ():
            texts = _strings(entry.elts) if isinstance(entry, ast.Tuple | ast.List) else None
            if texts and len(texts) in (2, 3):
                message = texts[2] if len(texts) == 3 else ""
                found.append(SqlConstraint(owner.name, texts[0], texts[1], message))
    return found


def read_new(text: str) -> list[SqlConstraint]:
    """The constraints written as `_name = models.Constraint(definition, message)`."""
    found = []
    for owner in _classes(ast.parse(text)):
        for node in owner.body:
            name = _assigned(node)
            value = node.value if isinstance(node, ast.Assign) else None
            if name is None or not isinstance(value, ast.Call):
                continue
            if ast.unparse(value.func) != "models.Constraint" or value.keywords:
                continue
            texts = _strings(value.args)
            if texts and len(texts) in (1, 2):
                message = texts[1] if len(texts) == 2 else ""
                found.append(SqlConstraint(owner.name, name[1:], texts[0], message))
    return found


def check_source(path: str, text: str) -> list[Finding]:
    """What Odoo's script would not convert, or would convert into something wrong."""
    tree = ast.parse(text)
    findings = []
    for owner, node in _old_lists(tree):
        segment = ast.get_source_segment(text, node) or ""
        brackets = segment.partition("=")[2]
        if brackets.count("]") > 1:
            findings.append(
                Finding(
                    path,
                    node.lineno,
                    "a ']' inside _sql_constraints: Odoo's script stops reading there; write "
                    "int4range(x, x + 1) for int4range(x, x, '[]'), and keep it out of comments",
                )
            )
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.List):
            findings.append(
                Finding(path, node.lineno, "_sql_constraints must be a plain list of tuples")
            )
            continue
        for entry in node.value.elts:
            findings += _check_entry(path, owner, entry)
        if not _imports_models(tree):
            findings.append(
                Finding(path, node.lineno, "needs 'from odoo import models' for models.Constraint")
            )
    return findings


def _check_entry(path: str, owner: ast.ClassDef, entry: ast.expr) -> Iterator[Finding]:
    texts = _strings(entry.elts) if isinstance(entry, ast.Tuple | ast.List) else None
    if texts is None or len(texts) not in (2, 3):
        yield Finding(
            path,
            entry.lineno,
            "_sql_constraints takes tuples of two or three string literals: "
            "no _(), no variable, no +, no f-string",
        )
        return
    attribute = "_" + texts[0]
    if not attribute.isidentifier() or attribute.startswith("__"):
        yield Finding(path, entry.lineno, f"constraint name {texts[0]!r} is no Python name")
    elif attribute in RESERVED:
        yield Finding(
            path, entry.lineno, f"constraint {texts[0]!r} becomes {attribute}, a name of Odoo's own"
        )
    elif attribute in _members(owner):
        yield Finding(
            path,
            entry.lineno,
            f"constraint {texts[0]!r} becomes the attribute {attribute}, which "
            f"{owner.name} already has: one would silently replace the other",
        )


def _members(owner: ast.ClassDef) -> set[str]:
    names = {_assigned(node) or "" for node in owner.body}
    names |= {
        node.name for node in owner.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return names


def _imports_models(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "odoo"
        and any(alias.name == "models" and alias.asname is None for alias in node.names)
        for node in tree.body
    )


def check_result(path: str, before: str, after: str) -> list[Finding]:
    """Each constraint of the source must stand in the result, word for word."""
    lost = set(read_old(before)) - set(read_new(after))
    return [
        Finding(
            path,
            1,
            f"the constraint {constraint.name!r} of {constraint.class_name} did not survive the "
            "port; compare it with Odoo's upgrade_code script for SQL constraints",
        )
        for constraint in sorted(lost)
    ]
