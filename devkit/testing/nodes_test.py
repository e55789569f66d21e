"""Two Odoo servers with workers of their own share one database; one of them is killed.

Real servers, workers, connections and commits, on a database that is thrown away. What they are
given to do, and what has to come of it, is in ``nodes_work``.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from devkit.db.instance import Instance, wait_ready
from devkit.paths import logs
from devkit.proc import Child, start_child
from devkit.run import ports
from devkit.run.serve import wait_smtp
from devkit.testing.logcheck import find_unexpected
from devkit.testing.race_test import run_callers

# What the servers may say: Odoo logs each statement that PostgreSQL refuses, and each refusal
# that a caller is shown.
_PROVOKED = re.compile(
    r'violates exclusion constraint "support_appointment_no_double_booking"'
    r"|WARNING odoo\.http: \S.* is already booked from "
    # The same mail, or the same job, at two nodes at once.
    r"|could not serialize access due to concurrent update"
    r"|Record cannot be modified right now|already executing"
    # 19.0's own server for live updates.
    r"|bus/websocket\.py:\d+: DeprecationWarning: Queue\(0\) now equivalent"
    # The receiver of webhooks was slow for longer than a webhook waits.
    r"|support_center\.automation: action=deliver_webhook outcome=failed"
)
# As ``odoo.conf`` of a node that takes calls, runs jobs and feeds browsers with news.
_OPTIONS = {"workers": 2, "max_cron_threads": 1}


# The server for live updates is started by the program's name, and `python -m odoo` has none.
_PROGRAM = "import odoo.cli\n\nodoo.cli.main()\n"


@dataclass(frozen=True)
class Node:
    """One of the servers: the master process and where it listens."""

    odoo: Child
    http: int
    gevent: int


def nodes_test(inst: Instance, name: str) -> tuple[list[str], list[str]]:
    """Let two servers share the work of a database.

    :param name: a database that may be changed, with nobody on it
    :return: what went wrong, and what was done, both for people
    """
    series = inst.tree.series
    files = [logs() / f"nodes-{series}-odoo-{number}.log" for number in (1, 2)]
    out = logs() / f"nodes-{series}.log"
    out.write_text("")
    theirs = ports.free()
    inst.configure(**_OPTIONS, smtp_server=ports.HOST, smtp_port=theirs.catch)
    with ExitStack() as stack:
        nodes = [_start(inst, name, file, stack) for file in files]
        for node in nodes:
            wait_ready(node.odoo, node.http)
            wait_smtp(node.odoo, node.gevent)
        problems, done = run_callers(
            inst,
            "nodes_work",
            name,
            [
                *(f"{ports.HOST}:{theirs.catch}", f"{ports.HOST}:{theirs.mail}"),
                _bus_version(inst),
                *(
                    f"{node.http},{node.gevent},{node.odoo.process.pid},{file}"
                    for node, file in zip(nodes, files, strict=True)
                ),
            ],
            out,
        )
    for file in files:
        problems += [f"{file.name}: {line}" for line in find_unexpected(file, _PROVOKED)[:5]]
    return problems, done


def _start(inst: Instance, name: str, file: Path, stack: ExitStack) -> Node:
    file.write_text("")
    where = ports.free()
    program = inst.folder / "odoo-bin"
    program.write_text(_PROGRAM)
    odoo = start_child(
        "Odoo",
        [
            *(inst.python, program, "-c", inst.config, f"--database={name}"),
            *(f"--db-filter=^{name}$", f"--http-port={where.http}"),
            f"--gevent-port={where.smtp}",
        ],
        log=file,
        env=inst.env,
        cwd=inst.folder,
    )
    # The workers of a master that is gone end by themselves.
    stack.callback(odoo.stop)
    return Node(odoo, where.http, where.smtp)


def _bus_version(inst: Instance) -> str:
    """What a browser of this Odoo says with its websocket; nothing on 17.0."""
    for folder in inst.tree.addons:
        source = Path(folder) / "bus" / "websocket.py"
        if source.is_file():
            found = re.search(r'^    _VERSION = "(.+)"$', source.read_text(), re.MULTILINE)
            return found[1] if found else ""
    return ""
