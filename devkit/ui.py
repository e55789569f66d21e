"""What the user sees: numbered steps with their seconds, and failures with a remedy."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TAIL = 20


class Problem(Exception):
    """A failure the user can act on: what went wrong, what to do, and the log that tells more."""

    def __init__(self, message: str, remedy: str = "", log: Path | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.log = log


class Stopped(BaseException):
    """The user or the system asked us to end; not an error, so not an ``Exception``."""


def tail(path: Path, count: int = TAIL) -> list[str]:
    """The last ``count`` lines of a log file, or nothing when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    except OSError:
        return []


def say(text: str = "") -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


def show_problem(problem: Problem) -> None:
    """Print a failure on standard error: the end of its log, what went wrong, what to do."""
    lines = [f"    | {line}" for line in tail(problem.log)] if problem.log else []
    lines.append(f"FAILED: {problem.message}")
    if problem.remedy:
        lines.append(f"What to do: {problem.remedy}")
    if problem.log:
        lines.append(f"Full output: {problem.log}")
    print("\n".join(lines), file=sys.stderr, flush=True)


class Step:
    """One line of progress; ``note`` is shown behind its seconds."""

    def __init__(self) -> None:
        self.note = ""


class Steps:
    """Counts the steps of one command."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.count = 0

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Print ``[n/total] title ...`` and, once the block is done, its seconds and note."""
        self.count += 1
        self.total = max(self.total, self.count)
        print(f"[{self.count}/{self.total}] {title} ... ", end="", flush=True)
        started = time.monotonic()
        step = Step()
        try:
            yield step
        except BaseException:
            say(f"failed after {time.monotonic() - started:.1f} s")
            raise
        note = f"  ({step.note})" if step.note else ""
        say(f"{time.monotonic() - started:.1f} s{note}")
