"""Build the addon for one series: read, port, check, and only then write."""

from __future__ import annotations

import ast
from pathlib import Path

from . import constraints
from .errors import Finding, PortError
from .habits import find_habits
from .leftovers import find_leftovers
from .rules import apply_rules
from .tree import Addon, read_addon, write_addon
from .upgrade_scripts import run_scripts

SOURCE_SERIES = "17.0"
PORTED_SERIES = "19.0"
SERIES = (SOURCE_SERIES, PORTED_SERIES)


def manifest_version(addon: Addon) -> str:
    """The `version` of the manifest, as `17.0.1.0.0`."""
    manifest = addon.get("__manifest__.py")
    if manifest is None:
        raise PortError("the addon has no __manifest__.py")
    try:
        version = ast.literal_eval(manifest.text)["version"]
    except (SyntaxError, ValueError, TypeError, KeyError) as error:
        raise PortError(f"no version can be read from __manifest__.py: {error!r}") from error
    if not isinstance(version, str) or not version.startswith(tuple(s + "." for s in SERIES)):
        raise PortError(f"the manifest's version {version!r} begins with none of {SERIES}")
    return version


def make(source: Path, series: str, odoo_tree: Path | None) -> Addon:
    """The addon for `series`, in memory. Raises PortError with every finding at once."""
    if series not in SERIES:
        raise PortError(f"unknown series {series!r}; there are {', '.join(SERIES)}")
    addon = read_addon(source)
    is_ported = not manifest_version(addon).startswith(SOURCE_SERIES)
    if series == SOURCE_SERIES:
        if is_ported:
            raise PortError(f"{source} is a ported tree; there is no way back to {SOURCE_SERIES}")
        return addon
    if odoo_tree is None:
        raise PortError(f"the port to {series} needs an Odoo {series} tree, for its scripts")
    if not is_ported:
        _fail_on("the source has what cannot be ported", find_habits(addon))
    before = {str(file.path): file.text for file in addon.texts()}
    run_scripts(addon, odoo_tree)
    apply_rules(addon)
    _fail_on(f"something of {SOURCE_SERIES} is left after the port", _check_result(addon, before))
    return addon


def build(source: Path, series: str, dest: Path, odoo_tree: Path | None = None) -> Path:
    """Write the addon at `source` for `series` to `dest/<its name>` and return that folder.

    '17.0' is a plain copy without caches. '19.0' needs `odoo_tree`, an Odoo 19 of either
    shape (checkout or Debian package, unpacked). The result depends on nothing but the
    two trees; a result that is there already and equal is left untouched. Raises PortError
    and writes nothing when the source cannot be ported.
    """
    return write_addon(make(source, series, odoo_tree), dest, source)


def _check_result(addon: Addon, before: dict[str, str]) -> list[Finding]:
    findings = find_leftovers(addon)
    for file in addon.texts():
        path = str(file.path)
        if file.path.suffix == ".py" and "_sql_constraints" in before[path]:
            findings += constraints.check_result(path, before[path], file.text)
    return findings


def _fail_on(summary: str, findings: list[Finding]) -> None:
    if findings:
        raise PortError(f"{summary} ({len(set(findings))}):", findings)
