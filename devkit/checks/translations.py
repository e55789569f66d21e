"""Checks on translations: they compile, are complete, and keep the placeholders of each term."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import polib

from devkit.generate.abstract_models import find_abstract, find_named

from .repository import Complaint, RepoFile, Repository

_PLACEHOLDER = re.compile(
    r"%\(\w+\)[sdif]|%[sdif]\b"  # Python
    r"|\{\{.*?\}\}"  # mail templates' subjects
    r"|\bt-(?:out|esc|field|att[\w-]*|if|foreach)=\"[^\"]*\""  # QWeb inside a sentence
)


def placeholders(text: str) -> Counter[str]:
    """The parts of a text that a translator must leave as they are."""
    return Counter(_PLACEHOLDER.findall(text))


def translations(repository: Repository) -> Iterator[Complaint]:
    """Each .po compiles, has every term of the .pot and no other, and keeps its placeholders."""
    files = repository.addon_files("i18n", suffixes=(".po",))
    template = _find_template(repository)
    if template is None:
        if files:
            yield Complaint(files[0].path, 1, f"there is no {repository.addon}.pot beside it")
        return
    try:
        terms = _read_terms(template)
    except OSError as error:
        yield Complaint(template.path, 1, f"cannot be read: {error}")
        return
    for file in files:
        yield from _check(file, terms)


def exported_terms(repository: Repository) -> Iterator[Complaint]:
    """Each literal of `_()` in the addon's Python is a term of the .pot; no abstract model's
    name is one.

    Babel stops reading a file where it cannot make sense of a call, an f-string among the
    arguments for one, and Odoo leaves out the rest of that file without an error.
    """
    template = _find_template(repository)
    if template is None:
        return
    try:
        terms = _read_terms(template)
    except OSError:
        return  # `translations` tells of it
    files = repository.addon_files(suffixes=(".py",))
    abstract = find_abstract(file.text for file in files if file.text is not None)
    if named := find_named(template.text or "", abstract):
        yield Complaint(
            template.path, 1, f"names {len(named)} abstract models, such as {min(named)}: make pot"
        )
    tests = f"{repository.addon}/tests/"
    for file in files:
        if file.path.startswith(tests) or file.text is None:
            continue
        for line, term in _literals(file.text):
            if term not in terms:
                yield Complaint(
                    file.path,
                    line,
                    f"the .pot has not {term[:40]!r}: run make pot; if it stays away, something "
                    "among the arguments keeps Babel from reading on (an f-string does)",
                )


def _find_template(repository: Repository) -> RepoFile | None:
    return repository.get(f"{repository.addon}/i18n/{repository.addon}.pot")


def _read_terms(template: RepoFile) -> set[str]:
    return {entry.msgid for entry in polib.pofile(str(template.absolute))}


def _literals(text: str) -> Iterator[tuple[int, str]]:
    """The lines and texts of what `_()` and `_lt()` translate; nothing of broken Python."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return  # the linters of Python tell of it
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ("_", "_lt")
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.lineno, node.args[0].value


def _check(file: RepoFile, terms: set[str]) -> Iterator[Complaint]:
    try:
        # The text and not the file: polib leaves one open that it cannot parse.
        entries = polib.pofile(file.text or "", check_for_duplicates=True)
        entries.to_binary()
    except (OSError, ValueError) as error:
        yield Complaint(file.path, 1, f"does not compile: {error}")
        return
    missing = terms - {entry.msgid for entry in entries}
    if missing:
        first = min(missing)
        yield Complaint(file.path, 1, f"{len(missing)} terms are missing, one is {first[:40]!r}")
    for entry in entries:
        line = entry.linenum or 1
        if entry.obsolete:
            yield Complaint(file.path, line, f"an obsolete term: {entry.msgid[:40]!r}")
        elif entry.msgid not in terms:
            yield Complaint(file.path, line, f"a term that the .pot has not: {entry.msgid[:40]!r}")
        elif entry.fuzzy:
            yield Complaint(file.path, line, f"a fuzzy term: {entry.msgid[:40]!r}")
        elif not entry.msgstr:
            yield Complaint(file.path, line, f"not translated: {entry.msgid[:40]!r}")
        elif placeholders(entry.msgid) != placeholders(entry.msgstr):
            yield Complaint(file.path, line, f"other placeholders than {entry.msgid[:40]!r}")
