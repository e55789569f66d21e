"""Children, notes of them, locks and ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devkit.env.stamps import Busy, hash_tree, locked, read_json, write_json
from devkit.proc import Child, end_process, is_alive, run_logged, start_child, start_time
from devkit.run import ports, running
from devkit.tests.conftest import write
from devkit.ui import Problem, Steps

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
STUBBORN = [
    *(sys.executable, "-c"),
    "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True);"
    "time.sleep(60)",
]


def up(child: Child) -> Child:
    """Wait until the child has said that it is up."""
    until = time.monotonic() + 10
    while "up" not in child.log.read_text() and time.monotonic() < until:
        time.sleep(0.01)
    return child


def test_output_and_failure_of_a_program(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "x.log"
    run_logged([sys.executable, "-c", "print('hello')"], log=log, what="greeting")
    assert "hello" in log.read_text()
    failing = [sys.executable, "-c", "raise SystemExit(3)"]
    with pytest.raises(Problem, match="greeting: exit code 3") as caught:
        run_logged(failing, log=log, what="greeting", remedy="smile")
    assert (caught.value.remedy, caught.value.log) == ("smile", log)


def test_a_program_that_takes_too_long(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not finished"):
        run_logged(SLEEP, log=tmp_path / "log", what="sleep", timeout=0.2)


def test_a_child_is_stopped(tmp_path: Path) -> None:
    child = up(start_child("sleeper", SLEEP, log=tmp_path / "log"))
    child.stop()
    assert child.process.returncode == -signal.SIGTERM
    child.stop()


def test_a_stubborn_child_is_killed(tmp_path: Path) -> None:
    child = up(start_child("stubborn", STUBBORN, log=tmp_path / "log"))
    child.stop(patience=0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_does_not_outlive_us(tmp_path: Path) -> None:
    log = tmp_path / "log"
    parent = (
        "import os, signal, sys, time; from pathlib import Path;"
        "from devkit.proc import start_child;"
        f"child = start_child('x', {SLEEP!r}, log=Path({str(log)!r}));"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    process = subprocess.Popen([sys.executable, "-c", parent], env=env, stdout=subprocess.PIPE)
    assert process.stdout
    pid = int(process.stdout.readline())
    mark = start_time(pid)
    assert mark
    time.sleep(0.3)
    process.kill()
    process.communicate()
    until = time.monotonic() + 5
    while is_alive(pid, mark) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_alive(pid, mark)


def test_only_the_noted_process_is_ended(tmp_path: Path) -> None:
    child = up(start_child("sleeper", SLEEP, log=tmp_path / "log"))
    mark = start_time(child.process.pid)
    assert mark
    end_process(child.process.pid, "another start time")
    assert child.process.poll() is None
    end_process(child.process.pid, mark)
    assert child.process.wait() == -signal.SIGTERM


def test_what_a_killed_run_left_is_ended(tmp_path: Path) -> None:
    child = up(start_child("sleeper", SLEEP, log=tmp_path / "log"))
    record = running.Record()
    record.add(child)
    record.note(url="http://localhost:8069")
    notes = running.current()
    assert notes
    assert notes["url"] == "http://localhost:8069"
    # As if it had been written by a process that is gone.
    write_json(running.file(), {**notes, "started": "before"})
    assert running.current() is None
    assert running.end_leftovers() == ["sleeper"]
    assert child.process.wait() == -signal.SIGTERM
    assert running.end_leftovers() == []


def test_stop_without_a_run() -> None:
    assert running.stop() is False


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with locked(lock), pytest.raises(Busy), locked(lock, wait=False):
        pass
    with locked(lock, wait=False):
        pass


@pytest.mark.parametrize("text", [None, "", "{half", "[1]"])
def test_unreadable_notes_are_no_notes(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "x.json").write_text(text)
    assert read_json(tmp_path / "x.json") == {}


def test_the_hash_of_a_tree_sees_what_matters(tmp_path: Path) -> None:
    write(tmp_path, {"models/a.py": "1", "tests/test_a.py": "1", "x/__pycache__/a.pyc": "1"})
    first = hash_tree(tmp_path, skip=["tests"])
    write(tmp_path, {"tests/test_a.py": "2", "x/__pycache__/a.pyc": "2"})
    assert hash_tree(tmp_path, skip=["tests"]) == first
    write(tmp_path, {"models/a.py": "2"})
    assert hash_tree(tmp_path, skip=["tests"]) != first


@pytest.fixture
def free_ports(monkeypatch: pytest.MonkeyPatch) -> ports.Ports:
    """Ports that are free, set as the ones to take."""
    chosen = ports.free()
    for name in ("http", "smtp", "catch", "mail"):
        monkeypatch.setenv(f"SC_{name.upper()}_PORT", str(getattr(chosen, name)))
    return chosen


def test_free_ports(free_ports: ports.Ports) -> None:
    assert ports.chosen() == free_ports


def test_free_ports_are_below_those_of_outgoing_connections() -> None:
    """A port that one of these took before the server started broke a test now and then."""
    chosen = ports.free()
    numbers = {chosen.http, chosen.smtp, chosen.catch, chosen.mail}
    assert len(numbers) == 4
    assert all(20000 <= number < 32768 for number in numbers)


def test_a_taken_port_is_named_with_its_variable(free_ports: ports.Ports) -> None:
    with socket.socket() as taken:
        taken.bind((ports.HOST, free_ports.smtp))
        taken.listen()
        with pytest.raises(Problem, match=f"port {free_ports.smtp} for incoming mail") as caught:
            ports.chosen()
    assert "SC_SMTP_PORT=" in caught.value.remedy


@pytest.mark.parametrize("value", ["x", "0", "70000", "-1"])
def test_no_port(free_ports: ports.Ports, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("SC_HTTP_PORT", value)
    with pytest.raises(Problem, match="is no port"):
        ports.chosen()


def test_one_port_for_two_servers(free_ports: ports.Ports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SC_MAIL_PORT", str(free_ports.http))
    with pytest.raises(Problem, match="given twice"):
        ports.chosen()


def test_steps_are_numbered_and_timed(capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps(2)
    with steps.step("First") as step:
        step.note = "note"
    with pytest.raises(Problem), steps.step("Second"):
        raise Problem("no")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("[1/2] First ... 0.0 s  (note)")
    assert second.startswith("[2/2] Second ... failed after")
