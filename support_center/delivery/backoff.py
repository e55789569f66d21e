"""When a failed delivery is tried again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

MINUTE = 60
HOUR = 60 * MINUTE

# The example schedule of the Standard Webhooks specification 1.0.0, section "Deliverability
# and reliability": the seconds to wait after the first, second, … failed attempt.
SCHEDULE = (
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
MAX_ATTEMPTS = len(SCHEDULE) + 1
# No wait is longer, whatever a receiver asks for.
CAP = 24 * HOUR
# Statuses of a receiver that has too much to do: nothing at all is sent to it for a while.
THROTTLING = ("429", "502", "503", "504")
# For so many seconds at most, where it does not say for how long.
BRIEF_REST = 60
# Up to this part of the wait is added by chance, so that many failures do not return at once.
JITTER = 0.2


def wait_after(
    attempts: int,
    *,
    retry_after: float | None = None,
    chance: Callable[[], float] = random.random,
) -> float | None:
    """Seconds until the next attempt.

    :param attempts: how many have failed, one at least
    :param retry_after: seconds that the receiver asked for
    :param chance: gives numbers from 0 to 1
    :return: None once there is no further attempt
    """
    if attempts >= MAX_ATTEMPTS:
        return None
    wait = SCHEDULE[max(attempts, 1) - 1] * (1 + JITTER * chance())
    return min(max(wait, retry_after or 0.0), CAP)


def rest_after(status: str, wait: float | None, retry_after: float | None) -> float | None:
    """Seconds in which no message at all is sent to a receiver that has too much to do.

    :param status: of its answer
    :param wait: seconds until this message is tried again, None if it is not
    :param retry_after: seconds that the receiver asked for
    :return: None where the answer says nothing about other messages
    """
    if status not in THROTTLING:
        return None
    if retry_after is not None:
        return min(retry_after, CAP)
    return min(BRIEF_REST if wait is None else wait, BRIEF_REST)


def read_retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a ``Retry-After`` header asks for: a number or an HTTP date.

    :param now: aware
    :return: None where it says nothing that can be read
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:12]), CAP))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return min(max((moment - now).total_seconds(), 0.0), float(CAP))
