"""The servers before Odoo's mail gateway: what is answered to each recipient and each mail.

A mail is answered with 250 only after Odoo has committed, with 451 when Odoo or its database is
away (the sender keeps the mail and tries again), and with 550 for a recipient that no alias has.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import AnyStr, Protocol
from weakref import WeakKeyDictionary

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailgate import envelope as mail
from mailgate.gateway import LoginRefused, NoRoute, Unavailable

_logger = logging.getLogger("mailgate")

MAX_BYTES = 50 * 1024 * 1024
THREADS = 4

DONE = "250 2.0.0 Committed by Odoo"
RECIPIENT_OK = "250 2.1.5 OK"
UNKNOWN = "550 5.1.1 No alias of Odoo has this address"
NO_ROUTE = "550 5.1.1 Odoo has no place for this mail"
NO_POSTMASTER = (
    "550 5.1.1 Nobody reads postmaster here: the administrator of this server has to set "
    "--postmaster or MAILGATE_POSTMASTER to the address of an alias of Odoo"
)
LATER = "451 4.3.0 Odoo is not available, try again later"
LATER_LOGIN = "451 4.3.5 Odoo refuses the mail gateway, try again later"
LATER_POSTMASTER = "451 4.3.5 MAILGATE_POSTMASTER names no alias of Odoo, try again later"


class Gateway(Protocol):
    """What the front needs of Odoo; see ``mailgate.gateway``."""

    def accepts(self, address: str) -> bool: ...

    def deliver(self, message: bytes) -> None: ...


@dataclass(frozen=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """An address written as ``HOST:PORT``, ``[IPV6]:PORT`` or, for this machine, ``PORT``.

        :raises ValueError: when there is no port
        """
        host, _, port = text.rpartition(":")
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"{text!r} is no HOST:PORT, such as localhost:2525")
        return cls(host.strip("[]") or "localhost", int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Front:
    """aiosmtpd's handler: recipients are looked up one by one, a mail is handed over whole.

    :param postmaster: the address of the alias that gets the mail to ``postmaster`` of any
        domain; without one, Odoo has to have an alias of that name
    """

    def __init__(self, gateway: Gateway, postmaster: str = "") -> None:
        self._gateway = gateway
        self._postmaster = postmaster
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="odoo")
        self._in_hand: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: dict[str, int] = defaultdict(int)
        self._host = socket.gethostname()
        # For each mail, the alias that each accepted recipient leads to.
        self._aliases: WeakKeyDictionary[Envelope, dict[str, str]] = WeakKeyDictionary()

    @property
    def busy(self) -> bool:
        """Whether a mail is being handed over right now."""
        return bool(self._waiting)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd gives the name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Offer also what aiosmtpd can do and does not name: LMTP's clients count on it."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd gives the name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient, or say at once that there is none such."""
        try:
            alias = await self._find_alias(address)
        except Unavailable as error:
            return self._postponed(error)
        except Exception:
            _logger.exception("recipient %s could not be looked up", address)
            return LATER
        if not alias:
            _logger.info("550 %s", address)
            return NO_POSTMASTER if mail.is_postmaster(address) else UNKNOWN
        envelope.rcpt_tos.append(address)
        self._aliases.setdefault(envelope, {})[address] = alias
        return RECIPIENT_OK

    async def _find_alias(self, address: str) -> str:
        """The address of the alias that a recipient leads to, empty when there is none.

        RFC 5321, 4.5.1 wants postmaster accepted always: where somebody was named to read its
        mail, nothing is asked, so that it is accepted also while Odoo is away.

        :raises Unavailable: when Odoo has to be asked and does not answer
        """
        if self._postmaster and mail.is_postmaster(address):
            return self._postmaster
        for spelling in mail.spellings(address):
            if await self._ask(self._gateway.accepts, spelling):
                return spelling
        return ""

    async def _ask(self, accepts: Callable[[str], bool], address: str) -> bool:
        """A question to Odoo in a thread of its own, since it blocks."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, accepts, address)

    async def handle_DATA(  # noqa: N802 - aiosmtpd gives the name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Hand the mail to Odoo and answer with what became of it.

        Odoo takes a mail for all of its recipients in one transaction, so the answer is the same
        for each of them.
        """
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        peer = session.peer[0] if isinstance(session.peer, tuple) else "local"
        recipients = self._aliases[envelope]
        whole, identity = mail.complete(
            content,
            sender=envelope.mail_from or "",
            recipients=recipients,
            peer=f"{session.host_name or 'unknown'} ([{peer}])",
            host=self._host,
            protocol="LMTP" if isinstance(server, LMTP) else "ESMTP",
        )
        self._waiting[identity] += 1
        try:
            # Odoo tells a mail that it had before by what it has committed. The same mail at the
            # same instant on two connections would pass that check twice.
            async with self._in_hand[identity]:
                answer = await self._deliver(whole, recipients)
        finally:
            self._waiting[identity] -= 1
            if not self._waiting[identity]:
                del self._waiting[identity], self._in_hand[identity]
        _logger.info("%s %s to %s", answer[:3], identity, ", ".join(envelope.rcpt_tos))
        return answer

    async def handle_exception(self, error: Exception) -> str:
        """The answer after a failure of ours: aiosmtpd's own would make the sender give up."""
        _logger.error("a session failed; the sender keeps its mail", exc_info=error)
        return LATER

    async def _deliver(self, message: bytes, recipients: dict[str, str]) -> str:
        """The answer for one mail."""
        loop = asyncio.get_running_loop()
        try:
            if not await self._finds_postmaster(recipients):
                return LATER_POSTMASTER
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

    async def _finds_postmaster(self, recipients: dict[str, str]) -> bool:
        """Whether mail to postmaster, if this is any, will reach somebody.

        Nothing was asked when it was accepted. Beside another recipient Odoo would drop it
        without a word, and a mail sent again for postmaster alone is one that Odoo had before.
        """
        if not self._postmaster or not any(map(mail.is_postmaster, recipients)):
            return True
        if await self._ask(self._gateway.accepts, self._postmaster):
            return True
        _logger.critical(
            "No alias of Odoo has the address %s, which MAILGATE_POSTMASTER (--postmaster) names. "
            "MAIL TO POSTMASTER IS NOT DELIVERED until this is mended; senders keep it meanwhile.",
            self._postmaster,
        )
        return False

    @staticmethod
    def _postponed(error: Unavailable) -> str:
        """The answer that leaves the mail with its sender."""
        _logger.error("451: %s", error)
        return LATER_LOGIN if isinstance(error, LoginRefused) else LATER


class Lmtp(LMTP):
    """aiosmtpd's LMTP with one answer for each accepted recipient after the mail.

    RFC 2033, 4.2 demands that; aiosmtpd answers once, and its client would wait for the rest.
    """

    _due = 0

    async def push(self, status: AnyStr) -> None:
        """Send an answer; the one to a mail as often as the mail has recipients."""
        text = status if isinstance(status, bytes) else status.encode()
        if text.startswith(b"354"):
            self._due = len(self.envelope.rcpt_tos) if self.envelope else 0
        elif self._due:
            text = b"\r\n".join([text] * self._due)
            self._due = 0
        await super().push(text)


def make_session(front: Front, kind: type[SMTP] = SMTP) -> SMTP:
    """A new session of a client, in the running loop."""
    return kind(
        front,
        hostname=socket.gethostname(),
        ident="mailgate",
        data_size_limit=MAX_BYTES,
        enable_SMTPUTF8=True,
        decode_data=False,
        loop=asyncio.get_running_loop(),
    )


async def serve(front: Front, smtp: Address | None, lmtp: Address | None) -> None:
    """Listen until SIGTERM or SIGINT; a mail in hand is finished first, new ones are refused.

    :param smtp: where SMTP is spoken, if at all
    :param lmtp: where LMTP is spoken, if at all
    """
    loop = asyncio.get_running_loop()
    servers = []
    for name, kind, address in (("SMTP", SMTP, smtp), ("LMTP", Lmtp, lmtp)):
        if address:
            sessions = partial(make_session, front, kind)
            servers.append(await loop.create_server(sessions, address.host, address.port))
            _logger.info("listening for %s on %s", name, address)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    for server in servers:
        server.close()
    while front.busy:
        await asyncio.sleep(0.05)
    # The last answer is on its way to its sender.
    await asyncio.sleep(0.1)
    _logger.info("stopped")
