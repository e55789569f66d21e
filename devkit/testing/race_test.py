"""Fifty callers confirm visits of one technician at the same time, on one server and on two;
then twenty requests of one new customer come in at once, by each channel.

Real servers, connections and commits, on a database that is thrown away: that exactly one wins
and that the others are told why cannot be shown inside one transaction.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

from devkit.db.instance import Instance, wait_ready
from devkit.paths import REPO, logs
from devkit.proc import bound_to_us
from devkit.run import ports
from devkit.testing.logcheck import find_unexpected
from devkit.ui import Problem

# What the servers may say: Odoo logs each statement that PostgreSQL refuses, and each refusal
# that a user is shown. Just one deadlock is expected, where two loops meet crosswise.
_PROVOKED = re.compile(
    r'violates exclusion constraint "support_appointment_no_double_booking"|deadlock detected'
    r"|WARNING odoo\.http: \S.* is already booked from "
    r"|support_intake_key.*(?s:.*)could not serialize access due to concurrent update"
)
_REPEATED = re.compile(r"(SERIALIZATION_FAILURE|DEADLOCK_DETECTED|LOCK_NOT_AVAILABLE), \d+ tries")
SECONDS = 300.0


def race_test(inst: Instance, name: str) -> tuple[list[str], list[str]]:
    """Let them race.

    :param name: a database that may be changed
    :return: what went wrong, and what was done, both for people
    """
    inst.configure(max_cron_threads=0)
    series = inst.tree.series
    files = [logs() / f"race-{series}-odoo-{number}.log" for number in (1, 2)]
    out = logs() / f"race-{series}.log"
    started = []
    out.write_text("")
    with ExitStack() as stack:
        for file in files:
            file.write_text("")
            port = ports.free().http
            odoo = inst.start(name, port, file)
            stack.callback(odoo.stop)
            started.append((odoo, port))
        for odoo, port in started:
            wait_ready(odoo, port)
        urls = [f"http://{ports.HOST}:{port}" for _odoo, port in started]
        problems, done = run_callers(inst, "race_clients", name, urls, out)
        repeated = [found for file in files for found in _REPEATED.findall(file.read_text())]
        lost, sent = run_callers(inst, "race_intake", name, urls, out)
    problems, done = [*problems, *lost], [*done, *sent]
    # One of the two loops that meet crosswise is repeated; nothing else may be.
    others = [kind for kind in repeated if kind != "DEADLOCK_DETECTED"] + repeated[1:]
    if others:
        problems.append(f"Odoo had to repeat calls: {', '.join(repeated)}")
    for file in files:
        problems += [f"{file.name}: {line}" for line in find_unexpected(file, _PROVOKED)[:5]]
    return problems, [*done, f"bookings that Odoo repeated: {', '.join(repeated) or 'none'}"]


def run_callers(
    inst: Instance, program: str, name: str, arguments: list[str], out: Path
) -> tuple[list[str], list[str]]:
    """Run a module beside this one in Odoo's environment; it prints as ``race_clients`` does.

    :param arguments: of the program, behind the database's name
    :param out: its log
    :return: what went wrong, and what was done, both for people
    """
    path = f"{inst.tree.root}:{REPO}"
    with out.open("a", encoding="utf-8") as errors:
        try:
            done = subprocess.run(
                [
                    *bound_to_us(signal.SIGKILL),
                    *(str(inst.python), "-m", f"devkit.testing.{program}", name, *arguments),
                ],
                env={**inst.env, "PYTHONPATH": path},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise Problem(
                f"the race was not over after {SECONDS:.0f} s",
                "does this machine do much else at the same time? run it again",
                out,
            ) from error
    with out.open("a", encoding="utf-8") as log:
        log.write(done.stdout)
    if done.returncode:
        raise Problem("the race could not be run to its end", "see its log", out)
    *lines, problems = done.stdout.splitlines()
    return list(json.loads(problems)), lines
