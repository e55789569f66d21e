"""The addon's tests on one Odoo series: databases, pytest, server log, end-to-end smoke test."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from devkit.db.instance import Instance
from devkit.env import addon
from devkit.env.stamps import hash_text, read_json, write_json
from devkit.paths import ADDON_NAME, logs, state
from devkit.testing import junit
from devkit.testing.crash_test import crash_test
from devkit.testing.examples_test import examples_test
from devkit.testing.history import NotThereError
from devkit.testing.lifecycle import lifecycle, log_for
from devkit.testing.logcheck import check
from devkit.testing.nodes_test import nodes_test
from devkit.testing.pytest_run import PytestOutcome, run_pytest
from devkit.testing.race_test import race_test
from devkit.testing.smoke import smoke
from devkit.testing.upgrade_test import VERSIONS, upgrade_test
from devkit.ui import Problem, Steps, show_problem

# How many processes share the tests of a whole run, each with a database of its own. A core each;
# more than four would wait for the longest class.
PARTS = max(1, min(4, os.cpu_count() or 1))
_PYTEST_INI = """\
[pytest]
python_files = test_*.py
# The tests have unittest's own assertions, which say enough; to rewrite plain ones takes seconds.
addopts = --tb=short --assert=plain
# A test that hangs shows where, in all of its threads.
faulthandler_timeout = 180
# Odoo itself and its libraries use much that is deprecated; only our own use of it matters.
filterwarnings =
    ignore::DeprecationWarning
    ignore::PendingDeprecationWarning
    default:::odoo.addons.support_center
"""


@dataclass
class SeriesOutcome:
    """What the tests of one series came to."""

    series: str
    counts: junit.Counts = field(default_factory=junit.Counts)
    troubles: list[str] = field(default_factory=list)
    smoke: str = ""
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    unavailable: str = ""

    @property
    def ok(self) -> bool:
        """Whether it ran and nothing failed."""
        return not (self.unavailable or self.troubles or self.counts.failed)

    def report(self) -> list[str]:
        """One line, and one more for each thing to know."""
        if self.unavailable:
            return [f"{self.series}: NOT RUN, {self.unavailable}"]
        counts = self.counts
        verdict = "ok" if self.ok else "FAILED"
        parts = [f"{counts.passed} passed", f"{len(counts.failed)} failed"]
        parts.append(f"{len(counts.skipped)} skipped")
        if self.smoke:
            parts.append(f"end to end {self.smoke}")
        lines = [f"{self.series}: {verdict}, {', '.join(parts)} ({self.seconds:.0f} s)"]
        lines += [f"    failed: {name}" for name in counts.failed]
        lines += [f"    skipped: {name}: {reason}" for name, reason in counts.skipped]
        lines += [f"    {line}" for line in [*self.notes, *self.troubles]]
        return lines


def run_series(
    inst: Instance, steps: Steps, paths: Sequence[str], options: Sequence[str], *, whole: bool
) -> SeriesOutcome:
    """Run the addon's tests.

    :param paths: test files below the repository; all when empty.
    :param options: passed on to pytest.
    :param whole: a fresh database, and the end-to-end test behind it; else what is there is used.
    """
    started = time.monotonic()
    outcome = SeriesOutcome(inst.tree.series)
    databases = _Databases(inst)
    try:
        with steps.step(f"Database for {inst.tree.series}") as step:
            step.note = databases.prepare(outcome, fresh=whole)
        with steps.step(f"pytest on Odoo {inst.tree.series}"):
            _pytest(inst, databases.parts(PARTS if whole else 1), paths, options, outcome)
        if whole:
            with steps.step(f"End to end on Odoo {inst.tree.series}") as step:
                broken = smoke(inst, databases.smoke)
                outcome.smoke = step.note = "FAILED" if broken else "ok"
                outcome.troubles += [f"end to end: {line}" for line in broken]
            with steps.step(f"Killed and run twice at once on Odoo {inst.tree.series}") as step:
                broken = crash_test(inst, databases.smoke)
                step.note = "FAILED" if broken else "ok"
                outcome.troubles += [f"reminders: {line}" for line in broken]
            with steps.step(f"Fifty at once on Odoo {inst.tree.series}") as step:
                broken, _done = race_test(inst, databases.smoke)
                step.note = "FAILED" if broken else "ok"
                outcome.troubles += [f"race: {line}" for line in broken]
            with steps.step(f"Two nodes, one killed, on Odoo {inst.tree.series}") as step:
                broken, _done = nodes_test(inst, databases.nodes)
                step.note = "FAILED" if broken else "ok"
                outcome.troubles += [f"two nodes: {line}" for line in broken]
            with steps.step(f"Examples of the API on Odoo {inst.tree.series}") as step:
                broken, skipped = examples_test(inst, databases.smoke)
                step.note = "FAILED" if broken else ", ".join(["ok", *skipped])
                outcome.notes += skipped
                outcome.troubles += [f"examples: {line}" for line in broken]
            with steps.step(f"Upgrade and uninstallation on Odoo {inst.tree.series}") as step:
                broken = lifecycle(inst, databases.smoke, log_for(inst.tree.series))
                step.note = "FAILED" if broken else "ok"
                outcome.troubles += [f"upgrade, uninstallation: {line}" for line in broken]
            for version in VERSIONS:
                with steps.step(f"Upgrade from {version} on Odoo {inst.tree.series}") as step:
                    step.note = _upgrade(inst, databases, version, outcome)
    except Problem as problem:
        show_problem(problem)
        outcome.troubles.append(problem.message + (f" (see {problem.log})" if problem.log else ""))
    finally:
        if whole:
            databases.drop_copies()
    outcome.seconds = time.monotonic() - started
    return outcome


def _upgrade(inst: Instance, databases: _Databases, version: str, outcome: SeriesOutcome) -> str:
    """Upgrade from an earlier version, where it can be had; how it went, in a word."""
    try:
        broken = upgrade_test(inst, version, databases.template, databases.upgrade, databases.test)
    except NotThereError as reason:
        outcome.notes.append(f"skipped: upgrade from {version}: {reason}")
        return "skipped"
    outcome.troubles += [f"upgrade from {version}: {line}" for line in broken]
    return "FAILED" if broken else "ok"


def _pytest(
    inst: Instance,
    databases: Sequence[str],
    paths: Sequence[str],
    options: Sequence[str],
    outcome: SeriesOutcome,
) -> None:
    """Run pytest with the Odoo plugin, then look through the server's log.

    :param databases: one process on each; a test runs on one of them.
    """
    # Our own file, because the repository's names the pure packages of the source, which must
    # not stand in for those of the ported addon.
    ini = inst.folder / "pytest.ini"
    ini.write_text(_PYTEST_INI)
    inst.configure()
    tests = [inst.addon.parent / path for path in paths or [f"{ADDON_NAME}/tests"]]
    claims = inst.folder / "claims"
    shutil.rmtree(claims, ignore_errors=True)
    claims.mkdir()
    plugins = Path(__file__).with_name("pytest_plugins")

    def run(part: int) -> tuple[PytestOutcome, Path]:
        mark = f"-{part}" if part > 1 else ""
        server_log = logs() / f"test-{inst.tree.series}-server{mark}.log"
        server_log.unlink(missing_ok=True)
        result = run_pytest(
            inst.python,
            [
                *("-c", ini, "--rootdir", inst.addon.parent, f"--odoo-config={inst.config}"),
                *(f"--odoo-database={databases[part - 1]}", "--odoo-log-level=info"),
                *("--odoo-http", f"--odoo-extra=logfile={server_log}"),
                *("-p", "sc_share", f"--share={claims}", f"--share-part={part}/{len(databases)}"),
                *tests,
                *options,
            ],
            env={
                **inst.env,
                # Two transactions of one test that wait for each other would hang for ever.
                "PGOPTIONS": "-c lock_timeout=60s",
                "PYTHONPATH": f"{inst.env['PYTHONPATH']}{os.pathsep}{plugins}",
            },
            cwd=inst.addon.parent,
            log=logs() / f"test-{inst.tree.series}-pytest{mark}.log",
            by_line=len(databases) > 1,
        )
        return result, server_log

    with ThreadPoolExecutor(len(databases)) as pool:
        for result, server_log in pool.map(run, range(1, len(databases) + 1)):
            outcome.counts += result.counts
            if result.trouble:
                outcome.troubles.append(result.trouble)
            _look_through(server_log, outcome)


def _look_through(log: Path, outcome: SeriesOutcome) -> None:
    """A warning or error that no test asked for is a failure."""
    if not log.is_file():
        outcome.troubles.append(f"there is no server log {log}")
        return
    lines = check(log)
    outcome.troubles += [f"{log.name}: {line.splitlines()[0]}" for line in lines[:20]]
    if len(lines) > 20:
        outcome.troubles.append(f"{log.name}: and {len(lines) - 20} more")


class _Databases:
    """The test databases of a series.

    A template holds the modules that the addon stands on; making it takes longest and is done
    once. The test database is a copy of it with the addon installed.
    """

    def __init__(self, inst: Instance) -> None:
        self._inst = inst
        modules = addon.dependencies()
        tag = self._tag = inst.tree.series.replace(".", "_")
        # On a server that others use too, two checkouts must not share a database.
        own = self._own = "" if inst.server.is_ours else f"_{hash_text(str(state()))}"
        self._modules = modules
        self._template = self._template_name(modules)
        self.test = f"sc_test_{tag}{own}"
        self.smoke = f"sc_smoke_{tag}{own}"
        # The stage of two nodes leaves the jobs otherwise than it found them.
        self.nodes = f"sc_nodes_{tag}{own}"
        self._copies: list[str] = []
        self.upgrade = f"sc_upgrade_{tag}{own}"
        self._stamp = inst.folder / "installed.json"

    def _template_name(self, modules: Sequence[str]) -> str:
        mark = hash_text(self._inst.tree.build, str(self._inst.tree.root), *modules)
        return f"sc_template_{self._tag}_{mark}{self._own}"

    def prepare(self, outcome: SeriesOutcome, *, fresh: bool) -> str:
        """Have the test database, with the addon as it is now; what was done, for people."""
        inst, log = self._inst, logs() / f"test-{self._inst.tree.series}-install.log"
        log.write_text("")
        inst.configure()
        wanted = {"addon": inst.addon.install_hash, "template": self._template}
        stamp = read_json(self._stamp)
        usable = stamp.get("template") == self._template and inst.exists(self.test)
        if usable and not fresh:
            if stamp == wanted:
                return "as it was"
            self._stamp.unlink()
            inst.install_addon(self.test, "-u", demo=False, log=log)
            write_json(self._stamp, wanted)
            return "addon updated"
        made = self._make_template(self._modules)
        self._stamp.unlink(missing_ok=True)
        inst.copy(self._template, self.test)
        inst.install_addon(self.test, "-i", demo=False, log=log)
        _look_through(log, outcome)
        write_json(self._stamp, wanted)
        if fresh:
            for name in (self.smoke, self.nodes):
                inst.copy(self.test, name)
                self._copies.append(name)
        return f"{made}, addon installed"

    def template(self, modules: Sequence[str]) -> str:
        """The name of a template that holds these modules, as earlier versions stand on others."""
        self._inst.configure()
        self._make_template(modules)
        return self._template_name(modules)

    def _make_template(self, modules: Sequence[str]) -> str:
        """Make the template unless it is there; only a whole one gets the name."""
        inst, template = self._inst, self._template_name(modules)
        if inst.exists(template):
            return "template as it was"
        part = f"{template}_part"
        inst.drop(part)
        log = logs() / f"test-{inst.tree.series}-template.log"
        inst.modules(part, "-i", modules, demo=False, log=log)
        inst.rename(part, template)
        return "template made"

    def parts(self, number: int) -> list[str]:
        """The test database and copies of it, as many as there are processes to run the tests."""
        copies = [f"{self.test}_{part}" for part in range(2, number + 1)]
        for name in copies:
            self._inst.copy(self.test, name)
        self._copies += copies
        return [self.test, *copies]

    def drop_copies(self) -> None:
        """They are of no use after the tests."""
        for name in self._copies:
            self._inst.drop(name)
