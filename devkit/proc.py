"""Running other programs: once with the output in a log, or as children that die with us."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from devkit.ui import Problem


def bound_to_us(number: signal.Signals) -> list[str]:
    """A prefix by which the kernel sends a child this signal when we die, however we die."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", number.name[3:]] if setpriv else []


def run_logged(
    argv: Sequence[str | Path],
    *,
    log: Path,
    what: str,
    remedy: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float | None = None,
) -> None:
    """Run a program to its end with all output appended to ``log``.

    It does not outlive us where the kernel can see to that: what it writes is guarded by a lock
    that ends with us.

    :raises Problem: when it cannot be started, fails, or takes longer than ``timeout`` seconds.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        out.write(("$ " + " ".join(map(str, argv)) + "\n").encode())
        out.flush()
        try:
            done = subprocess.run(
                [*bound_to_us(signal.SIGKILL), *(str(part) for part in argv)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
                timeout=timeout,
                check=False,
            )
        except OSError as error:
            raise Problem(f"{what}: {error}", remedy, log) from error
        except subprocess.TimeoutExpired as error:
            raise Problem(f"{what}: not finished after {timeout:.0f} s", remedy, log) from error
    if done.returncode:
        raise Problem(f"{what}: exit code {done.returncode}", remedy, log)


def start_time(pid: int) -> str | None:
    """A mark of when process ``pid`` started, or None when there is no such process.

    A number alone may have been given to another process since; number and start time may not.
    """
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.joinpath("self").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    shown = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip() or None


def is_alive(pid: int, started: str) -> bool:
    """Whether the very process that was noted still runs."""
    return start_time(pid) == started


def end_process(pid: int, started: str, *, patience: float = 15.0) -> None:
    """End a noted process: politely, and for good after ``patience`` seconds."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not is_alive(pid, started):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + patience
        while is_alive(pid, started) and time.monotonic() < until:
            time.sleep(0.05)


@dataclass
class Child:
    """A server that we started and that ends with us."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM

    def stop(self, patience: float = 12.0) -> None:
        """Ask it to end, wait, and kill it when it does not."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_child(
    name: str,
    argv: Sequence[str | Path],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
    prefix: Sequence[str] | None = None,
) -> Child:
    """Start a server in its own session, with its output in ``log``.

    Its own session keeps a Ctrl-C away from it, so that we choose the order of the ends. Where
    ``setpriv`` is there, the kernel sends it ``stop_signal`` when we die, however that happens;
    ``prefix`` is for a caller that has its own ``setpriv`` call. Call from the main thread: the
    kernel watches the thread, not the process.
    """
    if prefix is None:
        prefix = bound_to_us(stop_signal)
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*prefix, *(str(part) for part in argv)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )
    return Child(name, process, log, stop_signal)
