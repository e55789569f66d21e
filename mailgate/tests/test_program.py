"""The SMTP front as its own program, as it runs in production."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mailgate.__main__ import read_password
from mailgate.tests.client import ALIAS, MAIL
from mailgate.tests.fake_odoo import DATABASE, LOGIN, PASSWORD, FakeOdoo


def is_free(port: int) -> bool:
    """Whether nobody listens on a port of this machine."""
    with socket.socket() as probe:
        return bool(probe.connect_ex(("127.0.0.1", port)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send(port: int) -> int:
    """Send a mail; the code of the answer."""
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        smtp.helo()
        smtp.mail("a@example.net")
        smtp.rcpt("appointments@example.com")
        return smtp.data(b"Subject: Hi\r\n\r\nBody\r\n")[0]


def start_program(
    odoo: FakeOdoo, *options: str, password: str = ""
) -> tuple[subprocess.Popen[bytes], int]:
    """The front as its own program, as in production."""
    number = free_port()
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    env.pop("MAILGATE_PASSWORD", None)
    if password:
        env["MAILGATE_PASSWORD"] = password
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "mailgate", "--url", odoo.url, "--db", DATABASE),
            *("--user", LOGIN, "--listen", f"127.0.0.1:{number}", *options),
        ],
        env=env,
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 10
    while is_free(number) and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    return process, number


def test_the_program_finishes_the_mail_in_hand_when_it_is_stopped(
    odoo: FakeOdoo, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    process, number = start_program(odoo, "--password-file", str(tmp_path / "password"))
    odoo.delay = 0.5
    codes: list[int] = []
    sender = threading.Thread(target=lambda: codes.append(send(number)))
    sender.start()
    until = time.monotonic() + 5
    while not odoo.running and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _out, log = process.communicate(timeout=10)
    sender.join()
    assert process.returncode == 0
    assert len(odoo.mails) == 1
    assert codes == [250]
    assert PASSWORD.encode() not in log


def test_the_program_takes_its_password_from_the_environment(odoo: FakeOdoo) -> None:
    process, number = start_program(odoo, password=PASSWORD)
    try:
        assert send(number) == 250
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_the_program_does_not_start_without_a_password(odoo: FakeOdoo) -> None:
    process, _number = start_program(odoo)
    _out, log = process.communicate(timeout=10)
    assert process.returncode == 1
    assert b"MAILGATE_PASSWORD" in log


def test_a_password_file_goes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILGATE_PASSWORD", "environment")
    (tmp_path / "file").write_text("file\n")
    assert read_password(tmp_path / "file") == "file"
    assert read_password(None) == "environment"


def test_a_password_file_that_is_missing_is_named(odoo: FakeOdoo, tmp_path: Path) -> None:
    process, _number = start_program(odoo, "--password-file", str(tmp_path / "none"))
    _out, log = process.communicate(timeout=10)
    assert process.returncode == 1
    assert f"{tmp_path / 'none'}".encode() in log
    assert b"Traceback" not in log


def test_the_program_speaks_lmtp_beside_smtp(odoo: FakeOdoo) -> None:
    lmtp = free_port()
    process, number = start_program(odoo, "--lmtp", f"127.0.0.1:{lmtp}", password=PASSWORD)
    try:
        assert send(number) == 250
        with smtplib.LMTP("127.0.0.1", lmtp, timeout=10) as client:
            assert client.sendmail("a@example.net", [ALIAS], MAIL) == {}
        assert len(odoo.mails) == 2
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_the_program_needs_nothing_but_aiosmtpd(tmp_path: Path) -> None:
    """Each module that it loads is its own, aiosmtpd's or Python's."""
    (tmp_path / "mailgate").symlink_to(Path(__file__).parents[1])
    code = (
        "import sys; before = set(sys.modules); import mailgate.__main__; "
        "tops = {name.partition('.')[0] for name in set(sys.modules) - before}; "
        "print(*sorted(tops - sys.stdlib_module_names))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    own = {"mailgate", "aiosmtpd", "attr", "atpublic", "public", "typing_extensions"}
    assert "aiosmtpd" in run.stdout
    assert set(run.stdout.split()) <= own
