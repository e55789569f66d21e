"""What must not be in the 19.0 result: each a thing of 17.0 that no rule could rewrite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.parsers import expat

from .blank import blank_comments, line_of
from .errors import Finding
from .tree import Addon, AddonFile
from .xml_text import XmlDocument


@dataclass(frozen=True)
class Pattern:
    """A text that must not occur in files of these suffixes, and what to do about it."""

    regex: re.Pattern[str]
    suffixes: tuple[str, ...]
    message: str


def _pattern(regex: str, suffixes: str, message: str) -> Pattern:
    return Pattern(re.compile(regex), tuple("." + name for name in suffixes.split()), message)


PATTERNS: tuple[Pattern, ...] = (
    _pattern(r"\b_sql_constraints\b", "py", "_sql_constraints is ignored by 19"),
    _pattern(r"\bgroups_id\b", "py xml csv js", "groups_id is group_ids in 19"),
    _pattern(r"\b(?:numbercall|doall)\b", "py xml csv", "ir.cron has no such field in 19"),
    _pattern(
        r"</?tree\b", "py xml js", "<tree> is <list> in 19: one tag a line, indented, no URL before"
    ),
    _pattern(r"""\b(?:mode|view_mode|views)=["'][^"']*\btree\b""", "xml", "'tree' is 'list' in 19"),
    _pattern(
        r"""<field name=["'](?:view_mode|binding_view_types)["'][^<]*\btree\b""",
        "xml",
        "'tree' is 'list' in 19",
    ),
    _pattern(r"""["']tree["']""", "py js", "the view type 'tree' is 'list' in 19"),
    _pattern(r"\bkanban-(?:box|menu)\b", "py xml js", "19 knows the templates 'card' and 'menu'"),
    _pattern(
        r"\boe_chatter\b",
        "py xml js",
        'only <div class="oe_chatter"> with its plain fields becomes <chatter/>',
    ),
    _pattern(r"""\btype\s*=\s*["']json["']""", "py", "a route of type 'json' is 'jsonrpc' in 19"),
    _pattern(r"\btest:\s*true\b", "js", "a tour has no key 'test' in 19"),
    _pattern(r"""\brun:\s*["'`]text\b""", "js", "the step action 'text' is 'edit' in 19"),
    _pattern(
        r"\b(?:isCheck|auto|extra_trigger|position|skip_trigger|in_modal):",
        "js",
        "a tour step has no such key in 19",
    ),
    _pattern(r"@web_tour/tour_service/", "js", "web_tour's modules were moved in 19"),
    _pattern(
        r"\bo_portal_chatter_composer\b|/mail/chatter_(?:post|init)\b",
        "py xml js",
        "the portal chatter is another one in 19: test posting by RPC",
    ),
    _pattern(r"""["']trg_date_range["']\s*:\s*-""", "py", "trg_date_range is unsigned in 19"),
    _pattern(
        r"""["']users["']\s*:\s*\[\s*(?:\(|Command)""",
        "py",
        "res.groups.users is user_ids in 19: write the users' groups_id instead",
    ),
    _pattern(
        r"\._(?:cr|uid|context)\b", "py", "19 warns about it: use self.env.cr, .uid, .context"
    ),
)


def find_leftovers(addon: Addon) -> list[Finding]:
    """Every leftover of 17.0, and every file that the port has broken."""
    return [finding for file in addon.texts() for finding in _check_file(file)]


def _check_file(file: AddonFile) -> Iterator[Finding]:
    path = str(file.path)
    try:
        text = blank_comments(file.path, file.text)
        document = XmlDocument(file.text) if file.path.suffix == ".xml" else None
    except SyntaxError as error:
        yield Finding(path, error.lineno or 1, f"no valid Python: {error.msg}")
        return
    except expat.ExpatError as error:
        yield Finding(path, error.lineno, f"no well-formed XML: {error}")
        return
    if path == "__manifest__.py" and not re.search(r"""["']version["']\s*:\s*["']19\.0\.""", text):
        yield Finding(path, 1, "the version must begin with 17.0. in the source, 19.0. when ported")
    for pattern in PATTERNS:
        if file.path.suffix in pattern.suffixes:
            for found in pattern.regex.finditer(text):
                yield Finding(path, line_of(text, found.start()), pattern.message)
    if document is not None:
        yield from _check_records(path, document)


def _check_records(path: str, document: XmlDocument) -> Iterator[Finding]:
    for group in document.records("res.groups"):
        for field in group.fields("category_id"):
            yield Finding(
                path,
                field.line,
                'category_id of a group: write ref="…" to a category that is declared in the '
                "same file, before the group",
            )
        for field in group.fields("users"):
            yield Finding(path, field.line, "res.groups.users is user_ids in 19")
    for action in document.records("ir.actions.act_window"):
        for field in action.fields("target"):
            if document.inner(field).strip() == "inline":
                yield Finding(path, field.line, "target 'inline' is gone in 19")
    for element in document.elements:
        if element.tag == "group" and "expand" in element.attrib:
            yield Finding(path, element.line, "a search group takes no 'expand' in 19")
    yield from _check_timed_rules(path, document)


def _check_timed_rules(path: str, document: XmlDocument) -> Iterator[Finding]:
    for rule in document.records("base.automation"):
        for field in rule.fields("trg_date_range"):
            value = field.attrib.get("eval", document.inner(field)).strip()
            if not value.isdigit() or not rule.fields("trg_date_range_mode"):
                yield Finding(
                    path, field.line, "trg_date_range must be a literal integer, as text or eval"
                )
