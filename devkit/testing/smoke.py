"""The main job end to end on real servers: mail in by SMTP, XML-RPC from another process."""

from __future__ import annotations

import shlex
import smtplib
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from email.message import EmailMessage
from functools import partial
from typing import Any

from devkit.db.instance import Instance, wait_ready
from devkit.mail import sample
from devkit.paths import logs
from devkit.proc import Child
from devkit.run import ports
from devkit.run.rpc import Rpc, ensure_alias_domain
from devkit.run.serve import start_gate, wait_smtp
from devkit.ui import Problem


def smoke(inst: Instance, name: str) -> list[str]:
    """Try everything on a database that may be changed; what went wrong."""
    where = ports.free()
    series = inst.tree.series
    logfiles = [logs() / f"smoke-{series}-{part}.log" for part in ("odoo", "mailgate")]
    for logfile in logfiles:
        logfile.write_text("")
    # Nothing that cron does is looked at here, and a mail queue with no server would only wait.
    inst.configure(smtp_server=ports.HOST, smtp_port=where.catch, max_cron_threads=0)
    with ExitStack() as stack:
        odoo = inst.start(name, where.http, logfiles[0])
        stack.callback(odoo.stop)
        wait_ready(odoo, where.http)
        rpc = Rpc(f"http://{ports.HOST}:{where.http}", name)
        recipient = ensure_alias_domain(rpc)
        # No page with mails is shown here, so its port is free.
        lmtp = f"{ports.HOST}:{where.mail}"
        options = (f"--lmtp={lmtp}", f"--postmaster={recipient}")
        gate = start_gate(inst, where, name, logfiles[1], *options)
        stack.callback(gate.stop)
        wait_smtp(gate, where.smtp)
        wait_smtp(gate, where.mail)
        smtp = f"{ports.HOST}:{where.smtp}"
        return _Smoke(rpc, recipient, smtp, lmtp, odoo).failures()


class _Smoke:
    """The checks, in an order of which the last one stops Odoo."""

    def __init__(self, rpc: Rpc, recipient: str, smtp: str, lmtp: str, odoo: Child) -> None:
        self._rpc = rpc
        self._recipient = recipient
        self._smtp = smtp
        self._lmtp = lmtp
        self._odoo = odoo

    def failures(self) -> list[str]:
        """What of the promises is broken."""
        found = []
        for check in (
            self._mail_makes_one_draft,
            self._other_recipients,
            self._mail_by_lmtp,
            self._unknown_recipient,
            self._call_from_another_process,
            self._odoo_away,
        ):
            try:
                problem = check()
            except (Problem, smtplib.SMTPException, OSError) as error:
                problem = f"{type(error).__name__}: {error}"
            if problem:
                found.append(f"{check.__name__.strip('_').replace('_', ' ')}: {problem}")
        return found

    def _drafts(self, action: Callable[[], None], patience: float = 10.0) -> list[dict[str, Any]]:
        return sample.new_drafts(self._rpc, action, patience)

    def _mail_makes_one_draft(self) -> str | None:
        """One mail, one draft with the right values; the same mail again, still one."""
        mail = sample.compose(self._recipient)
        first = self._drafts(lambda: sample.send(mail, self._smtp))
        again = self._drafts(lambda: sample.send(mail, self._smtp), patience=1.0)
        if len(first) != 1:
            return f"{len(first)} drafts"
        if again:
            return "the same Message-Id again made another one"
        wanted = {
            "state": "draft",
            "intake_state": "accepted",
            "requested_date": f"{sample.working_day_ahead()} 14:00:00",
            "priority": "2",
            "customer_email": sample.CUSTOMER,
        }
        wrong = [
            f"{key}={first[0][key]!r}" for key, value in wanted.items() if first[0][key] != value
        ]
        return f"wrong values: {', '.join(wrong)}" if wrong else None

    def _other_recipients(self) -> str | None:
        """A plus-address and postmaster reach the alias, the address in other headers or not."""
        local, _at, domain = self._recipient.partition("@")
        for address in (f"{local}+spring@{domain}", f"postmaster@{domain}"):
            for shown in (address, "somebody@example.net"):
                mail = sample.compose(shown)
                made = self._drafts(partial(self._send_to, mail, address))
                if len(made) != 1:
                    return f"{len(made)} drafts of a mail to {address}, with {shown} in its header"
        return None

    def _send_to(self, mail: EmailMessage, address: str) -> None:
        with smtplib.SMTP(self._smtp, timeout=180) as smtp:
            smtp.send_message(mail, to_addrs=[address])

    def _mail_by_lmtp(self) -> str | None:
        """One mail by LMTP, one draft."""
        mail = sample.compose(self._recipient)

        def send() -> None:
            host, _, port = self._lmtp.rpartition(":")
            with smtplib.LMTP(host, int(port), timeout=180) as lmtp:
                lmtp.send_message(mail)

        made = self._drafts(send)
        return None if len(made) == 1 else f"{len(made)} drafts"

    def _unknown_recipient(self) -> str | None:
        """A recipient without an alias is refused for good."""
        domain = self._recipient.partition("@")[2]
        return self._answered(550, sample.compose(f"nobody-has-this@{domain}"))

    def _call_from_another_process(self) -> str | None:
        """The line that ``make run`` prints makes an appointment."""
        line = sample.rpc_one_liner(self._rpc.url, self._rpc.database)
        outcome: list[subprocess.CompletedProcess[str]] = []

        def call() -> None:
            outcome.append(
                subprocess.run(shlex.split(line), capture_output=True, text=True, check=False)
            )

        made = self._drafts(call)
        if len(made) != 1 or made[0]["name"] not in outcome[0].stdout:
            end = (outcome[0].stderr or outcome[0].stdout).strip().splitlines()[-1:]
            return f"{len(made)} appointments; {' '.join(end)}"
        return None

    def _odoo_away(self) -> str | None:
        """Without Odoo the sender keeps the mail."""
        self._odoo.stop()
        time.sleep(0.1)
        return self._answered(451, sample.compose(self._recipient))

    def _answered(self, code: int, mail: Any) -> str | None:
        """Whether the SMTP front refuses a mail with this code."""
        try:
            sample.send(mail, self._smtp)
        except smtplib.SMTPRecipientsRefused as refused:
            ((got, _text),) = refused.recipients.values()
        except smtplib.SMTPResponseException as refused:
            got = refused.smtp_code
        else:
            got = 250
        return None if got == code else f"answered {got}, not {code}"
