"""What `make bench` measures; runs inside an Odoo shell, where ``env`` is the environment.

Each piece of work stands beside its floor, what Odoo itself needs for the bare rows. The ratio
and the number of queries hold on another machine; the milliseconds do not.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from devkit.testing.bench_scheduling import SchedulingBench

APPOINTMENTS = 100_000
DUE = 1_000

_FILL = """
    INSERT INTO support_appointment (
        name, company_id, partner_id, customer_name, priority, duration, state, source,
        intake_state, send_confirmation_email, send_reminder_email, active, start, stop,
        busy_start, busy_stop, ics_uid, access_token, create_uid, create_date)
    SELECT 'BENCH/' || number, %(company)s, (%(partners)s::int[])[1 + number %% %(due)s], 'C', '1',
           1, CASE WHEN number <= %(due)s THEN 'confirmed'
                   ELSE (ARRAY['done', 'cancelled', 'draft'])[1 + number %% 3] END,
           'manual', 'none', TRUE, TRUE, TRUE, moment, moment + interval '1 hour',
           moment, moment + interval '1 hour', gen_random_uuid(), gen_random_uuid(), 1, %(now)s
      FROM (SELECT number, CASE WHEN number <= %(due)s THEN %(now)s + interval '20 hours'
                   ELSE %(now)s - interval '300 days' + (number %% 600) * interval '1 day' END
                   AS moment
              FROM generate_series(1, %(count)s) AS number) AS numbered
"""


class Bench:
    """Runs the work and prints a line for each piece."""

    def __init__(self, env: Any) -> None:
        self.env = env
        self.now = datetime.now(timezone.utc).replace(microsecond=0, tzinfo=None)
        env["res.company"].search([]).write({"email": "office@example.com"})
        partners = env["res.partner"].with_context(tracking_disable=True)
        self.partners = partners.create(
            [{"name": f"C {n}", "email": f"c{n}@example.com"} for n in range(DUE)]
        )
        env.flush_all()
        params = {
            "company": env.company.id,
            "partners": self.partners.ids,
            "due": DUE,
            "count": APPOINTMENTS,
            "now": self.now,
        }
        env.cr.execute(_FILL, params)
        env.cr.commit()
        env.cr.execute("ANALYZE")
        env.cr.commit()

    def measure(self, label: str, units: int, work: Callable[[], object]) -> float:
        """Do ``work`` once with an empty cache and print what it took."""
        self.env.flush_all()
        self.env.invalidate_all()
        before, queries = _memory(), self.env.cr.sql_log_count
        started = time.perf_counter()
        work()
        self.env.flush_all()
        self.env.cr.commit()
        seconds = time.perf_counter() - started
        queries = self.env.cr.sql_log_count - queries
        print(
            f"{label:<44} {seconds * 1000 / units:8.2f} ms {queries / units:7.2f} q each"
            f"   {seconds:6.2f} s {queries:5} q +{_memory() - before} MB",
            flush=True,
        )
        return seconds

    def reminders(self) -> None:
        """The reminder cron beside bare rows on the queue with an attachment each."""
        cron = self.env.ref("support_center.cron_send_appointment_reminders")
        run = cron.ir_actions_server_id.run
        floor = self.measure(f"floor: {DUE} mails with attachment", DUE, self._bare_mails)
        ours = self.measure(f"reminders: {DUE} due among {APPOINTMENTS}", DUE, run)
        print(f"{'':<44} {ours / floor:8.2f} x the floor", flush=True)
        self.measure("reminders again: nothing due", 1, run)

    def _bare_mails(self) -> None:
        body = "<p>Hello</p>" * 40
        for first in range(0, DUE, 100):
            attachments = self.env["ir.attachment"].create(
                [
                    {
                        "name": "a.ics",
                        "raw": b"BEGIN %d" % (first + n),
                        "mimetype": "text/calendar",
                        "res_model": "mail.message",
                    }
                    for n in range(100)
                ]
            )
            self.env["mail.mail"].create(
                [
                    {
                        "subject": "x",
                        "body_html": body,
                        "body": body,
                        "email_from": "a@example.com",
                        "reply_to": "a@example.com",
                        "record_name": "x",
                        "recipient_ids": [(6, 0, [self.partners[first + n].id])],
                        "attachment_ids": [(6, 0, [attachments[n].id])],
                    }
                    for n in range(100)
                ]
            )
            self.env.cr.commit()

    def appointments(self) -> None:
        """Creating and confirming, one and a hundred, with the mails that follow."""
        model = self.env["support.appointment"]

        def vals(number: int) -> dict[str, Any]:
            start = self.now + timedelta(days=3, hours=number)
            return {"partner_id": self.partners[number].id, "start": start}

        model.create(vals(0)).action_confirm()
        one = model.create(vals(1))
        hundred = model.create([vals(number) for number in range(100)])
        self.measure("create one", 1, lambda: model.create(vals(2)))
        self.measure("create a hundred", 100, lambda: model.create([vals(n) for n in range(100)]))
        self.measure("confirm one, with its mail", 1, one.action_confirm)
        self.measure("confirm a hundred, with their mails", 100, hundred.action_confirm)

    def mails(self) -> None:
        """A request by mail, and what somebody may send to keep the server busy."""
        form = "customer_email: c1@example.com<br>requested_date: 2090-01-15 14:00<br>"
        attributes = " ".join(f"a{number}=1" for number in range(110_000))
        levels = "".join(
            f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'
            for level in range(10_000)
        )
        kinds = {
            "an ordinary request": f"Content-Type: text/html\r\n\r\n{form}",
            "1 MB of attributes": f"Content-Type: text/html\r\n\r\n{form}<p {attributes}>",
            "1 MB of comments": f"Content-Type: text/html\r\n\r\n{form}" + "<!--" * 250_000,
            "1 MB of elements": f"Content-Type: text/html\r\n\r\n{form}" + "<b>x</b>" * 125_000,
            "1 MB of quoted lines": "\r\n" + "> a\r\nb\r\n" * 125_000,
            "10,000 nested parts": f"{levels}\r\n{form}",
            "70,000 headers": "".join(f"X-{number}: b\r\n" for number in range(70_000)) + "\r\nx",
        }
        for number, (label, rest) in enumerate(kinds.items()):
            source = (
                f"From: c1@example.com\r\nTo: appointments@example.com\r\nSubject: x\r\n"
                f"Message-Id: <bench-{number}@example.com>\r\n{rest}"
            )
            gateway = self.env["mail.thread"].message_process
            self.measure(f"mail: {label}", 1, partial(gateway, None, source))


def _memory() -> int:
    """The highest use of memory so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(env: Any) -> None:
    """Run it all; the database is spoilt for anything else."""
    bench = Bench(env)
    bench.reminders()
    bench.appointments()
    bench.mails()
    SchedulingBench(env, bench.now, bench.measure).run()
