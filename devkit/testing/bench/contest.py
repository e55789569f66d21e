"""Contenders do the same work in turn, each unit in a transaction of its own, inside Odoo.

A unit has a new cursor, so nothing is cached but what Odoo keeps of a database, and it ends with
a commit, as the gateway, the jobs and RPC do. The queries are those of the whole process: also
what an addon asks on another connection counts.
"""

from __future__ import annotations

import gc
import importlib
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.testing.bench.samples import FLOOR, OURS, Sample, write

Work = Callable[[], object]
# Makes ready what a unit of work needs, which is not measured: environment and the number of the
# unit, which no other unit of this contender has.
Prepare = Callable[[Any, int], Work]


def is_wanted(row: str, only: str) -> bool:
    """Whether one of the words in ``only``, parted by commas, is in the row's name."""
    return any(word in row for word in only.split(","))


@dataclass(frozen=True)
class Contender:
    """Who does a work; ``units`` are the records of one go, and ``rounds`` how often at most."""

    prepare: Prepare
    units: int = 1
    rounds: int | None = None


class Contest:
    """Runs contenders and writes down what they needed.

    :param env: of the shell; what it began is committed
    :param out: the file of the samples
    :param rounds: how often each of them is measured
    :param warm_up: how often before that, unmeasured
    """

    def __init__(self, env: Any, out: Path, rounds: int, warm_up: int = 3, only: str = "") -> None:
        self.env = env
        self.out = out
        self.rounds = rounds
        self.warm_up = warm_up
        self.only = only
        self.units = 0
        self._sql_db = importlib.import_module("odoo.sql_db")

    def wants(self, row: str) -> bool:
        """Whether this row is asked for."""
        return is_wanted(row, self.only)

    def run(
        self,
        row: str,
        contenders: Mapping[str, Contender],
        *,
        rounds: int | None = None,
        warm_up: int | None = None,
    ) -> None:
        """Let them do it in turn; each round begins with another one."""
        if not self.wants(row):
            return
        print(f"{row} ...", end=" ", flush=True)
        started = time.monotonic()
        self.env.cr.commit()
        warm_up = self.warm_up if warm_up is None else warm_up
        rounds = rounds or self.rounds
        names, failed = list(contenders), set()
        gc.collect()
        for number in range(-warm_up, rounds):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                most = contenders[name].rounds
                if name in failed or (most is not None and not 0 <= number < most):
                    continue
                if not self._go(row, name, contenders[name], number):
                    failed.add(name)
        print(f"{time.monotonic() - started:.0f} s", flush=True)

    def _go(self, row: str, name: str, contender: Contender, number: int) -> bool:
        """One unit; whether it worked. What ours or the floor cannot do ends the measurement."""
        self.units += 1
        try:
            seconds, queries = self._measure(contender)
        except Exception as error:
            if name in {FLOOR, OURS}:
                raise
            traceback.print_exc()
            print(f"({name}: {error})", end=" ", flush=True)
            write(self.out, Sample(row, name, number, error=str(error) or repr(error)))
            return False
        if number >= 0:
            each = contender.units
            write(self.out, Sample(row, name, number, seconds / each, queries / each))
        return True

    def _measure(self, contender: Contender) -> tuple[float, int]:
        with self.env.registry.cursor() as cr:
            env = self.env(cr=cr)
            work = contender.prepare(env, self.units)
            env.flush_all()
            env.invalidate_all()
            cr.commit()
            before = self._sql_db.sql_counter
            started = time.perf_counter()
            work()
            env.flush_all()
            cr.commit()
            return time.perf_counter() - started, self._sql_db.sql_counter - before
