"""`make bench GROWTH=1`: what grows when a database does."""

from __future__ import annotations

import json
import math
import os
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devkit.db.instance import Instance
from devkit.paths import REPO, state
from devkit.testing.growth.kinds import parse_sizes
from devkit.testing.measuring import run_in_shell
from devkit.ui import Problem, say

_SCRIPT = """
import sys
sys.path.insert(0, {repo!r})
from devkit.testing.growth import work
work.main(env, {size}, {words!r}, {out!r})
"""
# What the logarithm of a table's rows explains, with room for the noise of a busy machine; and
# below how many milliseconds more nobody notices, of one thing and of each of many.
_NOISE, _UNNOTICED, _UNNOTICED_EACH = 1.5, 10.0, 1.0


@dataclass(frozen=True)
class Cost:
    """What a piece of work took, as medians.

    :param float milliseconds: of the processor
    :param float queries: of SQL
    :param float passed: milliseconds until it was done
    """

    milliseconds: float
    queries: float
    passed: float = 0.0


Figures = Mapping[int, Mapping[str, Cost]]


def growth(inst: Instance, sizes: str, words: Sequence[str], log: Path, *, keep: bool) -> None:
    """Fill a database to each size and measure; prints as it goes.

    :param sizes: as ``parse_sizes`` takes them
    :param words: measure only work whose name has one of them; all where there are none;
        ``--write`` puts the figures into docs/sizing.md
    :param keep: leave the database, and go on with one that was left
    """
    try:
        wanted = parse_sizes(sizes)
    except ValueError as error:
        raise Problem(f"SIZES={sizes}: {error}", "SIZES=10000,100000,1000000") from error
    asked = [word for word in words if word != "--write"]
    if asked and len(asked) < len(words):
        raise Problem("--write is for the whole table", f"leave out {' '.join(asked)}, or --write")
    folder = state() / "growth"
    folder.mkdir(parents=True, exist_ok=True)
    # Each series has its own, since they are kept.
    name = f"sc_growth_{inst.tree.series.partition('.')[0]}"
    is_left = keep and inst.exists(name)
    try:
        if not is_left:
            inst.drop(name)
        inst.install_addon(name, "-u" if is_left else "-i", demo=False, log=log)
        results: dict[int, Any] = {}
        for size in wanted:
            out = folder / f"{size}.json"
            given = {"repo": str(REPO), "size": size, "words": asked, "out": str(out)}
            run_in_shell(inst, name, _SCRIPT.format(**given), log)
            found = json.loads(out.read_text(encoding="utf-8"))
            results[int(found["size"])] = found
    finally:
        if not keep:
            inst.drop(name)
    text = f"{describe(inst)}\n\n{show(results)}"
    say(text)
    if "--write" in words:
        say(f"Written to {_write(text, inst.tree.series).relative_to(REPO)}.")


def describe(inst: Instance) -> str:
    """The machine and the versions, in one line."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    models = {line.partition(": ")[2] for line in lines if line.startswith("model name")}
    parts = [
        f"Odoo {inst.tree.series}",
        inst.server.label if inst.server.is_ours else "PostgreSQL elsewhere",
        f"{', '.join(sorted(models)) or platform.machine()}, {os.cpu_count()} cores",
    ]
    if hasattr(os, "sysconf"):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        parts.append(f"{memory / 2**30:.0f} GB of memory")
    return f"{'; '.join(parts)}; {time.strftime('%-d %B %Y')}."


def _write(text: str, series: str) -> Path:
    """Put the figures where docs/sizing.md has those of a series."""
    path = REPO / "docs" / "sizing.md"
    old = path.read_text(encoding="utf-8")
    begin, end = (f"<!-- growth {series} {word} -->" for word in ("begin", "end"))
    before, _begin, rest = old.partition(begin)
    _figures, _end, after = rest.partition(end)
    if not _end:
        raise Problem(f"{path} has no {begin} and {end}", "put them where the figures belong")
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
    return path


# ------------------------------------------------------------------
# What is shown
# ------------------------------------------------------------------


def show(results: Mapping[int, Mapping[str, Any]]) -> str:
    """The table and the lists, as Markdown.

    :param results: by size what ``work.main`` wrote
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
            *bytes_table({size: found["bytes"] for size, found in results.items()}),
            "",
            *capacity_lines(figures),
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
        unnoticed = _UNNOTICED_EACH if ", each" in name else _UNNOTICED
        grows = is_growing(first, first_size, last, last_size, unnoticed)
        lines.append(
            _line(
                [
                    name,
                    *("" if cost is None else _round(cost.milliseconds) for cost in costs),
                    _span([cost.queries for _size, cost in known]),
                    f"{last.milliseconds / max(first.milliseconds, 0.01):.1f} ×"
                    if len(known) > 1
                    else "",
                    "**grows**" if grows else "",
                ]
            )
        )
    return lines


def is_growing(
    first: Cost, first_size: int, last: Cost, last_size: int, unnoticed: float = _UNNOTICED
) -> bool:
    """Whether work takes longer by more than the logarithm of the size, beyond the noise.

    More queries count too: they are exact.
    """
    if last.queries > first.queries * 1.2 + 2:
        return True
    allowed = first.milliseconds * _NOISE * math.log(last_size) / math.log(first_size)
    return last.milliseconds > allowed + unnoticed


def bytes_table(sizes: Mapping[int, Mapping[str, Mapping[str, int]]]) -> list[str]:
    """The lines of a Markdown table: bytes of an appointment in each table and its indexes.

    :param sizes: by number of appointments and table ``table``, ``indexes`` and ``rows``; the
        difference of the two greatest tells, or what the only one has
    """
    greatest = sorted(sizes)[-2:]
    last = sizes[greatest[-1]]
    before = sizes[greatest[0]] if len(greatest) > 1 else {}
    more = greatest[-1] - (greatest[0] if before else 0)
    grown = {
        name: [
            (figure - before.get(name, {}).get(kind, 0)) / more
            for kind, figure in last[name].items()
        ]
        for name in last
    }
    shown = {name: figures for name, figures in grown.items() if figures[0] + figures[1] >= 1}
    lines = [_line(["bytes of an appointment", "table", "indexes", "rows"])]
    lines.append(_line(["---", "---:", "---:", "---:"]))
    for name, (table_bytes, index_bytes, rows) in sorted(
        shown.items(), key=lambda item: -item[1][0] - item[1][1]
    ):
        lines.append(_line([name, f"{table_bytes:,.0f}", f"{index_bytes:,.0f}", f"{rows:.2f}"]))
    sums = [sum(figures[column] for figures in shown.values()) for column in (0, 1)]
    lines.append(_line(["in all", *(f"{each:,.0f}" for each in sums), ""]))
    return lines


# What a visit that takes place costs: pieces of work, and how often each is done.
LIFE = {
    "mail, known sender": 1,
    "confirm": 1,
    "reminders, each": 1,
    # The answer, the confirmation, the technician's notice and the reminder.
    "sending of mails, each": 4,
    "start": 1,
    "done": 1,
    "webhooks, each": 3,
    "cleanup, each": 1,
}
CORES, LOAD = 2, 0.5


def capacity_lines(figures: Figures) -> list[str]:
    """The lines of a Markdown table: what a whole life costs, and how many a day there may be."""
    lines = [_line(["size", "a life, ms", f"lives a day, {CORES} cores at {LOAD:.0%}"])]
    lines.append(_line(["---", "---:", "---:"]))
    for size in sorted(figures):
        life = get_life(figures[size])
        if life:
            day = 86_400_000 * CORES * LOAD / life
            lines.append(_line([short(size), _round(life), f"{day:,.0f}"]))
    return lines if len(lines) > 2 else []


def get_life(costs: Mapping[str, Cost]) -> float | None:
    """The milliseconds of a visit's whole life; None where a part of it was not measured."""
    total = 0.0
    for beginning, times in LIFE.items():
        found = [cost for name, cost in costs.items() if name.startswith(beginning)]
        if not found:
            return None
        total += found[0].milliseconds * times
    return total


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
