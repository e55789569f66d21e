"""When a failed delivery is tried again."""

from datetime import datetime, timezone

import pytest
from delivery.backoff import (
    BRIEF_REST,
    CAP,
    JITTER,
    MAX_ATTEMPTS,
    SCHEDULE,
    read_retry_after,
    rest_after,
    wait_after,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=timezone.utc)


def test_the_schedule_of_the_specification():
    waits = [wait_after(number, chance=lambda: 0.0) for number in range(1, MAX_ATTEMPTS)]
    assert waits == list(SCHEDULE)
    assert waits[:3] == [5, 300, 1800]
    assert sum(SCHEDULE) == 75 * 3600 + 35 * 60 + 5
    assert wait_after(MAX_ATTEMPTS) is None
    assert wait_after(MAX_ATTEMPTS + 1, retry_after=5) is None


def test_no_failure_yet_counts_as_one():
    assert wait_after(0, chance=lambda: 0.0) == 5


def test_jitter_only_adds_and_the_cap_holds():
    assert wait_after(1, chance=lambda: 1.0) == 5 * (1 + JITTER) == 6
    assert wait_after(MAX_ATTEMPTS - 1, chance=lambda: 1.0) == CAP == 24 * 3600
    assert len({wait_after(4) for _number in range(20)}) > 1


def test_a_receiver_may_ask_for_a_longer_wait_within_the_cap():
    assert wait_after(1, retry_after=120) == 120
    assert wait_after(3, retry_after=1, chance=lambda: 0.0) == 1800
    assert wait_after(1, retry_after=10**9) == CAP


@pytest.mark.parametrize(
    ("status", "wait", "retry_after", "seconds"),
    [
        ("429", 5, 3600, 3600),
        ("502", 5, None, 5),
        ("503", 1800, None, BRIEF_REST),
        ("504", None, None, BRIEF_REST),
        ("503", 5, 10**9, CAP),
        ("503", 5, 0, 0),
        ("500", 5, 3600, None),
        ("410", None, 3600, None),
        ("", 5, None, None),
    ],
)
def test_a_receiver_that_has_too_much_to_do_is_left_alone(status, wait, retry_after, seconds):
    assert rest_after(status, wait, retry_after) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("9" * 50, CAP),
        ("Mon, 02 Mar 2026 08:01:00 GMT", 60),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0),
        ("Mon, 02 Mar 2099 07:00:00 GMT", CAP),
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Mon, 99 Foo", None),
        # A zone that is not told is taken for UTC.
        ("Mon, 02 Mar 2026 08:01:00 -0000", 60),
        ("Mon, 02 Mar 2026 09:01:00 +0100", 60),
        # Numbers that fit into no clock.
        ("Mon, 02 Mar 2026 08:01:00 +99999999999999999999", None),
        ("Mon, 02 Mar 99999999999999999999 08:01:00 GMT", None),
        ("Mon, 02 Mar 2026 99999999999999999999:00:00 GMT", None),
        ("Mon, 02 Mar 2026 08:01:00 +9999", None),
        ("\u0663", None),  # a digit, but not of ours
    ],
)
def test_retry_after(value, seconds):
    assert read_retry_after(value, NOW) == seconds


numbers = st.integers(0, 10**24).map(str)
dates = st.builds(
    "Mon, {} Mar {} {}:{}:00 {}{}".format,
    *(numbers, numbers, numbers, numbers, st.sampled_from("+-"), numbers),
)


@given(st.text() | numbers | dates)
def test_no_header_makes_it_stumble(value):
    seconds = read_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= CAP
