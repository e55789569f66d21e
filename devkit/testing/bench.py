"""`make bench`: what our work costs beside what Odoo itself needs."""

from __future__ import annotations

import subprocess
from pathlib import Path

from devkit.db.instance import Instance
from devkit.paths import REPO
from devkit.ui import Problem

_SCRIPT = """
import sys
sys.path.insert(0, {repo!r})
from devkit.testing import bench_work
bench_work.main(env)
"""


def bench(inst: Instance, name: str, log: Path) -> None:
    """Measure on a database of its own, which is dropped at the end; prints as it goes."""
    inst.drop(name)
    try:
        inst.install_addon(name, "-i", demo=False, log=log)
        command = inst.command("shell", "-c", inst.config, "-d", name, "--no-http")
        with log.open("ab") as errors:
            done = subprocess.run(
                [str(part) for part in command],
                input=_SCRIPT.format(repo=str(REPO)),
                stderr=errors,
                text=True,
                env=inst.env,
                cwd=inst.folder,
                check=False,
            )
    finally:
        inst.drop(name)
    if done.returncode:
        raise Problem("the measurement ended with an error", "see its log", log)
