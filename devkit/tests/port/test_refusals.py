"""Each thing that the port refuses, by its own words, beside what looks alike and is fine."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from devkit.port.constraints import check_result, check_source, read_new, read_old
from devkit.port.errors import Finding, PortError
from devkit.port.habits import find_habits
from devkit.port.leftovers import find_leftovers
from devkit.port.tree import Addon, AddonFile


def addon(path: str, text: str) -> Addon:
    return Addon("support_center", [AddonFile(PurePosixPath(path), text.encode())])


def habits(path: str, text: str) -> list[str]:
    return [str(finding) for finding in find_habits(addon(path, text))]


def leftovers(path: str, text: str) -> list[str]:
    return [str(finding) for finding in find_leftovers(addon(path, text))]


# ----------------------------------------------------------------------------
# Habits of the source
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("x(group_operator='sum')", "group_operator is 17, aggregator 18+"),
        ("x(aggregator = 'sum')", "group_operator is 17, aggregator 18+"),
        ("x(auto_join=True)", "auto_join is gone in 19"),
        ("@api.returns('x')\ndef y(): 1", "api.returns is gone in 19, api.readonly is 18+"),
        ("@api.readonly\ndef y(): 1", "api.returns is gone in 19, api.readonly is 18+"),
        ("x = models.Constraint('y')", "18+: write _sql_constraints"),
        ("x = models.Index('y')", "18+: write _sql_constraints"),
        ("x = models.UniqueIndex('y')", "18+: write _sql_constraints"),
        ("x = self.env._('y')", "env._ is 18+: from odoo import _"),
        ("x = fields.Domain('y', '=', 1)", "19 only: plain lists"),
        ("from odoo.fields import Domain", "19 only: plain lists"),
        ("from odoo.osv import expression", "19 warns about odoo.osv: join domains as plain lists"),
        ("from odoo.tools.intervals import Intervals", "18+: use an own module"),
        ("from odoo.addons.resource.models.utils import Intervals",
         "moved in 19 (Intervals, make_aware): use an own module"),
        ("x.check_access_rights('read')",
         "differs between the series: read with the user's rights"),
        ("x.check_access_rule('read')", "differs between the series"),
        ("x.check_access('read')", "differs between the series"),
        ("x.has_access('read')", "raise_exception=False) is the same"),
        ("x.user_has_groups('a.b')", "differs between the series"),
        ("x.toggle_active()", "gone in 19: action_archive, action_unarchive"),
        ("x.read_group([], [], [])", "gone or deprecated in 19: _read_group"),
        ("x._check_recursion()", "renamed in 18: write an own check"),
        ("def name_get(self): 1", "gone in 19: _compute_display_name, _rec_names_search"),
        ("def _name_search(self): 1", "gone in 19: _compute_display_name, _rec_names_search"),
        ("x(access_rights_uid=1)", "gone in 19"),
        ("from odoo import registry", "gone in 19: from odoo.modules.registry import Registry"),
        ("get_module_resource('x')", "gone in 19: odoo.tools.file_path"),
        ("get_resource_path('x')", "gone in 19: odoo.tools.file_path"),
        ("email_re.match('x')", "gone in 19: odoo.tools.email_normalize"),
        ("from odoo.tests import freeze_time", "use freezegun"),
        ("freeze_time = x.odoo", "use freezegun"),
        ("try: 1\nexcept LockError: 1", "19 only: SELECT … FOR UPDATE"),
        ("x.list_work_time_per_day()", "differs in 19: ask the resource.calendar"),
        ("x._get_calendar()", "differs in 19: ask the resource.calendar"),
        ("x._get_calendars()", "differs in 19: ask the resource.calendar"),
        ("x._get_work_days_data_batch()", "(_work_intervals_batch, plan_hours)"),
        ("x = {'keep_done': 1}", "no such field in 19"),
        ('x = {"request_partner_id": 1}', "no such field in 19"),
        ("x = partner.mobile", "no such field in 19: use phone"),
        ("x = partner_sudo.title", "no such field in 19: use phone"),
        ("x = user.groups_id", "holds implied groups in 17 only: ask user.has_group(…)"),
        ("x = users.groups_id == y", "holds implied groups in 17 only: ask user.has_group(…)"),
        ("import_module('odoo.service.model')", "moved in 19"),
        ("x._cr", "Odoo's script rewrites ._cr, ._uid and ._context on any object"),
        ("x._uid", "on any object: use env.cr, env.uid, …"),
        ("x._context", "Odoo's script rewrites"),
        ("x(type='json')", "write type='json', with the comma and not as the last argument"),
        ("x(type= 'json', y=1)", "Odoo's script reads no other form"),
        ("x(type='json', y=1)", "a route of type 'json' belongs in controllers/"),
    ],
)  # fmt: skip
def test_a_habit_is_refused_with_its_line_and_its_remedy(line: str, word: str) -> None:
    found = habits("models/a.py", f"y = 1\n\n{line}\n")
    place = 4 if line.startswith("try") else 3
    assert any(each.startswith(f"models/a.py:{place}: ") and word in each for each in found), found


@pytest.mark.parametrize(
    "line",
    [
        "group_operators = 1", "x.auto_join", "@api.model\ndef y(): 1", "models.Model",
        "models.Constraints", "env._x('y')", "fields.Domains", "x.odoo_osv", "x._read_group([])",
        "x.check_access_x()", "x.read_groups([])", "def _name_get(self): 1", "from odoo import api",
        "email_real = 1", "from freezegun import freeze_time", "x._get_calenders()",
        "x = partner.mobile_phone", "x = company.mobile", "user.groups_id = y",
        "user.groups_id |= y",
        "user.groups_id -= y", "group.groups_id", "x._crx", "x._uids", "x.cr", "x(type='jsonrpc')",
        "import_module('odoo.services')", "x = keep_done",
    ],
)  # fmt: skip
def test_what_looks_like_a_habit(line: str) -> None:
    assert habits("models/a.py", f"{line}\n") == []


def test_compat_may_name_what_one_series_has() -> None:
    text = "x = models.Constraint('y')\nx = fields.Domain\n"
    assert habits("compat.py", text) == []
    assert len(habits("models/compat.py", text)) == 2


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("migrations/17.0.1.1.0/post-x.py", True),
        ("migrations/9.0.1.1.0/post-x.py", True),
        ("migrations/1.1.0/post-x.py", False),
        ("migrations/17.0.1.py", False),
        ("data/17.0.1.1.0/post-x.py", False),
        ("migrations/1.17.0.1/post-x.py", False),
    ],
)
def test_migrations_are_named_without_the_series(path: str, refused: bool) -> None:
    found = habits(path, "x = 1\n" if path.endswith(".py") else "")
    expected = f"{path}:1: name the folder without the series (migrations/1.1.0): it then holds on"
    assert [each[: len(expected)] for each in found] == ([expected] if refused else [])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<tree/>", 1),
        ("  <tree>\n  </tree>", 1),
        ("<a>\n<tree/>\n</a>", 2),
        ("<a>\n  <tree/><tree/>\n</a>", 2),
        ("<a>\n  <tree/>\n</a>", 2),
        ("<a>\n  <b/><tree/>\n</a>", 2),
        ("<a>\n  <tree a='x://y'/>\n</a>", 2),
    ],
)
def test_a_tree_that_odoo_s_script_does_not_find(text: str, line: int) -> None:
    (found,) = [each for each in habits("a.xml", text) if f":{line}: " in each]
    assert found == (
        f"a.xml:{line}: put <tree> and </tree> on lines of their own, indented: "
        "Odoo's script finds no other"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<a>\n\t<tree a='1'>\n\t</tree>\n</a>",
        "<a>\n  <tree\n    a='1'\n  />\n</a>",
        "<a>\n  <treelike/><b a='x://y'/>\n</a>",
        "<a>\n<!-- <tree/> <tree/> -->\n</a>",
    ],
)
def test_a_tree_that_it_does_find(text: str) -> None:
    assert habits("a.xml", text) == []


def test_broken_files_are_told_with_their_line() -> None:
    assert habits("a.py", "x = 1\ndef (:\n") == ["a.py:2: no valid Python: invalid syntax"]
    (found,) = habits("a.xml", "<a>\n\n</b>")
    assert found.startswith("a.xml:3: no well-formed XML: mismatched tag")
    assert habits("a.csv", "def (:") == []


def test_more_than_one_habit_of_a_file_is_told() -> None:
    found = habits("models/a.py", "x._cr\nx._uid\nenv._('x')\n")
    assert sorted(each.split(": ")[0] for each in found) == [
        "models/a.py:1",
        "models/a.py:2",
        "models/a.py:3",
    ]


# ----------------------------------------------------------------------------
# Leftovers in the result
# ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffixes", "text", "word"),
    [
        ("py", "x._sql_constraints = 1", "_sql_constraints is ignored by 19"),
        ("py xml csv js", "groups_id", "groups_id is group_ids in 19"),
        ("py xml csv", "numbercall", "ir.cron has no such field in 19"),
        ("py xml csv", "doall", "ir.cron has no such field in 19"),
        ("py js", "x = '<tree a'", "<tree> is <list> in 19: one tag a line, indented"),
        ("py js", "x = '</tree'", "<tree> is <list> in 19"),
        ("xml", "<b mode='kanban,tree'/>", "'tree' is 'list' in 19"),
        ("xml", '<b view_mode="tree"/>', "'tree' is 'list' in 19"),
        ("xml", '<b views="[(1, tree)]"/>', "'tree' is 'list' in 19"),
        ("xml", '<field name="view_mode">form,tree</field>', "'tree' is 'list' in 19"),
        ("xml", "<field name='binding_view_types'>tree</field>", "'tree' is 'list' in 19"),
        ("py js", "x = 'tree'", "the view type 'tree' is 'list' in 19"),
        ("py js", 'x = "tree"', "the view type 'tree' is 'list' in 19"),
        ("py xml js", "kanban-box", "19 knows the templates 'card' and 'menu'"),
        ("py xml js", "kanban-menu", "19 knows the templates 'card' and 'menu'"),
        ("py xml js", "oe_chatter", 'only <div class="oe_chatter"> with its plain fields'),
        ("py", "x(type = 'json')", "a route of type 'json' is 'jsonrpc' in 19"),
        ("js", "test: true", "a tour has no key 'test' in 19"),
        ("js", "run: 'text x'", "the step action 'text' is 'edit' in 19"),
        ("js", "isCheck: 1", "a tour step has no such key in 19"),
        ("js", "auto: 1", "a tour step has no such key in 19"),
        ("js", "extra_trigger: 1", "a tour step has no such key in 19"),
        ("js", "position: 1", "a tour step has no such key in 19"),
        ("js", "skip_trigger: 1", "a tour step has no such key in 19"),
        ("js", "in_modal: 1", "a tour step has no such key in 19"),
        ("js", "x = '@web_tour/tour_service/x'", "web_tour's modules were moved in 19"),
        ("py xml js", "o_portal_chatter_composer", "the portal chatter is another one in 19"),
        ("py xml js", "x = '/mail/chatter_post'", "the portal chatter is another one in 19: test"),
        ("py xml js", "x = '/mail/chatter_init'", "the portal chatter is another one in 19: test"),
        ("py", "{'trg_date_range': -1}", "trg_date_range is unsigned in 19"),
        ("py", "{'users': [(4, 1)]}", "res.groups.users is user_ids in 19"),
        ("py", "{'users': [Command.link(1)]}", "res.groups.users is user_ids in 19: write"),
        ("py", "x._cr", "19 warns about it: use self.env.cr, .uid, .context"),
        ("py", "x._uid", "19 warns about it"),
        ("py", "x._context", "19 warns about it"),
    ],
)  # fmt: skip
def test_a_leftover_is_found_in_the_files_that_may_hold_it(
    suffixes: str, text: str, word: str
) -> None:
    for suffix in ("py", "xml", "csv", "js", "css", "po"):
        whole = {
            "py": text if text.startswith(("x", "{")) else f"x = '{text}'",
            "xml": f"<odoo>\n{text}\n</odoo>",
        }.get(suffix, f"\n{text}\n")
        if suffix == "xml" and "xml" not in suffixes and text.count("<") != text.count(">"):
            continue
        found = [each for each in leftovers(f"a.{suffix}", whole) if f": {word}" in each]
        line = 1 if suffix == "py" else 2
        expected = [f"a.{suffix}:{line}: "] if suffix in suffixes.split() else []
        assert [each[: len(f"a.{suffix}:1: ")] for each in found] == expected, suffix


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "x = 'trees', 'a tree', my_groups_id, doallx, x._crx, {'users': [1]}\n"),
        ("a.py", "x(type='jsonrpc')\ny = {'trg_date_range': 1}\n"),
        ("a.xml", "<a b='tree' mode='list'><field name='x'>tree</field><treelike/></a>"),
        ("a.xml", "<field name='view_mode'>list</field>"),
        ("a.js", "tests: true, test: false, run: 'edit text', reposition: 1"),
    ],
)
def test_what_looks_like_a_leftover(path: str, text: str) -> None:
    assert leftovers(path, text) == []


def record(model: str, *fields: str) -> str:
    return f'<odoo>\n<record id="a" model="{model}">\n' + "\n".join(fields) + "\n</record></odoo>"


@pytest.mark.parametrize(
    ("model", "field", "word"),
    [
        ("res.groups", '<field name="category_id"/>', "category_id of a group: write ref="),
        ("res.groups", '<field name="users"/>', "res.groups.users is user_ids in 19"),
        ("ir.actions.act_window", '<field name="target"> inline </field>',
         "target 'inline' is gone in 19"),
        ("x", '<group expand="0"/>', "a search group takes no 'expand' in 19"),
        ("base.automation", '<field name="trg_date_range">1</field>',
         "trg_date_range must be a literal integer, as text or eval"),
    ],
)  # fmt: skip
def test_leftovers_in_records(model: str, field: str, word: str) -> None:
    (found,) = leftovers("a.xml", record(model, "<field name='y'/>", field))
    assert found.startswith(f"a.xml:4: {word}")
    if model != "x":
        assert leftovers("a.xml", record("support.team", field)) == []


@pytest.mark.parametrize(
    ("fields", "is_fine"),
    [
        (['<field name="trg_date_range"> 1 </field>', '<field name="trg_date_range_mode"/>'], True),
        (['<field name="trg_date_range" eval="1"/>', '<field name="trg_date_range_mode"/>'], True),
        (['<field name="trg_date_range" eval="1+1"/>',
         '<field name="trg_date_range_mode"/>'], False),
        (['<field name="trg_date_range">-1</field>', '<field name="trg_date_range_mode"/>'], False),
        (['<field name="trg_date_range">1</field>'], False),
        (['<field name="trg_date_range_mode"/>'], True),
    ],
)  # fmt: skip
def test_timed_rules_in_the_result(fields: list[str], is_fine: bool) -> None:
    assert (leftovers("a.xml", record("base.automation", *fields)) == []) is is_fine


@pytest.mark.parametrize(
    "field", ['<field name="target">current</field>', '<group string="x"/>', '<form expand="1"/>']
)
def test_fields_of_actions_that_are_fine(field: str) -> None:
    assert leftovers("a.xml", record("ir.actions.act_window", field)) == []


@pytest.mark.parametrize(
    ("path", "text", "is_fine"),
    [
        ("__manifest__.py", "{'version': '19.0.1'}", True),
        ("__manifest__.py", "{'version' : \"19.0.1\"}", True),
        ("__manifest__.py", "{'version': '17.0.1'}", False),
        ("__manifest__.py", "{'version': '19.01'}", False),
        ("__manifest__.py", "{'name': '19.0.1'}", False),
        ("models/__manifest__.py", "{'version': '17.0.1'}", True),
    ],
)
def test_the_version_of_the_result(path: str, text: str, is_fine: bool) -> None:
    expected = f"{path}:1: the version must begin with 17.0. in the source, 19.0. when ported"
    assert leftovers(path, text) == ([] if is_fine else [expected])


def test_files_that_the_port_has_broken() -> None:
    assert leftovers("a.py", "x = 1\ndef (:\n") == ["a.py:2: no valid Python: invalid syntax"]
    (found,) = leftovers("a.xml", "<a>\n\n</b>")
    assert found.startswith("a.xml:3: no well-formed XML: mismatched tag")


# ----------------------------------------------------------------------------
# Constraints
# ----------------------------------------------------------------------------


def model(*lines: str, head: str = "from odoo import models") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    return f"{head}\n\n\nclass A(models.Model):\n    _name = 'a'\n{body}"


ONE = "_sql_constraints = [('a', 'CHECK (x > 0)', 'No')]"


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        (ONE, []),
        ("_sql_constraints = [('a', 'b'), ('c', 'd', 'e')]", []),
        ("_sql_constraints = []", []),
        ("_sql_constraints = [('a', '[x]', 'No')]",
         ["a ']' inside _sql_constraints: Odoo's script stops reading there; write "
          "int4range(x, x + 1) for int4range(x, x, '[]'), and keep it out of comments"]),
        ("_sql_constraints = [('a', 'x[1] = 2', 'No')]",
         ["a ']' inside _sql_constraints: Odoo's script stops reading there; write "
          "int4range(x, x + 1) for int4range(x, x, '[]'), and keep it out of comments"]),
        ("_sql_constraints = OTHER", ["_sql_constraints must be a plain list of tuples"]),
        ("_sql_constraints = ()", ["_sql_constraints must be a plain list of tuples"]),
        ("_sql_constraints: list = []", ["_sql_constraints must be a plain list of tuples"]),
        ("_sql_constraints = [('a', 'b', _('c'))]",
         ["_sql_constraints takes tuples of two or three string literals: "
          "no _(), no variable, no +, no f-string"]),
        ("_sql_constraints = [('a', 5, 'c')]", ["_sql_constraints takes tuples of two or three "
         "string literals: no _(), no variable, no +, no f-string"]),
        ("_sql_constraints = [('a b', 'c')]", ["constraint name 'a b' is no Python name"]),
        ("_sql_constraints = [('_a', 'c')]", ["constraint name '_a' is no Python name"]),
        ("_sql_constraints = [('1', 'c')]", []),
        ("_sql_constraints = [('order', 'c')]",
         ["constraint 'order' becomes _order, a name of Odoo's own"]),
    ],
)  # fmt: skip
def test_constraints_of_the_source(line: str, messages: list[str]) -> None:
    assert check_source("a.py", model(line)) == [Finding("a.py", 6, each) for each in messages]


@pytest.mark.parametrize(
    "name",
    """abstract active_name auto check_company check_company_auto context cr custom date_name
    depends description field_computed fields fold_name inherit inherits log_access module name
    order original_module parent_name parent_store rec_name rec_names_search register sequence
    sql_constraints table table_query transient translate uid""".split(),
)
def test_names_that_odoo_gives_a_meaning_to(name: str) -> None:
    (found,) = check_source("a.py", model(f"_sql_constraints = [('{name}', 'CHECK (x)')]"))
    assert found.message == f"constraint '{name}' becomes _{name}, a name of Odoo's own"
    assert check_source("a.py", model(f"_sql_constraints = [('{name}_x', 'CHECK (x)')]")) == []


@pytest.mark.parametrize("body", ["def _a(self): 1", "_a = 1", "_a: int = 1"])
def test_a_constraint_must_not_replace_what_its_class_has(body: str) -> None:
    (found,) = check_source("a.py", model(ONE, body))
    assert found.line == 6
    assert "_a" in found.message
    assert check_source("a.py", model(ONE, body.replace("_a", "_b"))) == []


@pytest.mark.parametrize(
    ("head", "is_fine"),
    [
        ("from odoo import models", True),
        ("from odoo import _, models", True),
        ("import odoo", False),
        ("from odoo import models as m", False),
        ("from odoo import api", False),
        ("from other import models", False),
        ("import models", False),
    ],
)
def test_what_the_result_needs_is_imported(head: str, is_fine: bool) -> None:
    expected = [Finding("a.py", 6, "needs 'from odoo import models' for models.Constraint")]
    assert check_source("a.py", model(ONE, head=head)) == ([] if is_fine else expected)
    assert check_source("a.py", model("x = 1", head=head)) == []


def test_the_other_classes_of_a_file_are_looked_at_too() -> None:
    text = (
        model("_sql_constraints = OTHER", ONE.replace("'a'", "'order'"))
        + f"\n\nclass B(models.Model):\n    {ONE.replace('CHECK', '[CHECK]')}\n"
    )
    assert [finding.line for finding in check_source("a.py", text)] == [6, 7, 11]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (ONE, [("a", "CHECK (x > 0)", "No")]),
        ("_sql_constraints: list = [['a', 'b']]", [("a", "b", "")]),
        ("_sql_constraints = [('a', 'b'), OTHER, ('c', d, 'e'), ('f',), ('g', 'h', 'i', 'j')]",
         [("a", "b", "")]),
        ("_sql_constraints = OTHER", []),
        ("_constraints = [('a', 'b')]", []),
        ("_sql_constraints = _x = [('a', 'b')]", []),
        ("x._sql_constraints = [('a', 'b')]", []),
    ],
)  # fmt: skip
def test_constraints_as_17_writes_them(line: str, read: list[tuple[str, str, str]]) -> None:
    found = read_old(model(line))
    assert [(each.name, each.definition, each.message) for each in found] == read
    assert {each.class_name for each in found} <= {"A"}


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("_a = models.Constraint('CHECK (x > 0)', 'No')", [("a", "CHECK (x > 0)", "No")]),
        ("_a = models.Constraint('CHECK (x > 0)')", [("a", "CHECK (x > 0)", "")]),
        ("_a = models.Constraint()", []),
        ("_a = models.Constraint('b', 'c', 'd')", []),
        ("_a = models.Constraint('b', message='c')", []),
        ("_a = models.Constraint(b)", []),
        ("_a = Constraint('b')", []),
        ("_a = models.Index('b')", []),
        ("_a = 5", []),
        ("x._a = models.Constraint('b')", []),
        ("_a = _b = models.Constraint('b')", []),
        ("models.Constraint('b')", []),
    ],
)  # fmt: skip
def test_constraints_as_19_writes_them(line: str, read: list[tuple[str, str, str]]) -> None:
    found = read_new(model(line, "_z = models.Constraint('last')"))
    assert [(each.name, each.definition, each.message) for each in found] == [
        *read,
        ("z", "last", ""),
    ]


def test_lost_constraints_are_told_in_order() -> None:
    before = model("_sql_constraints = [('b', 'x'), ('a', 'y', 'No'), ('c', 'z')]")
    after = model("_c = models.Constraint('z')", "_a = models.Constraint('y', 'Nein')")
    words = (
        "did not survive the port; compare it with Odoo's upgrade_code script for SQL constraints"
    )
    assert check_result("a.py", before, after) == [
        Finding("a.py", 1, f"the constraint 'a' of A {words}"),
        Finding("a.py", 1, f"the constraint 'b' of A {words}"),
    ]
    assert check_result("a.py", before, before.replace("x", "y")) != []


def test_an_error_lists_each_finding_once_and_in_order() -> None:
    first, second = Finding("a.py", 2, "x"), Finding("a.py", 10, "y")
    error = PortError("It cannot be:", [second, first, second])
    assert str(error) == "It cannot be:\n  a.py:2: x\n  a.py:10: y"
    assert error.findings == [first, second]
    assert error.summary == "It cannot be:"
    assert str(PortError("No.")) == "No."
