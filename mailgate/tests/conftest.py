"""What the tests of the mail servers share: a fake Odoo and servers that ask it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import pytest
from aiosmtpd.smtp import SMTP

from mailgate.gateway import Account, OdooGateway
from mailgate.server import Front, Lmtp, make_session
from mailgate.tests.fake_odoo import DATABASE, LOGIN, PASSWORD, FakeOdoo

Opener = Callable[..., int]


@pytest.fixture
def odoo() -> Iterator[FakeOdoo]:
    fake = FakeOdoo()
    yield fake
    fake.close()


@pytest.fixture
def open_port(odoo: FakeOdoo) -> Iterator[Opener]:
    """A function that starts a server before the fake Odoo and returns its port.

    It takes what ``serving`` takes after the Odoo.
    """
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(serving(odoo, **options))


@pytest.fixture
def port(open_port: Opener) -> int:
    """The port of an SMTP server that asks the fake Odoo, with half a second of patience."""
    return open_port()


@pytest.fixture
def lmtp_port(open_port: Opener) -> int:
    """The same for LMTP."""
    return open_port(kind=Lmtp)


@contextmanager
def serving(odoo: FakeOdoo, kind: type[SMTP] = SMTP, postmaster: str = "") -> Iterator[int]:
    """A server in a thread of its own; its port."""
    gateway = OdooGateway(Account(odoo.url, DATABASE, LOGIN, PASSWORD), timeout=0.5)
    loop = asyncio.new_event_loop()
    sessions = partial(make_session, Front(gateway, postmaster), kind)
    server = loop.run_until_complete(loop.create_server(sessions, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield int(server.sockets[0].getsockname()[1])
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(end_sessions())
    loop.close()


async def end_sessions() -> None:
    """Cancel what open connections still wait for."""
    pending = asyncio.all_tasks() - {asyncio.current_task()}
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
