"""An upgrade of databases of earlier versions, with the data that their users have in them.

The addon as it was at the last commit of a version is installed into a database of its own, on
the same Odoo (on 19.0 through today's port), and used; then the present one is brought in by
``-u`` and everything is looked at. Two servers a version: each installs or updates as it starts.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import http.server
import json
import os
import re
import shutil
import threading
import time
import xmlrpc.client
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from devkit.db.instance import Instance, wait_ready
from devkit.env import addon, uv
from devkit.mail import outbox
from devkit.paths import ADDON_NAME, REPO, logs, state
from devkit.proc import Child, run_logged, start_child
from devkit.run import ports
from devkit.run.rpc import Rpc
from devkit.testing import history, upgrade_data
from devkit.testing.logcheck import check
from devkit.testing.upgrade_data import MODEL, SETTINGS, collect, record_of
from devkit.ui import Problem

VERSIONS = ("17.0.1.0.0", "17.0.1.3.0")

# What has another name now: (table, column) before -> after; a table alone has the column "".
RENAMED: dict[tuple[str, str], tuple[str, str]] = {
    ("support_technician", "hit_activity_id"): (
        "support_technician",
        "time_off_conflict_activity_id",
    ),
    ("support_technician", "hit_marks"): ("support_technician", "time_off_conflict_marks"),
}
# Tables that have gone, and columns that have, each with the reason why nobody misses them.
GONE: dict[tuple[str, str], str] = {}
_UNTOLD = frozenset({"write_date", "write_uid"})


def _is_numbered(old: Any, new: Any) -> bool:
    """Whether a message is as it was, but for its number."""
    before, after = json.loads(old), json.loads(new)
    return bool(after["data"].pop("sequence")) and before == after


# Columns whose values an upgrade changes, each with what it may make of them.
MEANT: dict[tuple[str, str], Callable[[Any, Any], bool]] = {
    # 1.1 counts those as told who were assigned before there was the rule.
    ("support_appointment", "technician_notified_id"): lambda old, _new: old is None,
    # 1.5 numbers the messages that wait.
    ("support_webhook_delivery", "payload"): _is_numbered,
}
# What an upgrade says of itself, each with the reason why it may.
_ALLOWED: tuple[re.Pattern[str], ...] = ()
_LOADED = re.compile(r"odoo\.(?:modules\.)?registry: Registry loaded in")
_FAILED = re.compile(r"Failed to (?:load registry|initialize database)")
_PATIENCE = 600.0


# Of what an upgraded database has to have the same as one where the addon was installed now.
_SAME = {
    "model": """
        SELECT m.model FROM ir_model m
         WHERE m.model LIKE 'support.%' OR EXISTS (
               SELECT FROM ir_model_data d WHERE d.model = 'ir.model'
                  AND d.res_id = m.id AND d.module = 'support_center')""",
    "field": """
        SELECT f.model, f.name, f.ttype, f.store FROM ir_model_fields f
         WHERE f.model LIKE 'support.%' OR EXISTS (
               SELECT FROM ir_model_data d WHERE d.model = 'ir.model.fields'
                  AND d.res_id = f.id AND d.module = 'support_center')""",
    "record": "SELECT model, name FROM ir_model_data WHERE module = 'support_center'",
    "column": """
        SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name LIKE 'support\\_%'""",
    "constraint": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE contype != 'n' AND conrelid::regclass::text LIKE 'support\\_%'""",
    "index": """
        SELECT tablename, indexname, indexdef FROM pg_indexes
         WHERE schemaname = 'public' AND tablename LIKE 'support\\_%'""",
    # What another addon adds is empty in the records that were there before it.
    "template": """
        SELECT d.name, jsonb_strip_nulls(to_jsonb(t) - array[
               'id', 'create_date', 'write_date', 'create_uid', 'write_uid', 'model_id',
               'use_default_to'])
          FROM mail_template t JOIN ir_model_data d ON d.model = 'mail.template'
           AND d.res_id = t.id WHERE d.module = 'support_center'""",
    "rule": """
        SELECT d.name, r.trigger, r.filter_domain, r.filter_pre_domain, r.active,
               array(SELECT f.name FROM base_automation_ir_model_fields_rel l
                       JOIN ir_model_fields f ON f.id = l.ir_model_fields_id
                      WHERE l.base_automation_id = r.id ORDER BY f.name)
          FROM base_automation r JOIN ir_model_data d ON d.model = 'base.automation'
           AND d.res_id = r.id WHERE d.module = 'support_center'""",
    "job": """
        SELECT d.name, c.active, c.interval_number, c.interval_type, a.code
          FROM ir_cron c JOIN ir_act_server a ON a.id = c.ir_actions_server_id
          JOIN ir_model_data d ON d.model = 'ir.cron' AND d.res_id = c.id
         WHERE d.module = 'support_center'""",
    "action": """
        SELECT d.name, a.code FROM ir_act_server a JOIN ir_model_data d
            ON d.model = 'ir.actions.server' AND d.res_id = a.id
         WHERE d.module = 'support_center'""",
}
# Lines of these that may differ, each with its reason: a search in "kind: the line as JSON".
_MAY_DIFFER: tuple[re.Pattern[str], ...] = tuple(
    re.compile(f'"{xmlid}"') for _model, xmlid, _values in SETTINGS
)


def upgrade_test(inst: Instance, version: str, template: Any, name: str, fresh: str) -> list[str]:
    """Install an earlier version, use it, upgrade, look; what went wrong.

    :param template: gives the name of a database with the modules that it is told
    :param name: the database to make, and to drop again
    :param fresh: a database in which the present version was installed
    :raises history.NotThereError: where that version cannot be had, with the reason
    """
    log = logs() / f"upgrade-{inst.tree.series}-{version}.log"
    log.write_text("")
    old = _earlier(inst, version, log)
    try:
        inst.copy(template(sorted(addon.manifest(old.addon.folder)["depends"])), name)
        return _Upgrade(inst, old, version, name, log).failures(fresh)
    except xmlrpc.client.Fault as fault:
        return [f"refused: {fault.faultString.strip().splitlines()[-1]} (see {log})"]
    except (Problem, OSError) as error:
        return [f"{type(error).__name__}: {error} (see {getattr(error, 'log', None) or log})"]
    finally:
        if not os.environ.get("SC_KEEP"):
            inst.drop(name)


def _earlier(inst: Instance, version: str, log: Path) -> Instance:
    """The Odoo of ``inst`` with the addon of an earlier version."""
    commit = history.last_commit(version)
    series = inst.tree.series
    folder = history.unpack(commit, state() / "upgrade" / version)
    if series != addon.SOURCE_SERIES:
        dest = state() / "upgrade" / f"{version}-{series}"
        try:
            folder = addon.port(inst.tree, inst.python, dest, log, source=folder)
        except Problem as problem:
            raise history.NotThereError(f"today's port does not take {version}") from problem
    libraries = _libraries(inst, folder, commit, log)
    return dataclasses.replace(inst, addon=addon.Addon(folder, ""), libraries=libraries)


def _libraries(inst: Instance, folder: Path, commit: str, log: Path) -> Sequence[Path]:
    """The Python packages that only the earlier version needs, pinned as they were then."""
    wanted = addon.manifest(folder).get("external_dependencies", {}).get("python", [])
    code = (
        "import sys, importlib.util as u; print(*[n for n in sys.argv[1:] if not u.find_spec(n)])"
    )
    listed = logs() / f"upgrade-{inst.tree.series}-packages.log"
    listed.write_text("")
    run_logged([inst.python, "-c", code, *wanted], log=listed, env=inst.env, what="packages")
    missing = listed.read_text().splitlines()[-1].split()
    if not missing:
        return []
    pins = history.read(commit, f"devkit/requirements/odoo-{inst.tree.series}.txt")
    file = folder.parent / "pins.txt"
    file.write_text(pins, encoding="utf-8")
    target = folder.parent / "packages"
    try:
        run_logged(
            [
                *(uv.obtain(log), "pip", "install", "--quiet", "--no-deps", "-c", file),
                *("--python", inst.python, "--target", target),
                *missing,
            ],
            log=log,
            env=uv.environment(),
            what=f"Python packages {', '.join(missing)}",
        )
    except Problem as problem:
        raise history.NotThereError(
            f"{', '.join(missing)}, which {folder.name} needed then, cannot be had"
        ) from problem
    return [target]


class _Upgrade:
    """The steps: an earlier server that is used, and the present one that is looked at."""

    def __init__(self, inst: Instance, old: Instance, version: str, name: str, log: Path) -> None:
        self._inst = inst
        self._old = old
        self._name = name
        self._before_log = log
        self._log = log.with_name(f"{log.stem}-now.log")
        self._log.write_text("")
        self._outbox = inst.folder / f"upgrade-{version}-outbox"
        shutil.rmtree(self._outbox, ignore_errors=True)
        self._where = ports.free()
        self._posted: list[dict[str, Any]] = []

    def failures(self, fresh: str) -> list[str]:
        """What of the promises is broken."""
        with ExitStack() as stack:
            stack.callback(self._catcher().stop)
            hook = stack.enter_context(_receiver(self._posted))
            with self._server(self._old, "-i", self._before_log) as rpc:
                upgrade_data.make(rpc, hook)
            before = self._snapshot()
            sent = self._sent()
            with self._server(self._inst, "-u", self._log) as rpc:
                found = compare(before, self._snapshot())
                found += self._look_at_schema(fresh)
                found += _Look(rpc, sent, self._sent, self._posted).failures()
        lines = [text.splitlines()[0] for text in check(self._log)]
        lines = [line for line in lines if not any(rule.search(line) for rule in _ALLOWED)]
        return found + [f"{self._log.name}: {line}" for line in lines[:40]]

    def _catcher(self) -> Child:
        catch = f"{ports.HOST}:{self._where.catch}"
        page = f"{ports.HOST}:{self._where.mail}"
        return start_child(
            "Mail catcher",
            [
                *(self._inst.python, "-m", "devkit.mail.catcher", "--outbox", self._outbox),
                *("--smtp", catch, "--web", page),
            ],
            log=logs() / f"upgrade-{self._inst.tree.series}-mailcatch.log",
            env={**os.environ, "PYTHONPATH": str(REPO)},
        )

    @contextmanager
    def _server(self, inst: Instance, flag: str, log: Path) -> Iterator[Rpc]:
        """A server that installs or updates the addon as it starts."""
        catch = self._where.catch
        inst.configure(smtp_server=ports.HOST, smtp_port=catch, max_cron_threads=0)
        port = ports.free().http
        demo = inst.demo_option(demo=False)
        odoo = inst.start(self._name, port, log, flag, ADDON_NAME, *demo)
        try:
            # A request before the registry is there would load one of its own.
            _wait_loaded(odoo)
            wait_ready(odoo, port)
            yield Rpc(f"http://{ports.HOST}:{port}", self._name)
        finally:
            odoo.stop()

    def _sent(self) -> Counter[tuple[str, str]]:
        """How often a mail went to whom: (address, subject)."""
        return Counter((mail.recipients, mail.subject) for mail in outbox.read_all(self._outbox))

    def _snapshot(self) -> Snapshot:
        """Every row of every table of ours."""
        query = """
            SELECT table_name FROM information_schema.tables
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
               AND (table_name LIKE 'support\\_%' OR table_name IN
                    ('ir_filters', 'resource_calendar_leaves', 'res_partner', 'mail_message'))"""
        snapshot: Snapshot = {}
        tables = [table for (table,) in self._inst.select(self._name, query)]
        # The names are the database's own.
        parts = [f"SELECT '{table}', to_jsonb(t) FROM \"{table}\" t" for table in tables]  # noqa: S608
        for table in tables:
            snapshot[table] = []
        for table, row in self._inst.select(self._name, " UNION ALL ".join(parts)):
            snapshot[table].append(row)
        return snapshot

    def _look_at_schema(self, fresh: str) -> list[str]:
        """Nothing of before is left over, and nothing of now is missing."""
        found = []
        for kind, query in _SAME.items():
            here, there = (
                {json.dumps(row, sort_keys=True) for row in self._inst.select(database, query)}
                for database in (self._name, fresh)
            )
            for words, rows in (("left over or not new", here - there), ("missing", there - here)):
                lines = [f"{kind}: {row}" for row in sorted(rows)]
                found += [
                    f"{words}, {line}"
                    for line in lines
                    if not any(rule.search(line) for rule in _MAY_DIFFER)
                ]
        return found


# The rows of tables, each by its columns.
Snapshot = dict[str, list[dict[str, Any]]]


def compare(before: Snapshot, after: Snapshot) -> list[str]:
    """What of the rows of before is lost or has changed, but for what the tables name."""
    found = []
    for old_table, old_rows in before.items():
        if (old_table, "") in GONE:
            continue
        table, _column = RENAMED.get((old_table, ""), (old_table, ""))
        if table not in after:
            found.append(f"the table {old_table} is gone")
            continue
        by_key = {_key(row): row for row in after[table]}
        for old_row in old_rows:
            now = by_key.get(_key(_renamed(old_table, old_row)))
            if now is None:
                found.append(f"{old_table} {_key(old_row)} is gone")
                continue
            found += _differences(old_table, old_row, now)
    return found


def _renamed(table: str, row: dict[str, Any]) -> dict[str, Any]:
    return {RENAMED.get((table, name), (table, name))[1]: value for name, value in row.items()}


def _key(row: dict[str, Any]) -> Any:
    """What tells a row: its number, or all of it where it is but a link of two records."""
    return row["id"] if "id" in row else tuple(sorted(row.items()))


def _differences(table: str, old_row: dict[str, Any], now: dict[str, Any]) -> list[str]:
    found = []
    for column, value in old_row.items():
        if column in _UNTOLD or (table, column) in GONE:
            continue
        name = RENAMED.get((table, column), (table, column))[1]
        where = f"{table} {old_row.get('id')}"
        if name not in now:
            found.append(f"{where} has lost {column} = {value!r}")
        elif now[name] != value and not MEANT.get((table, column), _never)(value, now[name]):
            found.append(f"{where}: {column} was {value!r}, {name} is {now[name]!r}")
    return found


def _never(_old: Any, _new: Any) -> bool:
    return False


class _Look:
    """What users do and see after the upgrade."""

    def __init__(
        self, rpc: Rpc, before: Counter[tuple[str, str]], sent: Any, posted: list[dict[str, Any]]
    ) -> None:
        self._rpc = rpc
        self._before = before
        self._sent = sent
        self._posted = posted
        self._visits = upgrade_data.visits_by_name(rpc)

    def failures(self) -> list[str]:
        """What of the promises is broken."""
        return [
            *self._settings(),
            *self._own_things(),
            *self._queue(),
            *self._jobs(),
            *self._visit_goes_on(),
        ]

    def _settings(self) -> list[str]:
        """Every edit is still there."""
        found = []
        for model, xmlid, values in SETTINGS:
            (now,) = self._rpc(model, "read", [record_of(self._rpc, xmlid)], list(values))
            found += [
                f"the upgrade changed {field} of {xmlid} to {now[field]!r}"
                for field, value in values.items()
                if now[field] != value
            ]
        return found

    def _own_things(self) -> list[str]:
        """Filters, rules and templates of the administrator's own work as before."""
        rpc = self._rpc
        found = []
        domain = [("name", "=", "Own filter"), ("model_id", "=", MODEL)]
        (filters,) = rpc("ir.filters", "search_read", domain, ["domain"])
        expected = [("customer_email", "=", upgrade_data.address("review"))]
        review = rpc(MODEL, "search", expected)
        shown = rpc(MODEL, "search", list(_evaluate(filters["domain"])))
        if not review or shown != review:
            found.append(f"the own filter shows {shown}, not {review}")
        visit = self._visits["confirmed"]
        rpc(MODEL, "write", [visit], {"priority": "3"})
        said = [
            ("model", "=", MODEL),
            ("res_id", "=", visit),
            ("body", "ilike", upgrade_data.SAID_BY_RULE),
        ]
        if not rpc("mail.message", "search_count", said):
            found.append("the own rule did not run")
        (template,) = rpc("mail.template", "search", [("name", "=", "Own template")])
        mail = rpc("mail.template", "send_mail", template, visit)
        (row,) = rpc("mail.mail", "read", [mail], ["body_html", "subject"])
        wanted = ("confirmed", "Tess")
        if not all(word in row["body_html"] for word in wanted):
            found.append(f"the own template says {row['body_html']!r}")
        rpc("mail.mail", "unlink", [mail])
        return found

    def _queue(self) -> list[str]:
        """What was on the queue leaves once, and what had left stays away."""
        name = upgrade_data.address("waiting")
        for _time in range(2):
            upgrade_data.send_queue(self._rpc)
        left = Counter(who for who, _subject in (self._sent() - self._before).elements())
        if left != Counter([name]):
            return [f"from the queue left {dict(left)}, not one to {name}"]
        return []

    def _jobs(self) -> list[str]:
        """Each scheduled action runs without a fault, and does what it is for."""
        rpc = self._rpc
        found = []
        domain = [("module", "=", ADDON_NAME), ("model", "=", "ir.cron")]
        for row in rpc("ir.model.data", "search_read", domain, ["name", "res_id"]):
            run = functools.partial(upgrade_data.run_cron, rpc, row["res_id"])
            found += collect(run, row["name"])
        waiting = self._visits["waiting"]
        told = [body for body in self._posted if body["data"].get("id") == waiting]
        if len(told) != 1 or not told[0]["data"].get("sequence"):
            found.append(f"the message that waited left as {told}")
        now = self._sent()
        upgrade_data.send_queue(rpc)
        new = list((self._sent() - now).elements())
        (visit,) = rpc(MODEL, "read", [self._visits["soon"]], ["name"])
        subject = f"Edited by hand {visit['name']}"
        if new != [(upgrade_data.address("soon"), subject)]:
            found.append(f"the scheduled actions told {new}, not one reminder “{subject}”")
        return found

    def _visit_goes_on(self) -> list[str]:
        """A visit is confirmed, another one moved, a third one called off; each is told once."""
        rpc = self._rpc
        now = self._sent()
        draft, confirmed = self._visits["draft"], self._visits["confirmed"]
        waiting = self._visits["waiting"]
        move = {"start": upgrade_data.at(25, 15)}
        found = [
            *collect(lambda: rpc(MODEL, "action_confirm", [draft]), "confirming"),
            *collect(lambda: rpc(MODEL, "write", [confirmed], move), "moving"),
            *collect(lambda: rpc(MODEL, "write", [waiting], {"state": "cancelled"}), "cancelling"),
        ]
        upgrade_data.send_queue(rpc)
        told = Counter(who for who, _subject in (self._sent() - now).elements())
        wanted = Counter(map(upgrade_data.address, ("draft", "confirmed", "waiting")))
        # Technicians are told too where their rule is on; here only customers count.
        if told != wanted:
            found.append(f"told were {dict(told)}, not {dict(wanted)}")
        return found


def _evaluate(domain: str) -> list[Any]:
    value: list[Any] = ast.literal_eval(domain)
    return value


def _wait_loaded(child: Child) -> None:
    """Wait until Odoo has installed or updated what it was told."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        text = child.log.read_text(encoding="utf-8", errors="replace")
        if _LOADED.search(text):
            return
        if _FAILED.search(text) or child.process.poll() is not None:
            raise Problem("Odoo could not install or update the addon", "see its log", child.log)
        time.sleep(0.2)
    raise Problem("Odoo did not finish", "see its log", child.log)


@contextmanager
def _receiver(posted: list[dict[str, Any]]) -> Iterator[str]:
    """A web server that takes messages of webhooks; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """The test says what is wrong."""

    server = http.server.ThreadingHTTPServer((ports.HOST, 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://{ports.HOST}:{server.server_address[1]}/hook"
    finally:
        server.shutdown()
        server.server_close()
