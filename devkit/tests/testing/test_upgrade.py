"""Finding earlier versions in the history, and comparing what was there with what is there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from devkit.testing import history, upgrade_test
from devkit.tests.conftest import write

MANIFEST = "support_center/__manifest__.py"


def git(repo: Path, *arguments: str) -> str:
    """A git command as somebody whose settings are not this machine's."""
    settings = ("-c", "user.name=Test", "-c", "user.email=t@example.com")
    more = ("-c", "commit.gpgsign=false", "-c", "protocol.file.allow=always")
    done = subprocess.run(
        ["git", *settings, *more, "-C", str(repo), *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(repo: Path, version: str, more: str = "") -> str:
    """Commit a manifest of a version; the commit."""
    manifest = f'{{"version": "{version}", "summary": "{more}"}}\n'
    write(repo, {MANIFEST: manifest, "support_center/models.py": f"# {version} {more}\n"})
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", f"{version} {more}")
    return git(repo, "rev-parse", "HEAD")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """An empty repository."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    return folder


def test_the_last_commit_of_a_version(repo: Path) -> None:
    commit(repo, "17.0.1.0.0")
    commit(repo, "17.0.1.0.0", "more")
    write(repo, {"README.md": "Only beside the addon.\n"})
    git(repo, "add", "--all")
    git(repo, "commit", "--quiet", "--message", "beside")
    first = git(repo, "rev-parse", "HEAD")
    commit(repo, "17.0.1.3.0")
    git(repo, "checkout", "--quiet", "-b", "side")
    commit(repo, "17.0.1.3.0", "on a branch")
    git(repo, "checkout", "--quiet", "main")
    git(repo, "merge", "--quiet", "--no-ff", "--message", "merge", "side")
    third = git(repo, "rev-parse", "HEAD")
    last = commit(repo, "17.0.1.4.0")
    assert history.last_commit("17.0.1.0.0", repo) == first
    assert history.last_commit("17.0.1.3.0", repo) == third
    assert history.last_commit("17.0.1.4.0", repo) == last
    with pytest.raises(history.NotThereError, match=r"17\.0\.1\.2\.0 .* no commit says so"):
        history.last_commit("17.0.1.2.0", repo)


def test_a_shallow_clone_says_so(repo: Path, tmp_path: Path) -> None:
    commit(repo, "17.0.1.0.0")
    commit(repo, "17.0.1.3.0")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", repo.as_uri(), str(clone))
    with pytest.raises(history.NotThereError, match="the clone is shallow: git fetch --unshallow"):
        history.last_commit("17.0.1.0.0", clone)


def test_no_history_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(history.NotThereError, match="there is no history here"):
        history.last_commit("17.0.1.0.0", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(history.NotThereError, match="git is not installed"):
        history.last_commit("17.0.1.0.0", tmp_path)


def test_the_addon_of_then_is_unpacked(repo: Path, tmp_path: Path) -> None:
    old = commit(repo, "17.0.1.0.0")
    new = commit(repo, "17.0.1.3.0")
    for each, version in ((old, "17.0.1.0.0"), (old, "17.0.1.0.0"), (new, "17.0.1.3.0")):
        folder = history.unpack(each, tmp_path / "dest", repo)
        assert (folder / "models.py").read_text() == f"# {version} \n"


def test_rows_are_compared_by_what_they_are_called_now(monkeypatch: pytest.MonkeyPatch) -> None:
    before: upgrade_test.Snapshot = {
        "support_slot": [{"id": 1, "name": "A", "write_date": "then"}, {"id": 2, "name": "B"}],
        "support_rel": [{"a": 1, "b": 2}],
    }
    after: upgrade_test.Snapshot = {
        "support_time": [{"id": 1, "label": "A", "write_date": "now"}, {"id": 2, "label": "C"}],
        "support_rel": [],
    }
    assert upgrade_test.compare(before, after) == [
        "the table support_slot is gone",
        "support_rel (('a', 1), ('b', 2)) is gone",
    ]
    names = {("support_slot", ""): ("support_time", ""), ("support_slot", "name"): ("", "label")}
    monkeypatch.setattr(upgrade_test, "RENAMED", names)
    monkeypatch.setattr(upgrade_test, "GONE", {("support_rel", ""): "nobody used it"})
    assert upgrade_test.compare(before, after) == [
        "support_slot 2: name was 'B', label is 'C'",
    ]
    monkeypatch.setattr(upgrade_test, "RENAMED", {("support_slot", ""): ("support_time", "")})
    assert "support_slot 1 has lost name = 'A'" in upgrade_test.compare(before, after)


def test_a_change_that_is_meant_is_none_but_itself() -> None:
    def delivery(**data: object) -> upgrade_test.Snapshot:
        return {"support_webhook_delivery": [{"id": 1, "payload": json.dumps({"data": data})}]}

    assert not upgrade_test.compare(delivery(id=1), delivery(id=1, sequence=4))
    assert upgrade_test.compare(delivery(id=1), delivery(id=2, sequence=4))
