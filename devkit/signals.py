"""Requests to end, turned into an exception that runs through every ``finally``."""

from __future__ import annotations

import signal
from types import FrameType

from devkit.ui import Stopped

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def catch() -> None:
    """Let a request to end take the same orderly way out as an error."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in _NUMBERS:
        # Under nohup a hang-up is ignored, and has to stay so.
        if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGTERM:
            signal.signal(number, stop)


def ignore() -> None:
    """From here on nothing may come between us and the orderly end."""
    for number in _NUMBERS:
        signal.signal(number, signal.SIG_IGN)
