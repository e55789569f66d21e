"""Source habits that break the port are refused with file, line and remedy."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from devkit.port.habits import find_habits
from devkit.port.tree import Addon, AddonFile


def habits(path: str, text: str) -> list[str]:
    addon = Addon("support_center", [AddonFile(PurePosixPath(path), text.encode())])
    return [str(finding) for finding in find_habits(addon)]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("controllers/a.py", "@route('/x', auth='user', type='json')\ndef x(): 1\n", ":1: write"),
        ("controllers/a.py", "@route('/x', type = 'json', auth='user')\ndef x(): 1\n", "write"),
        ("models/a.py", "@route('/x', type='json', auth='user')\ndef x(): 1\n", "controllers/"),
        ("models/a.py", "x = 1\nrequest._context\n", ":2: Odoo's script rewrites"),
        ("compat.py", "self._cr\n", "Odoo's script rewrites"),
        ("models/a.py", "from odoo.osv import expression\n", "odoo.osv"),
        ("models/a.py", "self.env._('x')\n", "env._"),
        ("models/a.py", "class A:\n    _a = models.Constraint('x')\n", ":2: 18+"),
        ("models/a.py", "records.read_group([], [], [])\n", "_read_group"),
        ("models/a.py", "def name_get(self): pass\n", "_compute_display_name"),
        ("models/a.py", "x = user.groups_id\n", "has_group"),
        ("models/a.py", "from odoo import api, registry\n", "Registry"),
        ("models/a.py", "def broken(:\n", "no valid Python"),
        ("views/a.xml", "<tree>\n</tree>\n", ":1: put <tree>"),
        ("views/a.xml", "<a>\n<tree/>\n</a>\n", ":2: put <tree>"),
        ("views/a.xml", "<a>\n    <tree></tree>\n</a>\n", ":2: put <tree>"),
        ("views/a.xml", "<a>\n    <b/><tree/>\n</a>\n", ":2: put <tree>"),
        ("views/a.xml", "<a>\n    <tree x='https://x'/>\n</a>\n", ":2: put <tree>"),
        ("views/a.xml", "<a>\n</b>\n", ":2: no well-formed XML"),
        ("migrations/17.0.1.1.0/post-x.py", "x = 1\n", "without the series"),
    ],
)
def test_refused(path: str, text: str, expected: str) -> None:
    found = habits(path, text)
    assert found, "nothing was found"
    assert any(expected in finding for finding in found), found
    assert all(finding.startswith(path) for finding in found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("controllers/a.py", "@route('/x', type='json', auth='user')\ndef x(): 1\n"),
        ("models/a.py", '"""Not read_group(), nor env._()."""\n# self._cr\nx = 1\n'),
        ("models/a.py", "records._read_group([], [], [])\nuser.groups_id += group\n"),
        ("compat.py", "if hasattr(models, 'Constraint'):\n    models.Constraint('x')\n"),
        ("views/a.xml", "<a>\n    <tree>\n    </tree>\n    <!-- <tree> -->\n</a>\n"),
        ("views/a.xml", "<a>\n    <tree\n        editable='top'\n    >\n    </tree>\n</a>\n"),
        ("migrations/1.1.0/post-x.py", "x = 1\n"),
        ("i18n/de.po", 'msgid "<tree>"\n'),
    ],
)
def test_accepted(path: str, text: str) -> None:
    assert habits(path, text) == []


def test_the_constraints_are_looked_at(tmp_path: Path) -> None:
    text = "class A(Model):\n    _sql_constraints = [('a', 'b', _('c'))]\n"
    assert any("no _()" in finding for finding in habits("models/a.py", text))
