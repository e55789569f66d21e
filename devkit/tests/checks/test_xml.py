"""XML: well-formed, indented, and one line of code."""

from __future__ import annotations

import pytest

from devkit.checks.xml import well_formed

from .conftest import RepositoryMaker

HEAD = '<?xml version="1.0" encoding="utf-8" ?>\n'


def complaints(repository: RepositoryMaker, text: str) -> list[str]:
    return [str(complaint) for complaint in well_formed(repository({"a.xml": text}))]


def record(model: str, code: str, name: str = "code") -> str:
    return (
        f'{HEAD}<odoo>\n    <record id="a" model="{model}">\n'
        f'        <field name="{name}">{code}</field>\n    </record>\n</odoo>\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}<odoo>\n    <a\n        x='1'\n    >text <b/>\n        <c/>\n    </a>\n</odoo>\n",
        f"{HEAD}<odoo><a><b/></a></odoo>\n",
        f"{HEAD}<odoo>\n    <!-- <a> -->\n    <a>é</a>\n    <b/>\n</odoo>\n",
    ],
)
def test_accepted(repository: RepositoryMaker, text: str) -> None:
    assert complaints(repository, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HEAD}<odoo>\n    <a></b>\n</odoo>\n", "a.xml:3: not well-formed: mismatched tag"),
        ("<odoo/>\n", "a.xml:1: must begin with"),
        (f"{HEAD}<odoo>\n  <a/>\n</odoo>\n", "a.xml:3: <a> is indented by 2, not by 4"),
        (f"{HEAD}<odoo>\n\t<a/>\n</odoo>\n", "a.xml:1: tabs"),
    ],
)
def test_refused(repository: RepositoryMaker, text: str, expected: str) -> None:
    assert any(found.startswith(expected) for found in complaints(repository, text))


@pytest.mark.parametrize("model", ["ir.cron", "ir.actions.server"])
def test_code_holds_one_line(repository: RepositoryMaker, model: str) -> None:
    assert complaints(repository, record(model, "model._cron_x()")) == []
    assert complaints(repository, record(model, "\n            model._x()\n        ")) == []
    (found,) = complaints(repository, record(model, "x = 1\nmodel._x()"))
    assert found.startswith("a.xml:4: code holds one line")


def test_other_fields_and_models_may_hold_more(repository: RepositoryMaker) -> None:
    assert complaints(repository, record("ir.cron", "a\nb", name="description")) == []
    assert complaints(repository, record("support.skill", "a\nb")) == []


def test_t_field_on_a_table_or_list_element(repository: RepositoryMaker) -> None:
    text = f"{HEAD}<dl>\n    <dd t-field='o.x'/>\n    <dd><b t-field='o.x'/></dd>\n</dl>\n"
    (found,) = complaints(repository, text)
    assert found.startswith("a.xml:3: t-field does not work on <dd>")
