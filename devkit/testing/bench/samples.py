"""What was measured, and what follows from it: medians, spreads, ratios. No Odoo here."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

FLOOR = "floor"
OURS = "support_center"


@dataclass(frozen=True)
class Sample:
    """One measured unit of work.

    ``row`` names the work and ``contender`` who did it, in which of the interleaved rounds.
    ``seconds`` and ``queries`` are for each of the records that it is about. An ``error`` says
    why a contender could not do it; then the figures are nothing.
    """

    row: str
    contender: str
    round: int
    seconds: float = 0.0
    queries: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Spread:
    """The median, and the quarter and three quarters of what was measured."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True)
class Figure:
    """What one contender needed for one kind of work.

    ``ratio`` is to the floor of the same round, so that a busy moment of the machine counts for
    both; None where there is no floor, and for the floor itself.
    """

    seconds: Spread
    queries: float
    ratio: Spread | None


def write(path: Path, sample: Sample) -> None:
    """Add one to a file."""
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(sample)) + "\n")


def read(path: Path) -> list[Sample]:
    """All in a file, in the order of their measurement; none where there is no file."""
    if not path.exists():
        return []
    return [Sample(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def spread(values: Iterable[float]) -> Spread:
    """Median and quartiles; of one value, that value three times.

    :raises statistics.StatisticsError: of no value at all
    """
    found = sorted(values)
    if len(found) < 2:
        return Spread(median(found), found[0], found[-1])
    low, middle, high = quantiles(found, n=4, method="inclusive")
    return Spread(middle, low, high)


def summarize(samples: Iterable[Sample]) -> dict[str, dict[str, Figure]]:
    """Figures by row and contender; those who could not do it are left out."""
    grouped: dict[str, dict[str, dict[int, Sample]]] = defaultdict(lambda: defaultdict(dict))
    for sample in samples:
        if not sample.error:
            grouped[sample.row][sample.contender][sample.round] = sample
    return {
        row: {
            name: _figure(rounds, {} if name == FLOOR else contenders.get(FLOOR, {}))
            for name, rounds in contenders.items()
        }
        for row, contenders in grouped.items()
    }


def _figure(rounds: Mapping[int, Sample], floor: Mapping[int, Sample]) -> Figure:
    ratios = [
        sample.seconds / floor[number].seconds
        for number, sample in rounds.items()
        if number in floor and floor[number].seconds
    ]
    return Figure(
        spread(sample.seconds for sample in rounds.values()),
        median(sample.queries for sample in rounds.values()),
        spread(ratios) if ratios else None,
    )


def errors(samples: Iterable[Sample]) -> dict[tuple[str, str], str]:
    """By row and contender, why it could not be measured."""
    return {(each.row, each.contender): each.error for each in samples if each.error}
