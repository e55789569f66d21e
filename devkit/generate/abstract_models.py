"""The names of abstract models, which no person meets: they are left out of the template.

Odoo exports the name of every model for translation, those of services and mixins among them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable

_SOURCE = re.compile(r"^#: model:ir\.model,name:\w+\.(\w+)$", re.M)


def find_abstract(sources: Iterable[str]) -> set[str]:
    """The XML ids, without the module, of the abstract models of ``sources``, Odoo's own that
    are extended there among them.

    :param sources: texts of Python files; one that is broken has none
    """
    found = set()
    for source in sources:
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue  # the linters of Python tell of it
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and _is_abstract(node) and (name := _name(node)):
                found.add("model_" + name.replace(".", "_"))
    return found


def find_named(template: str, models: Collection[str]) -> set[str]:
    """Which of these models a template of translations names.

    :param template: the text of a .pot
    :param models: XML ids, as ``find_abstract`` returns them
    """
    return set(_SOURCE.findall(template)) & set(models)


def leave_out(template: str, models: Collection[str]) -> str:
    """The template without the names of these models; what stands elsewhere too stays a term.

    :param template: the text of a .pot, its entries parted by blank lines
    :param models: XML ids, as ``find_abstract`` returns them
    """
    kept = []
    for entry in template.split("\n\n"):
        lines = [line for line in entry.split("\n") if not find_named(line, models)]
        has_source = any(line.startswith("#: ") for line in lines)
        if has_source or not find_named(entry, models):
            kept.append("\n".join(lines))
    return "\n\n".join(kept).rstrip("\n") + "\n"


def _is_abstract(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).split(".")[-1] == "AbstractModel" for base in node.bases)


def _name(node: ast.ClassDef) -> str | None:
    """The model that a class defines, else the one that it extends."""
    values = {
        ast.unparse(statement.targets[0]): statement.value.value
        for statement in node.body
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant)
    }
    name = values.get("_name", values.get("_inherit"))
    return name if isinstance(name, str) else None
