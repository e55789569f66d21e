"""Sets of times: what a slow count of single minutes says."""

from datetime import datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from scheduling.intervals import covers, merge, overlaps, subtract

ORIGIN = datetime(2026, 3, 2, tzinfo=timezone.utc)


def at(minute):
    return ORIGIN + timedelta(minutes=minute)


pairs = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
    lambda pair: (at(min(pair)), at(max(pair)))
)
many = st.lists(pairs, max_size=8)


def minutes(intervals):
    return {m for m in range(61) if any(start <= at(m) < stop for start, stop in intervals)}


def assert_normal(intervals):
    for start, stop in intervals:
        assert start < stop
    for (_start, stop), (start, _stop) in pairwise(intervals):
        assert stop < start or stop == start


def test_what_is_empty_or_upside_down_is_dropped():
    for nothing in ((at(5), at(5)), (at(7), at(5))):
        assert merge([nothing]) == []
        assert merge([(at(1), at(2)), nothing, (at(8), at(9))]) == [
            (at(1), at(2)),
            (at(8), at(9)),
        ]


@given(many)
def test_merge_keeps_every_minute_and_nothing_touches(intervals):
    given_before = list(intervals)
    merged = merge(intervals)
    assert_normal(merged)
    assert minutes(merged) == minutes(intervals)
    assert all(one[1] < other[0] for one, other in pairwise(merged))
    assert intervals == given_before


@given(many, many)
def test_subtract_leaves_what_is_in_no_hole(intervals, holes):
    left = subtract(merge(intervals), merge(holes))
    assert_normal(left)
    assert minutes(left) == minutes(intervals) - minutes(holes)


@given(many, pairs)
def test_covers_means_every_minute(intervals, wanted):
    if wanted[0] < wanted[1]:
        assert covers(merge(intervals), wanted) == (minutes([wanted]) <= minutes(intervals))


@given(pairs, pairs)
def test_overlaps_means_a_shared_minute(one, other):
    if one[0] < one[1] and other[0] < other[1]:
        assert overlaps(one, other) == bool(minutes([one]) & minutes([other]))
