"""Translations: they compile, belong to the template and keep its placeholders."""

from __future__ import annotations

import pytest

from devkit.checks.translations import placeholders, translations

from .conftest import RepositoryMaker

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
TERMS = 'msgid "Hello %(name)s"\nmsgstr ""\n\nmsgid "At {{ object.start }}"\nmsgstr ""\n'
GOOD = 'msgid "Hello %(name)s"\nmsgstr "%(name)s, hallo"'


def complaints(repository: RepositoryMaker, text: str, template: str = TERMS) -> list[str]:
    found = repository(
        {
            "support_center/i18n/de.po": HEAD + text,
            "support_center/i18n/support_center.pot": HEAD + template,
        }
    )
    return [complaint.message for complaint in translations(found)]


def test_a_good_translation(repository: RepositoryMaker) -> None:
    text = TERMS.replace('msgid "Hello %(name)s"\nmsgstr ""', GOOD)
    assert complaints(repository, text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('msgid "Hello %(name)s"\nmsgstr "Hallo %(nam)s"\n', "other placeholders"),
        ('msgid "Hello %(name)s"\nmsgstr "Hallo"\n', "other placeholders"),
        ('msgid "Bye"\nmsgstr "Ade"\n', "a term that the .pot has not"),
        ('#, fuzzy\nmsgid "Hello %(name)s"\nmsgstr "Hallo %(name)s"\n', "a fuzzy term"),
        ('#~ msgid "Hello %(name)s"\n#~ msgstr "Hallo %(name)s"\n', "an obsolete term"),
        ("nonsense\n", "does not compile"),
        ('msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n', "does not compile"),
    ],
)
def test_faults(repository: RepositoryMaker, text: str, expected: str) -> None:
    (found,) = complaints(repository, text)
    assert found.startswith(expected)


def test_a_translation_needs_its_template(repository: RepositoryMaker) -> None:
    (found,) = translations(repository({"support_center/i18n/de.po": HEAD}))
    assert "no support_center.pot" in found.message


def test_no_translations_at_all(repository: RepositoryMaker) -> None:
    assert list(translations(repository({"a.py": ""}))) == []


def test_placeholders_of_all_kinds() -> None:
    text = '%(a)s %s 100% {{ o.x or "" }} <t t-out="o.y">Sample</t> %(a)s'
    assert placeholders(text) == {"%(a)s": 2, "%s": 1, '{{ o.x or "" }}': 1, 't-out="o.y"': 1}
