"""The question whether a mail server answers."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from delivery.smtp_probe import probe

HOST = "127.0.0.1"


@contextmanager
def server(
    *answers: bytes, hang_up: bool = False, context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """A server that says these lines, one after each line it hears; its port."""
    with socket.create_server((HOST, 0)) as listening:

        def serve() -> None:
            connection, _address = listening.accept()
            if context:
                connection = context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as heard:
                for answer in answers:
                    connection.sendall(answer)
                    if (hang_up and not answer) or not heard.readline():
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
        ((b"554 caf\xe9\r\n",), "554 caf\ufffd"),
        ((b"000 what\r\n",), "0 what"),
        ((b"220 ready\r\n", b"421 too busy\r\n"), "421 too busy"),
        ((b"220 ready\r\n", b"400 not now\r\n"), "400 not now"),
        ((b"HTTP/1.1 400 Bad Request\r\n",), "it speaks no SMTP"),
    ],
)
def test_a_server_that_does_not_want(answers: tuple[bytes, ...], said: str) -> None:
    with server(*answers) as port:
        assert probe(HOST, port) == said


@pytest.mark.parametrize("answers", [(b"",), (b"220 ready\r\n", b"")])
def test_a_server_that_hangs_up(answers: tuple[bytes, ...]) -> None:
    with server(*answers, hang_up=True) as port:
        assert "closed" in probe(HOST, port).lower()


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


def test_an_encrypted_server_that_says_nothing_is_not_waited_for() -> None:
    with socket.create_server((HOST, 0)) as silent:
        port = int(silent.getsockname()[1])
        assert "timed out" in probe(HOST, port, ssl=True, seconds=0.2)


def test_encrypted_with_a_certificate_that_nobody_knows(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "other.example")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=timezone.utc))
        .not_valid_after(datetime(2021, 1, 1, tzinfo=timezone.utc))
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with server(b"220 ready\r\n", b"250 hello\r\n", b"221 bye\r\n", context=context) as port:
        assert probe(HOST, port, ssl=True) == ""


def test_five_seconds_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    waits = []

    def connect(_at: object, timeout: float, *_rest: object) -> None:
        waits.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", connect)
    assert [probe(HOST, 25), probe(HOST, 465, ssl=True)] == ["TimeoutError"] * 2
    assert waits == [5.0, 5.0]


def test_encrypted_where_it_is_not() -> None:
    with server(b"220 ready\r\n") as port:
        assert probe(HOST, port, ssl=True)
