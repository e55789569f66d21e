"""Whatever of 17.0 is left in a result is found, with file and line."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from devkit.port.leftovers import find_leftovers
from devkit.port.tree import Addon, AddonFile


def leftovers(path: str, text: str) -> list[str]:
    addon = Addon("support_center", [AddonFile(PurePosixPath(path), text.encode())])
    return [str(finding) for finding in find_leftovers(addon)]


def record(model: str, field: str) -> str:
    return f'<odoo>\n<record id="a" model="{model}">\n{field}\n</record>\n</odoo>\n'


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("models/a.py", "class A:\n    _sql_constraints = []\n", 2),
        ("models/a.py", "x = {'groups_id': []}\n", 1),
        ("data/a.csv", "id,groups_id/id\n", 1),
        ("models/a.py", "x = {'numbercall': -1}\n", 1),
        ("data/a.xml", record("ir.cron", '<field name="doall" eval="0"/>'), 3),
        ("views/a.xml", "<odoo>\n\n<tree/>\n</odoo>", 3),
        ("views/a.xml", "<odoo><field name='view_mode'>form,tree</field></odoo>", 1),
        ("views/a.xml", "<odoo><field name='x' mode='tree,kanban'/></odoo>", 1),
        ("models/a.py", "x = ('tree')\n", 1),
        ("views/a.xml", "<odoo>\n<t t-name='kanban-box'/></odoo>", 2),
        ("views/a.xml", '<odoo>\n<div class="oe_chatter o_x"/></odoo>', 2),
        ("controllers/a.py", "\n@route('/x', type='json')\ndef x(): 1\n", 2),
        ("static/tests/a.js", "({\n  test: true })", 2),
        ("static/tests/a.js", '({ run: "text x" })', 1),
        ("static/tests/a.js", "({ isCheck: true })", 1),
        ("static/tests/a.js", 'import { stepUtils } from "@web_tour/tour_service/tour_utils";', 1),
        ("static/tests/a.js", 'x = ".o_portal_chatter_composer textarea"', 1),
        ("models/a.py", "x = {'trg_date_range': -1}\n", 1),
        ("models/a.py", "self.env['res.groups'].create({'users': [(4, 1)]})\n", 1),
        ("models/a.py", "x = self._cr\n", 1),
        ("data/a.xml", record("res.groups", '<field name="category_id" ref="base.x"/>'), 3),
        ("data/a.xml", record("res.groups", '<field name="users" eval="[]"/>'), 3),
        ("data/a.xml", record("base.automation", '<field name="trg_date_range">-1</field>'), 3),
        ("data/a.xml", record("base.automation", '<field name="trg_date_range">1</field>'), 3),
        ("data/a.xml", record("base.automation", '<field name="trg_date_range" eval="1+1"/>'), 3),
        ("data/a.xml", record("ir.actions.act_window", '<field name="target">inline</field>'), 3),
        ("views/a.xml", '<odoo>\n<group expand="0"/></odoo>', 2),
        ("views/a.xml", "<odoo>\n<a></odoo>", 2),
        ("models/a.py", "x = 1\ndef (:\n", 2),
        ("__manifest__.py", '{"version": "17.0.1.0.0"}\n', 1),
    ],
)
def test_found(path: str, text: str, line: int) -> None:
    found = leftovers(path, text)
    assert found, "nothing was found"
    assert all(finding.startswith(f"{path}:{line}: ") for finding in found), found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("models/a.py", '"""numbercall is gone."""\n# groups_id\nx = "a tree of causes"\n'),
        ("views/a.xml", "<odoo><!-- <tree> kanban-box --><treeline/></odoo>"),
        ("static/tests/a.js", "// test: true\nx = 'http://x'; /* isCheck: */ run: 'edit x'"),
        ("__manifest__.py", '{"version": "19.0.1.0.0"}\n'),
        (
            "data/a.xml",
            record(
                "base.automation",
                '<field name="trg_date_range">1</field><field name="trg_date_range_mode">a</field>',
            ),
        ),
    ],
)
def test_clean(path: str, text: str) -> None:
    assert leftovers(path, text) == []
