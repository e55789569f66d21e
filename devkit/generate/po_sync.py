"""Bring the translations in step with the template; runs in an environment that has polib.

``python -m devkit.generate.po_sync TEMPLATE PO…`` adds what is new (untranslated, so that
``make lint`` names it), takes out what is gone, and keeps the translations of all that stays.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polib


def sync(template: Path, translation: Path) -> int:
    """Rewrite ``translation`` in the order of ``template``.

    :return: how many terms have no translation now
    """
    terms = polib.pofile(str(template))
    known = polib.pofile(str(translation))
    texts = {entry.msgid: entry.msgstr for entry in known if not entry.fuzzy}
    terms.metadata = known.metadata
    terms.header = known.header
    for entry in terms:
        entry.msgstr = texts.get(entry.msgid, "")
    terms.save(str(translation))
    return sum(not entry.msgstr for entry in terms)


def main(arguments: list[str]) -> int:
    """Sync each file and say what is missing."""
    template, *translations = map(Path, arguments)
    for translation in translations:
        missing = sync(template, translation)
        print(f"{translation.name}: {f'{missing} terms to translate' if missing else 'complete'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
