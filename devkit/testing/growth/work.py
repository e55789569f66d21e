"""What `make bench GROWTH=1` measures; runs in an Odoo shell, where ``env`` is the environment.

Each piece of work is done once to warm up and then three times, each time in a transaction that
is taken back, so that it finds the same data. What it commits on the way is flushed only.

Measured is the time that the processor spends on it, in Odoo and in its PostgreSQL process. On a
machine that does nothing else that is what a user waits for, and on a busy one it stays the same.
"""

from __future__ import annotations

import http.server
import importlib
import json
import statistics
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from devkit.testing.growth.fill import MODEL, WEBHOOK, Fill, add_to_group, send_mail, send_request
from devkit.testing.growth.tables import find_unused, read_index_use, read_sizes, read_unindexed

REPETITIONS = 3
# How many messages wait for the receiver while the job delivers, and for how long it may, in s.
PENDING, DELIVER_SECONDS = 20_000, 2
# How many rows a pruning finds too old.
OLD_ROWS = 500
LIST_LIMIT = 80

# ``work`` takes what ``prepare`` returns, where there is one.
Work = Callable[..., Any]


def main(env: Any, size: int, words: Sequence[str], out: str) -> None:
    """Fill to ``size``, measure, and write what was found to the file ``out``."""
    count = Fill(env).grow(size)
    # Before the work leaves dead rows behind.
    sizes = read_sizes(env.cr)
    before = read_index_use(env.cr)
    growth = Growth(env, words)
    if words != ["nothing"]:
        growth.run()
    env.cr.commit()
    after = read_index_use(env.cr)
    found = {
        "size": count,
        "work": growth.costs,
        "failed": growth.failed,
        "bytes": sizes,
        "unindexed": read_unindexed(env.cr),
        "unused": find_unused(before, after),
    }
    Path(out).write_text(json.dumps(found, indent=1), encoding="utf-8")


class Growth:
    """The work, in groups of rows of the table."""

    def __init__(self, env: Any, words: Sequence[str]) -> None:
        self.root = env
        self.words = [word.lower() for word in words]
        self.costs: dict[str, dict[str, float]] = {}
        self.failed: list[str] = []
        self.now = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)
        midnight = self.now.replace(hour=0, minute=0, second=0)
        # The week in which the fill has its confirmed visits begins the day after tomorrow.
        self.week = midnight + timedelta(days=2), midnight + timedelta(days=9)
        self.monday = midnight + timedelta(days=14 - midnight.weekday())
        self.counter = 0
        self.dispatcher = self._log_in("growth_manager", "support_center.group_support_manager")
        self.caller = self._log_in("growth_api", "support_center.group_support_integration")
        self.technicians = env["support.technician"].search([], order="id")
        env["support.statistics"]._cron_generate_statistics()  # noqa: SLF001, the scheduled action
        # Other processes of PostgreSQL would take a part of the work out of sight.
        env.cr.execute("SET max_parallel_workers_per_gather = 0")
        env.cr.commit()

    def run(self) -> None:
        """Measure everything, or what was asked for."""
        for group in (
            self.measure_intake,
            self.measure_life,
            self.measure_pages,
            self.measure_search,
            self.measure_planning,
            self.measure_administration,
            self.measure_jobs,
            self.measure_deletion,
        ):
            group()

    # ------------------------------------------------------------------
    # Measuring
    # ------------------------------------------------------------------

    def measure(
        self,
        name: str,
        work: Work,
        prepare: Work | None = None,
        each: Callable[[], int] | None = None,
    ) -> None:
        """Have a row of the table.

        :param prepare: what is done before each time and not measured; ``work`` gets what it
            returns
        :param each: how many units were done; the figures are for one of them
        """
        if self.words and not any(word in name.lower() for word in self.words):
            return
        found = []
        try:
            for _repetition in range(REPETITIONS + 1):
                cost = self._do(work, prepare)
                units = each() if each else 1
                found.append([figure / units for figure in cost])
        except Exception as error:  # noqa: BLE001, the other rows go on
            traceback.print_exc()
            self.failed.append(f"{name}: {error!r}")
            self._take_back()
            return
        # The first time was for warming up.
        processor, passed, queries = map(statistics.median, zip(*found[1:], strict=True))
        self.costs[name] = {
            "milliseconds": processor * 1000,
            "passed": passed * 1000,
            "queries": round(queries, 1),
        }
        print(
            f"{name:<44} {processor * 1000:10.1f} ms ({passed * 1000:.1f} passed) {queries:7.1f} q",
            flush=True,
        )

    def _do(self, work: Work, prepare: Work | None) -> tuple[float, float, int]:
        """
        :return: seconds of the processor, seconds that passed, and queries
        """
        with self._uncommitted():
            given = (prepare(),) if prepare else ()
            self.root.flush_all()
            self.root.invalidate_all()
            queries = self.root.cr.sql_log_count
            started, processor = time.perf_counter(), self._read_clock()
            work(*given)
            self.root.flush_all()
            passed = time.perf_counter() - started
            return (
                self._read_clock() - processor,
                passed,
                self.root.cr.sql_log_count - queries,
            )

    def _read_clock(self) -> float:
        """Seconds that the processor has spent on us and on our PostgreSQL process."""
        path = Path(f"/proc/{self.root.cr.connection.info.backend_pid}/schedstat")
        try:
            nanoseconds = int(path.read_text(encoding="ascii").split()[0])
        except OSError:
            # PostgreSQL is on another machine, or this is no Linux.
            return time.perf_counter()
        return time.process_time() + nanoseconds / 1e9

    @contextmanager
    def _uncommitted(self) -> Iterator[None]:
        """Let commits do nothing but write, and take all of it back at the end."""
        cursor = self.root.cr
        cursor.commit = self.root.flush_all
        try:
            yield
        finally:
            del cursor.commit
            self._take_back()

    def _take_back(self) -> None:
        self.root.cr.rollback()
        self.root.invalidate_all()

    def _log_in(self, login: str, group: str) -> Any:
        """An environment of a user with a group and without the superuser's rights."""
        users = self.root["res.users"].with_context(no_reset_password=True)
        user = users.search([("login", "=", login)])
        if not user:
            user = users.create({"name": login, "login": login, "email": f"{login}@example.com"})
            add_to_group(self.root.ref(group), user)
        return self.root(user=user.id, su=False, context={"tz": "Europe/Brussels"})

    def _number(self) -> int:
        """A number that no other contact or request has."""
        self.counter += 1
        return 50_000_000 + self.counter

    def _find(self, *domain: Any, env: Any = None, limit: int = 1) -> Any:
        found = (env or self.dispatcher)[MODEL].search(list(domain), order="id", limit=limit)
        if len(found) < limit:
            raise LookupError(f"there is no appointment of {domain}")
        return found

    def _find_confirmed(self) -> Any:
        return self._find(("state", "=", "confirmed"), ("start", ">", self.week[0]))

    def _make_draft(self) -> Any:
        """A request by mail of a customer we know, with a technician and a time that is free."""
        visit = send_request(self.root, self._number(), self.monday + timedelta(hours=9))
        visit.write({"technician_id": self.technicians[5].id, "start": visit.requested_date})
        return visit.with_env(self.dispatcher)

    # ------------------------------------------------------------------
    # Requests and their life
    # ------------------------------------------------------------------

    def measure_intake(self) -> None:
        """How requests come in."""
        at = self.monday + timedelta(hours=9)

        def create() -> Any:
            partner = self.dispatcher["res.partner"].search([("ref", "=", False)], limit=1)
            return self.dispatcher[MODEL].create({"partner_id": partner.id, "start": at})

        def call(count: int, sender: str) -> Work:
            def work() -> Any:
                data = [
                    {
                        "customer_email": sender.format(self._number()),
                        "requested_date": f"{at:%Y-%m-%d %H:%M}",
                        "description": "The printer squeaks.",
                        "external_ref": f"ref-{self._number()}",
                    }
                    for _number in range(count)
                ]
                caller = self.caller[MODEL].with_context(external_data=data)
                return caller.create([{} for _each in data])

            return work

        known = "c7@customers.example.com"
        self.measure("create", create)
        self.measure("mail, new sender", lambda: send_request(self.root, self._number(), at))
        self.measure(
            "mail, known sender",
            lambda: send_request(self.root, self._number(), at, sender=known),
        )
        self.measure("mail, a customer's reply", self._send_reply, self._find_told)
        self.measure("external_data, new sender", call(1, "c{}@customers.example.com"))
        self.measure("external_data, known sender", call(1, known))

    def _find_told(self) -> Any:
        """A mail to the customer of a confirmed visit."""
        visit = self._find_confirmed().with_env(self.root)
        return visit.message_ids.filtered(lambda m: m.message_type == "email_outgoing")[:1]

    def _send_reply(self, message: Any) -> None:
        visit = self.root[MODEL].browse(message.res_id)
        headers = f"In-Reply-To: {message.message_id}\r\n"
        got = send_mail(self.root, visit.customer_email, "Please come later.", headers)
        if got != visit:
            raise LookupError(f"the reply to {visit} went to {got}")

    def measure_life(self) -> None:
        """What users do to one."""
        self.measure("confirm", lambda visit: visit.action_confirm(), self._make_draft)
        self.measure("start", lambda visit: visit.action_start(), self._find_confirmed)
        self.measure(
            "done",
            lambda visit: visit.action_done(),
            lambda: self._find(("state", "=", "in_progress")),
        )
        self.measure("cancel", lambda visit: visit.action_cancel(), self._find_confirmed)

        def move(visit: Any) -> None:
            visit.start = self.monday + timedelta(hours=9)

        self.measure("move to another time", move, self._find_confirmed)

        def remind() -> Any:
            activity_type = self.root.ref("mail.mail_activity_data_todo").id
            visit = self._find_confirmed()
            return visit.activity_schedule(activity_type_id=activity_type, summary="Call")

        self.measure("activity marked done", lambda activity: activity.action_feedback(), remind)

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def measure_pages(self) -> None:
        """What the web client reads for a page."""
        appointments = self.dispatcher[MODEL]
        form = self._get_specification(MODEL, "form")
        self.measure(
            "form of a confirmed one", lambda visit: visit.web_read(form), self._find_confirmed
        )
        opened = [("state", "in", ["draft", "confirmed", "in_progress"])]
        pages: dict[str, tuple[str, list[Any]]] = {
            "appointments, default filter": (MODEL, opened),
            "appointments, no filter": (MODEL, []),
            "appointments, late": (MODEL, [("is_late", "=", True)]),
            "appointments, today": (MODEL, [("is_today", "=", True)]),
            "appointments, my visits": (MODEL, [("technician_id.user_id", "=", 6)]),
            "waiting list": (MODEL, [("is_waiting", "=", True)]),
            "tickets, default filter": (
                "support.ticket",
                [("state", "in", ["new", "open", "pending"])],
            ),
            "technicians": ("support.technician", []),
            "log": ("support.automation.log", []),
            "webhooks": ("support.webhook.delivery", []),
        }
        for name, (model, domain) in pages.items():
            self.measure(f"list: {name}", self._show_list(model, domain))
        kinds = ("state", "technician_id", "type_id")
        self.measure(
            "list: counters beside it",
            lambda: [
                appointments.search_panel_select_multi_range(
                    kind, search_domain=opened, enable_counters=True, limit=200
                )
                for kind in kinds
            ],
        )
        # Odoo 19 calls it otherwise.
        sums = "aggregates" if hasattr(appointments, "formatted_read_group") else "fields"
        grouped = {"groupby": ["technician_id"], sums: ["duration:sum"]}
        self.measure(
            "list: grouped by technician", lambda: appointments.web_read_group(opened, **grouped)
        )
        inbox = [
            *("|", ("customer_waiting_since", "!=", False)),
            *("&", ("intake_state", "in", ["received", "review"]), ("state", "=", "draft")),
        ]
        fields = ("customer_name", "intake_state", "priority", "create_date", "name")
        self.measure(
            "inbox",
            lambda: appointments.web_search_read(
                inbox,
                {name: {} for name in fields},
                limit=LIST_LIMIT,
                order="priority desc, create_date, id",
            ),
        )
        since, until = self.week
        shown = ["start", "stop", "name", "partner_id", "type_id", "technician_id", "state"]
        self.measure(
            "calendar, a week",
            lambda: appointments.search_read(
                [("start", "<=", until), ("stop", ">=", since)], shown
            ),
        )
        board = self.dispatcher["support.board"]
        window = [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in self.week]
        day = [window[0], f"{since + timedelta(days=1):%Y-%m-%d %H:%M:%S}"]
        self.measure("board, a day", lambda: board.load(*day))
        self.measure("board, a week", lambda: board.load(*window))
        self.measure(
            "board, one visit again",
            lambda visit: board.refresh(visit.ids, *window),
            self._find_confirmed,
        )
        technician = self.root(user=self.technicians[0].user_id.id, su=False)
        self.measure("my day", lambda: technician["support.my.day"].load(f"{since:%Y-%m-%d}"))

    def _get_specification(self, model: str, kind: str) -> dict[str, Any]:
        """The fields that the web client reads for a view; of lists in it the ids."""
        views = self.dispatcher[model].get_views([(False, kind)])
        fields = views["models"][model]
        fields = fields.get("fields", fields)  # as Odoo 19 has them
        specification: dict[str, Any] = {}
        for name in fields:
            field = self.dispatcher[model]._fields.get(name)
            is_one = field is not None and field.type == "many2one"
            specification[name] = {"fields": {"display_name": {}}} if is_one else {}
        return specification

    def _show_list(self, model: str, domain: Sequence[Any]) -> Work:
        kinds = self.root["ir.ui.view"]._fields["type"].get_values(self.root)
        fields = self._get_specification(model, "list" if "list" in kinds else "tree")
        records = self.dispatcher[model]
        return lambda: records.web_search_read(
            list(domain), fields, limit=LIST_LIMIT, count_limit=10_001
        )

    def measure_search(self) -> None:
        """What the search box asks."""
        appointments = self.dispatcher[MODEL]
        # What a person types who has a visit in mind: parts that few others have.
        past = [("state", "=", "done"), ("location", "!=", False)]
        visit = appointments.search(past, order="id desc", limit=1)
        place, reference = visit.location[1:-3], visit.name[1:]
        self.measure(
            "search: customer",
            self._show_list(MODEL, [("customer_search", "ilike", visit.customer_email[:-9])]),
        )
        self.measure(
            "search: appointment",
            self._show_list(
                MODEL, ["|", ("name", "ilike", reference), ("description", "ilike", reference)]
            ),
        )
        self.measure("search: location", self._show_list(MODEL, [("location", "ilike", place)]))
        self.measure("name_search: appointment", lambda: appointments.name_search("G/77"))
        self.measure("name_search: nothing found", lambda: appointments.name_search("zzz"))
        tickets = self.dispatcher["support.ticket"]
        self.measure("name_search: ticket", lambda: tickets.name_search("G/T/77"))

    # ------------------------------------------------------------------
    # Planning
    # ------------------------------------------------------------------

    def measure_planning(self) -> None:
        """Free times and who goes."""

        def free(count: int) -> Work:
            those = self.technicians[:count]
            return lambda: those._free_slots(self.monday, self.monday + timedelta(days=7), 1.0)  # noqa: SLF001

        def request() -> Any:
            visit = self._find(("state", "=", "draft"), ("technician_id", "=", False))
            visit.start = self.monday + timedelta(hours=9)
            return visit

        self.measure("free times, 50 technicians", free(50))
        self.measure("free times, 200 technicians", free(200))
        self.measure("find a time", lambda visit: visit.action_find_time(), request)
        self.measure("assign among 200", lambda visit: visit.action_assign(), request)
        day = f"{self.monday:%Y-%m-%d}"
        self.measure("get_slots over the API", lambda: self.caller[MODEL].get_slots(day, day))

    # ------------------------------------------------------------------
    # Administration and scheduled actions
    # ------------------------------------------------------------------

    def measure_administration(self) -> None:
        """Pages of managers."""
        health = self.dispatcher["support.health"]
        panels = self.dispatcher["support.settings.panel"]
        self.measure("Health", health.action_open)
        for panel in ("setup", "automation", "mail", "webhook"):
            self.measure(f"settings: {panel}", partial(panels.load, panel))
        dry_run = self.dispatcher["support.dry.run"]
        for name in (
            "cron_cleanup_old_appointments",
            "cron_send_appointment_reminders",
            "automation_send_confirmation",
        ):
            self.measure(f"dry run: {name}", partial(dry_run._open, name))  # noqa: SLF001

    def measure_jobs(self) -> None:
        """The scheduled actions, each with as much to do at every size."""
        appointments = self.root[MODEL]
        due = appointments.search_count(
            [
                ("state", "=", "confirmed"),
                ("start", ">", self.now),
                ("start", "<=", self.now + timedelta(hours=24)),
            ]
        )
        self.measure(
            "reminders, each",
            appointments._cron_send_reminders,  # noqa: SLF001
            each=lambda: due,
        )
        self._measure_sending()
        self._measure_cleanup()
        self._measure_webhooks()
        self.measure(
            "acknowledgements, none due",
            appointments._cron_acknowledge_customers,  # noqa: SLF001
        )
        self.measure(
            "statistics of a week",
            self.root["support.statistics"]._cron_generate_statistics,  # noqa: SLF001
        )
        for name, model, column in (
            ("log", "support.automation.log", "create_date"),
            ("outbox", "support.webhook.delivery", "write_date"),
        ):
            records = self.root[model]
            self.measure(
                f"pruning of the {name}, {OLD_ROWS} rows",
                partial(_call_without_arguments, records._gc_old_rows),  # noqa: SLF001
                partial(self._make_old, records._table, column),  # noqa: SLF001
            )
        mails = self.root["mail.mail"]
        self.measure("pruning of mails, none old", mails._gc_support_mails)  # noqa: SLF001

    def _make_old(self, table: str, column: str) -> None:
        self.root.cr.execute(
            f"UPDATE {table} SET {column} = %s"  # noqa: S608, our own
            f" WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT %s)",
            [self.now - timedelta(days=400), OLD_ROWS],
        )

    def _measure_sending(self) -> None:
        """The queue's own job, up to where the mail server would get a mail."""
        servers, mails = type(self.root["ir.mail_server"]), self.root["mail.mail"]
        queued: list[int] = []

        def queue() -> None:
            mails.search([("state", "=", "outgoing")]).write({"state": "cancel"})
            self.root[MODEL]._cron_send_reminders()  # noqa: SLF001
            queued[:] = mails.search([("state", "=", "outgoing")]).ids

        def send(_servers: object, message: Any, *_arguments: Any, **_more: Any) -> Any:
            message.as_bytes()
            return message["Message-Id"]

        with (
            mock.patch.object(servers, "connect", return_value=mock.MagicMock()),
            mock.patch.object(servers, "send_email", send),
        ):
            self.measure(
                "sending of mails, each",
                partial(_call_without_arguments, mails.process_email_queue),
                queue,
                each=lambda: len(queued),
            )

    def _measure_cleanup(self) -> None:
        """A batch: as many days as leave the oldest of the history beyond."""
        self.root.cr.execute(
            "SELECT stop FROM support_appointment WHERE active AND stop IS NOT NULL"
            " AND state IN ('done', 'cancelled', 'no_show') ORDER BY stop LIMIT 1 OFFSET 500"
        )
        (limit,) = self.root.cr.fetchone()
        days = (self.now - limit).total_seconds() / 86400
        appointments = self.root[MODEL]
        domain = appointments._get_cleanup_domain(limit)  # noqa: SLF001
        with self._set(cleanup_days=repr(days)):
            count = max(appointments.search_count(domain), 1)
            self.measure(
                "cleanup, each of a batch of 500",
                appointments._cron_cleanup_old_appointments,  # noqa: SLF001
                each=lambda: count,
            )

    def _measure_webhooks(self) -> None:
        # At hand in Odoo alone.
        module: Any = importlib.import_module(
            "odoo.addons.support_center.models.webhooks.support_webhook_delivery"
        )
        deliveries = self.root["support.webhook.delivery"]

        def fill() -> None:
            self.root.cr.execute(
                """
                INSERT INTO support_webhook_delivery (event, message_id, url, payload, state,
                       appointment_id, appointment_number, sequence, company_id, attempts,
                       next_try, create_date, write_date)
                SELECT 'appointment.confirmed', gen_random_uuid(), %s,
                       (SELECT payload FROM support_webhook_delivery LIMIT 1), 'pending', id, id,
                       1000, company_id, 0, %s, %s, %s
                  FROM support_appointment ORDER BY id DESC LIMIT %s;
                ANALYZE support_webhook_delivery
                """,
                [WEBHOOK, *[self.now - timedelta(hours=1)] * 3, PENDING],
            )
            receiver.count = 0

        with _Receiver() as receiver, self._set(webhook_response_url=receiver.url):
            seconds, module.RUN_SECONDS = module.RUN_SECONDS, DELIVER_SECONDS
            try:
                self.measure(
                    f"webhooks, each of {PENDING} pending",
                    lambda _filled: deliveries._cron_deliver(),  # noqa: SLF001
                    fill,
                    each=lambda: receiver.count,
                )
            finally:
                module.RUN_SECONDS = seconds

    @contextmanager
    def _set(self, **values: str) -> Iterator[None]:
        """Settings for some rows; committed, so that their caches are warm."""
        parameters = self.root["ir.config_parameter"]
        before = {name: parameters.get_param(f"support_center.{name}") for name in values}
        try:
            for name, value in values.items():
                parameters.set_param(f"support_center.{name}", value)
            self.root.cr.commit()
            yield
        finally:
            for name, value in before.items():
                parameters.set_param(f"support_center.{name}", value)
            self.root.cr.commit()

    # ------------------------------------------------------------------
    # Deletion
    # ------------------------------------------------------------------

    def measure_deletion(self) -> None:
        """What PostgreSQL looks for in every table that refers to a row."""
        admin = self.root

        def make_draft() -> Any:
            return admin[MODEL].create({"customer_name": "Nobody"})

        self.measure("delete a draft", lambda visit: visit.unlink(), make_draft)
        self.measure(
            "delete a ticket",
            lambda ticket: ticket.unlink(),
            lambda: admin["support.ticket"].create({"name": "Nothing"}),
        )
        self.measure(
            "delete a contact",
            lambda partner: partner.unlink(),
            lambda: admin["res.partner"].create({"name": "Nobody"}),
        )


def _call_without_arguments(work: Work, *_given: object) -> None:
    work()


class _Receiver:
    """Takes every message; counts them."""

    def __enter__(self) -> _Receiver:
        self.count = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805, the name that http.server calls
                handler.rfile.read(int(handler.headers["Content-Length"]))
                handler.send_response(204)
                handler.end_headers()
                self.count += 1

            def log_message(self, *_arguments: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.shutdown()
        self.server.server_close()
