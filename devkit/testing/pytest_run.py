"""Running pytest: output to the screen and a log, results from its result file."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devkit.proc import bound_to_us
from devkit.testing import junit
from devkit.ui import tail

# pytest's own exit code for "no test was selected".
NOTHING_SELECTED = 5
# A run that says nothing for so long (in seconds) hangs: the slowest single tests take one minute.
SILENCE = 600.0


@dataclass(frozen=True)
class PytestOutcome:
    """The counts of one run, and what kept it from a proper end, if anything."""

    counts: junit.Counts
    trouble: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.trouble and not self.counts.failed


def run_pytest(
    python: Path,
    arguments: Sequence[str | Path],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    silence: float = SILENCE,
) -> PytestOutcome:
    """Run pytest to its end, or until it has said nothing for ``silence`` seconds."""
    results = log.with_suffix(".xml")
    results.unlink(missing_ok=True)
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    command = [*bound_to_us(signal.SIGKILL), str(python), "-m", "pytest"]
    process = subprocess.Popen(
        [
            *(*command, "-p", "no:cacheprovider", f"--junitxml={results}"),
            *(*colour, *map(str, arguments)),
        ],
        env={**os.environ, **env, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout
    try:
        with log.open("wb") as copy:
            while chunk := _read(process.stdout.fileno(), silence):
                copy.write(chunk)
                sys.stdout.write(chunk.decode("utf-8", "replace"))
                sys.stdout.flush()
        code = process.wait()
    except TimeoutError:
        process.kill()
        process.wait()
        trouble = f"pytest said nothing for {silence:.0f} s and was killed; see {log}"
        return PytestOutcome(junit.Counts(), trouble)
    except BaseException:
        process.kill()
        process.wait()
        raise
    counts = junit.read(results)
    if code == NOTHING_SELECTED:
        return PytestOutcome(junit.Counts())
    if counts is None or (code and not counts.failed):
        last = (tail(log, 1) or ["no output"])[0]
        return PytestOutcome(counts or junit.Counts(), f"pytest ended with code {code}: {last}")
    return PytestOutcome(counts)


def _read(descriptor: int, patience: float) -> bytes:
    """The next piece of output, empty at its end."""
    ready, _, _ = select.select([descriptor], [], [], patience)
    if not ready:
        raise TimeoutError
    return os.read(descriptor, 4096)
