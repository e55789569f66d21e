"""The public source archive, served by a local server in its place."""

from __future__ import annotations

import hashlib
import io
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from devkit.env import odoo_archive, odoo_source
from devkit.tests.conftest import write
from devkit.ui import Problem

NAME = "odoo_17.0.latest.tar.gz"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a web server that the archive's address points to."""
    folder = tmp_path / "site"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("SC_ODOO_URL", f"http://127.0.0.1:{server.server_address[1]}/{NAME}")
    monkeypatch.delenv("SC_ODOO_SHA256", raising=False)
    yield folder
    server.shutdown()
    server.server_close()


def publish(site: Path, files: dict[str, str]) -> str:
    """Put an archive on the site; its checksum."""
    source = write(site.parent / "source" / "odoo-17.0.post20240709", files)
    with tarfile.open(site / NAME, "w:gz") as archive:
        archive.add(source, source.name)
    return hashlib.sha256((site / NAME).read_bytes()).hexdigest()


def test_it_comes_into_the_cache(site: Path, tmp_path: Path, odoo_files: dict[str, str]) -> None:
    publish(site, odoo_files)
    found = odoo_source.obtain("17.0", tmp_path / "log")
    assert found.origin == "public archive, by TLS only, no checksum is published"
    assert found.tree.root.is_relative_to(tmp_path / "cache/support-center/odoo/17.0")
    assert odoo_source.obtain("17.0", tmp_path / "log").origin == "cache"


def test_a_published_checksum_is_checked(
    site: Path, tmp_path: Path, odoo_files: dict[str, str]
) -> None:
    digest = publish(site, odoo_files)
    (site / f"{NAME}.sha256").write_text(f"{digest}  {NAME}\n")
    _tree, how = odoo_archive.fetch(tmp_path / "dest")
    assert how == "SHA-256 checked"


def test_a_wrong_checksum_leaves_nothing(
    site: Path, tmp_path: Path, odoo_files: dict[str, str]
) -> None:
    publish(site, odoo_files)
    (site / f"{NAME}.sha256").write_text("0" * 64)
    with pytest.raises(Problem, match="expected 0000"):
        odoo_archive.fetch(tmp_path / "dest")
    assert not (tmp_path / "dest").exists()


def test_the_users_own_checksum_counts(
    site: Path, tmp_path: Path, odoo_files: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SC_ODOO_SHA256", publish(site, odoo_files).upper())
    assert odoo_archive.fetch(tmp_path / "dest")[1] == "SHA-256 checked"


def test_half_an_archive_leaves_nothing(
    site: Path, tmp_path: Path, odoo_files: dict[str, str]
) -> None:
    publish(site, odoo_files)
    whole = (site / NAME).read_bytes()
    (site / NAME).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Problem, match="cannot be unpacked"):
        odoo_archive.fetch(tmp_path / "dest")
    assert not (tmp_path / "dest").exists()


def test_another_series_is_refused(site: Path, tmp_path: Path, odoo_files: dict[str, str]) -> None:
    odoo_files["odoo/release.py"] = "version_info = (18, 0, 0, FINAL, 0, '')\n"
    publish(site, odoo_files)
    with pytest.raises(Problem, match=r"no Odoo 17\.0"):
        odoo_archive.fetch(tmp_path / "dest")


def test_a_file_outside_the_folder_is_refused(site: Path, tmp_path: Path) -> None:
    with tarfile.open(site / NAME, "w:gz") as archive:
        member = tarfile.TarInfo("../../evil")
        archive.addfile(member, io.BytesIO())
    with pytest.raises(Problem, match="cannot be unpacked"):
        odoo_archive.fetch(tmp_path / "deep/er/dest")
    assert not (tmp_path / "deep/evil").exists()


def test_the_rest_of_a_killed_run_is_no_harm(
    site: Path, tmp_path: Path, odoo_files: dict[str, str]
) -> None:
    publish(site, odoo_files)
    write(tmp_path, {".dest.part/odoo.tar.gz": "half", "dest/odoo/release.py": "half"})
    tree, _how = odoo_archive.fetch(tmp_path / "dest")
    assert tree.series == "17.0"


def test_reachable(site: Path, odoo_files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert not odoo_archive.reachable()
    publish(site, odoo_files)
    assert odoo_archive.reachable()
    monkeypatch.setenv("SC_ODOO_URL", "http://127.0.0.1:9/none")
    assert not odoo_archive.reachable()
