"""The sample request, the database of ``make run``, and which Python an Odoo gets."""

from __future__ import annotations

import datetime
import shlex
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from devkit.db import database
from devkit.db.instance import Instance
from devkit.db.postgres import Server, external
from devkit.env import uv, venvs
from devkit.env.addon import Addon
from devkit.env.odoo_tree import OdooTree
from devkit.env.stamps import read_json
from devkit.mail import sample
from devkit.tests.conftest import write
from devkit.ui import Problem

FRIDAY = datetime.date(2026, 1, 2)


@pytest.mark.parametrize(("days", "day"), [(1, 5), (3, 7), (5, 9), (6, 12)])
def test_working_days_ahead(days: int, day: int) -> None:
    assert sample.working_day_ahead(days, FRIDAY) == datetime.date(2026, 1, day)


def test_the_sample_is_the_guides_mail() -> None:
    mail = sample.compose("appointments@example.com")
    assert mail["Subject"] == "APPOINTMENT_REQUEST"
    assert mail.get_content().splitlines() == [
        "customer_email: customer@example.com",
        "customer_name: John Doe",
        f"requested_date: {sample.working_day_ahead()} 14:00:00",
        "description: Network issue",
        "priority: high",
    ]
    assert parsedate_to_datetime(mail["Date"]).tzinfo
    assert mail["Message-Id"] != sample.compose("x@example.com")["Message-Id"]


def test_the_one_liner_is_python() -> None:
    command, flag, code = shlex.split(sample.rpc_one_liner("http://localhost:8069", "db"))
    assert (command, flag) == ("python3", "-c")
    compile(code, "one-liner", "exec")


class FakeInstance(Instance):
    """An instance whose database exists by a flag, and that notes what is done to it."""

    def __init__(self, folder: Path, addon_hash: str = "a", *, ours: bool = True) -> None:
        tree = OdooTree(folder, "17.0", "20240709", ())
        child = object() if ours else None
        server = Server({}, "pg.example.com", child)  # type: ignore[arg-type]
        super().__init__(
            tree, Path("python"), Addon(folder, addon_hash), server, folder, {"done": ""}
        )

    @property
    def _note(self) -> Path:
        return self.folder / "there"

    def exists(self, name: str) -> bool:
        return self._note.exists()

    def drop(self, name: str) -> None:
        self._note.unlink(missing_ok=True)

    def modules(self, name: str, flag: str, modules: object, *, demo: bool, log: Path) -> None:
        assert demo
        if (self.folder / "break").exists():
            raise Problem("broken", "mend it")
        self._note.write_text(f"{flag} {modules}")


def done(folder: Path) -> str:
    """What was last done to the database."""
    return (folder / "there").read_text()


def test_a_database_is_made_kept_and_updated(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert database.ensure(FakeInstance(tmp_path), "db", log) == "made with demo data"
    assert done(tmp_path) == "-i ['support_center']"
    assert database.ensure(FakeInstance(tmp_path), "db", log) == "as it was"
    assert database.ensure(FakeInstance(tmp_path, "b"), "db", log) == "updated"
    assert done(tmp_path) == "-u ['support_center']"
    assert database.ensure(FakeInstance(tmp_path, "b"), "db", log) == "as it was"


def test_a_half_made_database_is_made_anew(tmp_path: Path) -> None:
    write(tmp_path, {"break": "", "there": ""})
    (tmp_path / "there").unlink()
    with pytest.raises(Problem):
        database.ensure(FakeInstance(tmp_path), "db", tmp_path / "log")
    assert read_json(tmp_path / "db.json") == {"state": "creating"}
    (tmp_path / "break").unlink()
    write(tmp_path, {"there": "half"})
    database.ensure(FakeInstance(tmp_path), "db", tmp_path / "log")
    assert done(tmp_path) == "-i ['support_center']"


def test_an_update_that_fails_is_tried_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    database.ensure(FakeInstance(tmp_path), "db", log)
    (tmp_path / "break").touch()
    with pytest.raises(Problem) as caught:
        database.ensure(FakeInstance(tmp_path, "b"), "db", log)
    assert "make clean" in caught.value.remedy
    (tmp_path / "break").unlink()
    assert database.ensure(FakeInstance(tmp_path, "b"), "db", log) == "updated"


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, {"there": "precious"})
    with pytest.raises(Problem, match="did not make") as caught:
        database.ensure(FakeInstance(tmp_path, ours=False), "db", tmp_path / "log")
    assert "SC_DB" in caught.value.remedy
    assert done(tmp_path) == "precious"


def test_the_server_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    assert external() is None
    monkeypatch.setenv("PGHOST", "pg.example.com")
    server = external()
    assert server
    assert not server.is_ours
    monkeypatch.setenv("PGUSER", "postgres")
    with pytest.raises(Problem, match="refuses"):
        external()


@pytest.mark.parametrize(
    ("version", "checker", "fits"),
    [
        ((3, 9), "TO_BOOL", False),
        ((3, 10), "", True),
        ((3, 12), "", True),
        ((3, 13), "", False),
        ((3, 13), "TO_BOOL", True),
    ],
)
def test_which_python_an_odoo_runs_on(
    tmp_path: Path, version: tuple[int, int], checker: str, fits: bool
) -> None:
    write(tmp_path, {"odoo/tools/safe_eval.py": checker})
    tree = OdooTree(tmp_path, "17.0", "", ())
    assert venvs.runs_on(tree, version) is fits


def test_uv_never_fetches_a_python_and_keeps_pips_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_INDEX_URL", raising=False)
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://pypi.example.com/simple")
    env = uv.environment()
    assert env["UV_PYTHON_DOWNLOADS"] == "never"
    assert env["UV_DEFAULT_INDEX"] == "https://pypi.example.com/simple"
