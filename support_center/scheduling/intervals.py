"""Sets of times as sorted lists of half-open pairs ``[start, stop)``.

Nothing here changes its arguments, and every result is sorted and without overlaps. Each
function runs in linear time, sorting aside.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

Interval = tuple[datetime, datetime]


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Join what overlaps or touches; drop what is empty."""
    merged: list[Interval] = []
    for start, stop in sorted(intervals):
        if start >= stop:
            continue
        if merged and start <= merged[-1][1]:
            if stop > merged[-1][1]:
                merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return merged


def subtract(intervals: list[Interval], holes: list[Interval]) -> list[Interval]:
    """What of ``intervals`` lies in none of ``holes``; both as ``merge`` returns them."""
    left: list[Interval] = []
    first = 0
    for start, stop in intervals:
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        position, since = first, start
        while position < len(holes) and holes[position][0] < stop:
            if since < holes[position][0]:
                left.append((since, holes[position][0]))
            since = max(since, holes[position][1])
            position += 1
        if since < stop:
            left.append((since, stop))
    return left


def covers(intervals: list[Interval], wanted: Interval) -> bool:
    """Whether one of the merged ``intervals`` holds the whole of ``wanted``."""
    return any(start <= wanted[0] and wanted[1] <= stop for start, stop in intervals)


def overlaps(one: Interval, other: Interval) -> bool:
    """Whether they share a moment; what merely touches does not."""
    return one[0] < other[1] and other[0] < one[1]
