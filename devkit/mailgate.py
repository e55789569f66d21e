"""An SMTP server in front of Odoo's mail gateway, such that no mail is in nobody's hands.

It answers 250 only after Odoo has committed, 451 when Odoo or its database is away (the sender
keeps the mail and tries again), and 550 for a recipient that no alias has.

    MAILGATE_PASSWORD=… python -m devkit.mailgate --url https://odoo.example.com --db prod \\
        --user mailgate@example.com --listen 127.0.0.1:2525

It needs aiosmtpd and nothing of Odoo. Put it behind your mail server (a transport of Postfix or
the like), which has the queue, the TLS and the defence against spam.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session

from devkit import envelope as mail
from devkit.gateway import Account, LoginRefused, NoRoute, OdooGateway, Unavailable

_logger = logging.getLogger("mailgate")

PASSWORD_VARIABLE = "MAILGATE_PASSWORD"
MAX_BYTES = 50 * 1024 * 1024
THREADS = 4

DONE = "250 2.0.0 Committed by Odoo"
UNKNOWN = "550 5.1.1 No alias of Odoo has this address"
NO_ROUTE = "550 5.1.1 Odoo has no place for this mail"
LATER = "451 4.3.0 Odoo is not available, try again later"
LATER_LOGIN = "451 4.3.5 Odoo refuses the mail gateway, try again later"


class Gateway(Protocol):
    """What the front needs of Odoo; see ``devkit.gateway``."""

    def accepts(self, address: str) -> bool: ...

    def deliver(self, message: bytes) -> None: ...


class Front:
    """aiosmtpd's handler: recipients are looked up one by one, a mail is handed over whole."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="odoo")
        self._in_hand: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: dict[str, int] = defaultdict(int)
        self._host = socket.gethostname()

    @property
    def busy(self) -> bool:
        """Whether a mail is being handed over right now."""
        return bool(self._waiting)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd gives the name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or say at once that there is none such."""
        loop = asyncio.get_running_loop()
        try:
            known = await loop.run_in_executor(self._threads, self._gateway.accepts, address)
        except Unavailable as error:
            return self._postponed(error)
        except Exception:
            _logger.exception("recipient %s could not be looked up", address)
            return LATER
        if not known:
            _logger.info("550 %s", address)
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd gives the name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Hand the mail to Odoo and answer with what became of it."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        peer = session.peer[0] if isinstance(session.peer, tuple) else "local"
        whole, identity = mail.complete(
            content,
            sender=envelope.mail_from or "",
            recipients=envelope.rcpt_tos,
            peer=f"{session.host_name or 'unknown'} ([{peer}])",
            host=self._host,
        )
        self._waiting[identity] += 1
        try:
            # Odoo tells a mail that it had before by what it has committed. The same mail at the
            # same instant on two connections would pass that check twice.
            async with self._in_hand[identity]:
                answer = await self._deliver(whole)
        finally:
            self._waiting[identity] -= 1
            if not self._waiting[identity]:
                del self._waiting[identity], self._in_hand[identity]
        _logger.info("%s %s to %s", answer[:3], identity, ", ".join(envelope.rcpt_tos))
        return answer

    async def _deliver(self, message: bytes) -> str:
        """The answer for one mail."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._threads, self._gateway.deliver, message)
        except NoRoute as error:
            _logger.warning("no route: %s", error)
            return NO_ROUTE
        except Unavailable as error:
            return self._postponed(error)
        except Exception:
            _logger.exception("a mail could not be handed over; the sender keeps it")
            return LATER
        return DONE

    @staticmethod
    def _postponed(error: Unavailable) -> str:
        """The answer that leaves the mail with its sender."""
        _logger.error("451: %s", error)
        return LATER_LOGIN if isinstance(error, LoginRefused) else LATER


async def serve(gateway: Gateway, host: str, port: int, ready: asyncio.Event | None = None) -> None:
    """Listen until SIGTERM or SIGINT; a mail in hand is finished first, new ones are refused."""
    front = Front(gateway)
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        return SMTP(
            front,
            hostname=socket.gethostname(),
            ident="mailgate",
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            decode_data=False,
            loop=loop,
        )

    server = await loop.create_server(session, host, port)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _logger.info("listening on %s:%s", host, port)
    if ready:
        ready.set()
    await stop.wait()
    server.close()
    while front.busy:
        await asyncio.sleep(0.05)
    # The last answer is on its way to its sender.
    await asyncio.sleep(0.1)
    _logger.info("stopped")


def read_password(path: Path | None) -> str:
    """The password from a file, else from the environment; never from the command line."""
    if path:
        return path.read_text(encoding="utf-8").strip()
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise SystemExit(f"set {PASSWORD_VARIABLE}, or give --password-file")
    return password


def main(argv: list[str]) -> int:
    """Run the front with the given options."""
    parser = argparse.ArgumentParser(prog="mailgate", description=__doc__.split("\n\n")[0])
    parser.add_argument("--url", required=True, help="address of Odoo, such as http://odoo:8069")
    parser.add_argument("--db", required=True, help="name of the database")
    parser.add_argument("--user", required=True, help="login of an internal user of Odoo")
    parser.add_argument("--password-file", type=Path, help=f"else {PASSWORD_VARIABLE} is read")
    parser.add_argument("--listen", default="localhost:2525", metavar="HOST:PORT")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds to wait for Odoo")
    options = parser.parse_args(argv)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # aiosmtpd writes each line of a mail, addresses and all, to this logger.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    account = Account(options.url, options.db, options.user, read_password(options.password_file))
    host, _, port = options.listen.rpartition(":")
    gateway = OdooGateway(account, timeout=options.timeout)
    asyncio.run(serve(gateway, host.strip("[]") or "localhost", int(port)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
