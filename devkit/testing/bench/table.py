"""The table of `make bench` in Markdown, and its place in docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from devkit.testing.bench.samples import FLOOR, OURS, Figure, Spread
from devkit.ui import Problem

BEGIN, END = "<!-- bench {series} begin -->", "<!-- bench {series} end -->"
# Key and label, in the order of the table. Figures are for each record.
ROWS = {
    "mail_new_answered": "request by mail, new sender, answered",
    "mail_new": "request by mail, new sender, no answer",
    "mail_known_answered": "request by mail, known sender, answered",
    "mail_known": "request by mail, known sender, no answer",
    "create_one": "create one",
    "create_hundred": "create a hundred, each",
    "rpc_one": "create one over XML-RPC",
    "rpc_hundred": "create a hundred over XML-RPC, each",
    "reminder": "reminder queued with its file, each of 1,000",
    "reminder_again": "reminders again, nothing due",
    "slots": "free times of a week, 50 technicians",
    "slots_few": "free times of a week, 5 technicians",
    "ranking": "ranking of 50 technicians",
    "assign": "assignment among 50 technicians",
    "confirm_told": "confirm with technician, mails queued",
    "confirm": "confirm with technician, no mail",
    "confirm_hundred": "confirm a hundred with their mails, each",
}
CONTENDERS = {
    FLOOR: "floor",
    OURS: "Support Center",
    "crm.lead": "`crm.lead`",
    "calendar.event": "`calendar.event`",
    "helpdesk_mgmt": "`helpdesk_mgmt`",
    "resource_booking": "`resource_booking`",
}
NOTHING = "–"


def make_table(
    figures: Mapping[str, Mapping[str, Figure]], errors: Mapping[tuple[str, str], str]
) -> list[str]:
    """Lines of a table with a row for each work that was measured."""
    lines = [_line(["work", *CONTENDERS.values()]), _line(["---"] * (len(CONTENDERS) + 1))]
    for row, label in ROWS.items():
        found = figures.get(row)
        if not found:
            continue
        cells = [
            "failed" if (row, name) in errors and name not in found else show(found.get(name))
            for name in CONTENDERS
        ]
        lines.append(_line([label, *cells]))
    return lines


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def show(figure: Figure | None) -> str:
    """A cell: the ratio to the floor where there is one, else milliseconds; then the queries."""
    if not figure:
        return NOTHING
    queries = f"{show_number(figure.queries)} q"
    if figure.ratio:
        return f"{show_spread(figure.ratio, '×')}, {queries}"
    seconds = figure.seconds
    milliseconds = Spread(*(part * 1000 for part in (seconds.middle, seconds.low, seconds.high)))
    return f"{show_spread(milliseconds, 'ms')}, {queries}"


def show_spread(spread: Spread, unit: str) -> str:
    """The median with its unit, and the quartiles in brackets."""
    low, high = show_number(spread.low), show_number(spread.high)
    return f"{show_number(spread.middle)} {unit} ({low}–{high})"


def show_number(value: float) -> str:
    """Two significant digits, or all of those before the point."""
    if value >= 9.95 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.95 else f"{value:.2f}"


def insert(text: str, series: str, lines: Sequence[str]) -> str:
    """A document with ``lines`` between the two markers of ``series``.

    :raises Problem: where one is missing
    """
    begin, end = (marker.format(series=series) for marker in (BEGIN, END))
    before, found, rest = text.partition(begin)
    _old, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise Problem(f"the document has no {begin} with {end} after it", "put the two lines in")
    return "\n".join([before + begin, "", *lines, "", end + after])
