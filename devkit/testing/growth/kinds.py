"""What the appointments of `make bench GROWTH=1` are: how many of which kind, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TECHNICIANS = 200
# Over how many days back from now the history goes.
DAYS = 5 * 365
# How far ahead of a visit it was asked for.
LEAD_DAYS = 10
# The least number of contacts, and how many appointments one has in the long run.
LEAST_CONTACTS = 1_000
VISITS_OF_A_CONTACT = 10
# Of how many appointments one belongs to a ticket.
VISITS_BY_TICKET = 3


@dataclass(frozen=True)
class Kind:
    """One kind of appointment.

    :param int count: how many there are at every size; 0 for the kinds of the history
    :param int percent: its part of the history
    :param actions: what users did to it since its request came in by mail
    :param str moment: SQL for its start, or for the time that was asked for, out of ``number``,
        which counts from 0 within an open kind; empty for the history
    :param bool is_planned: whether it has a technician and a start
    :param bool is_unclear: whether its mail is one that somebody has to look at
    """

    name: str
    count: int = 0
    percent: int = 0
    actions: tuple[str, ...] = ()
    moment: str = ""
    is_planned: bool = True
    is_unclear: bool = False


_CONFIRMED = ("action_confirm",)
_STARTED = ("action_confirm", "action_start")
# One a technician in what SQL calls %(now)s, whole seconds of UTC.
_SOON = "%(now)s::timestamp + interval '20 hours'"
_AHEAD = """
    date_trunc('day', %(now)s::timestamp) + interval '1 day' * (2 + number / 400)
    + CASE WHEN mod(number / 200, 2) = 0 THEN interval '8 hours' ELSE interval '13 hours' END
"""
_ANY_DAY = (
    "date_trunc('day', %(now)s::timestamp) + interval '8 hours'"
    f" + interval '1 day' * (1 + mod(number, {LEAD_DAYS - 2}))"
)
KINDS = (
    Kind("soon", 200, actions=_CONFIRMED, moment=_SOON),
    Kind("confirmed", 1_800, actions=_CONFIRMED, moment=_AHEAD),
    Kind("late", 50, actions=_CONFIRMED, moment="%(now)s::timestamp - interval '26 hours'"),
    Kind("started", 50, actions=_STARTED, moment="%(now)s::timestamp - interval '30 minutes'"),
    Kind("accepted", 400, moment=_ANY_DAY, is_planned=False),
    Kind("wanted", 200, moment=_ANY_DAY, is_planned=False),
    Kind("review", 300, moment=_ANY_DAY, is_planned=False, is_unclear=True),
    Kind("done", percent=70, actions=(*_STARTED, "action_done")),
    Kind("cancelled", percent=15, actions=(*_CONFIRMED, "action_cancel")),
    Kind("missed", percent=10, actions=(*_CONFIRMED, "action_no_show")),
    Kind("refused", percent=5, actions=("action_cancel",), is_planned=False),
)
OPEN = sum(kind.count for kind in KINDS)


def contacts(size: int) -> int:
    """How many contacts there are beside so many appointments, and as many tickets."""
    return max(LEAST_CONTACTS, size // VISITS_OF_A_CONTACT) if size else 0


def prototype_sql(prototypes: Mapping[str, int]) -> str:
    """SQL that says of which prototype the appointment ``number`` is a copy.

    :param prototypes: the id of each kind's prototype by its name
    """
    cases, first, percent = [], 0, 0
    for kind in KINDS:
        if kind.count:
            first += kind.count
            cases.append(f"WHEN number < {first} THEN {prototypes[kind.name]}")
    for kind in KINDS:
        if kind.percent:
            percent += kind.percent
            # Times a prime, so that no kind goes with a technician or a contact.
            cases.append(f"WHEN mod(number * 37, 100) < {percent} THEN {prototypes[kind.name]}")
    return f"CASE {' '.join(cases)} END"


def moment_sql() -> str:
    """SQL for the start of the appointment ``number``; the history's are spread over ``DAYS``."""
    cases, first = [], 0
    for kind in KINDS:
        if kind.count:
            own = kind.moment.replace("number", f"(number - {first})")
            first += kind.count
            cases.append(f"WHEN number < {first} THEN {own}")
    # The golden ratio spreads any run of numbers evenly.
    part = "number * 0.6180339887498949 - floor(number * 0.6180339887498949)"
    past = (
        f"date_trunc('day', %(now)s::timestamp - interval '1 day' * (2 + {DAYS - 2} * ({part})))"
        " + interval '1 hour' * (8 + mod(number / 7, 9))"
    )
    return f"CASE {' '.join(cases)} ELSE {past} END"


def parse_sizes(text: str) -> list[int]:
    """The sizes that a user has asked for, smallest first.

    :param str text: like ``10000,100000``; empty for all three
    :raises ValueError: for a size that is none, or too small for what is open
    """
    sizes = sorted({int(part) for part in text.split(",") if part.strip()} or {*SIZES})
    if sizes[0] < 2 * OPEN:
        raise ValueError(f"{sizes[0]} is too small: {OPEN} of them are open at every size")
    return sizes


SIZES = (10_000, 100_000, 1_000_000)
