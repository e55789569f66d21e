"""The packages of `models/`: what each may use, and the one pipeline of the appointment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from devkit.checks import direction
from devkit.checks.repository import Complaint, Repository

from .conftest import RepositoryMaker

Check = Callable[[Repository], Iterator[Complaint]]
# Above: `appointment`. Below: `planning`, which alone defines what is used here.
BELOW = """
class Service(models.AbstractModel):
    _name = "support.planner"

    def _plan_visit(self):
        pass


class SupportAppointment(models.Model):
    _inherit = "support.appointment"

    planned_by = fields.Char()
"""
ABOVE = """
class SupportAppointment(models.Model):
    _name = "support.appointment"

    def _look(self):
        return {use}
"""


def paths(package: str, name: str = "support_appointment") -> str:
    return f"support_center/models/{package}/{name}.py"


def messages(check: Check, repository: Repository) -> list[str]:
    return [complaint.message for complaint in check(repository)]


@pytest.fixture(autouse=True)
def _no_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direction, "EXCEPTIONS", {})


@pytest.mark.parametrize(
    ("use", "name"),
    [
        ("self.env['support.planner']", "support.planner"),
        ("self._plan_visit()", "_plan_visit"),
        ("self.planned_by", "planned_by"),
    ],
)
def test_what_a_package_below_defines(repository: RepositoryMaker, use: str, name: str) -> None:
    files = {paths("planning"): BELOW, paths("appointment"): ABOVE.format(use=use)}
    assert messages(direction.direction, repository(files)) == [
        f"`appointment` uses `{name}` of `planning`, which is below"
    ]


def test_the_same_from_below(repository: RepositoryMaker) -> None:
    below = BELOW.replace("pass", "return self._look() or self.planned_by")
    files = {paths("planning"): below, paths("appointment"): ABOVE.format(use="None")}
    assert messages(direction.direction, repository(files)) == []


def test_an_import_and_an_inheritance(repository: RepositoryMaker) -> None:
    above = (
        "from ..planning.support_appointment import BELOW\n\n\n"
        "class Other(models.Model):\n"
        '    _name = "support.other"\n'
        '    _inherit = ["support.planner"]\n'
    )
    files = {paths("planning"): BELOW, paths("appointment"): above}
    assert messages(direction.direction, repository(files)) == [
        "`appointment` uses `support.planner` of `planning`, which is below",
        "`appointment` uses `planning.support_appointment` of `planning`, which is below",
    ]


def test_a_page_counts_as_its_package(
    repository: RepositoryMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(direction, "WIZARDS", {"support_look": "appointment"})
    page = "from ..models.planning.support_appointment import BELOW\n"
    files = {
        paths("planning"): BELOW,
        "support_center/wizard/support_look.py": page,
        "support_center/wizard/support_other.py": page,
    }
    assert messages(direction.direction, repository(files)) == [
        "`support_other` is not in PACKAGES",
        "`appointment` uses `models.planning.support_appointment` of `planning`, which is below",
    ]


def test_what_is_defined_above_too(repository: RepositoryMaker) -> None:
    hook = ABOVE.format(use="self._plan_visit()") + "\n    def _plan_visit(self):\n        pass\n"
    files = {paths("planning"): BELOW, paths("appointment"): hook}
    assert messages(direction.direction, repository(files)) == []


def test_an_exception(repository: RepositoryMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    key = ("models/appointment/support_appointment.py", "_plan_visit")
    monkeypatch.setattr(direction, "EXCEPTIONS", {key: "a reason"})
    used = {paths("planning"): BELOW, paths("appointment"): ABOVE.format(use="self._plan_visit()")}
    assert messages(direction.direction, repository(used)) == []
    unused = {paths("appointment"): ABOVE.format(use="None")}
    assert messages(direction.direction, repository(unused)) == [
        "needs no exception for `_plan_visit`"
    ]


@pytest.mark.parametrize("name", ["create", "write", "unlink"])
def test_an_override_beside_the_pipeline(repository: RepositoryMaker, name: str) -> None:
    override = f"""
class SupportAppointment(models.Model):
    _inherit = "support.appointment"

    def {name}(self, *args):
        return super().{name}(*args)


class Other(models.Model):
    _inherit = "res.partner"

    def {name}(self, *args):
        return super().{name}(*args)
"""
    files = {paths("planning"): override, paths("appointment"): override}
    found = list(direction.one_pipeline(repository(files)))
    assert [(complaint.path, complaint.line) for complaint in found] == [(paths("planning"), 5)]


def test_a_mixin_with_one_heir(repository: RepositoryMaker) -> None:
    def heir(name: str, mixin: str) -> str:
        return f"class A(models.Model):\n    _name = {name!r}\n    _inherit = [{mixin!r}]\n\n\n"

    mixins = "".join(
        f"class Mixin(models.AbstractModel):\n    _name = 'support.{name}.mixin'\n\n\n"
        for name in ("lonely", "shared")
    )
    files = {
        paths("common", "mixins"): mixins,
        paths("appointment"): heir("support.one", "support.lonely.mixin")
        + heir("support.one", "support.shared.mixin")
        + heir("support.two", "support.shared.mixin"),
    }
    assert messages(direction.shared_mixins, repository(files)) == [
        "`support.lonely.mixin` has one heir"
    ]


def test_a_method_that_hides_another(repository: RepositoryMaker) -> None:
    text = """
class SupportAppointment(models.Model):
    _inherit = "support.appointment"

    def _describe(self):
        return {value}

    def _own(self):
        return 1
"""
    files = {
        paths("planning"): text.format(value="1").replace("_own", "_first"),
        paths("tickets"): text.format(value="super()._describe()").replace("_own", "_second"),
    }
    assert messages(direction.hidden_methods, repository(files)) == []
    files[paths("board")] = text.format(value="2")
    assert (
        messages(direction.hidden_methods, repository(files))
        == [
            "`_describe` of support.appointment hides another: "
            "see board/support_appointment.py, planning/support_appointment.py"
        ]
        * 2
    )


def test_a_hook_is_replaced(repository: RepositoryMaker) -> None:
    text = """
class SupportAppointment(models.Model):
    _inherit = "support.appointment"

    def _describe(self):
        {doc}
        return ""
"""
    files = {
        paths("planning"): text.format(doc="'''Hook: words for it.'''"),
        paths("tickets"): text.format(doc="pass"),
    }
    assert messages(direction.hidden_methods, repository(files)) == []
