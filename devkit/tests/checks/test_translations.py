"""Translations: they compile, belong to the template and keep its placeholders."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest

from devkit.checks.translations import exported_terms, placeholders, translations
from devkit.generate.po_sync import sync

from .conftest import RepositoryMaker

HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
HELLO = 'msgid "Hello %(name)s"\nmsgstr ""\n'
AT = 'msgid "At {{ object.start }}"\nmsgstr ""\n'
TERMS = f"{HELLO}\n{AT}"
GOOD_AT = '\nmsgid "At {{ object.start }}"\nmsgstr "Um {{ object.start }}"\n'
GOOD_HELLO = '\nmsgid "Hello %(name)s"\nmsgstr "%(name)s, hallo"\n'
GOOD = GOOD_HELLO + GOOD_AT


def complaints(repository: RepositoryMaker, text: str, template: str = TERMS) -> list[str]:
    found = repository(
        {
            "support_center/i18n/de.po": HEAD + text,
            "support_center/i18n/support_center.pot": HEAD + template,
        }
    )
    return [complaint.message for complaint in translations(found)]


def test_a_good_translation(repository: RepositoryMaker) -> None:
    assert complaints(repository, GOOD) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD_AT + 'msgid "Hello %(name)s"\nmsgstr "Hallo %(nam)s"\n', "other placeholders"),
        (GOOD_AT + 'msgid "Hello %(name)s"\nmsgstr "Hallo"\n', "other placeholders"),
        (GOOD_AT + HELLO, "not translated"),
        (GOOD_AT, "1 terms are missing, one is 'Hello"),
        (GOOD + 'msgid "Bye"\nmsgstr "Ade"\n', "a term that the .pot has not"),
        (GOOD_AT + "#, fuzzy" + GOOD_HELLO, "a fuzzy term"),
        (GOOD + '#~ msgid "Bye"\n#~ msgstr "Ade"\n', "an obsolete term"),
        ("nonsense\n", "does not compile"),
        (GOOD + GOOD, "does not compile"),
    ],
)
def test_faults(repository: RepositoryMaker, text: str, expected: str) -> None:
    (found,) = complaints(repository, text)
    assert found.startswith(expected)


def test_syncing_keeps_what_stays(tmp_path: Path) -> None:
    template, translation = tmp_path / "x.pot", tmp_path / "de.po"
    template.write_text(HEAD + 'msgid "New"\nmsgstr ""\n\n' + TERMS)
    gone = '\nmsgid "Gone"\nmsgstr "Weg"\n'
    translation.write_text(HEAD + GOOD_HELLO + gone)
    assert sync(template, translation) == 2
    found = {entry.msgid: entry.msgstr for entry in polib.pofile(str(translation))}
    assert found == {
        "New": "",
        "Hello %(name)s": "%(name)s, hallo",
        "At {{ object.start }}": "",
    }


def test_a_translation_needs_its_template(repository: RepositoryMaker) -> None:
    (found,) = translations(repository({"support_center/i18n/de.po": HEAD}))
    assert "no support_center.pot" in found.message


def test_no_translations_at_all(repository: RepositoryMaker) -> None:
    assert list(translations(repository({"a.py": ""}))) == []


def test_placeholders_of_all_kinds() -> None:
    text = '%(a)s %s 100% {{ o.x or "" }} <t t-out="o.y">Sample</t> %(a)s'
    assert placeholders(text) == {"%(a)s": 2, "%s": 1, '{{ o.x or "" }}': 1, 't-out="o.y"': 1}


def test_each_term_of_the_code_is_exported(repository: RepositoryMaker) -> None:
    code = 'x = _("Hello %(name)s", name=f"{n}")\ny = _(\n    "By" "e"\n)\nz = _(name)\n'
    found = repository(
        {
            "support_center/models/a.py": code,
            "support_center/tests/test_a.py": '_("Never")\n',
            "support_center/i18n/support_center.pot": HEAD + TERMS,
        }
    )
    (complaint,) = exported_terms(found)
    assert complaint.line == 2
    assert complaint.message.startswith("the .pot has not 'Bye'")
