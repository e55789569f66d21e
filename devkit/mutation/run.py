"""``make mutants``: the share of small mistakes that the tests notice, by file.

Runs in the environment of an Odoo, since the packages' own libraries are there; Odoo itself is
not needed. Each mistake is tried in a process of its own, one after the other.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from devkit import signals
from devkit.mutation import trial
from devkit.mutation.changes import Change, find_changes
from devkit.mutation.equivalent import LIST, Equivalent, read_list
from devkit.paths import ADDON_NAME, REPO, logs, state
from devkit.ui import Problem, Stopped, say, show_problem

PACKAGES = (
    *(f"{ADDON_NAME}/{name}" for name in ("intake", "scheduling", "delivery")),
    "devkit/port",
)
# The least share, in per cent, of the mistakes of a file that has to be noticed.
ENOUGH = 90


@dataclass
class Score:
    """What became of the mistakes of one file."""

    file: str
    tried: int = 0
    equivalent: int = 0
    survivors: list[Change] = field(default_factory=list)

    @property
    def noticed(self) -> int:
        return self.tried - len(self.survivors)

    @property
    def percent(self) -> float:
        return 100 * self.noticed / self.tried if self.tried else 100.0

    def __str__(self) -> str:
        aside = f", {self.equivalent} make no difference" if self.equivalent else ""
        return f"{self.percent:5.1f} %  {self.noticed} of {self.tried}{aside}  {self.file}"


@dataclass(frozen=True)
class Wish:
    """A file, and the lines of it whose mistakes are to be tried; no lines: all of it."""

    file: str
    lines: frozenset[int] = frozenset()


def choose(arguments: Iterable[str], root: Path) -> list[Wish]:
    """Files out of ``file``, ``file:12,13`` or a folder; the whole of the packages by default.

    :raise Problem: for one that is not in them
    """
    wishes = []
    for argument in list(arguments) or PACKAGES:
        name, _colon, numbers = argument.partition(":")
        path = root / name
        relative = path.resolve().relative_to(root).as_posix() if path.exists() else name
        known = relative.startswith(tuple(f"{package}/" for package in PACKAGES))
        if not path.exists() or not (known or relative in PACKAGES):
            raise Problem(f"no file to be tried: {argument}", f"one in {', '.join(PACKAGES)}")
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        lines = frozenset(int(number) for number in numbers.split(",") if number)
        wishes += [Wish(file.relative_to(root).as_posix(), lines) for file in files]
    return wishes


def find_tests(file: str, root: Path) -> list[list[str]]:
    """The files of the package's tests in one or two groups: those of the file itself first."""
    path = Path(file)
    folder = Path("devkit/tests") / next(Path(p).name for p in PACKAGES if file.startswith(f"{p}/"))
    tests = sorted((root / folder).glob("test_*.py"))
    own = root / folder / f"test_{path.stem}.py"
    groups = ([test for test in tests if test == own], [test for test in tests if test != own])
    return [[test.relative_to(root).as_posix() for test in group] for group in groups if group]


def try_file(
    wish: Wish, tree: trial.Tree, equivalents: Iterable[Equivalent], *, known: dict[str, float]
) -> Score:
    """Make each mistake in a file and see whether its tests notice.

    :param known: the seconds that a package's tests take, by package; filled in here
    :raise Problem: when the tests fail already, or do not read the file at all
    """
    log = logs() / "mutants.log"
    tests = find_tests(wish.file, tree.root)
    package = str(Path(wish.file).parent)
    if package not in known:
        took = trial.measure(tree, list(chain.from_iterable(tests)), log)
        if took is None:
            raise Problem(f"the tests of {package} fail as it is", f"see {log}", log)
        known[package] = took
    score = Score(wish.file)
    changes = find_changes((tree.root / wish.file).read_text(encoding="utf-8"))
    aside = {(each.before, each.after) for each in equivalents if each.file == wish.file}
    seconds = 5 + 3 * known[package]
    if changes:
        with tree.holding(wish.file, "raise SystemError('read')\n"):
            if all(tree.passes(group, log, seconds) for group in tests):
                raise Problem(f"no test reads {wish.file}", "write one")
    for change in changes:
        if wish.lines and change.line not in wish.lines:
            continue
        if (change.before, change.after) in aside:
            score.equivalent += 1
            continue
        score.tried += 1
        with tree.holding(wish.file, change.source):
            if all(tree.passes(group, log, seconds) for group in tests):
                score.survivors.append(change)
                say(f"{wish.file}:{change.line}\n    - {change.before}\n    + {change.after}")
    return score


def main(argv: list[str] | None = None, root: Path = REPO) -> int:
    """Try the files asked for; 0 when enough is noticed in each of them."""
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("files", nargs="*", help="file, file:line,line or folder")
    try:
        wishes = choose(parser.parse_args(argv).files, root)
        os.nice(19)
        trial.prepare()
        equivalents = read_list((root / LIST).read_text(encoding="utf-8"))
        folder = state() / "mutants" / str(os.getpid())
        tree = trial.Tree(root, folder)
        known: dict[str, float] = {}
        try:
            scores = [try_file(wish, tree, equivalents, known=known) for wish in wishes]
        finally:
            tree.remove()
    except Problem as problem:
        show_problem(problem)
        return 1
    say()
    for score in scores:
        if score.tried or score.equivalent:
            say(str(score))
    every = Score("in all", sum(score.tried for score in scores))
    every.survivors = [change for score in scores for change in score.survivors]
    say(str(every))
    return 1 if any(score.percent < ENOUGH for score in scores) else 0


if __name__ == "__main__":
    signals.catch()
    try:
        sys.exit(main())
    except (Stopped, KeyboardInterrupt):
        sys.exit(130)
