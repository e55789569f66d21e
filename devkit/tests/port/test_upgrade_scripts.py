"""Odoo 19's real scripts on a small addon; skipped by name where no 19.0 tree is at hand."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from devkit.port import build
from devkit.port.tree import read_addon
from devkit.port.upgrade_scripts import LEFT_OUT, ScriptFiles, scripts_folder

from .conftest import AddonMaker
from .test_constraints import DEFINITION, EXCLUDE, model

SOURCE = {
    "models/support_appointment.py": model(EXCLUDE, "def _uid_of(self):\n    return self.env.uid"),
    "controllers/portal.py": (
        "from odoo import http\n\n\nclass Portal(http.Controller):\n"
        '    @http.route("/slots", type="json", auth="user")\n'
        "    def slots(self):\n        return []\n"
    ),
    "views/support_appointment_views.xml": (
        "<odoo>\n"
        '    <record id="view" model="ir.ui.view">\n'
        '        <field name="arch" type="xml">\n'
        "            <tree decoration-muted=\"state == 'done'\">\n"
        '                <field name="name"/>\n'
        "            </tree>\n"
        "        </field>\n"
        "    </record>\n"
        '    <record id="action" model="ir.actions.act_window">\n'
        '        <field name="view_mode">tree,form</field>\n'
        "    </record>\n"
        "</odoo>\n"
    ),
}


def test_real_scripts(make_addon: AddonMaker, tmp_path: Path, odoo19: Path) -> None:
    built = build(make_addon(SOURCE), "19.0", tmp_path / "out", odoo19)
    views = (built / "views/support_appointment_views.xml").read_text()
    assert "<list decoration-muted" in views
    assert "</list>" in views
    assert '<field name="view_mode">list,form</field>' in views
    assert 'type="jsonrpc", auth="user"' in (built / "controllers/portal.py").read_text()


def test_the_booking_guarantee_becomes_a_working_constraint(
    make_addon: AddonMaker, tmp_path: Path, odoo19: Path
) -> None:
    built = build(make_addon(SOURCE), "19.0", tmp_path / "out", odoo19)
    text = (built / "models/support_appointment.py").read_text()
    # Run what was written, with a constraint that only keeps its arguments.
    models = SimpleNamespace(Model=object, Constraint=lambda *arguments: arguments)
    namespace: dict[str, Any] = {"models": models}
    exec(text.partition("\n")[2], namespace)  # noqa: S102 - all but the import of odoo
    made = vars(namespace["SupportAppointment"])
    assert made["_no_double_booking"] == (DEFINITION, 'It\'s "taken".')
    assert made["_name_unique"] == ("UNIQUE (company_id, name)",)


def test_porting_a_ported_tree_changes_nothing(
    make_addon: AddonMaker, tmp_path: Path, odoo19: Path
) -> None:
    built = build(make_addon(SOURCE), "19.0", tmp_path / "one", odoo19)
    again = build(built, "19.0", tmp_path / "two", odoo19)
    for path in built.rglob("*"):
        if path.is_file():
            assert (again / path.relative_to(built)).read_bytes() == path.read_bytes()


def test_scripts_that_are_left_out_have_a_reason_and_exist(odoo19: Path) -> None:
    names = {path.name for path in scripts_folder(odoo19).glob("*.py")}
    assert all(LEFT_OUT.values())
    assert set(LEFT_OUT) <= names


def test_odoo_itself_is_not_imported(make_addon: AddonMaker, tmp_path: Path, odoo19: Path) -> None:
    build(make_addon(SOURCE), "19.0", tmp_path / "out", odoo19)
    assert "odoo" not in sys.modules


def test_the_files_are_found_by_path(make_addon: AddonMaker) -> None:
    files = ScriptFiles(read_addon(make_addon({"models/a.py": "x = 1\n"})))
    found = files.get_file(Path("support_center/models/a.py"))
    assert found is not None
    assert found.content == "x = 1\n"
    assert found.addon == Path("support_center")
    assert files.get_file("support_center/models/b.py") is None
