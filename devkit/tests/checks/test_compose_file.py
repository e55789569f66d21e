"""``docker-compose.yml`` as the two generations of docker compose read it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
COMPOSE = ROOT / "docker-compose.yml"
# Version 1 refuses a file with any other key at its top.
KEYS = {"version", "services", "networks", "volumes", "secrets", "configs"}


def test_the_keys_at_the_top_are_known_to_version_1() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    keys = set(re.findall(r"^([\w-]+):", text, re.M))
    assert {key for key in keys if not key.startswith("x-")} <= KEYS
    assert "services" in keys


def test_the_project_keeps_its_name(tmp_path: Path) -> None:
    """It names the volumes: under another name an old database would not be found."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    subprocess.run(["make", "-C", str(tmp_path), "compose-env"], check=True, capture_output=True)
    lines = (tmp_path / ".env").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "COMPOSE_PROJECT_NAME=support-center"
    assert re.fullmatch(r"POSTGRES_PASSWORD=[\w-]{20,}", lines[1])


def test_a_password_that_was_written_before_stays(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".env").write_text("POSTGRES_PASSWORD=old\n", encoding="utf-8")
    for _time in range(2):
        subprocess.run(["make", "-C", str(tmp_path), "compose-env"], check=True)
    lines = (tmp_path / ".env").read_text(encoding="utf-8").splitlines()
    assert lines == ["POSTGRES_PASSWORD=old", "COMPOSE_PROJECT_NAME=support-center"]


def _find(command: list[str]) -> bool:
    if not shutil.which(command[0]):
        return False
    return not subprocess.run([*command, "version"], capture_output=True, check=False).returncode


@pytest.mark.parametrize("command", [["docker-compose"], ["docker", "compose"]], ids=" ".join)
def test_config(command: list[str]) -> None:
    if not _find(command):
        pytest.skip(f"{' '.join(command)} is not here")
    run = subprocess.run(
        [*command, "-f", str(COMPOSE), "config", "-q"],
        env={**os.environ, "POSTGRES_PASSWORD": "any"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
