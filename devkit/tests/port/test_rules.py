"""Each rule by itself: golden input and output, and no second effect."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from devkit.port.errors import PortError
from devkit.port.rules import RULES, Rule, apply_rules
from devkit.port.tree import Addon, AddonFile

GOLDEN = Path(__file__).parent / "golden"


def load(folder: Path) -> Addon:
    files = [
        AddonFile(PurePosixPath(path.relative_to(folder).as_posix()), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return Addon("support_center", files)


def texts(addon: Addon) -> dict[str, str]:
    return {str(file.path): file.text for file in addon}


def test_each_rule_has_a_golden_pair_a_reason_and_its_own_name() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.reason for rule in RULES)
    assert {rule.name for rule in RULES} == {path.name for path in GOLDEN.iterdir()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_golden(rule: Rule) -> None:
    before = load(GOLDEN / rule.name / "before")
    expected = load(GOLDEN / rule.name / "after")
    assert texts(before) != texts(expected)
    apply_rules(before, (rule,))
    assert texts(before) == texts(expected)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_changes_its_own_result_no_more(rule: Rule) -> None:
    after = load(GOLDEN / rule.name / "after")
    apply_rules(after, (rule,))
    assert texts(after) == texts(load(GOLDEN / rule.name / "after"))


def test_all_rules_together_are_idempotent() -> None:
    for rule in RULES:
        addon = load(GOLDEN / rule.name / "before")
        apply_rules(addon)
        once = texts(addon)
        apply_rules(addon)
        assert texts(addon) == once


def test_a_rule_that_fails_is_named_with_its_file() -> None:
    addon = Addon("x", [AddonFile(PurePosixPath("data/broken.xml"), b"<odoo><record></odoo>")])
    with pytest.raises(PortError, match=r"rule group-users-xml failed on data/broken\.xml"):
        apply_rules(addon)


def test_patterns_span_folders_but_not_suffixes() -> None:
    rule = Rule("x", "y", ("static/*.js",), str.upper)
    assert rule.applies_to(PurePosixPath("static/tests/tours/a.js"))
    assert not rule.applies_to(PurePosixPath("models/a.js"))
    assert not rule.applies_to(PurePosixPath("static/tests/a.json"))
