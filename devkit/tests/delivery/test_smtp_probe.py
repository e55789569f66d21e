"""The question whether a mail server answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from delivery.smtp_probe import probe

HOST = "127.0.0.1"


@contextmanager
def server(*answers: bytes) -> Iterator[int]:
    """A server that says these lines, one after each line it hears; its port."""
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            connection, _address = listening.accept()
            with connection, connection.makefile("rb") as heard:
                for answer in answers:
                    connection.sendall(answer)
                    if not heard.readline():
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join(5)


def test_a_server_that_greets() -> None:
    with server(b"220 ready\r\n", b"250 hello\r\n", b"221 bye\r\n") as port:
        assert probe(HOST, port) == ""


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ((b"554 go away\r\n",), "554 go away"),
        ((b"220 ready\r\n", b"421 too busy\r\n"), "421 too busy"),
        ((b"HTTP/1.1 400 Bad Request\r\n",), "no SMTP"),
    ],
)
def test_a_server_that_does_not_want(answers: tuple[bytes, ...], said: str) -> None:
    with server(*answers) as port:
        assert said in probe(HOST, port)


def test_nobody_there() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = int(taken.getsockname()[1])
    assert "refused" in probe(HOST, port)


def test_a_name_that_is_none() -> None:
    assert probe("no-such-host.invalid", 25, seconds=2)
    assert probe("a" * 70 + ".example", 25, seconds=2)


def test_a_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server((HOST, 0)) as silent:
        started = time.monotonic()
        assert "timed out" in probe(HOST, int(silent.getsockname()[1]), seconds=0.2)
        assert time.monotonic() - started < 2


def test_encrypted_where_it_is_not() -> None:
    with server(b"220 ready\r\n") as port:
        assert probe(HOST, port, ssl=True)
