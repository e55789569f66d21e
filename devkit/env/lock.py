"""``make lock``: resolve the requirements anew and write the pinned lists."""

from __future__ import annotations

from pathlib import Path

from devkit.env import odoo_source, uv, venvs
from devkit.paths import REQUIREMENTS
from devkit.proc import run_logged


def lock(log: Path) -> list[Path]:
    """Write ``odoo-17.0.txt``, ``odoo-19.0.txt`` and ``lint.txt``; needs an Odoo 17.0 at hand."""
    upstream = odoo_source.obtain("17.0", log).tree.root / "requirements.txt"
    common = [REQUIREMENTS / "test.in"]
    if venvs.ADDON_REQUIREMENTS.is_file():
        common.append(venvs.ADDON_REQUIREMENTS)
    inputs = {
        "odoo-17.0": [upstream, *common],
        "odoo-19.0": [REQUIREMENTS / "odoo-19.0.in", *common],
        "lint": [REQUIREMENTS / "lint.in", *common[1:]],
    }
    written = []
    for name, sources in inputs.items():
        target = REQUIREMENTS / f"{name}.txt"
        override = REQUIREMENTS / f"{name}.override"
        command: list[str | Path] = [uv.obtain(log), "pip", "compile", "--quiet", "--upgrade"]
        command += ["--universal", "--python-version", "3.10", "--no-header", "--no-annotate"]
        command += ["--override", override] if override.is_file() else []
        run_logged(
            [*command, "--output-file", target, *sources],
            log=log,
            env=uv.environment(),
            what=f"resolving {name}",
            remedy="the requirements contradict each other; the log names the packages",
        )
        written.append(target)
    return written
