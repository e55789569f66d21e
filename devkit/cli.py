"""The commands behind the Makefile."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from devkit import signals
from devkit.db import database, postgres
from devkit.db.instance import Instance
from devkit.env import addon, lock, odoo_source, venvs
from devkit.env.stamps import Busy, locked
from devkit.generate import pot
from devkit.mail import outbox
from devkit.paths import ADDON_NAME, REPO, SERIES, cache, logs, state
from devkit.run import running
from devkit.run.prepare import STEPS, prepare
from devkit.run.serve import outbox_folder, run
from devkit.testing.bench.command import bench
from devkit.testing.examples_test import examples_test
from devkit.testing.growth.command import growth
from devkit.testing.nodes_test import nodes_test
from devkit.testing.race_test import race_test
from devkit.testing.testrun import test
from devkit.ui import Problem, Steps, Stopped, say, show_problem


def _series(text: str) -> str | None:
    """A series given by the user, or None for the default."""
    if text and text not in SERIES:
        raise Problem(f"SERIES={text} is not supported", f"one of {', '.join(SERIES)}")
    return text or None


def _run(options: argparse.Namespace) -> int:
    return run(_series(options.series), once=os.environ.get("RUN_ONCE", "") not in ("", "0"))


def _test(options: argparse.Namespace) -> int:
    series = _series(options.series)
    return test([series] if series else list(SERIES), shlex.split(options.args))


def _stop(options: argparse.Namespace) -> int:
    say("Stopped." if running.stop() else "Nothing was running.")
    return 0


def _clean(options: argparse.Namespace) -> int:
    running.stop()
    try:
        with locked(state() / "test.lock", wait=False):
            shutil.rmtree(state(), ignore_errors=True)
    except Busy:
        raise Problem("`make test` is running", "wait for its end, or stop it") from None
    say(f"Deleted {state()}.")
    if options.all:
        for pattern in ("venv", "uv-*", "postgres-*", "peers-*"):
            for path in cache().glob(pattern):
                if path.is_dir():
                    shutil.rmtree(path)
                    say(f"Deleted {path}.")
    return 0


def _shell(options: argparse.Namespace) -> int:
    """An Odoo shell on the database of ``make run``, also while that runs."""
    current = running.current() or {}
    series = _series(options.series) or current.get("series") or odoo_source.default_series()
    log = logs() / "shell.log"
    server = None
    if "env" in current:
        server = postgres.Server(current["env"], "that of make run", None)
    inst = prepare(
        series, Steps(STEPS), log, cluster="run", folder=state() / "run" / series, server=server
    )
    try:
        name = database.name_for(series)
        if not inst.exists(name):
            raise Problem(f"there is no database {name} yet", f"SERIES={series} make run")
        if not inst.config.exists():
            inst.configure()
        say(f"Odoo shell on {name}; env is ready, nothing is stored without env.cr.commit()")
        return subprocess.run(
            inst.command("shell", "-c", inst.config, "-d", name, "--no-http"),
            env=inst.env,
            check=False,
        ).returncode
    finally:
        if inst.server.child:
            inst.server.child.stop()


def _build(options: argparse.Namespace) -> int:
    series = _series(options.series) or addon.SOURCE_SERIES
    log = logs() / "build.log"
    # Any Odoo environment can port; the target's own tree has the scripts that do it.
    tree = odoo_source.obtain(
        "19.0" if series == "19.0" else odoo_source.default_series(), log
    ).tree
    say(str(addon.package(series, tree, venvs.for_odoo(tree, log), REPO / "dist", log)))
    return 0


def _pot(_options: argparse.Namespace) -> int:
    with _own_instance(addon.SOURCE_SERIES, "pot") as (inst, log):
        say(str(pot.export(inst, "sc_pot", log).relative_to(REPO)))
    return 0


def _bench(options: argparse.Namespace) -> int:
    series = _series(options.series) or odoo_source.default_series()
    with _own_instance(series, "bench") as (inst, log):
        if options.growth:
            words = shlex.split(options.args)
            growth(inst, options.sizes, words, log, keep=options.keep)
        else:
            bench(inst, "sc_bench", log, options.args)
    return 0


def _race(options: argparse.Namespace) -> int:
    with _own_database(options, "race") as (inst, database):
        problems, done = race_test(inst, database)
    say("\n".join(done + [f"FAILED: {problem}" for problem in problems]))
    return 1 if problems else 0


def _nodes(options: argparse.Namespace) -> int:
    with _own_database(options, "nodes") as (inst, database):
        problems, done = nodes_test(inst, database)
    say("\n".join(done + [f"FAILED: {problem}" for problem in problems]))
    return 1 if problems else 0


def _examples(options: argparse.Namespace) -> int:
    with _own_database(options, "examples") as (inst, database):
        problems, skipped = examples_test(inst, database)
    say("\n".join(skipped + [f"FAILED: {problem}" for problem in problems] or ["All of them ran."]))
    return 1 if problems else 0


@contextmanager
def _own_database(options: argparse.Namespace, name: str) -> Iterator[tuple[Instance, str]]:
    """An Odoo as ``_own_instance`` gives it, and a new database that has the addon alone."""
    series = _series(options.series) or odoo_source.default_series()
    database = f"sc_{name}"
    with _own_instance(series, name) as (inst, log):
        inst.drop(database)
        try:
            inst.install_addon(database, "-i", demo=False, log=log)
            yield inst, database
        finally:
            inst.drop(database)


@contextmanager
def _own_instance(series: str, name: str) -> Iterator[tuple[Instance, Path]]:
    """An Odoo with a database server of its own, and the log of what is done with it."""
    log = logs() / f"{name}.log"
    inst = prepare(series, Steps(STEPS), log, cluster=name, folder=state() / name / series)
    try:
        inst.configure()
        yield inst, log
    finally:
        if inst.server.child:
            inst.server.child.stop()


def _mail(options: argparse.Namespace) -> int:
    folder = outbox_folder()
    say(outbox.show_one(folder, options.number) if options.number else outbox.show_list(folder))
    return 0


def _lint(options: argparse.Namespace) -> int:
    python = venvs.for_lint(logs() / "lint.log")
    env = {
        **os.environ,
        "PATH": f"{python.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONPATH": str(REPO),
    }
    return subprocess.run(
        [str(python), "-m", "devkit.checks.lint", *shlex.split(options.args)],
        cwd=REPO,
        env=env,
        check=False,
    ).returncode


def _mutants(options: argparse.Namespace) -> int:
    log = logs() / "mutants.log"
    tree = odoo_source.obtain(_series(options.series) or odoo_source.default_series(), log).tree
    return subprocess.run(
        [
            str(venvs.for_odoo(tree, log)),
            *("-m", "devkit.mutation.run", *shlex.split(options.args)),
        ],
        cwd=REPO,
        env={**os.environ, "PYTHONPATH": ""},
        check=False,
    ).returncode


def _schema(_options: argparse.Namespace) -> int:
    log = logs() / "schema.log"
    tree = odoo_source.obtain(odoo_source.default_series(), log).tree
    program = [str(venvs.for_odoo(tree, log)), "-m", "devkit.generate.schema"]
    return subprocess.run(program, cwd=REPO, check=False).returncode


def _lock(options: argparse.Namespace) -> int:
    for path in lock.lock(logs() / "lock.log"):
        say(str(path.relative_to(REPO)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m devkit", description=f"{ADDON_NAME} tools")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, action: Callable[[argparse.Namespace], int], text: str) -> None:
        sub = commands.add_parser(name, help=text)
        sub.set_defaults(action=action)
        sub.add_argument("--series", default="", help=f"one of {', '.join(SERIES)}")
        sub.add_argument("--args", default="", help="for pytest, the linters or mutants")
        sub.add_argument("--all", action="store_true", help="clean: the cached programs too")
        sub.add_argument("--growth", action="store_true", help="bench: what grows with the data")
        sub.add_argument("--sizes", default="", help="bench: how many appointments, by commas")
        sub.add_argument("--keep", action="store_true", help="bench: leave the grown database")
        sub.add_argument("--number", type=int, default=0, help="mail: the one to show")

    command("run", _run, "Odoo, mail and a database with demo data, serving")
    command("test", _test, "the whole suite on every series at hand")
    command("stop", _stop, "end a running `run`")
    command("clean", _clean, "delete the state folder")
    command("shell", _shell, "an Odoo shell on the database of `run`")
    command("build", _build, "write an installable zip into dist/")
    command("bench", _bench, "what our work costs beside what Odoo itself needs")
    command("nodes", _nodes, "two servers with workers share a database; one is killed")
    command("race", _race, "fifty callers book one technician at once")
    command("examples", _examples, "run the examples of docs/api.md against a real server")
    command("pot", _pot, "write the template of the translations")
    command("schema", _schema, "write docs/schema/, for integrators")
    command("mail", _mail, "list or show the mail that Odoo sent")
    command("lint", _lint, "run the linters")
    command("mutants", _mutants, "small mistakes that the tests of the pure packages notice")
    command("lock", _lock, "pin the newest Python packages")
    return parser


def main(argv: list[str]) -> int:
    """Run one command; the exit code says whether it worked."""
    options = _parser().parse_args(argv)
    signals.catch()
    try:
        return int(options.action(options))
    except Problem as problem:
        show_problem(problem)
        return 1
    except (Stopped, KeyboardInterrupt):
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # What read our output has gone, as `make mail | head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
