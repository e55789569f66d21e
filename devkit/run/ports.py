"""The network ports that the servers take, each with the variable that moves it."""

from __future__ import annotations

import os
import random
import socket
from dataclasses import dataclass
from itertools import islice

from devkit.ui import Problem

HOST = "127.0.0.1"
# Below those that a system gives to outgoing connections, of which one could take a port between
# its choice and the server's start.
_FOR_TESTS = range(20000, 30000)


@dataclass(frozen=True)
class Ports:
    """Where each server listens on this machine."""

    http: int
    smtp: int
    catch: int
    mail: int


_DEFAULTS = {
    "http": ("SC_HTTP_PORT", 8069, "Odoo"),
    "smtp": ("SC_SMTP_PORT", 2525, "incoming mail"),
    "catch": ("SC_CATCH_PORT", 2526, "the catcher of outgoing mail"),
    "mail": ("SC_MAIL_PORT", 8025, "the page with outgoing mail"),
}


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def chosen() -> Ports:
    """The ports of ``make run``.

    :raises Problem: for one that is no number or taken, with the variable that changes it.
    """
    picked: dict[str, int] = {}
    for name, (variable, default, purpose) in _DEFAULTS.items():
        text = os.environ.get(variable) or str(default)
        if not text.isdigit() or not 0 < int(text) < 65536:
            raise Problem(f"{variable}={text} is no port", f"for example {variable}={default}")
        port = int(text)
        if port in picked.values():
            raise Problem(f"port {port} is given twice", f"set {variable} to another one")
        if not is_free(port):
            raise Problem(
                f"port {port} for {purpose} is taken by another program",
                f"end that program, or take another port: {variable}={port + 10} make run",
            )
        picked[name] = port
    return Ports(**picked)


def free() -> Ports:
    """Four ports that nobody uses now, for servers of a test."""
    shuffled = random.SystemRandom().sample(_FOR_TESTS, len(_FOR_TESTS))
    return Ports(*islice(filter(is_free, shuffled), len(_DEFAULTS)))
