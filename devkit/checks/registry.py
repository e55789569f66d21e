"""All house checks, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import claims, direction, language, manifest, text, translations, xml
from .repository import Complaint, Repository

Check = Callable[[Repository], Iterator[Complaint]]

CHECKS: dict[str, Check] = {
    "promises": text.no_promises,
    "machine-paths": text.no_machine_paths,
    "line-ends": text.line_ends,
    "xml": xml.well_formed,
    "requirements": manifest.requirements,
    "changelog": manifest.changelog,
    "translations": translations.translations,
    "exported-terms": translations.exported_terms,
    "language": language.translations_find_self,
    "claims": claims.named_tests,
    "direction": direction.direction,
    "one-pipeline": direction.one_pipeline,
    "shared-mixins": direction.shared_mixins,
    "hidden-methods": direction.hidden_methods,
}
