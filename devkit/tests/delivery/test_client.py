"""The client against a real receiver, with the versions of requests that Odoo brings."""

import gc
import socket
import threading
import time
import warnings
from contextlib import contextmanager

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
    assert (answer.code, answer.params) == ("private_address", {"address": "127.0.0.1"})
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


def test_a_tls_handshake_that_outlasts_all_patience():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        assert _post(url, limits=Limits(connect=5, read=3600, total=0.1)).code == "timeout"


def test_a_message_that_is_no_text():
    answer = post("http://127.0.0.1:9/", '"\ud800"', {}, guard=OPEN)
    assert (answer.code, answer.params) == ("connection", {"error": "UnicodeEncodeError"})


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


# ----------------------------------------------------------------------
# What is sent, and within which limits
# ----------------------------------------------------------------------


def test_what_a_receiver_is_told_of_the_message():
    with receiving(status(200)) as receiver:
        answer = post(receiver.url, "{}", {"webhook-id": "msg_1"}, guard=OPEN)
    assert (answer.code, answer.params) == ("delivered", {"status": "200"})
    assert (answer.text, answer.retry_after) == ("", None)
    headers = receiver.requests[0][0]
    assert headers["User-Agent"] == "Support-Center-Webhooks/1.0"
    assert headers["Accept-Encoding"] == "identity"
    assert headers["Content-Length"] == "2"


def test_the_limits_unless_told_otherwise():
    assert Limits() == Limits(connect=5.0, read=15.0, total=25.0)


@contextmanager
def silence():
    """A behaviour that says its text and then nothing until the test has ended."""
    ended = threading.Event()

    def _say(text):
        def _behave(handler):
            handler.wfile.write(text)
            handler.wfile.flush()
            ended.wait(60)

        return _behave

    try:
        yield _say
    finally:
        ended.set()


def test_silence_ends_before_all_patience_does():
    with silence() as say, receiving(say(b"")) as receiver:
        answer = _post(receiver.url, limits=Limits(connect=5, read=0.2, total=3600))
    assert answer.code == "timeout"


def test_a_receiver_that_has_taken_it_need_not_say_more():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
    with silence() as say, receiving(say(head)) as receiver:
        assert _post(receiver.url, limits=Limits(connect=5, read=0.2, total=3600)).delivered


def test_nobody_answers_in_time(monkeypatch):
    waits = []

    def _connect(_at, timeout):
        waits.append(timeout)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", _connect)
    assert _post("http://127.0.0.1:9/", limits=Limits(connect=1.5)).code == "timeout"
    assert waits == [1.5]


def _all_patience_ends():
    """Wait until the clocks of the deliveries under way have run out."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            assert thread.daemon  # it keeps no process from ending
            thread.join()


def test_a_resolver_that_takes_longer_than_all_patience():
    def _resolve(_host, _port):
        _all_patience_ends()
        return ["127.0.0.1"]

    with receiving(status(200)) as receiver:
        guard = AddressGuard(allow_private=True, resolve=_resolve)
        assert _post(receiver.url, guard, Limits(5, 5, total=0.05)).code == "timeout"
    assert not receiver.requests


def test_a_connection_that_stands_too_late_is_hung_up_on(monkeypatch):
    connect, made = socket.create_connection, []

    def _connect(at, timeout):
        _all_patience_ends()
        made.append(connect(at, timeout))
        return made[0]

    with receiving(status(200)) as receiver:
        monkeypatch.setattr(socket, "create_connection", _connect)
        assert _post(receiver.url, limits=Limits(5, 5, total=0.05)).code == "timeout"
    assert not receiver.requests
    assert made[0].fileno() == -1


def test_a_hundred_addresses_do_not_take_a_hundred_times_as_long(monkeypatch):
    tried = []

    def _connect(at, timeout):
        tried.append(at)
        _all_patience_ends()
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", _connect)
    guard = AddressGuard(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"] * 100)
    answer = _post("http://hooks.example.com/", guard, Limits(5, 5, total=0.05))
    assert (answer.code, len(tried)) == ("timeout", 1)


@pytest.mark.parametrize("code", [200, 500])
def test_nothing_is_left_open(monkeypatch, code):
    connect, made = socket.create_connection, []

    def _connect(at, timeout):
        made.append(connect(at, timeout))
        assert made[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
        return made[0]

    with receiving(status(code)) as receiver:
        before = set(threading.enumerate())
        monkeypatch.setattr(socket, "create_connection", _connect)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert _post(receiver.url, limits=Limits(5, 5, total=3600)).params["status"] == str(
                code
            )
            gc.collect()
        timers = {t for t in threading.enumerate() if isinstance(t, threading.Timer)} - before
        for timer in timers:
            timer.join(5)
    assert [str(each.message) for each in caught if each.category is ResourceWarning] == []
    assert not any(timer.is_alive() for timer in timers)


# ----------------------------------------------------------------------
# Several addresses
# ----------------------------------------------------------------------


def test_the_next_address_is_tried_where_the_first_refuses():
    guard = AddressGuard(
        allow_private=True, resolve=lambda _host, _port: ["127.0.0.2", "127.0.0.1"]
    )
    with receiving(status(200)) as receiver:
        assert _post(receiver.url.replace("127.0.0.1", "hooks.example.com"), guard).delivered
    assert len(receiver.requests) == 1


def test_the_last_of_several_refusals_is_told(monkeypatch):
    errors = [TimeoutError(), ConnectionResetError()]

    def _connect(_at, _timeout):
        raise errors.pop(0)

    monkeypatch.setattr(socket, "create_connection", _connect)
    guard = AddressGuard(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"] * 2)
    answer = _post("http://hooks.example.com/", guard)
    assert (answer.code, answer.params) == ("connection", {"error": "ConnectionResetError"})


def test_a_name_that_nobody_knows():
    answer = _post("http://hooks.example.com/", AddressGuard(resolve=lambda _host, _port: []))
    assert (answer.code, answer.params) == ("unknown_host", {"host": "hooks.example.com"})


def test_a_private_address_is_refused_over_tls_too():
    answer = _post("https://127.0.0.1:9/", AddressGuard())
    assert (answer.code, answer.params) == ("private_address", {"address": "127.0.0.1"})


def test_what_goes_wrong_is_tried_once():
    asked = []

    def _resolve(host, _port):
        asked.append(host)
        return ["127.0.0.1"]

    with receiving(status(200)) as receiver:
        url = receiver.url.replace("http:", "https:")
        assert _post(url, AddressGuard(allow_private=True, resolve=_resolve)).code == "tls"
    assert len(asked) == 1


# ----------------------------------------------------------------------
# Answers
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "expected"),
    [(300, "redirect"), (399, "redirect"), (400, "http_status"), (409, "http_status")],
)
def test_the_ends_of_each_kind_of_status(code, expected):
    with receiving(status(code)) as receiver:
        answer = _post(receiver.url)
    assert (answer.code, answer.params) == (expected, {"status": str(code)})


@pytest.mark.parametrize("location", ["http://inner.example/", "http://[", "\\\\\\", "http://a:b"])
def test_a_redirect_is_told_with_its_words_wherever_it_leads(location):
    behave = status(302, ("Location", location), body=b"moved for good")
    with receiving(behave) as receiver:
        answer = _post(receiver.url)
    assert (answer.code, answer.text) == ("redirect", "moved for good")
    assert answer.params == {"status": "302"}


@pytest.mark.parametrize("code", [302, 500])
def test_of_an_endless_answer_only_the_start_is_read(code):
    head = f"HTTP/1.1 {code} So\r\nLocation: /on\r\nContent-Length: 10000000\r\n\r\n".encode()
    with silence() as say, receiving(say(head + b"x" * 2049)) as receiver:
        answer = _post(receiver.url, limits=Limits(5, 5, total=3600))
    assert answer.text == "x" * 2048


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        # urllib3 gives what has come or nothing, as its version has it.
        (b"Content-Length: 100", ("", "64  half")),
        (b"Transfer-Encoding: chunked", ("",)),
    ],
)
def test_a_truncated_answer_still_has_its_status(kind, texts):
    raw = b"HTTP/1.1 503 Later\r\nRetry-After: 7\r\n" + kind + b"\r\n\r\n64\r\nhalf"
    with receiving(lambda handler: handler.wfile.write(raw)) as receiver:
        answer = _post(receiver.url)
    assert (answer.code, answer.params) == ("http_status", {"status": "503"})
    assert answer.retry_after == 7
    assert answer.text in texts


@pytest.mark.parametrize(
    ("head", "code"),
    [(b"HTTP/1.1 2", "connection"), (b"HTTP/1.1 200 OK\r\nContent-Le", "delivered")],
)
def test_an_answer_that_ends_within_its_head(head, code):
    with receiving(lambda handler: handler.wfile.write(head)) as receiver:
        assert _post(receiver.url).code == code


def test_nothing_for_an_answer():
    with receiving(lambda _handler: None) as receiver:
        answer = _post(receiver.url)
    assert (answer.code, answer.params) == ("connection", {"error": "ConnectionError"})
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"  caf\xe9\t\xc3\xa9\r\n", "caf\ufffd é"),
        (b"\x00\x1b[31m", "[31m"),
        (b"", ""),
    ],
)
def test_words_of_an_answer_are_fit_to_be_shown(body, text):
    with receiving(status(500, body=body)) as receiver:
        assert _post(receiver.url).text == text


def test_nothing_is_unpacked():
    behave = status(500, ("Content-Encoding", "gzip"), body=b"not packed at all")
    with receiving(behave) as receiver:
        assert _post(receiver.url).text == "not packed at all"


@pytest.mark.parametrize("value", ["soon", "9" * 5000, "Mon, 02 Mar 2026 08:00:00 +9999999999999"])
def test_no_retry_after_makes_it_stumble(value):
    with receiving(status(503, ("Retry-After", value))) as receiver:
        answer = _post(receiver.url)
    assert (answer.code, answer.params) == ("http_status", {"status": "503"})
