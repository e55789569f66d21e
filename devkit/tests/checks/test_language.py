"""`_()` in scopes that have `self`, and in those that have not."""

from __future__ import annotations

import pytest

from devkit.checks.language import translations_find_self

from .conftest import RepositoryMaker

PATH = "support_center/models/a.py"


def lines(repository: RepositoryMaker, body: str, path: str = PATH) -> list[int]:
    text = "class A:\n    def method(self, records):\n" + body
    return [complaint.line for complaint in translations_find_self(repository({path: text}))]


@pytest.mark.parametrize(
    "body",
    [
        '        return _("a")\n',
        '        return [_("a", x=self.name) for x in records]\n',
        '        return records.filtered(lambda r: _("a") == self.name)\n',
        '        for record in records:\n            yield _("a", x=record)\n',
        "        return [r.name for r in records]\n",
        "        _ = [x for x in records]\n        return gettext('a')\n",
    ],
)
def test_accepted(repository: RepositoryMaker, body: str) -> None:
    assert lines(repository, body) == []


@pytest.mark.parametrize(
    "body",
    [
        '        return "".join(_("a", x=r.name) for r in records)\n',
        '        return {r: _("a") for r in records}\n',
        '        return records.filtered(lambda r: r.name == _("a"))\n',
        '        inner = lambda: _("a")\n',
    ],
)
def test_refused(repository: RepositoryMaker, body: str) -> None:
    assert lines(repository, body) == [3]


def test_a_function_without_self_and_a_text_made_on_import(repository: RepositoryMaker) -> None:
    body = '        pass\n\n\ndef helper(env):\n    return _("a")\n\n\nNAME = _("b")\n'
    assert lines(repository, body) == [7, 10]


def test_tests_and_packages_without_odoo_are_left_out(repository: RepositoryMaker) -> None:
    body = '        return [_("a") for r in records]\n'
    assert lines(repository, body, "support_center/tests/a.py") == []
    assert lines(repository, "        return (\n") != []
