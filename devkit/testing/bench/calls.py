"""Records made over XML-RPC, at a real server in a process of its own.

The time is what the caller waits; the queries are all that the server made meanwhile, among them
those for the key of the caller. Users have an API key and no password, see ``World``, and the
key's hash is a cheap one, see ``stage``.
"""

from __future__ import annotations

import json
import time
import xmlrpc.client
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from devkit.testing.bench.contest import is_wanted
from devkit.testing.bench.floor_addon import MODEL as FLOOR_MODEL
from devkit.testing.bench.records import FEW_ROUNDS, HUNDRED, QUIET
from devkit.testing.bench.samples import FLOOR, OURS, Sample, write
from devkit.testing.bench.world import API_LOGIN, DOMAIN, PARTNERS, PEER_LOGIN
from devkit.ui import say

WARM_UP = 3


class Caller:
    """A user at the server."""

    def __init__(self, url: str, database: str, user: tuple[int, str]) -> None:
        self._models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object", allow_none=True)
        self._database, (self._uid, self._key) = database, user

    def __call__(self, model: str, method: str, *arguments: Any, **options: Any) -> Any:
        return self._models.execute_kw(
            self._database, self._uid, self._key, model, method, list(arguments), options
        )


class CallBench:
    """Asks for one record and for a hundred, contender after contender."""

    def __init__(self, url: str, database: str, told: Mapping[str, Any], out: Path) -> None:
        users = {login: (user[0], user[1]) for login, user in told["users"].items()}
        self._ours = Caller(url, database, users[API_LOGIN])
        self._peers = Caller(url, database, users[PEER_LOGIN])
        self._recipes: Mapping[str, tuple[str, list[dict[str, Any]]]] = told["recipes"]
        self._when = datetime.fromisoformat(told["monday"]).strftime("%Y-%m-%d 14:00:00")
        self._out = out
        self._number = 0
        self._taken = dict.fromkeys(self._recipes, 0)
        self._own_queries = 0

    def run(self, rounds: int, only: str) -> None:
        """Those rows that are wanted; the queries of counting itself are taken off."""
        for _each in range(3):
            before = self._count()
            self._own_queries = self._count() - before
        if is_wanted("rpc_one", only):
            self._run_row("rpc_one", 1, rounds)
        if is_wanted("rpc_hundred", only):
            self._run_row("rpc_hundred", HUNDRED, max(rounds // 3, 1))

    def _count(self) -> int:
        return int(self._peers(FLOOR_MODEL, "count_queries"))

    def _run_row(self, row: str, units: int, rounds: int) -> None:
        names, failed = list(self._recipes), set()
        started = time.monotonic()
        for number in range(-WARM_UP, rounds):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                few = name == "resource_booking" and units > 1
                if name in failed or (few and not 0 <= number < FEW_ROUNDS):
                    continue
                try:
                    sample = self._measure(row, name, units, number)
                except xmlrpc.client.Fault as fault:
                    if name in {FLOOR, OURS}:
                        raise
                    failed.add(name)
                    sample = Sample(row, name, number, error=fault.faultString.strip())
                if number >= 0 or sample.error:
                    write(self._out, sample)
        say(f"{row} ... {time.monotonic() - started:.0f} s")

    def _measure(self, row: str, name: str, units: int, number: int) -> Sample:
        model, recipe = self._recipes[name]
        vals_list = [self._take(name, recipe) for _each in range(units)]
        options: dict[str, Any] = {"context": QUIET}
        caller = self._peers
        if name == OURS:
            caller = self._ours
            data = [self._make_request() for _each in range(units)]
            options = {"context": {"external_data": data if units > 1 else data[0]}}
            vals_list = [{} for _each in range(units)]
        before = self._count()
        started = time.perf_counter()
        caller(model, "create", vals_list if units > 1 else vals_list[0], **options)
        seconds = time.perf_counter() - started
        queries = self._count() - before - self._own_queries
        return Sample(row, name, number, seconds / units, queries / units)

    def _take(self, name: str, recipe: list[dict[str, Any]]) -> dict[str, Any]:
        self._taken[name] += 1
        return recipe[self._taken[name] % len(recipe)]

    def _make_request(self) -> dict[str, str]:
        """Of a known customer, as the other contenders have it."""
        self._number += 1
        return {
            "customer_email": f"c{self._number % PARTNERS}@{DOMAIN}",
            "customer_name": "Jo Doe",
            "requested_date": self._when,
            "description": "The network is slow since Monday",
            "priority": "high",
            "external_ref": f"bench-{self._number}",
        }


def run(url: str, database: str, told: Path, out: Path, rounds: int, only: str) -> None:
    """Measure what ``stage`` left to be asked."""
    CallBench(url, database, json.loads(told.read_text(encoding="utf-8")), out).run(rounds, only)
