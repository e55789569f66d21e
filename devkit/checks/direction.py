"""The packages of `models/`: what each may use, and the one pipeline of the appointment.

A package uses those above it in `PACKAGES`, never those below. Looked at are imports,
`env["support.…"]`, `_inherit`, and the names of methods and of appointment fields that only
packages below define. A deliberate exception stands in `EXCEPTIONS`, with its reason.

What a package wants of one below is a hook: a method that it calls and documents, and that the
package below extends with `super()`, such as `_find_erasure_obstacle`. The pages with which
somebody plans open each other, so all of them are of `dispatching`, that for cancelling too.
`docs/decisions/0007-the-cut-of-packages.md` says why the packages stand in this order.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from .repository import Complaint, Repository

# From what everything may use to what nothing uses.
PACKAGES = (
    "common",
    "automation",
    "privacy",
    "appointment",
    "technicians",
    "booking",
    "planning",
    "holds",
    "tickets",
    "notifications",
    "webhooks",
    "calendar_sync",
    "cancellation",
    "undo",
    "customer",
    "satisfaction",
    "absences",
    "archiving",
    "incoming",
    "duplicates",
    "dispatching",
    "online_booking",
    "portal",
    "board",
    "my_day",
    "health",
    "settings",
    "reporting",
    "demo",
)
# Pages of `wizard/`, which stays flat, by the package that they belong to.
WIZARDS = {
    "privacy_lookup_wizard": "privacy",
    "privacy_lookup_wizard_line": "privacy",
    "support_bulk_result": "dispatching",
    "support_bulk_result_line": "dispatching",
    "support_cancel_wizard": "dispatching",
    "support_dry_run": "health",
    "support_dry_run_line": "health",
    "support_erase_wizard": "privacy",
    "support_health": "health",
    "support_health_line": "health",
    "support_merge_wizard": "duplicates",
    "support_merge_wizard_line": "duplicates",
    "support_reject_wizard": "incoming",
    "support_replan": "dispatching",
    "support_replan_line": "dispatching",
    "support_slot_finder": "dispatching",
    "support_slot_finder_line": "dispatching",
}
# (file below models/ or wizard/, name that is used) -> why that is right all the same.
EXCEPTIONS: dict[tuple[str, str], str] = {}

APPOINTMENT = "support.appointment"
PIPELINE = "models/appointment/support_appointment.py"
CRUD = frozenset({"create", "write", "unlink"})
# Fields that many models have, so that their names tell nothing.
COMMON_FIELDS = frozenset(
    {"access_token", "active", "company_id", "email", "name", "note", "partner_id"}
) | {"summary", "user_id"}


@dataclass
class Module:
    """A file of a package, and what it defines."""

    path: str
    package: str
    tree: ast.Module
    classes: list[Model] = field(default_factory=list)


@dataclass(frozen=True)
class Model:
    """A class of a model."""

    node: ast.ClassDef
    name: str | None
    inherits: tuple[str, ...]
    is_abstract: bool

    @property
    def extends(self) -> str:
        """The model that the class defines or extends."""
        return self.name or next(iter(self.inherits), "")


def direction(repository: Repository) -> Iterator[Complaint]:
    """No package uses one that stands below it."""
    modules = list(_modules(repository))
    rank = {package: number for number, package in enumerate(PACKAGES)}
    for module in modules:
        if module.package not in rank:
            yield Complaint(module.path, 1, f"`{module.package}` is not in PACKAGES")
    modules = [module for module in modules if module.package in rank]
    homes = _homes(modules)
    used_exceptions = set()
    for module in modules:
        short = module.path.partition("/")[2]
        for line, name, packages in _uses(module, homes):
            if not packages or any(rank[each] <= rank[module.package] for each in packages):
                continue
            if (short, name) in EXCEPTIONS:
                used_exceptions.add((short, name))
                continue
            below = ", ".join(sorted(packages))
            yield Complaint(
                module.path, line, f"`{module.package}` uses `{name}` of `{below}`, which is below"
            )
    known = {module.path.partition("/")[2] for module in modules}
    for path, name in EXCEPTIONS.keys() - used_exceptions:
        if path in known:
            yield Complaint(f"{repository.addon}/{path}", 1, f"needs no exception for `{name}`")


def one_pipeline(repository: Repository) -> Iterator[Complaint]:
    """One file overrides ``create``, ``write`` and ``unlink`` of the appointment."""
    for module in _modules(repository):
        for model in module.classes:
            if model.extends != APPOINTMENT or module.path.endswith(PIPELINE):
                continue
            for node in model.node.body:
                if isinstance(node, ast.FunctionDef) and node.name in CRUD:
                    yield Complaint(
                        module.path, node.lineno, f"`{node.name}` belongs to {PIPELINE}: use a hook"
                    )


def shared_mixins(repository: Repository) -> Iterator[Complaint]:
    """A mixin has two heirs at least; one heir is extended by its package."""
    modules = list(_modules(repository))
    heirs = defaultdict(set)
    for module in modules:
        for model in module.classes:
            for parent in model.inherits:
                if parent != model.extends:
                    heirs[parent].add(model.extends)
    for module in modules:
        for model in module.classes:
            if model.name and model.name.endswith(".mixin") and len(heirs[model.name]) < 2:
                yield Complaint(module.path, model.node.lineno, f"`{model.name}` has one heir")


def hidden_methods(repository: Repository) -> Iterator[Complaint]:
    """Of a method that several classes of a model define, one alone does without ``super()``.

    A hook that says so in its docstring may be replaced. Two packages that give a method the same
    name by chance would hide one from the other's callers, and each would pass its own tests.
    """
    found = defaultdict(list)
    for module in _modules(repository):
        for model in module.classes:
            for node in model.node.body:
                if isinstance(node, ast.FunctionDef):
                    found[model.extends, node.name].append((module.path, node))
    for (model_name, name), places in found.items():
        alone = [
            (path, node) for path, node in places if not (_calls_super(node) or _is_hook(node))
        ]
        if len(alone) > 1:
            others = ", ".join(sorted(path.partition("/models/")[2] for path, _node in alone))
            for path, node in alone:
                yield Complaint(
                    path, node.lineno, f"`{name}` of {model_name} hides another: see {others}"
                )


def _is_hook(node: ast.FunctionDef) -> bool:
    return (ast.get_docstring(node) or "").startswith("Hook")


def _calls_super(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "super" for each in ast.walk(node))


def _modules(repository: Repository) -> Iterator[Module]:
    """The files of `models/<package>/` and of `wizard/`."""
    for file in repository.addon_files("models", "wizard", suffixes=(".py",)):
        path = PurePosixPath(file.path)
        inside = path.relative_to(repository.addon).parts
        if file.text is None or path.name == "__init__.py":
            continue
        package = inside[1] if inside[0] == "models" else WIZARDS.get(path.stem, path.stem)
        try:
            tree = ast.parse(file.text)
        except SyntaxError:
            continue  # ruff names it
        module = Module(file.path, package, tree)
        module.classes = [
            model
            for node in tree.body
            if isinstance(node, ast.ClassDef) and (model := _model(node))
        ]
        yield module


def _model(node: ast.ClassDef) -> Model | None:
    values = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id in {"_name", "_inherit"}
    }
    if not values:
        return None
    inherit = values.get("_inherit", ())
    bases = {ast.unparse(base) for base in node.bases}
    return Model(
        node,
        values.get("_name"),
        (inherit,) if isinstance(inherit, str) else tuple(inherit),
        "models.AbstractModel" in bases,
    )


@dataclass
class Homes:
    """Which packages define a model, a method or a field of the appointment."""

    models: dict[str, set[str]]
    methods: dict[str, set[str]]
    fields: dict[str, set[str]]


def _homes(modules: list[Module]) -> Homes:
    homes = Homes(defaultdict(set), defaultdict(set), defaultdict(set))
    elsewhere = set(COMMON_FIELDS)
    for module in modules:
        for model in module.classes:
            if model.name:
                homes.models[model.name].add(module.package)
            for node in model.node.body:
                if isinstance(node, ast.FunctionDef):
                    homes.methods[node.name].add(module.package)
                elif (name := _field(node)) and model.extends == APPOINTMENT:
                    homes.fields[name].add(module.package)
                elif name:
                    elsewhere.add(name)
    for name in elsewhere:
        homes.fields.pop(name, None)
    return homes


def _field(node: ast.stmt) -> str | None:
    """The name of the field that a statement declares."""
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and ast.unparse(node.value.func).startswith("fields.")
    ):
        return node.targets[0].id
    return None


def _uses(module: Module, homes: Homes) -> Iterator[tuple[int, str, set[str]]]:
    """What a file uses: the line, the name, and the packages that define it."""
    for model in module.classes:
        for parent in model.inherits:
            yield model.node.lineno, parent, homes.models.get(parent, set())
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node.lineno, node.module or "", _imported(node)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            if isinstance(node.slice.value, str):
                name = node.slice.value
                yield node.lineno, name, homes.models.get(name, set())
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            if node.attr in homes.methods and node.attr.startswith(("_", "action_")):
                yield node.lineno, node.attr, homes.methods[node.attr]
            elif node.attr in homes.fields:
                yield node.lineno, node.attr, homes.fields[node.attr]


def _imported(node: ast.ImportFrom) -> set[str]:
    """The package of `models/` that a relative import names."""
    parts = (node.module or "").split(".")
    if node.level == 2 and parts[0] == "models":
        parts = parts[1:]
    elif node.level != 2:
        return set()
    return {parts[0]} & set(PACKAGES)
