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
