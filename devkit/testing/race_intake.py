"""Twenty requests of one new customer at the same moment, by each channel; see ``race_test``.

``python -m devkit.testing.race_intake DATABASE URL URL``: runs as ``race_clients`` does.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2

from devkit.run.rpc import LOGIN, PASSWORD
from devkit.testing.race_clients import PATIENCE, Client, Refusal

SENDERS = 20
MODEL = "support.appointment"
_MAIL = """\
From: {email}
To: appointments@example.com
Subject: APPOINTMENT_REQUEST
Message-Id: <race-{number}@example.com>

requested_date: {moment}
"""


class IntakeRace:
    """A round for each channel; every call has to be answered, and every request read."""

    def __init__(self, database: str, urls: list[str]) -> None:
        self._admins = [Client(url, database, LOGIN, PASSWORD) for url in urls]
        self._urls = urls
        self._connection = psycopg2.connect(dbname=database)
        self._problems: list[str] = []
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)
        self._moment = f"{moment:%Y-%m-%d %H:%M:%S}"
        self._alias = self._get_id("support_center", "mail_alias_appointments")
        rule = self._get_id("support_center", "automation_webhook_create")
        self._admins[0]("base.automation", "write", [rule], {"active": True})
        (values,) = self._admins[0]("base.automation", "read", [rule], ["webhook_uuid"])
        self._path = f"/web/hook/{values['webhook_uuid']}"
        (company,) = self._admins[0]("res.company", "search", [], limit=1, order="id")
        self._company = company

    def run(self) -> list[str]:
        """Everything; what went wrong."""
        rounds = {
            "webhooks of a new customer": (self._post, SENDERS, False),
            "webhooks with one external_ref": (self._post, 1, True),
            "external_data of a new customer": (self._send_data, SENDERS, False),
            "external_data with one external_ref": (self._send_data, 1, True),
            "mails of a new sender": (self._send_mail, SENDERS, False),
        }
        for number, (label, (send, expected, with_reference)) in enumerate(rounds.items()):
            started = time.monotonic()
            email = f"race-{number}@example.com"
            reference = f"race-{number}" if with_reference else None
            told = self._at_once(send, email, reference)
            told += self._look(email, expected)
            self._problems += [f"{label}: {problem}" for problem in told]
            print(f"{SENDERS} {label}: {time.monotonic() - started:.1f} s", flush=True)
        return self._problems

    def _get_id(self, module: str, name: str) -> int:
        domain = [("module", "=", module), ("name", "=", name)]
        (data,) = self._admins[0]("ir.model.data", "search_read", domain, ["res_id"])
        return int(data["res_id"])

    def _look(self, email: str, expected: int) -> list[str]:
        """What is wrong with what was made."""
        domain = [("partner_id.email", "=", email)]
        found = self._admins[0](MODEL, "search_read", domain, ["intake_state"])
        contacts = self._admins[0]("res.partner", "search_count", [("email", "=", email)])
        unread = self._admins[0](
            MODEL, "search_count", [("intake_state", "=", "received"), ("state", "=", "draft")]
        )
        (alias,) = self._admins[0]("mail.alias", "read", [self._alias], ["alias_status"])
        if alias["alias_status"] == "invalid":
            return ["a mail that met another one has made the alias invalid"]
        states = Counter(row["intake_state"] for row in found)
        if (states, contacts, unread) != ({"accepted": expected}, 1, 0):
            return [f"{dict(states)} made, {contacts} contacts, {unread} requests unread"]
        return []

    @contextmanager
    def _held(self, kind: str, *key: object) -> Iterator[None]:
        """Let nobody make what ``key`` stands for until most of the senders wait for it."""
        digest = hashlib.sha256(repr((kind, *key)).encode()).hexdigest()
        with self._connection.cursor() as cursor:
            cursor.execute("INSERT INTO support_intake_key (digest) VALUES (%s)", [digest])
            try:
                yield
                until = time.monotonic() + PATIENCE
                # Some may still wait for a thread or a connection of their own.
                while self._count_waiting() < SENDERS // 2 and time.monotonic() < until:
                    time.sleep(0.02)
            finally:
                self._connection.rollback()

    def _count_waiting(self) -> int:
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
            return sum(count for (count,) in cursor.fetchall())

    def _at_once(
        self, send: Callable[[int, str, str | None], str], email: str, reference: str | None
    ) -> list[str]:
        """Send all at the same moment; what they were told that is no success."""
        told = ["no answer"] * SENDERS

        def work(number: int) -> None:
            try:
                told[number] = send(number, email, reference)
            except (OSError, Refusal) as error:
                told[number] = f"{type(error).__name__}: {error}"[:200]

        threads = [threading.Thread(target=work, args=[number]) for number in range(SENDERS)]
        with self._held("contact", self._company, email):
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        odd = Counter(answer for answer in told if answer)
        return [f"{count} × {answer}" for answer, count in odd.items()]

    def _prepare(self, number: int, email: str, reference: str | None) -> dict[str, Any]:
        data = {"customer_email": email, "requested_date": self._moment}
        if reference:
            return {**data, "external_ref": reference}
        return {**data, "location": f"place {number}"}

    def _post(self, number: int, email: str, reference: str | None) -> str:
        data = self._prepare(number, email, reference)
        call = urllib.request.Request(
            self._urls[number % len(self._urls)] + self._path,
            json.dumps(data).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(call, timeout=PATIENCE) as response:
            return "" if response.status == 200 else str(response.status)

    def _send_data(self, number: int, email: str, reference: str | None) -> str:
        data = self._prepare(number, email, reference)
        self._admins[number % len(self._admins)](
            MODEL, "create", {}, context={"external_data": data}
        )
        return ""

    def _send_mail(self, number: int, email: str, _reference: str | None) -> str:
        source = _MAIL.format(email=email, number=number, moment=self._moment)
        self._admins[number % len(self._admins)](
            "mail.thread", "message_process", False, source.replace("\n", "\r\n")
        )
        return ""


def main(argv: list[str]) -> int:
    """Run the race; the exit code is 0 unless it could not be run."""
    database, *urls = argv
    print(json.dumps(IntakeRace(database, urls).run()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
