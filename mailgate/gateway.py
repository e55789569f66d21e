"""Odoo's mail gateway over XML-RPC, and what each of its answers means to a mail server."""

from __future__ import annotations

import http.client
import logging
import threading
import xmlrpc.client
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

_logger = logging.getLogger("mailgate.odoo")

ACCESS_DENIED = 3
# Odoo handled and committed the mail, then failed to send back "nothing".
_DONE_WITHOUT_RESULT = "cannot marshal None"
_NO_ROUTE = "No possible route"


class Unavailable(Exception):
    """Odoo cannot take the mail now: the sender has to keep it and try again."""


class LoginRefused(Unavailable):
    """Odoo refuses our login: an administrator has to act, and the sender keeps the mail."""


class NoRoute(Exception):
    """Odoo has no place for this mail, now or later."""


@dataclass(frozen=True)
class Account:
    """Where Odoo is and who we are there."""

    url: str
    database: str
    login: str
    password: str


class _Transport(xmlrpc.client.Transport):
    """XML-RPC over plain HTTP with a limit on how long to wait."""

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = super().make_connection(host)
        connection.timeout = self._timeout
        return connection


class _SafeTransport(xmlrpc.client.SafeTransport):
    """The same over TLS."""

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout

    def make_connection(self, host: Any) -> http.client.HTTPSConnection:
        connection = super().make_connection(host)
        connection.timeout = self._timeout
        return connection


class OdooGateway:
    """Questions to one Odoo database; may be used from several threads.

    The transport is in ``_call`` alone, so that another one can take its place when Odoo drops
    XML-RPC.
    """

    def __init__(self, account: Account, *, timeout: float = 120.0) -> None:
        self._account = account
        self._timeout = timeout
        self._uid: int | None = None
        self._lock = threading.Lock()

    def accepts(self, address: str) -> bool:
        """Whether some alias, or a catchall or bounce address, has this recipient.

        :raises Unavailable: when Odoo does not answer.
        """
        address = address.strip().lower()
        local = address.partition("@")[0]
        domain = [
            "|",
            ("alias_full_name", "=", address),
            "&",
            ("alias_name", "=", local),
            ("alias_incoming_local", "=", True),
        ]
        if self._execute("mail.alias", "search_count", domain):
            return True
        fields = ["catchall_email", "bounce_email"]
        domains = self._execute("mail.alias.domain", "search_read", [], fields)
        return address in {row[name].lower() for row in domains for name in fields if row[name]}

    def deliver(self, message: bytes) -> None:
        """Hand a mail to Odoo; returns once Odoo has committed what came of it.

        A mail with a Message-Id that Odoo knows is dropped there, so handing one over twice is
        safe.

        :raises NoRoute: when Odoo finds no record or alias for it.
        :raises Unavailable: when Odoo did not take it; nothing of it is stored then.
        """
        try:
            self._execute("mail.thread", "message_process", False, xmlrpc.client.Binary(message))
        except xmlrpc.client.Fault as fault:
            if _DONE_WITHOUT_RESULT in fault.faultString:
                return
            if _NO_ROUTE in fault.faultString:
                raise NoRoute(_last_line(fault)) from fault
            _logger.error("Odoo failed on a mail, the sender keeps it: %s", fault.faultString)
            raise Unavailable(_last_line(fault)) from fault

    def _execute(self, model: str, method: str, *arguments: Any) -> Any:
        """Call a model's method as our user.

        :raises xmlrpc.client.Fault: for an error on a mail; every other failure is Unavailable.
        """
        account = self._account
        uid = self._login()
        try:
            return self._call(
                "object",
                "execute_kw",
                account.database,
                uid,
                account.password,
                model,
                method,
                list(arguments),
            )
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == ACCESS_DENIED:
                with self._lock:
                    self._uid = None
                raise self._refused() from fault
            if method == "message_process":
                raise
            raise Unavailable(_last_line(fault)) from fault

    def _login(self) -> int:
        """Our user's number, asked for once."""
        with self._lock:
            if self._uid is None:
                account = self._account
                try:
                    uid = self._call(
                        "common",
                        "authenticate",
                        account.database,
                        account.login,
                        account.password,
                        {},
                    )
                except xmlrpc.client.Fault as fault:
                    raise Unavailable(_last_line(fault)) from fault
                if not uid:
                    raise self._refused()
                self._uid = int(uid)
            return self._uid

    def _refused(self) -> LoginRefused:
        """The error for a refused login, after a log line that nobody can miss."""
        account = self._account
        _logger.critical(
            "Odoo at %s refuses the login %r to database %r. NO MAIL IS DELIVERED until this is "
            "mended; senders keep their mails meanwhile.",
            account.url,
            account.login,
            account.database,
        )
        return LoginRefused("Odoo refuses the mail gateway's login")

    def _call(self, service: str, method: str, *arguments: Any) -> Any:
        """One request; a connection of its own, since those of XML-RPC are not for threads."""
        url = f"{self._account.url.rstrip('/')}/xmlrpc/2/{service}"
        tls = urlsplit(url).scheme == "https"
        transport = _SafeTransport(self._timeout) if tls else _Transport(self._timeout)
        try:
            with xmlrpc.client.ServerProxy(url, transport=transport, allow_none=True) as proxy:
                return getattr(proxy, method)(*arguments)
        except xmlrpc.client.ProtocolError as error:
            raise Unavailable(f"Odoo answers HTTP {error.errcode}") from error
        except xmlrpc.client.Fault:
            raise
        except (OSError, http.client.HTTPException) as error:
            raise Unavailable(f"Odoo does not answer: {error}") from error
        except (xmlrpc.client.Error, ExpatError, ValueError) as error:
            raise Unavailable(f"Odoo's answer is no XML-RPC: {error}") from error


def _last_line(fault: xmlrpc.client.Fault) -> str:
    """What a fault's traceback says in the end."""
    lines = fault.faultString.strip().splitlines()
    return lines[-1] if lines else f"fault {fault.faultCode}"
