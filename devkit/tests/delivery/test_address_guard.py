"""Which addresses a webhook may go to."""

import socket

import pytest
from delivery.address_guard import AddressGuard, check_literal, check_url, is_public, resolve
from delivery.faults import DeliveryFault


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.216.34",
        "2606:4700:4700::1111",
        "2a00:1450:4001:80b::200e",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
    ],
)
def test_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104, nobody listens here
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:8.8.8.8",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "ff0e::1",
        "4000::1",
        "2002:e000:1::1",
        "2001:db8::1",
        "2001::1",
        "3fff::1",
        "5f00::1",
        "64:ff9b::127.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::8.8.8.8",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "100::1",
        "",
        "localhost",
        "127.1",
        "0x7f000001",
        "2130706433",
    ],
)
def test_not_public(address):
    assert not is_public(address)
    with pytest.raises(DeliveryFault) as caught:
        AddressGuard().check(address)
    assert caught.value.code == "private_address"


def _find(*addresses, allow_private=False):
    guard = AddressGuard(allow_private, lambda _host, _port: addresses)
    return guard.find("hooks.example.com", 443)


def test_all_addresses_of_an_answer_count():
    assert _find("8.8.8.8", "2606:4700:4700::1111") == ("8.8.8.8", "2606:4700:4700::1111")
    for addresses in (("10.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::1", "8.8.8.8")):
        with pytest.raises(DeliveryFault) as caught:
            _find(*addresses)
        assert caught.value.code == "private_address"
    assert _find("10.0.0.1", allow_private=True) == ("10.0.0.1",)
    with pytest.raises(DeliveryFault) as caught:
        _find()
    assert caught.value.code == "unknown_host"
    assert caught.value.params == {"host": "hooks.example.com"}


def test_a_resolver_is_asked_for_the_host_without_brackets():
    asked = []

    def _resolve(host, port):
        asked.append((host, port))
        return ["2606:4700:4700::1111"]

    guard = AddressGuard(resolve=_resolve)
    assert guard.find("[2606:4700:4700::1111]", 8443) == ["2606:4700:4700::1111"]
    assert asked == [("2606:4700:4700::1111", 8443)]


def test_the_systems_answer_each_address_once_in_its_order(monkeypatch):
    def _answer(host, port, **_options):
        assert (host, port) == ("hooks.example.com", 443)
        kinds = (socket.SOCK_STREAM, socket.SOCK_DGRAM)
        return [(2, kind, 0, "", (at, port)) for at in ("8.8.8.8", "1.1.1.1") for kind in kinds]

    monkeypatch.setattr(socket, "getaddrinfo", _answer)
    assert resolve("hooks.example.com", 443) == ["8.8.8.8", "1.1.1.1"]
    assert AddressGuard().find("hooks.example.com", 443) == ["8.8.8.8", "1.1.1.1"]


@pytest.mark.parametrize(
    "error", [socket.gaierror(socket.EAI_AGAIN, "try again"), OSError("no network")]
)
def test_a_resolver_that_fails(monkeypatch, error):
    def _fail(*_arguments, **_options):
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", _fail)
    with pytest.raises(DeliveryFault) as caught:
        AddressGuard().find("hooks.example.com", 443)
    assert (caught.value.code, caught.value.params) == (
        "unknown_host",
        {"host": "hooks.example.com"},
    )


def test_a_host_that_no_resolver_can_be_asked_for():
    host = "a" * 70 + ".example"
    with pytest.raises(DeliveryFault) as caught:
        resolve(host, 443)
    assert (caught.value.code, caught.value.params) == ("unknown_host", {"host": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1", "0x7f000001", "2130706433", "[::1]"])
def test_ways_to_write_this_machine(host):
    """The system's resolver makes an address of each of them, or knows none."""
    with pytest.raises(DeliveryFault) as caught:
        AddressGuard().find(host, 80)
    assert caught.value.code in ("private_address", "unknown_host")


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.com/in?token=1",
        "http://hooks.example.com:8080",
        "HTTPS://Example.com/",
        "http://[2606:4700:4700::1111]/x",
    ],
)
def test_good_urls(url):
    check_url(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "scheme"),
        ("hooks.example.com/in", "scheme"),
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://example.com/", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("https://", "host"),
        ("https:///path", "host"),
        ("https://user:secret@example.com/", "credentials"),
        ("https://example.com:99999/", "port"),
        ("https://example.com:0/", "port"),
        ("https://example.com:port/", "port"),
        ("https://[::1/", "port"),
        ("https://example.com/a b", "characters"),
        ("https://example.com/\r\nHost: inner", "characters"),
        (" https://example.com/", "characters"),
    ],
)
def test_bad_urls(url, reason):
    with pytest.raises(DeliveryFault) as caught:
        check_url(url)
    assert (caught.value.code, caught.value.params["reason"]) == ("bad_url", reason)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]:8080/",
        "https://localhost/x",
        "https://printer.localhost./x",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_addresses_that_are_private_by_their_look(url):
    with pytest.raises(DeliveryFault) as caught:
        check_literal(url, AddressGuard())
    host = url.split("/")[2].rpartition(":8080")[0] or url.split("/")[2]
    address = "127.0.0.1" if "localhost" in host else host.strip("[]")
    assert (caught.value.code, caught.value.params) == ("private_address", {"address": address})
    check_literal(url, AddressGuard(allow_private=True))


@pytest.mark.parametrize("url", ["https://8.8.8.8/", "https://hooks.example.com/", "https:///x"])
def test_addresses_that_may_be_public(url):
    check_literal(url, AddressGuard())
