"""Records made by the ORM, one and a hundred at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from devkit.testing.bench.contest import Contender, Contest
from devkit.testing.bench.floor_addon import MODEL as FLOOR_MODEL
from devkit.testing.bench.samples import FLOOR, OURS
from devkit.testing.bench.world import World

HUNDRED = 100
# A hundred bookings take ten seconds, so there are few of these rounds.
FEW_ROUNDS = 3
# Nobody is told of what is made: drafts of ours tell nobody either.
QUIET = {"no_mail_to_attendees": True}
Values = Callable[[int], dict[str, Any]]


class Recipes:
    """Model and values of a record of each contender: a customer, a time, a title."""

    def __init__(self, world: World, kind: Any = None) -> None:
        self._partner_ids = world.get_partners().ids
        self._start = world.monday
        self._team_id = world.get_team().id if world.has("helpdesk_mgmt") else False
        self._type_id = kind.id if kind else False

    def get_all(self) -> Mapping[str, tuple[str, Values]]:
        """Model and function from a number to values, by contender."""
        found: dict[str, tuple[str, Values]] = {
            FLOOR: (FLOOR_MODEL, self._get_bare),
            OURS: ("support.appointment", self._get_ours),
            "crm.lead": ("crm.lead", self._get_titled),
            "calendar.event": ("calendar.event", self._get_event),
        }
        if self._team_id:
            found["helpdesk_mgmt"] = ("helpdesk.ticket", self._get_ticket)
        if self._type_id:
            found["resource_booking"] = ("resource.booking", self._get_booking)
        return found

    def get_start(self, number: int) -> Any:
        """An hour of its own in the working hours of this week or a later one, for decades."""
        weeks, rest = divmod(number, 5 * 8)
        days, hours = divmod(rest, 8)
        return self._start + timedelta(
            weeks=weeks, days=days, hours=hours + (8 if hours < 4 else 9)
        )

    def _get_partner(self, number: int) -> int:
        return int(self._partner_ids[number % len(self._partner_ids)])

    def _get_ours(self, number: int) -> dict[str, Any]:
        return {"partner_id": self._get_partner(number), "start": str(self.get_start(number))}

    def _get_bare(self, number: int) -> dict[str, Any]:
        return {"name": f"Visit {number}", **self._get_ours(number)}

    def _get_titled(self, number: int) -> dict[str, Any]:
        return {"name": f"Visit {number}", "partner_id": self._get_partner(number)}

    def _get_ticket(self, number: int) -> dict[str, Any]:
        return {
            **self._get_titled(number),
            "description": "The network is slow",
            "team_id": self._team_id,
        }

    def _get_event(self, number: int) -> dict[str, Any]:
        start = self.get_start(number)
        stop = start + timedelta(hours=1)
        return {
            "name": f"Visit {number}",
            "start": str(start),
            "stop": str(stop),
            "partner_ids": [(6, 0, [self._get_partner(number)])],
        }

    def _get_booking(self, number: int) -> dict[str, Any]:
        return {
            "type_id": self._type_id,
            "partner_ids": [(6, 0, [self._get_partner(number)])],
            "start": str(self.get_start(number)),
        }


class RecordBench:
    """``create`` with one and with a hundred dicts of values."""

    def __init__(self, contest: Contest, recipes: Recipes) -> None:
        self.contest = contest
        self.recipes = recipes

    def run(self) -> None:
        """One, then a hundred."""
        for row, count in (("create_one", 1), ("create_hundred", HUNDRED)):
            contenders = {}
            for name, (model, values) in self.recipes.get_all().items():
                is_slow = count > 1 and name == "resource_booking"
                contenders[name] = Contender(
                    partial(_prepare, model, values, count), count, FEW_ROUNDS if is_slow else None
                )
            rounds = max(self.contest.rounds // 3, 1) if count > 1 else None
            self.contest.run(row, contenders, rounds=rounds)


def _prepare(model: str, values: Values, count: int, env: Any, number: int) -> Callable[[], object]:
    vals_list = [values(number * count + position) for position in range(count)]
    return partial(env[model].with_context(**QUIET).create, vals_list)
