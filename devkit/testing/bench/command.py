"""`make bench`: the database, the server, the stages, and the table at the end."""

from __future__ import annotations

import argparse
import shlex
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from devkit.db.instance import Instance, wait_ready
from devkit.paths import REPO
from devkit.run import ports
from devkit.testing.bench import calls, floor_addon, machine, peers, samples, table
from devkit.testing.bench.contest import is_wanted
from devkit.testing.measuring import run_in_shell
from devkit.ui import Problem, say

DOCUMENT = REPO / "docs" / "performance.md"
_SCRIPT = """
import sys
sys.path.insert(0, {repo!r})
from devkit.testing.bench import stage
stage.main(env, {name!r}, {out!r}, {rounds}, {only!r})
"""
_CORE = ("support_center", "crm", floor_addon.NAME)


def bench(inst: Instance, name: str, log: Path, arguments: str = "") -> None:
    """Measure on a database of its own, which is dropped at the end; prints as it goes.

    :param arguments: ``--write`` puts the table into docs/performance.md; ``--rounds 30``;
        ``--only mail,rpc`` runs the rows whose name holds one of those words
    """
    options = _parse(arguments)
    found = peers.fetch(inst.tree.series, log)
    for missing in found.missing.values():
        say(f"{missing} The others are compared without it.")
    addons = floor_addon.write(inst.folder / "addons", inst.tree.series)
    more = [addons, *([found.addons] if found.versions else [])]
    inst = replace(inst, more_addons=more, libraries=[*inst.libraries, found.libraries])
    inst.configure(max_cron_threads=0)
    out = inst.folder / "samples.jsonl"
    out.unlink(missing_ok=True)
    inst.drop(name)
    try:
        _install(inst, name, found, log)
        _run_stage(inst, name, "records", out, options, log)
        if any(is_wanted(row, options.only) for row in ("rpc_one", "rpc_hundred")):
            _run_calls(inst, name, out, options, log)
        _run_stage(inst, name, "load", out, options, log)
        version = inst.select(name, "SHOW server_version")[0][0]
    finally:
        inst.drop(name)
    measured = samples.read(out)
    lines = _describe(inst, str(version), found, options.rounds)
    lines += ["", *table.make_table(samples.summarize(measured), samples.errors(measured))]
    say("\n".join(["", *lines]))
    if options.write:
        text = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(table.insert(text, inst.tree.series, lines), encoding="utf-8")
        say(f"Written to {DOCUMENT.relative_to(REPO)}.")


def _parse(arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", add_help=False)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--only", default="")
    try:
        return parser.parse_args(shlex.split(arguments))
    except SystemExit as error:
        raise Problem(
            f"ARGS={arguments} is not understood", "--write --rounds 30 --only mail,rpc"
        ) from error


def _install(inst: Instance, name: str, found: peers.Peers, log: Path) -> None:
    """Ours and core's together; each peer by itself, so that one that fails stops no other."""
    inst.modules(name, "-i", _CORE, demo=False, log=log)
    for peer in list(found.versions):
        try:
            inst.modules(name, "-i", [peer], demo=False, log=log)
        except Problem as problem:
            say(f"{problem.message}. The others are compared without it.")
            found.missing[peer] = f"{found.versions.pop(peer)} could not be installed."


def _run_stage(
    inst: Instance, name: str, stage: str, out: Path, options: argparse.Namespace, log: Path
) -> None:
    script = _SCRIPT.format(
        repo=str(REPO), name=stage, out=str(out), rounds=options.rounds, only=options.only
    )
    run_in_shell(inst, name, script, log)


def _run_calls(
    inst: Instance, name: str, out: Path, options: argparse.Namespace, log: Path
) -> None:
    with ExitStack() as stack:
        port = ports.free().http
        odoo = inst.start(name, port, log)
        stack.callback(odoo.stop)
        wait_ready(odoo, port)
        url = f"http://{ports.HOST}:{port}"
        told = out.with_name("calls.json")
        calls.run(url, name, told, out, options.rounds, options.only)


def _describe(inst: Instance, postgres: str, found: peers.Peers, rounds: int) -> list[str]:
    """What the table was measured with, as a sentence; and a sentence for each missing peer."""
    today = datetime.now(timezone.utc).date()
    addons = "".join(f", {name} {version}" for name, version in found.versions.items())
    return [
        f"{today:%d %B %Y}, {machine.describe()}, PostgreSQL {postgres.partition(' ')[0]}, "
        f"Odoo {inst.tree.label}{addons}; {rounds} interleaved rounds.",
        *(f"{name}: {reason}" for name, reason in found.missing.items()),
    ]
