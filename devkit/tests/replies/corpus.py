"""The short replies of ``samples``, and how well they are understood.

All of them answer the same: on Monday 2 March 2026, ten in the morning, about a visit on Thursday
12 March, 14:00, in Berlin. ``development`` was looked at while the rules were made;
``held_out`` was written before them and read by them only when they were finished.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from intake import TimeReader
from replies import Context, Understood, read_short_reply

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 9, tzinfo=timezone.utc)
START = datetime(2026, 3, 12, 13, tzinfo=timezone.utc)
SAMPLES = Path(__file__).with_name("samples")
HALVES = ("development", "held_out")


@dataclass(frozen=True)
class Sample:
    """A reply and what a careful dispatcher would do about it without asking."""

    language: str
    kind: str
    value: str
    choices: int
    text: str

    def understand(self) -> Understood:
        return read(self.text, self.choices)

    def is_right(self, found: Understood) -> bool:
        value = ""
        if found.number:
            value = str(found.number)
        elif found.when:
            value = f"{found.when.astimezone(ZONE):%Y-%m-%dT%H:%M}"
        return (found.kind, value) == (self.kind, self.value)


@dataclass(frozen=True)
class Score:
    """Of replies: how many ask for something, how many were acted upon, and the wrong ones."""

    asking: int
    acted: int
    right: int
    wrong: tuple[tuple[Sample, Understood], ...]
    missed: tuple[tuple[Sample, Understood], ...]

    @property
    def precision(self) -> float:
        return self.right / self.acted

    @property
    def recall(self) -> float:
        return self.right / self.asking


def context(*, choices: int = 0, start: datetime | None = START) -> Context:
    return Context(TimeReader(NOW, ("Europe/Berlin", ZONE)), ZONE, start, choices)


@cache
def read(text: str, choices: int) -> Understood:
    return read_short_reply(text, context(choices=choices))


def load(*halves: str) -> list[Sample]:
    samples = []
    for half in halves or HALVES:
        for path in sorted((SAMPLES / half).glob("*.tsv")):
            for line in path.read_text(encoding="utf-8").splitlines():
                if line and not line.startswith("#"):
                    kind, value, choices, text = line.split("\t")
                    text = text.replace("\\n", "\n")
                    samples.append(Sample(path.stem, kind, value, int(choices), text))
    return samples


def score(samples: list[Sample]) -> Score:
    read = [(sample, sample.understand()) for sample in samples]
    acted = [(sample, found) for sample, found in read if found.kind != "unclear"]
    wrong = [(sample, found) for sample, found in acted if not sample.is_right(found)]
    missed = [
        (sample, found)
        for sample, found in read
        if sample.kind != "unclear" and found.kind == "unclear"
    ]
    kinds = Counter(sample.kind for sample in samples)
    asking = sum(kinds.values()) - kinds["unclear"]
    return Score(asking, len(acted), len(acted) - len(wrong), tuple(wrong), tuple(missed))
