"""The addon of earlier versions, out of the repository's history."""

from __future__ import annotations

import ast
import io
import subprocess
import tarfile
from pathlib import Path

from devkit.env.tar import extract
from devkit.paths import ADDON_NAME, REPO

_MANIFEST = f"{ADDON_NAME}/__manifest__.py"


class NotThereError(Exception):
    """Why an earlier version cannot be had: the words for the summary."""


def last_commit(version: str, repo: Path = REPO) -> str:
    """The last commit whose manifest says ``version``, on the way that led to the present one.

    :param version: as ``17.0.1.3.0``
    :raises NotThereError: where the history is not there, or does not reach back that far
    """
    found = _git(repo, "log", "--first-parent", "--format=%H", "--", _MANIFEST).split()
    # Beside each commit that touched the manifest the one before it: where these two differ, the
    # latter is the last one of its version.
    pairs = [(commit, f"{commit}^") for commit in found]
    head = _git(repo, "rev-parse", "HEAD").strip()
    versions = _versions(repo, [head, *(name for pair in pairs for name in pair)])
    if versions[head] == version:
        return head
    for commit, before in pairs:
        if versions[before] == version != versions[commit]:
            return _git(repo, "rev-parse", before).strip()
    shallow = _git(repo, "rev-parse", "--is-shallow-repository").strip() == "true"
    why = "the clone is shallow: git fetch --unshallow" if shallow else "no commit says so"
    raise NotThereError(f"{version} is not in the history, {why}")


def read(commit: str, path: str, repo: Path = REPO) -> str:
    """The text of a file as it was at a commit."""
    return _git(repo, "show", f"{commit}:{path}")


def unpack(commit: str, dest: Path, repo: Path = REPO) -> Path:
    """Write the addon as it was at a commit into ``dest``; the addon's folder in it."""
    folder = dest / ADDON_NAME
    done = dest / "commit"
    if done.is_file() and done.read_text(encoding="utf-8") == commit and folder.is_dir():
        return folder
    dest.mkdir(parents=True, exist_ok=True)
    data = subprocess.run(
        ["git", "-C", str(repo), "archive", commit, ADDON_NAME], capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        extract(archive, dest)
    done.write_text(commit, encoding="utf-8")
    return folder


def _versions(repo: Path, commits: list[str]) -> dict[str, str]:
    """What the manifest says at each commit; an empty text where there is none."""
    asked = "".join(f"{commit}:{_MANIFEST}\n" for commit in commits)
    out = subprocess.run(
        ["git", "-C", str(repo), "cat-file", "--batch"],
        input=asked.encode(),
        capture_output=True,
        check=True,
    ).stdout
    stream = io.BytesIO(out)
    versions = {}
    for commit in commits:
        head = stream.readline().split()
        text = ""
        if head[-1:] != [b"missing"]:
            text = stream.read(int(head[-1])).decode()
            stream.readline()
        versions[commit] = _version(text)
    return versions


def _version(manifest: str) -> str:
    try:
        return str(ast.literal_eval(manifest)["version"])
    except (SyntaxError, ValueError, KeyError, TypeError):
        return ""


def _git(repo: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(repo), *arguments], capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        raise NotThereError("git is not installed") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["git failed"])[-1]
        raise NotThereError(f"there is no history here ({last})") from error
    return done.stdout
