"""SQL constraints: what is refused in the source, what is proven of the result."""

from __future__ import annotations

import textwrap

import pytest

from devkit.port.constraints import SqlConstraint, check_result, check_source, read_new, read_old


def model(constraints: str, body: str = "") -> str:
    return (
        "from odoo import _, models\n\n\n"
        "class SupportAppointment(models.Model):\n"
        '    _name = "support.appointment"\n'
        f"{textwrap.indent(textwrap.dedent(constraints).strip(), '    ')}\n"
        f"{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n"
    )


EXCLUDE = """
_sql_constraints = [
    (
        "no_double_booking",
        "EXCLUDE USING gist (int4range(technician_id, technician_id + 1) WITH &&, "
        "tsrange(busy_start, busy_stop) WITH &&) WHERE (state IN ('confirmed', 'in_progress'))",
        "It's \\"taken\\".",
    ),
    ("name_unique", "UNIQUE (company_id, name)"),
]
"""
DEFINITION = (
    "EXCLUDE USING gist (int4range(technician_id, technician_id + 1) WITH &&, "
    "tsrange(busy_start, busy_stop) WITH &&) WHERE (state IN ('confirmed', 'in_progress'))"
)


def test_a_constraint_with_parentheses_and_quotes_is_read_and_accepted() -> None:
    text = model(EXCLUDE)
    assert read_old(text) == [
        SqlConstraint("SupportAppointment", "no_double_booking", DEFINITION, 'It\'s "taken".'),
        SqlConstraint("SupportAppointment", "name_unique", "UNIQUE (company_id, name)", ""),
    ]
    assert check_source("models/a.py", text) == []


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ("_sql_constraints = [('a', 'EXCLUDE (int4range(x, x, \\'[]\\') WITH &&)', 'No')]", "']'"),
        ("_sql_constraints = [\n    # [x]\n    ('a', 'CHECK (x > 0)', 'No')\n]", "']'"),
        ("_sql_constraints = [('a', 'CHECK (x > 0)', _('No'))]", "no _()"),
        ("_sql_constraints = [('a', 'CHECK (x > 0)', 'N' + 'o')]", "no +"),
        ("_sql_constraints = [('a', f'CHECK (x > {1})', 'No')]", "no f-string"),
        ("_sql_constraints = [('a',)]", "two or three"),
        ("_sql_constraints = [('a', 'b', 'c', 'd')]", "two or three"),
        ("_sql_constraints = [*OTHER]", "two or three"),
        ("_sql_constraints = OTHER", "plain list"),
        ("_sql_constraints: list = [('a', 'CHECK (x > 0)', 'No')]", "plain list"),
        ("_sql_constraints = [('not-a-name', 'CHECK (x > 0)', 'No')]", "no Python name"),
        ("_sql_constraints = [('_a', 'CHECK (x > 0)', 'No')]", "no Python name"),
        ("_sql_constraints = [('order', 'CHECK (x > 0)', 'No')]", "Odoo's own"),
    ],
)
def test_what_the_script_cannot_convert_is_refused(constraints: str, message: str) -> None:
    findings = check_source("models/a.py", model(constraints))
    assert any(message in finding.message for finding in findings)
    assert all(finding.path == "models/a.py" and finding.line >= 6 for finding in findings)


def test_a_constraint_must_not_replace_a_method_of_its_class() -> None:
    text = model(
        "_sql_constraints = [('check_dates', 'CHECK (start < stop)', 'No')]",
        "def _check_dates(self):\n    pass",
    )
    (finding,) = check_source("models/a.py", text)
    assert "_check_dates" in finding.message


def test_the_models_module_must_be_imported() -> None:
    text = model("_sql_constraints = [('a', 'CHECK (x > 0)', 'No')]")
    (finding,) = check_source("a.py", text.replace("from odoo import _, models", "import odoo"))
    assert "import models" in finding.message


def test_the_result_is_compared_word_for_word() -> None:
    before = model("_sql_constraints = [('a', 'CHECK (x > 0)', 'No'), ('b', 'UNIQUE (x)')]")
    after = model("_a = models.Constraint('CHECK (x > 0)', \"No\")\n_b = models.Constraint('U')")
    assert [constraint.name for constraint in read_new(after)] == ["a", "b"]
    (finding,) = check_result("models/a.py", before, after)
    assert "'b'" in finding.message


def test_other_calls_in_a_class_are_no_constraints() -> None:
    assert read_new(model("a = fields.Char()\n_b = models.Index('(x)')\n_c: int = 1")) == []
    assert read_new(model("_d = models.Constraint('CHECK (x > 0)', lambda env, diag: 'No')")) == []
