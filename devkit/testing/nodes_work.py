"""What ``nodes_test`` gives its two servers to do, and what has to come of it.

``python -m devkit.testing.nodes_work DATABASE SMTP HOOK BUS NODE NODE``: runs in an Odoo
environment for its driver, as ``race_clients`` does. ``SMTP`` and ``HOOK`` are the addresses at
which mails and webhooks are taken, ``BUS`` the version of the bus or nothing, and a ``NODE`` is
``HTTP PORT,GEVENT PORT,PROCESS,LOG``. The one that comes to deliver webhooks is killed.
"""

from __future__ import annotations

import email
import json
import os
import re
import signal
import sys
import threading
import time
import xmlrpc.client
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg2
import websocket
from aiosmtpd.controller import Controller

from devkit.mail.catcher import split
from devkit.run.ports import HOST
from devkit.run.rpc import LOGIN, PASSWORD, Rpc, ensure_alias_domain
from devkit.testing.race_clients import LOCKS, Client, Refusal

MODEL = "support.appointment"
CHANGED = "support_center.appointment_changed"
PATIENCE = 90.0
# More reminders than a batch, so that there is a commit between them.
REMINDERS = 110
TOLD = 12
OLD = 20
WAITING = 5
# Which of the webhooks finds its receiver slow.
HELD = 4
BOOKINGS = 2
SAME_MAILS = 2
# The jobs that are let run, those of others being none of our business.
JOBS = (
    "support_center.cron_send_appointment_reminders",
    "support_center.cron_cleanup_old_appointments",
    "support_center.cron_generate_appointment_statistics",
    "support_center.cron_deliver_webhooks",
    "support_center.cron_acknowledge_customers",
    "mail.ir_cron_mail_scheduler_action",
    "base_automation.ir_cron_data_base_automation_check",
)
WEBHOOKS = JOBS[3]
MAILS = JOBS[5]
# As 17.0 says it, and as 19.0 does.
_STARTED = re.compile(r"Starting job `([^`]+)`|Job '([^']+)' \(\d+\) starting")
_MAIL = """\
From: {email}
To: {to}
Subject: APPOINTMENT_REQUEST
Message-Id: <{number}@nodes.example.com>

requested_date: {moment}
"""


@dataclass(frozen=True)
class Node:
    """A server with its workers."""

    name: str
    url: str
    websocket: str
    process: int
    log: Path

    def started(self) -> list[str]:
        """The jobs that it has started, in their order."""
        return ["".join(names) for names in _STARTED.findall(self.log.read_text(errors="replace"))]


class Receiver:
    """Takes webhooks and mails, and counts what it has said yes to."""

    def __init__(self, smtp: str, hook: str) -> None:
        self.url = f"http://{hook}/hook"
        self.asked: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.unanswered: set[str] = set()
        self.mails: list[tuple[str, str]] = []
        # From the fourth on each waits, once this is set, until they may go on.
        self.slow = threading.Event()
        self.held = threading.Event()
        self.may_go_on = threading.Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                message = self.headers["webhook-id"]
                receiver.asked[message] += 1
                is_held = receiver.slow.is_set() and sum(receiver.asked.values()) >= HELD
                if is_held and not receiver.may_go_on.is_set():
                    receiver.unanswered.add(message)
                    receiver.held.set()
                    receiver.may_go_on.wait(PATIENCE)
                    # The node that asked is gone.
                    return
                receiver.taken[message] += 1
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Nothing: what came is counted."""

        class Mailbox:
            async def handle_DATA(  # noqa: N802 - aiosmtpd gives the name
                self, _server: Any, _session: Any, envelope: Any
            ) -> str:
                message = email.message_from_bytes(envelope.content)
                receiver.mails += [(str(message["Subject"]), to) for to in envelope.rcpt_tos]
                return "250 OK"

        self._hook = ThreadingHTTPServer(split(hook), Handler)
        threading.Thread(target=self._hook.serve_forever, daemon=True).start()
        host, port = split(smtp)
        self._smtp = Controller(Mailbox(), hostname=host, port=port)
        self._smtp.start()

    def stop(self) -> None:
        """Take no more."""
        self.may_go_on.set()
        self._hook.shutdown()
        self._smtp.stop()


class Work:
    """The rounds, on records of their own."""

    def __init__(self, database: str, nodes: Sequence[Node], receiver: Receiver, bus: str) -> None:
        self._database = database
        self._nodes = nodes
        self._receiver = receiver
        self._bus = bus
        self._problems: list[str] = []
        self._connection = psycopg2.connect(dbname=database)
        self._connection.autocommit = True
        self._listeners = psycopg2.connect(dbname="postgres")
        self._listeners.autocommit = True
        # None runs before all is there; the outbox goes first, so that the one that stands at a
        # slow receiver leaves all else to the other.
        self._sql("UPDATE ir_cron SET active = false")
        self._rpcs = [Rpc(node.url, database) for node in nodes]
        self._alias = ensure_alias_domain(self._rpcs[0])
        # Over XML-RPC 17.0 hashes the password with each call: for what is no integrator's way.
        self._clients = [Client(node.url, database, LOGIN, PASSWORD) for node in nodes]
        self._admin = self._clients[0]
        (company,) = self._admin("res.company", "search", [], limit=1, order="id")
        self._admin("res.company", "write", [company], {"email": "office@example.com"})
        for key, value in {
            "support_center.webhook_response_url": receiver.url,
            "support_center.webhook_allow_private": "True",
            "support_center.cleanup_days": "30",
        }.items():
            self._admin("ir.config_parameter", "set_param", key, value)

    def run(self) -> list[str]:
        """Everything; what went wrong."""
        for work in (
            self._live,
            self._booking,
            self._same_mail,
            self._switches,
            self._by_hand,
            self._saved_meanwhile,
            self._jobs,
        ):
            started = time.monotonic()
            said = work()
            print(f"{said} ({time.monotonic() - started:.1f} s)", flush=True)
        return self._problems

    # What is used throughout

    def _sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            # Without values a percent sign stands for itself.
            cursor.execute(query, values or None)
            return cursor.fetchall() if cursor.description else []

    def _count(self, query: str, *values: Any) -> int:
        return int(self._sql(f"SELECT count(*) {query}", *values)[0][0])

    def _until(self, what: str, condition: Callable[[], object], *, waking: bool = False) -> bool:
        """Wait for something to be so; it is a problem when it is not in time.

        :param waking: tell the servers again and again that jobs are due; by themselves they
            look once a minute
        """
        until = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > until:
                self._problems.append(f"not after {PATIENCE:.0f} s: {what}")
                return False
            if waking:
                with self._listeners.cursor() as cursor:
                    cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self._database])
            time.sleep(0.2)
        return True

    def _find(self, xmlid: str) -> int:
        module, _dot, name = xmlid.partition(".")
        ((found,),) = self._sql(
            "SELECT res_id FROM ir_model_data WHERE module = %s AND name = %s", module, name
        )
        return int(found)

    def _expect(self, what: str, found: object, wanted: object) -> None:
        if found != wanted:
            self._problems.append(f"{what}: {found}, not {wanted}")

    def _visits(self, prefix: str, number: int, start: str, **values: Any) -> list[int]:
        """Confirmed visits, each of a customer of its own.

        :param start: an interval of PostgreSQL from now
        """
        ((moment,),) = self._sql(
            "SELECT to_char(now() AT TIME ZONE 'UTC' + %s::interval, 'YYYY-MM-DD HH24:MI:SS')",
            start,
        )
        names = [f"{prefix}-{index}" for index in range(number)]
        customers = self._admin(
            "res.partner",
            "create",
            [{"name": name, "email": f"{name}@example.com"} for name in names],
        )
        common = {"start": moment, "state": "confirmed", "ignore_working_hours": True, **values}
        return list(
            self._admin(MODEL, "create", [{"partner_id": who, **common} for who in customers])
        )

    def _at_once(self, calls: Sequence[Callable[[], Any]]) -> list[Any]:
        """Make all calls at the same moment; what each gave or raised."""
        gave: list[Any] = [None] * len(calls)
        start = threading.Barrier(len(calls))

        def work(number: int) -> None:
            start.wait(PATIENCE)
            try:
                gave[number] = calls[number]()
            except (xmlrpc.client.Error, Refusal, OSError) as error:
                gave[number] = error

        threads = [threading.Thread(target=work, args=[number]) for number in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        return gave

    # The rounds

    def _live(self) -> str:
        """What changes at one node is told to a browser at the other."""
        (draft,) = self._visits("live", 1, "5 days", state="draft")
        heard = 0
        for here, there in ((0, 1), (1, 0)):
            with self._listen(self._nodes[there]) as hears:
                self._clients[here](MODEL, "write", [draft], {"location": f"Place {here}"})
                heard += hears(draft)
        self._expect("changes at one node that a browser at the other hears of", heard, 2)
        return "a change at each node, heard at the other"

    @contextmanager
    def _listen(self, node: Node) -> Iterator[Callable[[int], bool]]:
        """A browser's websocket; whether it hears of a change of an appointment."""
        client = Client(node.url, self._database, LOGIN, PASSWORD)
        version = f"?version={self._bus}" if self._bus else ""
        ((last,),) = self._sql("SELECT COALESCE(max(id), 0) FROM bus_bus")
        connection = websocket.create_connection(
            f"ws://{node.websocket}/websocket{version}",
            timeout=PATIENCE,
            cookie=client.cookie,
            origin=f"http://{node.websocket}",
        )
        data = {"event_name": "subscribe", "data": {"channels": [], "last": last}}
        connection.send(json.dumps(data))

        def hears(record: int) -> bool:
            with suppress(websocket.WebSocketException, OSError):
                while text := connection.recv():
                    for told in json.loads(text):
                        message = told["message"]
                        if message["type"] == CHANGED and record in message["payload"]["ids"]:
                            return True
            return False

        try:
            yield hears
        finally:
            connection.close()

    def _booking(self) -> str:
        """Two callers at each node confirm visits of one technician at the same moment."""
        values = {"name": "Nodes Technician", "tz": "UTC"}
        technician = self._admin("support.technician", "create", values)
        won = 0
        for number in range(BOOKINGS):
            drafts = self._visits(
                f"book{number}", 4, f"{30 + number} days", state="draft", technician_id=technician
            )
            calls = [
                partial(self._rpcs[index % 2], MODEL, "action_confirm", [draft])
                for index, draft in enumerate(drafts)
            ]
            with self._held(technician, len(calls)) as release:
                threading.Thread(target=release).start()
                told = self._at_once(calls)
            faults = [answer for answer in told if isinstance(answer, Exception)]
            clear = sum("already booked" in str(fault) for fault in faults)
            self._expect(f"refused in words in round {number + 1}", clear, len(drafts) - 1)
            booked = self._count(
                "FROM support_appointment WHERE id = ANY(%s) AND state = 'confirmed'", drafts
            )
            self._expect(f"booked in round {number + 1}", booked, 1)
            won += booked
        return f"{BOOKINGS} rounds of 4 callers at two nodes for one technician: {won} won"

    @contextmanager
    def _held(self, technician: int, waiting: int) -> Iterator[Callable[[], None]]:
        """Let nobody book until what is yielded has seen so many wait for it."""
        connection = psycopg2.connect(dbname=self._database)
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, technician])

        def release() -> None:
            self._until(
                "all callers at the lock of a technician",
                lambda: (
                    self._count(
                        "FROM pg_locks "
                        "WHERE locktype = 'advisory' AND classid = %s AND NOT granted",
                        LOCKS,
                    )
                    >= waiting
                ),
            )
            cursor.execute("SELECT pg_advisory_unlock_all()")

        try:
            yield release
        finally:
            connection.close()

    def _same_mail(self) -> str:
        """A mail that its server sends again while the first copy is at work makes one draft."""
        ((moment,),) = self._sql(
            "SELECT to_char(now() + interval '20 days', 'YYYY-MM-DD HH24:MI:SS')"
        )
        for number in range(SAME_MAILS):
            sender = f"same{number}@example.com"
            source = _MAIL.format(email=sender, to=self._alias, number=number, moment=moment)
            mail = source.replace("\n", "\r\n")
            told = self._at_once(
                [partial(rpc, "mail.thread", "message_process", False, mail) for rpc in self._rpcs]
            )
            faults = [str(answer) for answer in told if isinstance(answer, Exception)]
            self._expect("refusals of a mail that came to both nodes", faults, [])
            made = self._count(
                "FROM support_appointment WHERE partner_id IN "
                "(SELECT id FROM res_partner WHERE email = %s)",
                sender,
            )
            self._expect("drafts of a mail that came to both nodes", made, 1)
        return f"{SAME_MAILS} mails handed to both nodes at once: a draft each"

    def _switches(self) -> str:
        """A rule or setting that is changed at one node holds at all workers of the other."""
        rule = self._find("support_center.automation_webhook_response")
        for turn, is_on in enumerate((True, False)):
            here, there = self._clients[turn % 2], self._clients[(turn + 1) % 2]
            here("base.automation", "write", [rule], {"active": is_on})
            visits = self._visits(f"switch{turn}", 4, "40 days", state="draft")
            # Several calls at once, so that no worker is left out.
            self._at_once([partial(there, MODEL, "action_confirm", [visit]) for visit in visits])
            told = self._count(
                "FROM support_webhook_delivery WHERE appointment_id = ANY(%s)", visits
            )
            word = "on" if is_on else "off"
            self._expect(f"webhooks after the rule was switched {word}", told, 4 * is_on)
        self._admin("base.automation", "write", [rule], {"active": True})
        self._sql("DELETE FROM support_webhook_delivery")
        return "a rule switched at each node, obeyed at the other"

    def _by_hand(self) -> str:
        """Each job is started by hand on both nodes at the same moment.

        Not Odoo's own mail queue: in 17.0 a start by hand gives its lock back with the first mail
        that it commits, and a second one that comes then sends the same mails.
        """
        self._prepare("hand", 10, WAITING, WAITING)
        refused = 0
        for job in JOBS:
            cron = self._find(job)
            told = self._at_once(
                [
                    partial(client, "ir.cron", "method_direct_trigger", [cron])
                    for client in self._clients[: 1 if job == MAILS else None]
                ]
            )
            faults = [str(answer) for answer in told if isinstance(answer, Exception)]
            refused += len(faults)
            odd = [
                text for text in faults if "currently being" not in text and "already" not in text
            ]
            self._problems += [f"{job}, by hand on both nodes: {text}" for text in odd]
        self._look_at("hand", 10, WAITING, WAITING)
        self._receiver.asked.clear()
        self._receiver.taken.clear()
        jobs = len(JOBS) - 1
        return f"{jobs} jobs by hand on both nodes at once: done once, {refused} refused"

    def _saved_meanwhile(self) -> str:
        """Somebody saves what the jobs work on, and a job ends that they wake: no failure."""
        self._prepare("edit", WAITING, WAITING, WAITING)
        self._sql("DELETE FROM support_webhook_delivery")
        jobs = [self._find(job) for job in JOBS if job != WEBHOOKS]
        somebody = psycopg2.connect(dbname=self._database)
        with somebody.cursor() as cursor:
            cursor.execute(
                """
                UPDATE support_appointment AS visit SET location = 'Elsewhere'
                  FROM res_partner AS who
                 WHERE who.id = visit.partner_id AND who.email LIKE 'edit-%-0@example.com'
                """
            )
            cursor.execute(
                "UPDATE ir_cron SET lastcall = now() AT TIME ZONE 'UTC' WHERE id = %s",
                [self._find("mail.ir_cron_mail_scheduler_action")],
            )
            # Until it is committed, nobody wakes that job.
            cursor.execute("LOCK TABLE ir_cron_trigger IN SHARE MODE")
            # One a node: the reminders stand at the job that they wake, the cleanup at a visit.
            self._let_run([self._find(JOBS[0]), self._find(JOBS[1])])
            self._until(
                "two jobs come to what somebody saves",
                lambda: self._count("FROM pg_locks WHERE NOT granted") >= len(self._nodes),
                waking=True,
            )
            somebody.commit()
        somebody.close()
        # A job that met it comes again soon, or when it is due.
        self._until("what somebody saved is done", lambda: self._let_run_again("edit", jobs))
        self._sql("UPDATE ir_cron SET active = false")
        self._receiver.taken.clear()
        self._look_at("edit", WAITING, WAITING, WAITING, others=-2 * WAITING)
        self._receiver.asked.clear()
        return f"{3 * WAITING} saved while the jobs came to them: each once, no failure"

    def _let_run(self, jobs: Sequence[int]) -> None:
        """Make jobs due, and tell the servers."""
        # Those that are at work just now are due again as soon as they end.
        self._sql(
            """
            UPDATE ir_cron
               SET active = true, nextcall = now() AT TIME ZONE 'UTC' - interval '1 minute'
             WHERE NOT (active AND nextcall < now() AT TIME ZONE 'UTC')
               AND id IN (SELECT id FROM ir_cron WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED)
            """,
            list(jobs),
        )
        with self._listeners.cursor() as cursor:
            cursor.execute("SELECT pg_notify('cron_trigger', %s)", [self._database])

    def _let_run_again(self, prefix: str, jobs: Sequence[int]) -> bool:
        if self._is_done(prefix):
            return True
        self._let_run(jobs)
        return False

    def _prepare(self, prefix: str, reminders: int, told: int, old: int) -> None:
        """What the jobs find: reminders, webhooks and acknowledgements, old visits."""
        self._visits(f"{prefix}-due", reminders, "20 hours", send_confirmation_email=False)
        visits = self._visits(f"{prefix}-told", told, "10 days")
        self._sql(
            """
            UPDATE support_appointment
               SET customer_waiting_since = now() AT TIME ZONE 'UTC' - interval '2 hours',
                   acknowledge_at = now() AT TIME ZONE 'UTC' - interval '1 hour'
             WHERE id = ANY(%s)
            """,
            visits,
        )
        archived = self._visits(f"{prefix}-old", old, "-300 days", state="draft")
        self._sql("UPDATE support_appointment SET state = 'cancelled' WHERE id = ANY(%s)", archived)

    def _look_at(self, prefix: str, reminders: int, told: int, old: int, others: int = 0) -> None:
        """Whether all of it was done, and each once.

        :param others: webhooks about something else, or fewer than that
        """
        queued = "FROM mail_mail WHERE state IN ('outgoing', 'exception')"
        self._expect("mails that were not sent", self._count(queued), 0)
        for kind, number, each in (("due", reminders, 1), ("told", told, 2)):
            address = f"{prefix}-{kind}-"
            counts = Counter(to for _subject, to in self._receiver.mails if to.startswith(address))
            self._expect(f"customers told of {address}", len(counts), number)
            odd = {to: count for to, count in counts.items() if count != each}
            self._expect(f"mails to each of {address}", odd, {})
        marked = (
            "FROM support_appointment AS visit JOIN res_partner AS who ON who.id = partner_id "
            "WHERE who.email LIKE %s AND "
        )
        for kind, condition, number in (
            ("due", "reminder_sent", reminders),
            ("told", "acknowledge_at IS NULL", told),
            ("old", "NOT visit.active", old),
        ):
            found = self._count(f"{marked}{condition}", f"{prefix}-{kind}-%")
            self._expect(f"{prefix}-{kind} with {condition}", found, number)
        twice = self._sql(
            """
            SELECT who.email, log.action, count(*)
              FROM support_automation_log AS log
              JOIN support_appointment AS visit
                ON log.res_model = 'support.appointment' AND visit.id = log.res_id
              JOIN res_partner AS who ON who.id = visit.partner_id
             WHERE who.email LIKE %s
               AND log.action IN ('send_reminder', 'cleanup', 'acknowledge')
          GROUP BY who.email, log.action
            HAVING count(*) <> 1
            """,
            f"{prefix}-%",
        )
        self._expect(f"rows of the log of {prefix}, other than one each", twice, [])
        failed = self._sql(
            "SELECT action, message FROM support_automation_log "
            # A slow receiver may be given up before its node is killed.
            "WHERE outcome = 'failed' AND action <> 'deliver_webhook'"
        )
        self._expect("failures in the log", failed, [])
        odd = {name: count for name, count in self._receiver.taken.items() if count != 1}
        self._expect(f"webhooks of {prefix} taken more than once", odd, {})
        webhooks = reminders + told + others
        self._expect(f"webhooks of {prefix} taken", len(self._receiver.taken), webhooks)

    def _jobs(self) -> str:
        """All jobs are due at once; the node at the slow receiver is killed, the other ends it."""
        self._prepare("cron", REMINDERS, TOLD, OLD)
        before = [len(node.started()) for node in self._nodes]
        self._receiver.slow.set()
        jobs = [self._find(job) for job in JOBS]
        self._sql("UPDATE ir_cron SET priority = 1 WHERE id = %s", self._find(WEBHOOKS))
        self._let_run(jobs)
        self._until("a webhook at the slow receiver", self._receiver.held.is_set, waking=True)
        # One node stands there; the other begins with all else beside it.
        marked = (
            "FROM support_appointment AS visit JOIN res_partner AS who ON who.id = partner_id "
            "WHERE who.email LIKE 'cron-due-%' AND reminder_sent"
        )
        self._until("reminders meanwhile", lambda: self._count(marked), waking=True)
        started = [node.started()[seen:] for node, seen in zip(self._nodes, before, strict=True)]
        victims = [index for index, names in enumerate(started) if "Deliver Webhooks" in names]
        self._expect("nodes at the slow receiver", len(victims), 1)
        victim = victims[0] if victims else 0
        self._expect(
            "what the node at the slow receiver did of the reminders",
            [name for name in started[victim] if name == "Send Appointment Reminders"],
            [],
        )
        taken = len(self._receiver.taken)
        self._kill(victim)
        return f"{self._finish(victim)} after {taken} webhooks"

    def _kill(self, victim: int) -> None:
        """End a node as a machine ends that loses its power, with a call to it on its way."""
        rpc = self._rpcs[victim]
        data = {"external_ref": "nodes-1", "customer_email": "killed@example.com"}
        ((moment,),) = self._sql(
            "SELECT to_char(now() + interval '25 days', 'YYYY-MM-DD HH24:MI:SS')"
        )
        data["requested_date"] = moment
        call = partial(rpc, MODEL, "create", {}, context={"external_data": data})
        table = psycopg2.connect(dbname=self._database)
        with table.cursor() as cursor:
            # Nobody gets to store anything, so the call is there when its node is not any more.
            cursor.execute("LOCK TABLE support_appointment IN EXCLUSIVE MODE")
            told: list[Any] = []
            thread = threading.Thread(target=lambda: told.extend(self._at_once([call])))
            thread.start()
            self._until(
                "a call stands at a node",
                lambda: self._count(
                    "FROM pg_locks WHERE relation = 'support_appointment'::regclass AND NOT granted"
                ),
            )
            os.killpg(self._nodes[victim].process, signal.SIGKILL)
            thread.join(PATIENCE)
        table.close()
        self._expect("a call to a node that was killed", type(told[0]).__mro__[-3], Exception)
        ask_again = partial(self._rpcs[1 - victim], *call.args, **call.keywords)
        ask_again()
        ask_again()
        made = self._count("FROM support_appointment WHERE external_ref = 'nodes-1'")
        self._expect("drafts of a call that was killed and made again, twice", made, 1)

    def _finish(self, victim: int) -> str:
        """What the one that is left makes of what the other had begun."""
        self._receiver.may_go_on.set()
        new = "FROM support_webhook_delivery WHERE state = 'pending' AND attempts = 0"
        self._until(
            "all webhooks but the one that was under way",
            lambda: self._count(new) == 0,
            waking=True,
        )
        # What was under way comes once the lease of five minutes is over.
        self._sql(
            "UPDATE support_webhook_delivery SET next_try = now() AT TIME ZONE 'UTC' "
            "WHERE state = 'pending'"
        )
        jobs = [self._find(job) for job in JOBS]
        self._until("all that is left", lambda: self._let_run_again("cron", jobs))
        # One tells of the draft that the killed call left.
        self._look_at("cron", REMINDERS, TOLD, OLD, others=1)
        again = {message for message, count in self._receiver.asked.items() if count > 1}
        self._expect("webhooks that came again", again, self._receiver.unanswered)
        return (
            f"{REMINDERS} reminders, {REMINDERS + TOLD} webhooks, {TOLD} acknowledgements and "
            f"{OLD} old visits: each once, node {self._nodes[victim].name} killed"
        )

    def _is_done(self, prefix: str) -> bool:
        """Whether the jobs have nothing left to do."""
        return (
            self._count("FROM mail_mail WHERE state = 'outgoing'") == 0
            and self._count("FROM support_webhook_delivery WHERE state = 'pending'") == 0
            and self._count_left(prefix) == 0
        )

    def _count_left(self, prefix: str) -> int:
        """How many visits are still to be reminded of, acknowledged or archived."""
        return self._count(
            """
             FROM support_appointment AS visit JOIN res_partner AS who ON who.id = partner_id
            WHERE who.email LIKE %s AND reminder_sent IS NOT TRUE
               OR who.email LIKE %s AND acknowledge_at IS NOT NULL
               OR who.email LIKE %s AND visit.active
            """,
            *(f"{prefix}-{kind}-%" for kind in ("due", "told", "old")),
        )


def main(argv: list[str]) -> int:
    """Do the work; the exit code is 0 unless it could not be done."""
    database, smtp, hook, bus, *texts = argv
    nodes = []
    for number, text in enumerate(texts):
        http, gevent, process, log = text.split(",", 3)
        nodes.append(
            Node("AB"[number], f"http://{HOST}:{http}", f"{HOST}:{gevent}", int(process), Path(log))
        )
    receiver = Receiver(smtp, hook)
    try:
        print(json.dumps(Work(database, nodes, receiver, bus).run()))
    finally:
        receiver.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
