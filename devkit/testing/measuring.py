"""What `make bench` and its growth have in common."""

from __future__ import annotations

import subprocess
from pathlib import Path

from devkit.db.instance import Instance
from devkit.ui import Problem


def run_in_shell(inst: Instance, name: str, script: str, log: Path) -> None:
    """Run a script in an Odoo shell on the database ``name``; what it prints is shown.

    :raises Problem: where the script ended with an error, which the log has
    """
    command = inst.command("shell", "-c", inst.config, "-d", name, "--no-http")
    with log.open("ab") as errors:
        done = subprocess.run(
            [str(part) for part in command],
            input=script,
            stderr=errors,
            text=True,
            env=inst.env,
            cwd=inst.folder,
            check=False,
        )
    if done.returncode:
        raise Problem("the measurement ended with an error", "see its log", log)
