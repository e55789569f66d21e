"""The manifest against requirements.txt and the changelog."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from devkit.checks import manifest
from devkit.checks.repository import Complaint, Repository

from .conftest import RepositoryMaker

MANIFEST = """{
    "version": "17.0.1.0.0",
    "external_dependencies": {"python": ["email_validator", "dateparser"]},
}
"""
FILES = {
    "support_center/__manifest__.py": MANIFEST,
    "requirements.txt": "# mail\nEmail-Validator>=2,<3  # checks\ndateparser[x]==1.2\nx\n",
    "CHANGELOG.md": "## 17.0.1.0.0\n",
}


def run(
    check: Callable[[Repository], Iterator[Complaint]],
    repository: RepositoryMaker,
    **changes: str | None,
) -> list[str]:
    """The complaints after some files, named by the first letters of their path, were changed."""
    files: dict[str, str] = {}
    for path, text in FILES.items():
        key = next((key for key in changes if path.startswith(key.replace("__", "/"))), None)
        new = changes[key] if key else text
        if new is not None:
            files[path] = new
    return [str(complaint) for complaint in check(repository(files))]


def test_all_is_well(repository: RepositoryMaker) -> None:
    for check in (manifest.requirements, manifest.changelog):
        assert run(check, repository) == []


def test_without_an_addon_there_is_nothing_to_say(repository: RepositoryMaker) -> None:
    empty = repository({"a.py": ""})
    for check in (manifest.requirements, manifest.changelog):
        assert list(check(empty)) == []


def test_a_dependency_that_requirements_do_not_have(repository: RepositoryMaker) -> None:
    (found,) = run(manifest.requirements, repository, requirements="dateparser\n")
    assert found.endswith("email_validator is not in requirements.txt")
    assert len(run(manifest.requirements, repository, requirements=None)) == 1


def test_a_version_without_an_entry(repository: RepositoryMaker) -> None:
    (found,) = run(manifest.changelog, repository, CHANGELOG="## 17.0.0.9.0\n")
    assert "CHANGELOG.md has no entry for 17.0.1.0.0" in found
