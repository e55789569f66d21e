"""What the 17.0 source must not do, because the port or Odoo 19 could not follow.

The messages say what works on both series. `compat.py` is where a difference is told at
run time, so names of one series alone are allowed there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from . import constraints
from .blank import blank_comments, line_of
from .errors import Finding
from .leftovers import Pattern
from .tree import Addon, AddonFile
from .xml_text import XmlDocument

COMPAT = "compat.py"


def _python(regex: str, message: str) -> Pattern:
    return Pattern(re.compile(regex), (".py",), message)


# Names that exist on one series only, with what to write instead.
ONE_SERIES_NAMES: tuple[Pattern, ...] = (
    _python(r"\b(?:group_operator|aggregator)\s*=", "group_operator is 17, aggregator 18+"),
    _python(r"\bauto_join\s*=", "auto_join is gone in 19"),
    _python(r"@api\.(?:returns|readonly)\b", "api.returns is gone in 19, api.readonly is 18+"),
    _python(r"\bmodels\.(?:Constraint|Index|UniqueIndex)\b", "18+: write _sql_constraints"),
    _python(r"\benv\._\(", "env._ is 18+: from odoo import _"),
    _python(r"\bfields\.Domain\b|\bfrom odoo\.fields import Domain\b", "19 only: plain lists"),
    _python(r"\bodoo\.osv\b", "19 warns about odoo.osv: join domains as plain lists"),
    _python(r"\bodoo\.tools\.intervals\b", "18+: use an own module"),
    _python(
        r"\bresource\.models\.utils\b", "moved in 19 (Intervals, make_aware): use an own module"
    ),
    _python(
        r"\.(?:check_access_rights|check_access_rule|check_access|has_access|user_has_groups)\(",
        "differs between the series: read with the user's rights and let it raise; for a yes or no "
        "on the model env['ir.model.access'].check(model, mode, raise_exception=False) is the same",
    ),
    _python(r"\.toggle_active\(", "gone in 19: action_archive, action_unarchive"),
    _python(r"\.read_group\(", "gone or deprecated in 19: _read_group"),
    _python(r"\b_check_recursion\(", "renamed in 18: write an own check"),
    _python(
        r"\bdef (?:name_get|_name_search)\(",
        "gone in 19: _compute_display_name, _rec_names_search",
    ),
    _python(r"\baccess_rights_uid\b", "gone in 19"),
    _python(
        r"\bfrom odoo import .*\bregistry\b",
        "gone in 19: from odoo.modules.registry import Registry",
    ),
    _python(r"\bget_(?:module_resource|resource_path)\b", "gone in 19: odoo.tools.file_path"),
    _python(r"\bemail_re\b", "gone in 19: odoo.tools.email_normalize"),
    _python(r"\bfreeze_time\b.*\bodoo\b|\bodoo\.tests.*\bfreeze_time\b", "use freezegun"),
    _python(r"\bLockError\b", "19 only: SELECT … FOR UPDATE"),
    _python(
        r"\.(?:list_work_time_per_day|_get_calendars?|_get_work_days_data_batch)\(",
        "differs in 19: ask the resource.calendar (_work_intervals_batch, plan_hours)",
    ),
    _python(r"""["'](?:keep_done|request_partner_id)["']""", "no such field in 19"),
    _python(r"\bpartner\w*\.mobile\b|\bpartner\w*\.title\b", "no such field in 19: use phone"),
    _python(
        r"\busers?\.groups_id\b(?!\s*(?:[|&+-]?=(?!=)))",
        "holds implied groups in 17 only: ask user.has_group(…)",
    ),
    _python(r"\bimport_module\(\s*[\"']odoo\.service\.model", "moved in 19"),
)

# Spellings that Odoo's scripts do not read as they should.
SPELLINGS: tuple[Pattern, ...] = (
    _python(
        r"\._(?:cr|uid|context)\b",
        "Odoo's script rewrites ._cr, ._uid and ._context on any object: use env.cr, env.uid, …",
    ),
    _python(
        r"""\btype\s*=\s*["']json["'](?!,)|\btype(?:\s+=\s*|=\s+)["']json["']""",
        "write type='json', with the comma and not as the last argument: "
        "Odoo's script reads no other form",
    ),
)
_JSON_ROUTE = re.compile(r"""\btype\s*=\s*["']json["']""")
_TREE_TAG = re.compile(r"</?tree(?=[\s>/])")
# What Odoo's script needs around the tag: its own line, white space before it.
_TREE_LINE = re.compile(r"[ \t]+</?tree(?:[\s>].*)?", re.DOTALL)


def find_habits(addon: Addon) -> list[Finding]:
    """Everything in the source that would break the port, or break on 19."""
    return [finding for file in addon.texts() for finding in _check_file(file)]


def _check_file(file: AddonFile) -> Iterator[Finding]:
    path = str(file.path)
    yield from _check_migration_folder(file)
    if file.path.suffix == ".py":
        try:
            text = blank_comments(file.path, file.text)
            yield from constraints.check_source(path, file.text)
        except SyntaxError as error:
            yield Finding(path, error.lineno or 1, f"no valid Python: {error.msg}")
            return
        yield from _check_python(file, text)
    elif file.path.suffix == ".xml":
        yield from _check_xml(path, file)


def _check_migration_folder(file: AddonFile) -> Iterator[Finding]:
    parts = file.path.parts
    if parts[0] == "migrations" and len(parts) > 2 and re.match(r"\d+\.0\.", parts[1]):
        yield Finding(
            str(file.path),
            1,
            "name the folder without the series (migrations/1.1.0): it then holds on both, and "
            "is not run again when a database moves to the next series",
        )


def _check_python(file: AddonFile, text: str) -> Iterator[Finding]:
    path = str(file.path)
    patterns = SPELLINGS if path == COMPAT else (*ONE_SERIES_NAMES, *SPELLINGS)
    for pattern in patterns:
        for found in pattern.regex.finditer(text):
            yield Finding(path, line_of(text, found.start()), pattern.message)
    if "controllers" not in file.path.parts:
        for found in _JSON_ROUTE.finditer(text):
            yield Finding(
                path, line_of(text, found.start()), "a route of type 'json' belongs in controllers/"
            )


def _check_xml(path: str, file: AddonFile) -> Iterator[Finding]:
    try:
        XmlDocument(file.text)
    except expat.ExpatError as error:
        yield Finding(path, error.lineno, f"no well-formed XML: {error}")
        return
    lines = blank_comments(file.path, file.text).splitlines()
    for number, line in enumerate(lines, start=1):
        tags = _TREE_TAG.findall(line)
        is_readable = number > 1 and len(tags) == 1 and _TREE_LINE.fullmatch(line)
        if tags and (not is_readable or "://" in line):
            yield Finding(
                path,
                number,
                "put <tree> and </tree> on lines of their own, indented: "
                "Odoo's script finds no other",
            )
