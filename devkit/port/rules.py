"""The rules that turn the 17.0 source into a 19.0 addon, in the order they are applied.

They run after Odoo's own scripts. Each is a pure function of one file's text and leaves
what it does not understand as it is; `leftovers` then fails on it, with file and line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from . import rules_script, rules_xml
from .errors import PortError
from .tree import Addon


@dataclass(frozen=True)
class Rule:
    """One difference between the series and the rewriting that bridges it."""

    name: str
    reason: str
    patterns: tuple[str, ...]
    rewrite: Callable[[str], str]

    def applies_to(self, path: PurePosixPath) -> bool:
        """Patterns are matched on the path inside the addon; `*` also spans folders."""
        return any(fnmatchcase(str(path), pattern) for pattern in self.patterns)


RULES: tuple[Rule, ...] = (
    Rule(
        "manifest-version",
        "19.0 refuses to install a module whose version begins with another series",
        ("__manifest__.py",),
        rules_script.manifest_version,
    ),
    Rule(
        "user-groups-search",
        "in 17 a user's groups_id held implied groups too; in 19 only all_group_ids does",
        ("*.py", "*.xml"),
        rules_script.groups_in_domains,
    ),
    Rule(
        "groups-id",
        "groups_id of users, actions, menus and views is named group_ids in 19",
        ("*.py", "*.xml", "*.csv", "*.js"),
        rules_script.groups_id,
    ),
    Rule(
        "group-users-python",
        "res.groups.users is user_ids in 19, and all_user_ids where implied users count",
        ("*.py",),
        rules_script.group_users,
    ),
    Rule(
        "group-users-xml",
        "res.groups.users is named user_ids in 19",
        ("*.xml",),
        rules_xml.group_users,
    ),
    Rule(
        "group-privilege",
        "19 puts res.groups.privilege between a group and its category",
        ("*.xml",),
        rules_xml.group_privilege,
    ),
    Rule(
        "cron-fields",
        "ir.cron has no numbercall and no doall in 19: a cron runs until it is switched off",
        ("*.xml",),
        rules_xml.cron_fields,
    ),
    Rule(
        "timed-rule-range",
        "base.automation.trg_date_range is unsigned in 19; the sign became trg_date_range_mode",
        ("*.xml",),
        rules_xml.timed_rule_range,
    ),
    Rule(
        "act-window-target",
        "an action's target 'inline' is gone in 19; 'current' shows the settings page alike",
        ("*.xml",),
        rules_xml.act_window_target,
    ),
    Rule(
        "chatter",
        "19 compiles <chatter/> only; the old div would show three plain fields",
        ("*.xml",),
        rules_xml.chatter,
    ),
    Rule(
        "search-group",
        "19's schema of search views knows no expand and no string on a group",
        ("*.xml",),
        rules_xml.search_group,
    ),
    Rule(
        "kanban-templates",
        "19 looks for the kanban templates 'card' and 'menu' only",
        ("*.xml",),
        rules_xml.kanban_templates,
    ),
    Rule(
        "view-type-strings",
        "the view type 'tree' is 'list' in 19; Odoo's script leaves bare Python strings alone",
        ("*.py",),
        rules_script.view_type_strings,
    ),
    Rule(
        "tour-test-key",
        "19 knows no key 'test' in a tour and throws on it in debug mode",
        ("static/*.js",),
        rules_script.tour_test_key,
    ),
    Rule(
        "tour-edit-step",
        "the step action 'text …' is called 'edit …' in 19",
        ("static/*.js",),
        rules_script.tour_edit_step,
    ),
)


def apply_rules(addon: Addon, rules: tuple[Rule, ...] = RULES) -> None:
    """Apply every rule to every file it is for."""
    for rule in rules:
        for file in addon.texts():
            if not rule.applies_to(file.path):
                continue
            try:
                text = rule.rewrite(file.text)
            except Exception as error:
                raise PortError(f"rule {rule.name} failed on {file.path}: {error}") from error
            if text != file.text:
                file.text = text
