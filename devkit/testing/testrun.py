"""``make test``: the pure tests once, and the addon's tests on every Odoo series at hand."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from devkit.db import postgres
from devkit.db.instance import Instance
from devkit.env import chromium
from devkit.env.odoo_source import NotAtHand
from devkit.env.stamps import Busy, locked
from devkit.paths import ADDON_NAME, REPO, logs, state
from devkit.run.prepare import STEPS, prepare
from devkit.testing.pytest_run import PytestOutcome, run_pytest
from devkit.testing.series_test import SeriesOutcome, run_series
from devkit.testing.upgrade_test import VERSIONS
from devkit.ui import Problem, Steps, say, show_problem

# Where the tests are that need no Odoo.
PURE_TESTS = ("devkit/tests", "mailgate/tests")


@dataclass
class Selection:
    """What of the suite the user asks for."""

    options: list[str] = field(default_factory=list)
    addon_paths: list[str] = field(default_factory=list)
    pure_paths: list[str] = field(default_factory=list)

    @property
    def everything(self) -> bool:
        """Whether nothing was asked for in particular."""
        return not (self.options or self.addon_paths or self.pure_paths)

    @property
    def addon(self) -> bool:
        """Whether tests of the addon are wanted."""
        return bool(self.addon_paths) or not self.pure_paths

    @property
    def pure(self) -> bool:
        """Whether tests that need no Odoo are wanted."""
        return bool(self.pure_paths) or not self.addon_paths


def select(arguments: list[str], root: Path = REPO) -> Selection:
    """Sort pytest arguments: paths into the addon, other paths, options.

    A path may carry ``::Class::test`` behind it, as pytest has it.
    """
    selection = Selection()
    for argument in arguments:
        path = Path(argument.partition("::")[0])
        inside = path.is_relative_to(root) if path.is_absolute() else True
        if argument.startswith("-") or not inside or not _is_there(root / path):
            selection.options.append(argument)
            continue
        relative = argument.removeprefix(f"{root}/").removeprefix("./")
        known = selection.addon_paths if relative.startswith(ADDON_NAME) else selection.pure_paths
        known.append(relative)
    return selection


def _is_there(path: Path) -> bool:
    """Whether a path exists; an expression of many names is longer than any path may be."""
    try:
        return path.exists()
    except OSError:
        return False


def test(wanted: list[str], arguments: list[str]) -> int:
    """Run the tests; 0 when all is well on at least one real series."""
    lock = state() / "test.lock"
    try:
        with locked(lock, wait=False):
            return _test(wanted, select(arguments))
    except Busy:
        say("`make test` is already running in this checkout; waiting for its end ...")
    with locked(lock):
        return _test(wanted, select(arguments))


def _test(wanted: list[str], selection: Selection) -> int:
    """The same, by the one who holds the lock."""
    log = logs() / "test.log"
    log.write_text("")
    outcomes: list[SeriesOutcome] = []
    pure: PytestOutcome | None = None
    series = wanted if selection.addon else wanted[-1:]
    steps = Steps(len(series) * (STEPS + 8 + len(VERSIONS)) + 2)
    browser = _browser(steps, log) if selection.addon else ""
    with ExitStack() as stack:
        server: postgres.Server | None = None
        for name in series:
            folder = state() / "test" / name
            try:
                inst = prepare(name, steps, log, cluster="test", folder=folder, server=server)
            except NotAtHand as problem:
                show_problem(problem)
                outcomes.append(SeriesOutcome(name, unavailable=problem.message))
                continue
            except Problem as problem:
                # The Odoo is there, so this is ours: a port that fails, packages that clash.
                show_problem(problem)
                outcomes.append(SeriesOutcome(name, troubles=[problem.message]))
                continue
            if inst.server.child and not server:
                stack.callback(inst.server.child.stop)
            server = inst.server
            if selection.pure and pure is None:
                with steps.step("Tests that need no Odoo"):
                    pure = _pure(inst, selection)
            if selection.addon:
                outcomes.append(
                    run_series(
                        inst,
                        steps,
                        selection.addon_paths,
                        selection.options,
                        whole=selection.everything,
                    )
                )
    return report(outcomes, pure, selection, browser)


def _browser(steps: Steps, log: Path) -> str:
    """Install a browser if a test needs one; a line to report when there is none."""
    needed = chromium.browser_tests()
    if not needed or chromium.installed():
        return ""
    with steps.step("Chromium") as step:
        step.note = chromium.install(log)
    if chromium.installed():
        return ""
    return f"Chromium is missing, so browser tests in {', '.join(needed)} are skipped: {step.note}"


def _pure(inst: Instance, selection: Selection) -> PytestOutcome:
    """The tests of the packages that need no Odoo, with no Odoo to be found."""
    return run_pytest(
        inst.python,
        ["-p", "no:odoo", *(selection.pure_paths or PURE_TESTS), *selection.options],
        env={"PYTHONPATH": "", "SC_ODOO_TREE": str(inst.tree.root)},
        cwd=REPO,
        log=logs() / "test-pure.log",
    )


def report(
    outcomes: list[SeriesOutcome],
    pure: PytestOutcome | None,
    selection: Selection,
    browser: str,
) -> int:
    """Print the last lines; the exit code."""
    say()
    if browser:
        say(browser)
    ran = [outcome for outcome in outcomes if not outcome.unavailable]
    ok = all(outcome.ok for outcome in ran)
    if pure:
        counts = pure.counts
        ok = ok and pure.ok
        verdict = "ok" if pure.ok else "FAILED"
        say(
            f"without Odoo: {verdict}, {counts.passed} passed, {len(counts.failed)} failed, "
            f"{len(counts.skipped)} skipped"
        )
        for line in [f"failed: {name}" for name in counts.failed]:
            say(f"    {line}")
        for name, reason in counts.skipped:
            say(f"    skipped: {name}: {reason}")
        if pure.trouble:
            say(f"    {pure.trouble}")
    for outcome in outcomes:
        for line in outcome.report():
            say(line)
    if selection.addon and not ran:
        say("FAILED: no Odoo series could be had, so the addon itself was not tested.")
        return 1
    total = sum(outcome.counts.total for outcome in ran) + (pure.counts.total if pure else 0)
    if not total:
        say("FAILED: no test matches.")
        return 1
    return 0 if ok else 1
