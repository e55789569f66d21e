"""The options and their variables, and the service file that sets them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mailgate.__main__ import OPTIONS, PASSWORD_VARIABLE, parse, variable
from mailgate.server import Address

FOLDER = Path(__file__).parents[1]
NEEDED = {"MAILGATE_URL": "http://odoo:8069", "MAILGATE_DB": "prod", "MAILGATE_USER": "gate"}


def test_variables_stand_in_for_options() -> None:
    options = parse([], {**NEEDED, "MAILGATE_LMTP": "[::1]:24", "MAILGATE_TIMEOUT": "7.5"})
    assert (options.url, options.db, options.user) == ("http://odoo:8069", "prod", "gate")
    assert options.listen == Address("localhost", 2525)
    assert options.lmtp == Address("::1", 24)
    assert options.timeout == 7.5


def test_an_option_goes_before_its_variable() -> None:
    assert parse(["--db=other"], NEEDED).db == "other"


def test_smtp_can_be_switched_off() -> None:
    options = parse(["--listen="], {**NEEDED, "MAILGATE_LMTP": ":2424"})
    assert options.listen is None
    assert options.lmtp == Address("localhost", 2424)


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        ([], {"MAILGATE_URL": "http://x", "MAILGATE_DB": "x"}, "--user is missing; MAILGATE_USER"),
        (["--listen=localhost"], NEEDED, "'localhost' is no HOST:PORT"),
        (["--listen=localhost:smtp"], NEEDED, "'localhost:smtp' is no HOST:PORT"),
        (["--lmtp=localhost:99999"], NEEDED, "'localhost:99999' is no HOST:PORT"),
        (["--listen="], NEEDED, "both --listen and --lmtp are empty"),
        (["--postmaster=helpdesk"], NEEDED, "'helpdesk' is no address"),
        (["--timeout=soon"], NEEDED, "'soon' is no number of seconds"),
    ],
)
def test_a_wrong_option_is_named(
    arguments: list[str],
    environment: dict[str, str],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        parse(arguments, environment)
    assert words in capsys.readouterr().err


def test_the_readme_names_every_variable_and_no_other() -> None:
    named = set(re.findall(r"MAILGATE_[A-Z_]+", (FOLDER / "README.md").read_text("utf-8")))
    assert named == {variable(name) for name, *_rest in OPTIONS} | {PASSWORD_VARIABLE}


def test_the_service_starts_the_program_with_options_that_it_has() -> None:
    text = (FOLDER / "mailgate.service").read_text("utf-8")
    (command,) = re.findall(r"^ExecStart=(.+)$", text, re.M)
    program, *arguments = command.split()
    assert Path(program).name.startswith("python")
    assert arguments[:2] == ["-m", "mailgate"]
    options = parse(arguments[2:], NEEDED)
    assert options.password_file == "%d/password"
    for hardening in ("DynamicUser=yes", "NoNewPrivileges=yes", "LoadCredential=password:"):
        assert f"\n{hardening}" in text


def test_systemd_takes_the_service(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if not program:
        pytest.skip("systemd-analyze is not here")
    text = (FOLDER / "mailgate.service").read_text("utf-8")
    unit = tmp_path / "mailgate.service"
    # The program of the documentation's example is not on this machine.
    unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/sh", text, flags=re.M), "utf-8")
    run = subprocess.run(
        [program, "verify", "--recursive-errors=no", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "mailgate.service" not in run.stderr
    assert run.returncode == 0, run.stderr
