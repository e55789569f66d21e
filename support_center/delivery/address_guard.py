"""Keeps webhooks off the inner network.

An address is judged when it is about to be connected to, and once more when the connection
stands. So neither a name that points inwards gets by, nor one that changes between a check
and its use, nor one of the many ways to write 127.0.0.1.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from .faults import DeliveryFault

# Takes a host and a port; the addresses in the order in which they are to be tried.
Resolver = Callable[[str, int], Sequence[str]]

_NAT64 = ip_network("64:ff9b::/96")
# Not for us, though some version of ``ipaddress`` takes them for global.
_OTHERS = tuple(
    ip_network(text)
    for text in (
        "168.63.129.16/32",  # Azure's host: configuration and credentials of the machine
        "192.0.0.0/24",  # protocol assignments; Oracle Cloud's metadata
        "192.88.99.0/24",  # relays of 6to4
        "64:ff9b:1::/48",  # NAT64 of the local network
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
    )
)


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them.

    :raise DeliveryFault: ``unknown_host``
    """
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DeliveryFault("unknown_host", host=host) from None
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def check_url(url: str) -> None:
    """Refuse what is no plain address on the web.

    :raise DeliveryFault: ``bad_url`` with a ``reason``: ``scheme``, ``host``, ``port``,
        ``credentials`` or ``characters``
    """
    if any(character.isspace() or not character.isprintable() for character in url):
        raise DeliveryFault("bad_url", reason="characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DeliveryFault("bad_url", reason="port") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise DeliveryFault("bad_url", reason="scheme")
    if not parts.hostname:
        raise DeliveryFault("bad_url", reason="host")
    if port == 0:
        raise DeliveryFault("bad_url", reason="port")
    if "@" in parts.netloc:
        raise DeliveryFault("bad_url", reason="credentials")


def check_literal(url: str, guard: AddressGuard) -> None:
    """Refuse what can be told without asking anybody: an address in numbers, ``localhost``.

    :raise DeliveryFault: ``private_address``
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        guard.check("127.0.0.1")
        return
    try:
        ip_address(host)
    except ValueError:
        return
    guard.check(host)


def is_public(address: str) -> bool:
    """Whether an address belongs to a machine on the public internet."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return all(_is_global(each) for each in (found, *_embedded(found)))


def _embedded(address: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 address that a gateway would make of an IPv6 one."""
    if isinstance(address, IPv4Address):
        return ()
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address.sixtofour,) if address.sixtofour else ()


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address in _NAT64:
        return True  # the network of a gateway: what it leads to is judged by itself
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not (isinstance(address, IPv6Address) and address.is_site_local)
        and not any(address in network for network in _OTHERS)
    )


@dataclass(frozen=True)
class AddressGuard:
    """Decides which addresses may be connected to.

    ``allow_private`` lets everything pass; ``resolve`` is what asks for addresses.
    """

    allow_private: bool = False
    resolve: Resolver = resolve

    def check(self, address: str) -> None:
        """
        :raise DeliveryFault: ``private_address``
        """
        if not self.allow_private and not is_public(address):
            raise DeliveryFault("private_address", address=address)

    def find(self, host: str, port: int) -> Sequence[str]:
        """The addresses of ``host``, all of which may be connected to.

        :raise DeliveryFault: ``unknown_host``, or ``private_address`` if only one is
        """
        addresses = self.resolve(host.strip("[]"), port)
        if not addresses:
            raise DeliveryFault("unknown_host", host=host)
        for address in addresses:
            self.check(address)
        return addresses
