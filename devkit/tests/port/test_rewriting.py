"""What the rules rewrite, and what looks alike and must stay, beside each other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from devkit.port import rules_script, rules_xml


@pytest.mark.parametrize(
    ("rewrite", "text", "expected"),
    [
        (rules_script.manifest_version, "{'version': '17.0.1.0.0'}", "{'version': '19.0.1.0.0'}"),
        (rules_script.manifest_version, '{"version" : "17.0.1"}', '{"version" : "19.0.1"}'),
        (rules_script.groups_in_domains, "[('groups_id', '=', 1)]", "[('all_group_ids', '=', 1)]"),
        (rules_script.groups_in_domains, "[['groups_id', '!=', 1]]",
         "[['all_group_ids', '!=', 1]]"),
        (rules_script.groups_in_domains, '( "groups_id" , "in", x)',
         '( "all_group_ids" , "in", x)'),
        (rules_script.groups_in_domains, "('groups_id', 'not in', x)",
         "('all_group_ids', 'not in', x)"),
        (rules_script.groups_in_domains, "('groups_id', 'any', x)", "('all_group_ids', 'any', x)"),
        (rules_script.groups_in_domains, "('groups_id', 'not any', x)",
         "('all_group_ids', 'not any', x)"),
        (rules_script.groups_id, "user.groups_id, groups_id/id", "user.group_ids, group_ids/id"),
        (rules_script.group_users, "env.ref('a.group_b').users.ids",
         "env.ref('a.group_b').all_user_ids.ids"),
        (rules_script.group_users, 'x.ref( "group_b" ).users', 'x.ref( "group_b" ).all_user_ids'),
        (rules_script.group_users, "x.ref('group_b').users = y", "x.ref('group_b').user_ids = y"),
        (rules_script.group_users, "x.ref('group_b').users |= y", "x.ref('group_b').user_ids |= y"),
        (rules_script.group_users, "x.ref('group_b').users -= y", "x.ref('group_b').user_ids -= y"),
        (rules_script.group_users, "x.ref('group_b').users &= y", "x.ref('group_b').user_ids &= y"),
        (rules_script.group_users, "x.ref('group_b').users == y",
         "x.ref('group_b').all_user_ids == y"),
        (rules_script.view_type_strings, "x = 'tree'", "x = 'list'"),
        (rules_script.view_type_strings, "x = u'tree'", "x = u'list'"),
        (rules_script.view_type_strings, "x = 'tree', 'form', \"tree, kanban\"",
         "x = 'list', 'form', \"list, kanban\""),
        (rules_script.view_type_strings,
         "x = 'activity,calendar,form,gantt,graph,hierarchy,kanban,list,map,pivot,search,tree'",
         "x = 'activity,calendar,form,gantt,graph,hierarchy,kanban,list,map,pivot,search,list'"),
        (rules_script.view_type_strings, "x = 'ü', 'tree'\ny = 'tree'\n",
         "x = 'ü', 'list'\ny = 'list'\n"),
        (rules_script.tour_test_key, "a({\n    test: true,\n    b: 1,\n})", "a({\n    b: 1,\n})"),
        (rules_script.tour_test_key, "a({ test: true, b: 1 })", "a({ b: 1 })"),
        (rules_script.tour_test_key, "a({\n\ttest: true\n})", "a({\n})"),
        (rules_script.tour_edit_step, "run: 'text x'", "run: 'edit x'"),
        (rules_script.tour_edit_step, "run:`text`", "run:`edit`"),
        (rules_xml.kanban_templates, "<t t-name = 'kanban-box'/>", "<t t-name = 'card'/>"),
        (rules_xml.kanban_templates, '<t t-name="kanban-menu"/>', '<t t-name="menu"/>'),
    ],
)  # fmt: skip
def test_rewritten(rewrite: Callable[[str], str], text: str, expected: str) -> None:
    assert rewrite(text) == expected
    assert rewrite(expected) == expected


@pytest.mark.parametrize(
    ("rewrite", "text"),
    [
        (rules_script.manifest_version, "{'version': '17.0'}"),
        (rules_script.manifest_version, "{'version': '16.0.1.0.0'}"),
        (rules_script.manifest_version, "{'series': '17.0.1.0.0'}"),
        (rules_script.groups_in_domains, "{'groups_id': [(4, 1)]}"),
        (rules_script.groups_in_domains, "('groups_id', 'x', 1)"),
        (rules_script.groups_in_domains, "x('a', 'groups_id', 'in', 1)"),
        (rules_script.groups_in_domains, "('my_groups_id', 'in', 1)"),
        (rules_script.groups_id, "my_groups_id, groups_ids, groups_idx"),
        (rules_script.group_users, "env.ref('a.team_b').users"),
        (rules_script.group_users, "env.ref('a.group_b').users_x"),
        (rules_script.group_users, "group.users"),
        (rules_script.view_type_strings, "x = 'a tree of causes'"),
        (rules_script.view_type_strings, "x = 'tree,house'"),
        (rules_script.view_type_strings, "x = 'trees'"),
        (rules_script.view_type_strings, "x = 'TREE'"),
        (rules_script.view_type_strings, "x = tree  # 'tree'"),
        (rules_script.view_type_strings, "x = f'tree'"),
        (rules_script.view_type_strings, "x = '''\ntree\n'''"),
        (rules_script.view_type_strings, "no Python: ( 'kanban'"),
        (rules_script.tour_test_key, "latest: true, test: false, tests: true"),
        (rules_script.tour_edit_step, "run: 'texts', rerun: 'text', run: 'context'"),
        (rules_xml.kanban_templates, "<t t-name='kanban-card'/><t t-call='kanban-box'/>"),
        (rules_xml.kanban_templates, "<t t-name='kanban-boxes'/>"),
    ],
)
def test_left_alone(rewrite: Callable[[str], str], text: str) -> None:
    assert rewrite(text) == text


# ----------------------------------------------------------------------------
# XML
# ----------------------------------------------------------------------------


def record(model: str, *fields: str) -> str:
    inner = "".join(f"    {field}\n" for field in fields)
    return f'<odoo>\n  <record id="a" model="{model}">\n{inner}  </record>\n</odoo>\n'


@pytest.mark.parametrize(
    ("rewrite", "model", "before", "after"),
    [
        (rules_xml.group_users, "res.groups", '<field name="users" eval="[]"/>',
         '<field name="user_ids" eval="[]"/>'),
        (rules_xml.act_window_target, "ir.actions.act_window",
         '<field name="target"> inline </field>',
         '<field name="target">current</field>'),
    ],
)  # fmt: skip
def test_fields_of_one_model(
    rewrite: Callable[[str], str], model: str, before: str, after: str
) -> None:
    assert rewrite(record(model, before)) == record(model, after)
    other = record("support.team", before)
    assert rewrite(other) == other


@pytest.mark.parametrize("target", ["new", "current", "inline_x", ""])
def test_other_targets_stay(target: str) -> None:
    text = record("ir.actions.act_window", f'<field name="target">{target}</field>')
    assert rules_xml.act_window_target(text) == text


@pytest.mark.parametrize("name", ["numbercall", "doall"])
def test_fields_of_crons_that_are_gone(name: str) -> None:
    field = f'<field name="{name}">1</field>'
    active = '<field name="active" eval="True"/>'
    text = record("ir.cron", active, field)
    assert rules_xml.cron_fields(text) == record("ir.cron", active)
    other = record("support.team", active, field)
    assert rules_xml.cron_fields(other) == other


@pytest.mark.parametrize(
    ("field", "expected", "mode"),
    [
        ("<field name='trg_date_range'>-24</field>", "<field name='trg_date_range'>24</field>",
         "before"),
        ("<field name='trg_date_range'> -1 </field>", "<field name='trg_date_range'>1</field>",
         "before"),
        ("<field name='trg_date_range'>24</field>", "<field name='trg_date_range'>24</field>",
         "after"),
        ("<field name='trg_date_range'>+2</field>", "<field name='trg_date_range'>+2</field>",
         "after"),
        ("<field name='trg_date_range'>0</field>", "<field name='trg_date_range'>0</field>",
         "after"),
        ("<field name='trg_date_range' eval='0'/>", "<field name='trg_date_range' eval='0'/>",
         "after"),
        ("<field name='trg_date_range' eval=' -3'/>", '<field name=\'trg_date_range\' eval="3"/>',
         "before"),
    ],
)  # fmt: skip
def test_the_sign_of_a_timed_rule_becomes_its_mode(field: str, expected: str, mode: str) -> None:
    active = '<field name="active" eval="True"/>'
    added = f'<field name="trg_date_range_mode">{mode}</field>'
    text = record("base.automation", field, active)
    assert rules_xml.timed_rule_range(text) == record("base.automation", expected, added, active)


@pytest.mark.parametrize(
    "fields",
    [
        ["<field name='trg_date_range' eval='-1*2'/>"],
        ["<field name='trg_date_range'>x</field>"],
        ["<field name='trg_date_range'>1.5</field>"],
        ["<field name='trg_date_range'>-1</field>",
         "<field name='trg_date_range_mode'>before</field>"],
    ],
)  # fmt: skip
def test_timed_rules_that_stay(fields: list[str]) -> None:
    text = record("base.automation", *fields)
    assert rules_xml.timed_rule_range(text) == text


def test_one_timed_rule_that_stays_keeps_no_other_back() -> None:
    done = "<field name='trg_date_range'>1</field><field name='trg_date_range_mode'>x</field>"
    computed = "<field name='trg_date_range' eval='x'/>"
    text = (
        f"<odoo><record model='base.automation'>{done}</record>"
        f"<record model='base.automation'>{computed}</record>"
        "<record model='base.automation'><field name='trg_date_range'>-1</field></record></odoo>"
    )
    assert rules_xml.timed_rule_range(text).endswith(
        "<field name='trg_date_range'>1</field>\n"
        '<field name="trg_date_range_mode">before</field></record></odoo>'
    )


@pytest.mark.parametrize(
    "fields",
    [
        "",
        '<field name="message_ids"/>',
        '<field name="message_follower_ids" groups="base.group_user"/>',
        '<field name="activity_ids" widget="x"/>',
        '<field name="activity_ids" widget="x" groups="y"/>',
    ],
)
def test_a_plain_chatter(fields: str) -> None:
    text = f'<form>\n    <div class="oe_chatter">{fields}</div>\n</form>'
    assert rules_xml.chatter(text) == "<form>\n    <chatter/>\n</form>"


@pytest.mark.parametrize(
    "element",
    [
        '<div class="oe_chatter" name="x"><field name="message_ids"/></div>',
        '<div class="oe_chatter_x"><field name="message_ids"/></div>',
        '<div><field name="message_ids"/></div>',
        '<span class="oe_chatter"><field name="message_ids"/></span>',
        '<div class="oe_chatter"><field name="name"/></div>',
        '<div class="oe_chatter"><field name="message_ids"/><field name="name"/></div>',
        '<div class="oe_chatter"><label name="message_ids"/></div>',
        '<div class="oe_chatter"><field name="message_ids" options="{}"/></div>',
        '<div class="oe_chatter"><field name="message_ids"><tree/></field></div>',
    ],
)
def test_another_chatter_stays(element: str) -> None:
    text = f"<form>{element}</form>"
    assert rules_xml.chatter(text) == text


def test_a_chatter_behind_other_elements() -> None:
    text = '<form><div/><div class="x"/><div class="oe_chatter"><field name="x"/></div>%s</form>'
    plain = '<div class="oe_chatter"></div>'
    assert rules_xml.chatter(text % plain) == text % "<chatter/>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<search><group expand="0" string="x"/></search>', "<search><group/></search>"),
        ('<search><group string="x"/></search>', "<search><group/></search>"),
        ('<search><a><group string="x"/></a></search>', "<search><a><group/></a></search>"),
        ('<xpath><group expand="0" string="x"/></xpath>', "<xpath><group/></xpath>"),
        ('<a><filter/><group expand="1" name="x"/></a>', '<a><filter/><group name="x"/></a>'),
        # Groups of forms.
        ('<form><group string="x"/></form>', '<form><group string="x"/></form>'),
        ('<search><filter string="x"/></search>', '<search><filter string="x"/></search>'),
        ('<form><tree expand="1"/></form>', '<form><tree expand="1"/></form>'),
    ],
)
def test_groups_of_searches(text: str, expected: str) -> None:
    assert rules_xml.search_group(text) == expected


CATEGORY = (
    '  <record id="{0}" model="ir.module.category">\n'
    '    <field name="name">{1}</field>\n'
    '    <field name="sequence">1</field>\n'
    "  </record>\n"
)
PRIVILEGE = (
    '  <record id="res_groups_privilege_{2}" model="res.groups.privilege">\n'
    '      <field name="name">{1}</field>\n'
    '      <field name="category_id" ref="{0}"/>\n'
    "  </record>\n"
)
GROUP = '  <record id="g" model="res.groups"><field name="{0}" ref="{1}"/></record>\n'


def odoo(*records: str) -> str:
    return "<odoo>\n" + "".join(records) + "</odoo>\n"


def test_each_category_gets_one_privilege() -> None:
    one, two = ("module_category_a", "A &amp; B"), ("b", " C ")
    before = odoo(
        CATEGORY.format(*one),
        CATEGORY.format(*two),
        GROUP.format("category_id", "module_category_a"),
        GROUP.format("category_id", "support_center.module_category_a"),
        GROUP.format("category_id", "b"),
    )
    assert rules_xml.group_privilege(before) == odoo(
        CATEGORY.format(*one),
        PRIVILEGE.format(*one, "a"),
        CATEGORY.format(*two),
        PRIVILEGE.format("b", "C", "b"),
        GROUP.format("privilege_id", "res_groups_privilege_a"),
        GROUP.format("privilege_id", "res_groups_privilege_a"),
        GROUP.format("privilege_id", "res_groups_privilege_b"),
    )


@pytest.mark.parametrize(
    "text",
    [
        # Declared elsewhere, after the group, without a reference, or of another model.
        odoo(GROUP.format("category_id", "base.x")),
        odoo(GROUP.format("category_id", "a"), CATEGORY.format("a", "A")),
        odoo(CATEGORY.format("a", "A"), GROUP.format("implied_ids", "a")),
        odoo(CATEGORY.format("a", "A"), GROUP.format("category_id", "")),
        odoo(CATEGORY.format("a", "A"), GROUP.format("category_id", "a").replace("groups", "team")),
    ],
)
def test_groups_that_get_no_privilege(text: str) -> None:
    assert rules_xml.group_privilege(text) == text


def test_a_group_in_a_foreign_category_keeps_no_other_back() -> None:
    before = odoo(
        CATEGORY.format("a", "A"),
        GROUP.format("category_id", "base.x"),
        GROUP.format("category_id", "a"),
    )
    assert rules_xml.group_privilege(before) == odoo(
        CATEGORY.format("a", "A"),
        PRIVILEGE.format("a", "A", "a"),
        GROUP.format("category_id", "base.x"),
        GROUP.format("privilege_id", "res_groups_privilege_a"),
    )
