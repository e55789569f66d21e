"""Which files the checks look at."""

from __future__ import annotations

import subprocess
from pathlib import Path

from devkit.checks.repository import RepoFile, Repository

from .conftest import RepositoryMaker


def paths(repository: Repository) -> list[str]:
    return [file.path for file in repository.files]


def test_without_git_caches_and_hidden_folders_are_left_out(repository: RepositoryMaker) -> None:
    found = repository({"b.py": "", "a/c.xml": "", "__pycache__/b.pyc": "", ".dev/log.py": ""})
    assert paths(found) == ["a/c.xml", "b.py"]


def test_with_git_ignored_files_are_left_out_and_new_ones_are_not(
    repository: RepositoryMaker, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    found = repository({".gitignore": "*.log\n", "ä.py": "", "x.log": ""})
    assert paths(found) == [".gitignore", "ä.py"]


def test_a_deleted_file_and_golden_files_are_left_out(
    repository: RepositoryMaker, tmp_path: Path
) -> None:
    repository({"a.py": "", "devkit/tests/port/golden/x/before/b.py": ""})
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    (tmp_path / "a.py").unlink()
    assert paths(Repository(tmp_path)) == []


def test_what_is_no_text_has_none(tmp_path: Path) -> None:
    for data in (b"\0", b"\xff\xfe\xfa"):
        (tmp_path / "a.bin").write_bytes(data)
        assert RepoFile("a.bin", tmp_path / "a.bin").text is None


def test_files_of_the_addon_by_folder(repository: RepositoryMaker) -> None:
    found = repository(
        {"support_center/data/a.xml": "", "support_center/views/b.xml": "", "c.xml": ""}
    )
    assert [file.path for file in found.addon_files("data")] == ["support_center/data/a.xml"]
    assert len(found.addon_files()) == 2
