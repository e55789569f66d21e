"""`make bench GROWTH=1`: what grows when a database does."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.db.instance import Instance
from devkit.paths import REPO, state
from devkit.testing.growth_kinds import parse_sizes
from devkit.ui import Problem, say

NAME = "sc_growth"
_SCRIPT = """
import sys
sys.path.insert(0, {repo!r})
from devkit.testing import growth_work
growth_work.main(env, {size}, {words!r}, {out!r})
"""
# What the logarithm of a table's rows explains, with room for the noise of a busy machine; and
# below how many milliseconds more nobody notices.
_NOISE, _UNNOTICED = 1.5, 10.0


@dataclass(frozen=True)
class Cost:
    """What a piece of work took: the median milliseconds, and the queries."""

    milliseconds: float
    queries: float


Figures = Mapping[int, Mapping[str, Cost]]


def growth(inst: Instance, sizes: str, words: Sequence[str], log: Path, *, keep: bool) -> None:
    """Fill a database to each size and measure; prints as it goes.

    :param sizes: as ``parse_sizes`` takes them
    :param words: measure only work whose name has one of them; all where there are none
    :param keep: leave the database, and go on with one that was left
    """
    try:
        wanted = parse_sizes(sizes)
    except ValueError as error:
        raise Problem(f"SIZES={sizes}: {error}", "SIZES=10000,100000,1000000") from error
    folder = state() / "growth"
    folder.mkdir(parents=True, exist_ok=True)
    is_left = keep and inst.exists(NAME)
    try:
        if not is_left:
            inst.drop(NAME)
        inst.install_addon(NAME, "-u" if is_left else "-i", demo=False, log=log)
        results = {}
        for size in wanted:
            out = folder / f"{size}.json"
            _run(inst, _SCRIPT.format(repo=str(REPO), size=size, words=list(words), out=str(out)), log)
            found = json.loads(out.read_text(encoding="utf-8"))
            results[int(found["size"])] = found
    finally:
        if not keep:
            inst.drop(NAME)
    say(show(results))


def _run(inst: Instance, script: str, log: Path) -> None:
    command = inst.command("shell", "-c", inst.config, "-d", NAME, "--no-http")
    with log.open("ab") as errors:
        done = subprocess.run(
            [str(part) for part in command],
            input=script,
            stderr=errors,
            text=True,
            env=inst.env,
            cwd=inst.folder,
            check=False,
        )
    if done.returncode:
        raise Problem("the measurement ended with an error", "see its log", log)


# ------------------------------------------------------------------
# What is shown
# ------------------------------------------------------------------


def show(results: Mapping[int, Mapping[str, Any]]) -> str:
    """The table and the lists, as Markdown.

    :param results: by size what ``growth_work.main`` wrote
    """
    figures = {
        size: {name: Cost(**cost) for name, cost in found["work"].items()}
        for size, found in results.items()
    }
    last = results[max(results)]
    return "\n".join(
        [
            *table(figures),
            "",
            *_show_list("Foreign keys of our tables without an index", last["unindexed"]),
            *_show_list("Indexes of our tables that nothing used", last["unused"]),
            *_show_list("Failed", [line for found in results.values() for line in found["failed"]]),
        ]
    )


def table(figures: Figures) -> list[str]:
    """The lines of a Markdown table: work, each size, queries, growth from first to last."""
    sizes = sorted(figures)
    names = list(dict.fromkeys(name for size in sizes for name in figures[size]))
    head = ["work, ms", *map(short, sizes), "queries", "growth", ""]
    lines = [_line(head), _line(["---", *["---:"] * (len(head) - 2), "---"])]
    for name in names:
        costs = [figures[size].get(name) for size in sizes]
        known = [(size, cost) for size, cost in zip(sizes, costs, strict=True) if cost]
        (first_size, first), (last_size, last) = known[0], known[-1]
        lines.append(
            _line(
                [
                    name,
                    *("" if cost is None else _round(cost.milliseconds) for cost in costs),
                    _span([cost.queries for _size, cost in known]),
                    f"{last.milliseconds / max(first.milliseconds, 0.01):.1f} ×",
                    "**grows**" if is_growing(first, first_size, last, last_size) else "",
                ]
            )
        )
    return lines


def is_growing(first: Cost, first_size: int, last: Cost, last_size: int) -> bool:
    """Whether work takes longer by more than the logarithm of the size, beyond the noise.

    More queries count too: they are exact.
    """
    if last.queries > first.queries * 1.2 + 2:
        return True
    allowed = first.milliseconds * _NOISE * math.log(last_size) / math.log(first_size)
    return last.milliseconds > allowed + _UNNOTICED


def short(size: int) -> str:
    """A size as people say it: ``10k``, ``1M``."""
    for unit, sign in ((1_000_000, "M"), (1_000, "k")):
        if size >= unit and size % (unit // 10) == 0:
            return f"{size / unit:g}{sign}"
    return str(size)


def _round(milliseconds: float) -> str:
    return f"{milliseconds:,.0f}" if milliseconds >= 10 else f"{milliseconds:.1f}"


def _span(queries: Sequence[float]) -> str:
    low, high = min(queries), max(queries)
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _show_list(title: str, lines: Sequence[str]) -> list[str]:
    return [f"{title}:", "", *(f"- {line}" for line in lines), ""] if lines else []
