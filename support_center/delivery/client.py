"""Posts one message and says what became of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from types import TracebackType
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from .address_guard import AddressGuard, check_url
from .backoff import read_retry_after
from .faults import DeliveryFault

USER_AGENT = "Support-Center-Webhooks/1.0"
# How much of an answer is read, in bytes: enough for a word on what went wrong.
MAX_ANSWER = 2048

# Opens a socket to a host and a port, within a time-out.
Opener = Callable[[str, int, Any], socket.socket]


@dataclass(frozen=True)
class Limits:
    """How long a receiver may take, in seconds.

    ``read`` is the longest silence, ``total`` the end of all patience. Standard Webhooks
    recommends 15 to 30 seconds in all.
    """

    connect: float = 5.0
    read: float = 15.0
    total: float = 25.0


@dataclass(frozen=True)
class Answer:
    """What became of a message.

    ``code`` is ``delivered``, ``gone``, ``redirect`` or ``http_status`` where the receiver
    answered, else what went wrong before; ``text`` is the start of its answer.
    """

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    text: str = ""

    @property
    def delivered(self) -> bool:
        return self.code == "delivered"


def post(
    url: str,
    body: str,
    headers: Mapping[str, str],
    *,
    guard: AddressGuard,
    limits: Limits | None = None,
) -> Answer:
    """Post ``body`` as JSON. Never raises for anything that the network or the receiver does.

    Redirects are not followed, proxies and passwords of the environment not heeded: both
    would lead past the guard.
    """
    limits = limits or Limits()
    with _Deadline(limits.total) as deadline:
        try:
            check_url(url)
            return _post(url, body, headers, partial(_connect, guard, deadline), limits)
        except DeliveryFault as fault:
            return Answer(fault.code, fault.params)
        except requests.Timeout:
            return Answer("timeout")
        except requests.exceptions.SSLError:
            return Answer("timeout" if deadline.is_over else "tls")
        except (HTTPError, OSError, ValueError) as error:  # all of requests' own are OSErrors
            if deadline.is_over:
                return Answer("timeout")
            return Answer("connection", {"error": type(error).__name__})


def _post(
    url: str, body: str, headers: Mapping[str, str], opener: Opener, limits: Limits
) -> Answer:
    with _Session() as session:
        session.trust_env = False
        adapter = _GuardedAdapter(opener)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        response = session.post(
            url,
            data=body.encode(),
            headers={
                **headers,
                "Content-Type": "application/json",
                "User-Agent": USER_AGENT,
                "Accept-Encoding": "identity",
            },
            timeout=(limits.connect, limits.read),
            allow_redirects=False,
            stream=True,
        )
        with response:
            return _judge(response)


def _judge(response: requests.Response) -> Answer:
    status = response.status_code
    if 200 <= status < 300:
        return Answer("delivered", {"status": str(status)})
    retry_after = read_retry_after(
        response.headers.get("Retry-After"), datetime.now(tz=timezone.utc)
    )
    code = "http_status"
    if status == 410:
        code = "gone"
    elif 300 <= status < 400:
        code = "redirect"
    return Answer(code, {"status": str(status)}, retry_after, _read_start(response))


def _read_start(response: requests.Response) -> str:
    """The start of an answer as text; what cannot be read says nothing about the status."""
    try:
        content = response.raw.read(MAX_ANSWER, decode_content=False)
    except (HTTPError, OSError):
        return ""
    text = bytes(content).decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in text).strip()


# ----------------------------------------------------------------------
# Connections
# ----------------------------------------------------------------------


class _Deadline:
    """Ends a connection that goes on for too long, however busy it is."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            for each in self._sockets:
                each.close()

    def check(self) -> None:
        """
        :raise DeliveryFault: ``timeout`` once all patience has ended
        """
        if self.is_over:
            raise DeliveryFault("timeout")

    def watch(self, connected: socket.socket) -> None:
        """Heed this connection. A duplicate is kept, since TLS takes the socket itself over.

        :raise DeliveryFault: when it stands too late
        """
        with self._lock:
            self.check()
            self._sockets.append(connected.dup())

    def _end(self) -> None:
        with self._lock:
            self.is_over = True
            for each in self._sockets:
                with suppress(OSError):  # closed already
                    each.shutdown(socket.SHUT_RDWR)


def _connect(
    guard: AddressGuard, deadline: _Deadline, host: str, port: int, timeout: Any
) -> socket.socket:
    """Connect to the first address that answers, and look whom that has led to.

    :raise DeliveryFault: where nobody answers, or somebody who may not
    """
    error: OSError | None = None
    for address in guard.find(host, port):
        # To ask for addresses takes as long as it takes, and a name may have a hundred of them.
        deadline.check()
        try:
            connected = socket.create_connection((address, port), timeout)
        except OSError as reason:
            error = reason
            continue
        try:
            guard.check(str(connected.getpeername()[0]))
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            deadline.watch(connected)
        except BaseException:
            connected.close()
            raise
        return connected
    if isinstance(error, TimeoutError):
        raise DeliveryFault("timeout")
    raise DeliveryFault("connection", error=type(error).__name__)


class _Session(requests.Session):
    """Knows of no redirects.

    Not to follow them is not enough: requests would still prepare the next request, and for that
    unpack the whole of the answer into memory and stumble over an address that is none.
    """

    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class _GuardedHTTPConnection(HTTPConnection):
    opener: ClassVar[Opener]

    def _new_conn(self) -> socket.socket:
        return type(self).opener(self._dns_host, self.port, self.timeout)


class _GuardedHTTPSConnection(HTTPSConnection):
    opener: ClassVar[Opener]

    def _new_conn(self) -> socket.socket:
        return type(self).opener(self._dns_host, self.port, self.timeout)


class _GuardedAdapter(HTTPAdapter):
    """Opens every connection by ``opener``; tries nothing twice."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        # Classes of their own for each message, since urllib3 makes connections by class.
        self.poolmanager.pool_classes_by_scheme = {
            scheme: type(pool.__name__, (pool,), {"ConnectionCls": self._bind(connection)})
            for scheme, pool, connection in (
                ("http", HTTPConnectionPool, _GuardedHTTPConnection),
                ("https", HTTPSConnectionPool, _GuardedHTTPSConnection),
            )
        }

    def _bind(self, connection: type) -> type:
        return type(connection.__name__, (connection,), {"opener": staticmethod(self._opener)})
