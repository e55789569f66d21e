"""``make run``: everything up on this machine, one real mail through it, then serving."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from pathlib import Path

from devkit import signals
from devkit.db import database
from devkit.db.instance import Instance, wait_ready
from devkit.env import odoo_source
from devkit.env.stamps import Busy, locked
from devkit.mail import sample
from devkit.paths import REPO, logs, state
from devkit.proc import Child, start_child
from devkit.run import ports, prepare, running, welcome
from devkit.run.rpc import LOGIN, PASSWORD, Rpc, ensure_alias_domain
from devkit.ui import Problem, Steps, Stopped, say


def run(series: str | None, *, once: bool) -> int:
    """Start everything and serve until interrupted; with ``once``, end after the sample mail."""
    try:
        with locked(running.lock_file(), wait=False):
            return _run(series, once=once)
    except Busy:
        data = running.current() or {}
        raise Problem(
            f"`make run` is already running: {data.get('url', 'it is still starting')}",
            "use it, or end it with `make stop`",
        ) from None


def _run(series: str | None, *, once: bool) -> int:
    """The same, by the one who holds the lock."""
    log = logs() / "run.log"
    log.write_text("")
    ended = running.end_leftovers()
    if ended:
        say(f"A run before this one was killed; ended what it left: {', '.join(ended)}.")
    where = ports.chosen()
    record = running.Record()
    with ExitStack() as stack:
        stack.callback(record.remove)
        try:
            steps = Steps(prepare.STEPS + 4)
            wanted = series or odoo_source.default_series()
            inst = prepare.prepare(
                wanted, steps, log, cluster="run", folder=state() / "run" / wanted
            )
            children = _Children(stack, record)
            if inst.server.child:
                children.add(inst.server.child)
            name = database.name_for(wanted)
            inst.configure(smtp_server=ports.HOST, smtp_port=where.catch)
            with steps.step(f"Database {name}") as step:
                step.note = database.ensure(inst, name, log)
            with steps.step("Catcher of outgoing mail"):
                children.add(_start_catcher(inst, where))
            with steps.step(f"Odoo on port {where.http}"):
                odoo = children.add(inst.start(name, where.http, _fresh("odoo.log")))
                wait_ready(odoo, where.http)
                rpc = Rpc(f"http://localhost:{where.http}", name)
                recipient = ensure_alias_domain(rpc)
                # Links in mails lead here from the first one on; by itself Odoo learns its
                # address when an administrator logs in with a browser.
                rpc("ir.config_parameter", "set_param", "web.base.url", rpc.url)
            with steps.step(f"SMTP on port {where.smtp}, sample mail to {recipient}") as step:
                children.add(start_gate(inst, where, name, _fresh("mailgate.log")))
                wait_smtp(children.last, where.smtp)
                draft = sample.send_and_find(rpc, recipient, f"{ports.HOST}:{where.smtp}")
                step.note = f"draft {draft['name']}"
            record.note(url=rpc.url, series=wanted, database=name, env=dict(inst.server.env))
            page = f"http://localhost:{where.mail}   or: make mail, make mail N=1"
            say(welcome.text(rpc, f"localhost:{where.smtp}", recipient, draft, page))
            say(f"Logs in {logs()}. Ctrl-C or `make stop` ends it.")
            if once:
                return 0
            children.watch()
        except (Stopped, KeyboardInterrupt):
            say("\nStopping ...")
        finally:
            signals.ignore()
    return 0


class _Children:
    """The servers of this run; leaving the stack ends them, the last one first."""

    def __init__(self, stack: ExitStack, record: running.Record) -> None:
        self._stack = stack
        self._record = record
        self._all: list[Child] = []

    @property
    def last(self) -> Child:
        """The one that was added last."""
        return self._all[-1]

    def add(self, child: Child) -> Child:
        """Take charge of a server that was started."""
        self._stack.callback(child.stop)
        self._all.append(child)
        return self._record.add(child)

    def watch(self) -> None:
        """Wait for ever, or until one of the servers ends by itself."""
        while True:
            for child in self._all:
                if child.process.poll() is not None:
                    raise Problem(
                        f"{child.name} ended by itself with code {child.process.returncode}",
                        "run the command again; its log tells why it ended",
                        child.log,
                    )
            time.sleep(0.5)


def _fresh(name: str) -> Path:
    """An empty log file."""
    path = logs() / name
    path.write_text("")
    return path


def outbox_folder() -> Path:
    """The Maildir of caught mail."""
    return state() / "outbox"


def _start_catcher(inst: Instance, where: ports.Ports) -> Child:
    """Start the catcher of outgoing mail."""
    return start_child(
        "Mail catcher",
        [
            *(inst.python, "-m", "devkit.mail.catcher", "--outbox", outbox_folder()),
            *("--smtp", f"{ports.HOST}:{where.catch}", "--web", f"{ports.HOST}:{where.mail}"),
        ],
        log=_fresh("mailcatch.log"),
        env={**os.environ, "PYTHONPATH": str(REPO)},
    )


def start_gate(inst: Instance, where: ports.Ports, name: str, log: Path, *options: str) -> Child:
    """Start the mail server before a database; ``options`` are further ones of mailgate."""
    return start_child(
        "SMTP front",
        [
            *(inst.python, "-m", "mailgate", "--url", f"http://{ports.HOST}:{where.http}"),
            *("--db", name, "--user", LOGIN, "--listen", f"{ports.HOST}:{where.smtp}"),
            *options,
        ],
        log=log,
        env={**os.environ, "PYTHONPATH": str(REPO), "MAILGATE_PASSWORD": PASSWORD},
    )


def wait_smtp(child: Child, port: int, patience: float = 30.0) -> None:
    """Wait until the SMTP front listens."""
    until = time.monotonic() + patience
    while ports.is_free(port):
        if child.process.poll() is not None or time.monotonic() > until:
            raise Problem(f"{child.name} did not start on port {port}", "see its log", child.log)
        time.sleep(0.05)
