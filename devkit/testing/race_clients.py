"""The callers of ``race_test``: many at once over XML-RPC, and one look into the database.

``python -m devkit.testing.race_clients DATABASE URL URL``: runs in an Odoo environment for its
driver, as ``pgadmin`` does. Prints what it did; the last line is the list of what went wrong,
as JSON.
"""

from __future__ import annotations

import datetime
import json
import sys
import threading
import time
import urllib.request
import xmlrpc.client
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import Any

import psycopg2

from devkit.run.rpc import LOGIN, PASSWORD

CALLERS = 50
ROUNDS = 20
CROSSWISE_ROUNDS = 3
TECHNICIANS = 5
NAME = "Race Technician"
DISPATCHER = "race-dispatcher"
# What an XML-RPC client is told of a ValidationError.
WARNING = 2
PATIENCE = 60.0
# As in the addon: while somebody holds this lock of a technician, nobody else books.
LOCKS = zlib.crc32(b"support_center.technician") & 0x7FFFFFFF
# By Odoo's lowest layer, as a flush does it, and by no ORM at all.
_LATE = "record._write({'state': 'confirmed'})"
_SQL = """\
env.cr.execute("UPDATE support_appointment SET state = 'confirmed' WHERE id = %s", [record.id])
"""


@dataclass(frozen=True)
class Refusal(Exception):
    """What a web client shows: which dialog, and the text in it."""

    dialog: str
    text: str


Call = Callable[[], Refusal | None]


class Client:
    """A user of the web client at one server; one login serves any number of threads.

    Over XML-RPC Odoo 17.0 hashes the password anew with each call, which would leave the
    database with nothing to do.
    """

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        self.url = url
        self.cookie = ""
        login_data = {"db": database, "login": login, "password": password}
        response = self._post("/web/session/authenticate", login_data)
        self.cookie = response.headers["Set-Cookie"].partition(";")[0]

    def __call__(self, model: str, method: str, *arguments: Any, **options: Any) -> Any:
        """Call a method of a model.

        :raises Refusal: for an error of whatever kind
        """
        data = {"model": model, "method": method, "args": list(arguments), "kwargs": options}
        answer = json.load(self._post("/web/dataset/call_kw", data))
        if "error" in answer:
            error = answer["error"]["data"]
            dialog = error.get("context", {}).get("exception_class") or error["name"]
            raise Refusal(dialog, error["message"])
        return answer["result"]

    def told(self, *arguments: Any, **options: Any) -> Refusal | None:
        """The same, for its refusal; None when it worked."""
        try:
            self(*arguments, **options)
        except Refusal as refusal:
            return refusal
        return None

    def _post(self, path: str, params: Mapping[str, Any]) -> Any:
        request = urllib.request.Request(
            self.url + path,
            json.dumps({"jsonrpc": "2.0", "params": params}).encode(),
            {"Content-Type": "application/json", "Cookie": self.cookie},
        )
        return urllib.request.urlopen(request, timeout=PATIENCE)


class Race:
    """The rounds, on records of their own."""

    def __init__(self, database: str, urls: Sequence[str]) -> None:
        self._admin = Client(urls[0], database, LOGIN, PASSWORD)
        self._database = database
        self._connection = psycopg2.connect(dbname=database)
        self._connection.autocommit = True
        self._problems: list[str] = []
        # The hour of the first round, far enough ahead that none is past.
        self._hour = datetime.datetime.now(datetime.timezone.utc).replace(
            hour=8, minute=0, second=0, microsecond=0, tzinfo=None
        ) + datetime.timedelta(days=30)
        self._partner = self._admin(
            "res.partner", "create", {"name": "Race", "email": "race@example.com"}
        )
        self._uid = self._make_dispatcher()
        self._clients = [Client(url, database, DISPATCHER, DISPATCHER) for url in urls]
        self._technicians = [
            self._admin("support.technician", "create", {"name": f"{NAME} {number}", "tz": "UTC"})
            for number in range(TECHNICIANS)
        ]
        # Told of each draft that is made for the race, technicians would take most of its time.
        rule = self._find("automation_notify_technician")
        self._admin("base.automation", "write", [rule], {"active": False})

    def run(self) -> list[str]:
        """Everything; what went wrong."""
        for work in (self._same_time, self._crosswise, self._one_by_one, self._late_words):
            started = time.monotonic()
            said = work()
            print(f"{said} ({time.monotonic() - started:.1f} s)", flush=True)
        return self._problems

    # What is there to race with

    def _make_dispatcher(self) -> int:
        group = self._find("group_support_dispatcher")
        (groups,) = self._admin("res.users", "fields_get", ["groups_id", "group_ids"], ["type"])
        values = {"name": "Race", "login": DISPATCHER, "password": DISPATCHER, "tz": "UTC"}
        return int(self._admin("res.users", "create", {**values, groups: [(6, 0, [group])]}))

    def _find(self, xmlid: str) -> int:
        domain = [("module", "=", "support_center"), ("name", "=", xmlid)]
        (data,) = self._admin("ir.model.data", "search_read", domain, ["res_id"])
        return int(data["res_id"])

    def _drafts(self, wanted: Sequence[tuple[int, datetime.datetime]]) -> list[int]:
        """A draft for each technician and start."""
        values = [
            {
                "partner_id": self._partner,
                "technician_id": technician,
                "start": f"{start:%Y-%m-%d %H:%M:%S}",
                "ignore_working_hours": True,
            }
            for technician, start in wanted
        ]
        return list(self._admin("support.appointment", "create", values))

    def _many(self, offset: int, number: int = CALLERS) -> list[int]:
        """Drafts that do not collide, an hour each, the technicians taking turns."""
        hours = (self._hour + datetime.timedelta(hours=offset + index) for index in range(number))
        return self._drafts(list(zip(cycle(self._technicians), hours, strict=False)))

    def _confirmed(self, ids: Sequence[int]) -> int:
        domain = [("id", "in", list(ids)), ("state", "=", "confirmed")]
        return int(self._admin("support.appointment", "search_count", domain))

    # At once

    @contextmanager
    def _held(self, technicians: Sequence[int], waiting: int) -> Iterator[None]:
        """Let nobody book these technicians until ``waiting`` connections stand at the lock."""
        with self._connection.cursor() as cursor:
            for technician in technicians:
                cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCKS, technician])
            try:
                yield
                until = time.monotonic() + PATIENCE
                while (count := self._count_waiting(cursor)) < waiting:
                    if time.monotonic() > until:
                        self._problems.append(f"only {count} of {waiting} came to the lock")
                        break
                    time.sleep(0.01)
            finally:
                cursor.execute("SELECT pg_advisory_unlock_all()")

    @staticmethod
    def _count_waiting(cursor: Any) -> int:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s "
            "AND NOT granted",
            [LOCKS],
        )
        return int(cursor.fetchone()[0])

    def _at_once(
        self, calls: Sequence[Call], held: Sequence[int] = (), waiting: int = 0
    ) -> list[Refusal | None]:
        """Make all calls at the same moment; what each was told.

        :param held: technicians whom nobody gets before ``waiting`` calls wait for them
        """
        told: list[Refusal | None] = [Refusal("none", "no answer")] * len(calls)
        start = threading.Barrier(len(calls))

        def work(number: int) -> None:
            start.wait(PATIENCE)
            told[number] = calls[number]()

        threads = [threading.Thread(target=work, args=[number]) for number in range(len(calls))]
        with self._held(held, waiting):
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        return told

    def _confirm(self, batches: Sequence[Sequence[int]], servers: int) -> list[Call]:
        """A call for each batch of appointments, the servers taking turns."""
        return [
            partial(client.told, "support.appointment", "action_confirm", list(ids))
            for client, ids in zip(cycle(self._clients[:servers]), batches, strict=False)
        ]

    def _run_action(self, client: Client, code: str, ids: Sequence[int]) -> Call:
        """A call that runs a server action of this code on appointments."""
        (model,) = self._admin("ir.model", "search", [("model", "=", "support.appointment")])
        values = {"name": "Race", "model_id": model, "state": "code", "code": code}
        action = self._admin("ir.actions.server", "create", values)
        context = {
            "active_model": "support.appointment",
            "active_ids": list(ids),
            "active_id": ids[0],
        }
        return partial(client.told, "ir.actions.server", "run", [action], context=context)

    # The rounds

    def _same_time(self) -> str:
        """All confirm drafts of one technician and time; one wins."""
        technician = self._technicians[0]
        won = refused = 0
        for number in range(ROUNDS):
            hour = self._hour + datetime.timedelta(hours=number)
            drafts = self._drafts([(technician, hour)] * CALLERS)
            started = time.monotonic()
            # Half of the rounds on one server, half on two; half as they come, half with all
            # of them proved to wait in the database before the first may go on.
            servers, is_held = 1 + number % 2, number % 4 < 2
            told = self._at_once(
                self._confirm([[draft] for draft in drafts], servers),
                *(([technician], CALLERS) if is_held else ()),
            )
            seconds = time.monotonic() - started
            winners = told.count(None)
            clear = sum(self._is_clear(refusal, hour) for refusal in told)
            won, refused = won + winners, refused + clear
            print(
                f"round {number + 1}: {winners} won, {clear} refused in words; {servers} "
                f"server(s), {'all at the lock' if is_held else 'as they came'}; {seconds:.2f} s"
            )
            if (winners, clear, self._confirmed(drafts)) != (1, CALLERS - 1, 1):
                odd = [refusal for refusal in told if refusal and not self._is_clear(refusal, hour)]
                self._problems.append(f"round {number + 1}: {Counter(odd).most_common(2)}")
        return f"{ROUNDS} rounds of {CALLERS}: {won} won, {refused} refused in words"

    def _is_clear(self, refusal: Refusal | None, hour: datetime.datetime) -> bool:
        """Whether the refusal is a ValidationError that names technician and time."""
        parts = (f"{NAME} 0", "already booked", "UTC")
        # As the reader's language has it: English is with AM and PM in Odoo 19 only.
        clocks = (f"{hour:%H:%M}", f"{hour:%I:%M}")
        return (
            refusal is not None
            and refusal.dialog == "odoo.exceptions.ValidationError"
            and all(part in refusal.text for part in parts)
            and any(clock in refusal.text for clock in clocks)
            and not any(part in refusal.text for part in ("conflicting key", "SELECT", "UPDATE"))
        )

    def _crosswise(self) -> str:
        """Batches of two technicians each, in both orders; none collides, so all win."""
        failed = 0
        for number in range(CROSSWISE_ROUNDS):
            drafts = self._many(100 + number * CALLERS)
            pairs = [drafts[index : index + 2] for index in range(0, len(drafts), 2)]
            turned = [pair[:: -1 if index % 2 else 1] for index, pair in enumerate(pairs)]
            told = self._at_once(self._confirm(turned, 2), self._technicians, len(turned))
            failed += len(told) - told.count(None)
            if any(told) or self._confirmed(drafts) != len(drafts):
                self._problems.append(f"crosswise round {number + 1}: {Counter(told)}")
        return f"{CROSSWISE_ROUNDS} rounds of {CALLERS} in crosswise batches: {failed} calls failed"

    def _one_by_one(self) -> str:
        """Two loops of a server action take the locks crosswise: a deadlock that no user sees."""
        drafts = self._many(1000, 4)
        # Visits of their own, but of the same two technicians.
        orders = (drafts[:2], self._many(1100, 2)[::-1])
        code = "for record in records: record.action_confirm()"
        calls = [
            self._run_action(client, code, ids)
            for client, ids in zip(self._clients, orders, strict=True)
        ]
        told = self._at_once(calls, self._technicians[:2], 2)
        if any(told) or self._confirmed([*orders[0], *orders[1]]) != 4:
            self._problems.append(f"two loops crosswise: {told}")
        return "two loops that met crosswise: no user saw it"

    def _late_words(self) -> str:
        """A collision that shows at the flush, or in an action's own SQL, is told in words."""
        for number, code in enumerate((_LATE, _SQL)):
            hour = self._hour + datetime.timedelta(hours=2000 + number)
            first, second = self._drafts([(self._technicians[0], hour)] * 2)
            self._admin("support.appointment", "action_confirm", [first])
            (row,) = self._admin("support.appointment", "read", [first], ["name"])
            refusal = self._run_action(self._clients[1], code, [second])()
            if not self._is_clear(refusal, hour) or row["name"] not in str(refusal):
                self._problems.append(f"not in words: {code}: {refusal}")
            fault = self._confirm_over_xmlrpc(second)
            if fault.faultCode != WARNING or not self._is_clear(
                Refusal("odoo.exceptions.ValidationError", fault.faultString), hour
            ):
                self._problems.append(f"not in words over XML-RPC: {fault}")
        return "late collisions, and those over XML-RPC: told in words"

    def _confirm_over_xmlrpc(self, draft: int) -> xmlrpc.client.Fault:
        with xmlrpc.client.ServerProxy(f"{self._clients[0].url}/xmlrpc/2/object") as proxy:
            who = (self._database, self._uid, DISPATCHER)
            try:
                proxy.execute_kw(*who, "support.appointment", "action_confirm", [[draft]])
            except xmlrpc.client.Fault as fault:
                return fault
        return xmlrpc.client.Fault(0, "it worked")


def main(argv: list[str]) -> int:
    """Run the race; the exit code is 0 unless it could not be run."""
    database, *urls = argv
    print(json.dumps(Race(database, urls).run()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
