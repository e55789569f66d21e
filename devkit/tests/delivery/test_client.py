"""The client against a real receiver, with the versions of requests that Odoo brings."""

import socket
import threading
import time

import pytest
from delivery.address_guard import AddressGuard
from delivery.client import Limits, post

from .receiver import receiving, status

OPEN = AddressGuard(allow_private=True)
QUICK = Limits(connect=0.3, read=0.3, total=0.6)


def _post(url, guard=OPEN, limits=QUICK, headers=()):
    return post(url, '{"name":"Zoë"}', dict(headers), guard=guard, limits=limits)


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_delivered(code):
    with receiving(status(code)) as receiver:
        answer = _post(receiver.url, headers={"webhook-id": "msg_1"})
    assert answer.delivered
    ((headers, body),) = receiver.requests
    assert body == '{"name":"Zoë"}'
    assert headers["webhook-id"] == "msg_1"
    assert headers["Content-Type"] == "application/json"
    assert "Authorization" not in headers


@pytest.mark.parametrize(
    ("code", "expected"),
    [(400, "http_status"), (404, "http_status"), (410, "gone"), (500, "http_status")],
)
def test_refused(code, expected):
    with receiving(status(code, body=b"no\x00 <b>way</b>")) as receiver:
        answer = _post(receiver.url)
    assert (answer.code, answer.params["status"], answer.delivered) == (expected, str(code), False)
    assert answer.text == "no  <b>way</b>"


def test_retry_after():
    with receiving(status(503, ("Retry-After", "120"))) as receiver:
        assert _post(receiver.url).retry_after == 120


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(code):
    with receiving(status(200)) as inner, receiving(status(code, ("Location", inner.url))) as outer:
        answer = _post(outer.url)
    assert (answer.code, answer.delivered) == ("redirect", False)
    assert not inner.requests


def test_private_addresses_are_refused_before_anything_is_sent():
    with receiving(status(200)) as receiver:
        answer = _post(receiver.url, AddressGuard())
        assert (answer.code, answer.params["address"]) == ("private_address", "127.0.0.1")
        named = receiver.url.replace("127.0.0.1", "hooks.example.com")
        inward = AddressGuard(resolve=lambda _host, _port: ["127.0.0.1"])
        assert _post(named, inward).code == "private_address"
    assert not receiver.requests


def test_the_address_that_was_checked_is_the_one_connected_to():
    """A name that points elsewhere the second time is asked for once only."""
    asked = []

    def _resolve(host, _port):
        asked.append(host)
        return ["127.0.0.1"]

    with receiving(status(200)) as receiver:
        named = receiver.url.replace("127.0.0.1", "hooks.example.com")
        answer = _post(named, AddressGuard(allow_private=True, resolve=_resolve))
    assert answer.delivered
    assert asked == ["hooks.example.com"]
    assert receiver.requests[0][0]["Host"].startswith("hooks.example.com")


def test_whom_the_connection_has_led_to_is_looked_at(monkeypatch):
    """Should an address lead elsewhere than it says, nothing is sent there."""
    connect = socket.create_connection
    with receiving(status(200)) as receiver:
        port = int(receiver.url.split(":")[2].split("/")[0])
        monkeypatch.setattr(
            socket, "create_connection", lambda _at, timeout: connect(("127.0.0.1", port), timeout)
        )
        guard = AddressGuard(resolve=lambda _host, _port: ["8.8.8.8"])
        answer = _post("http://hooks.example.com/", guard)
    assert answer.code == "private_address"
    assert not receiver.requests


def test_proxies_of_the_environment_are_not_heeded(monkeypatch):
    with receiving(status(200)) as receiver, receiving(status(500)) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert _post(receiver.url).delivered
    assert not proxy.requests


def test_a_silent_receiver():
    with receiving(lambda _handler: time.sleep(1.2)) as receiver:
        assert _post(receiver.url).code == "timeout"


def test_a_receiver_that_says_a_little_all_the_time():
    def _drip(handler):
        try:
            for _number in range(20):
                handler.wfile.write(b"H")
                handler.wfile.flush()
                time.sleep(0.1)
        except OSError:
            return  # it has been hung up on

    with receiving(_drip) as receiver:
        started = time.monotonic()
        answer = _post(receiver.url)
    assert answer.code == "timeout"
    assert time.monotonic() - started < 4


def test_an_endless_answer_is_read_in_part():
    with receiving(status(500, body=b"x" * 1_000_000)) as receiver:
        answer = _post(receiver.url)
    assert (answer.code, answer.text) == ("http_status", "x" * 2048)


def test_nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    answer = _post(f"http://127.0.0.1:{port}/")
    assert (answer.code, answer.params["error"]) == ("connection", "ConnectionRefusedError")


def test_no_tls_where_it_should_be():
    with receiving(status(200)) as receiver:
        answer = _post(receiver.url.replace("http:", "https:"))
    assert answer.code == "tls"


def test_nonsense_for_an_answer():
    with receiving(lambda handler: handler.wfile.write(b"nonsense\r\n\r\n")) as receiver:
        assert _post(receiver.url).code == "connection"


@pytest.mark.parametrize("url", ["ftp://example.com/", "https://", "https://a:b@example.com/"])
def test_bad_urls(url):
    assert _post(url).code == "bad_url"


@pytest.mark.parametrize("host", ["a" * 300 + ".example", "ex_ample..com", "xn--\u00e4"])
def test_hosts_that_cannot_be(host):
    def _unknown(_host, _port):
        return []

    answer = _post(f"http://{host}/", AddressGuard(resolve=_unknown))
    assert answer.code in ("unknown_host", "connection")


def test_a_receiver_that_never_speaks_tls():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        answer = _post(f"https://127.0.0.1:{silent.getsockname()[1]}/")
    assert answer.code == "timeout"


def test_a_receiver_that_drips_into_a_tls_handshake():
    def _drip(listener):
        connection, _address = listener.accept()
        with connection:
            # The start of a long record that never comes to its end.
            connection.sendall(b"\x16\x03\x03\x40\x00")
            try:
                for _number in range(30):
                    connection.sendall(b"\x02")
                    time.sleep(0.1)
            except OSError:
                return  # it has been hung up on

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=_drip, args=(listener,), daemon=True)
        thread.start()
        started = time.monotonic()
        answer = _post(f"https://127.0.0.1:{listener.getsockname()[1]}/")
        assert answer.code == "timeout"
        assert time.monotonic() - started < 2.5
        thread.join()
