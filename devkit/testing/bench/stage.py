"""What runs inside an Odoo shell, where ``env`` is the environment: one stage of `make bench`."""

from __future__ import annotations

import importlib
import inspect
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from devkit.testing.bench import hostile
from devkit.testing.bench.contest import Contest
from devkit.testing.bench.mails import MailBench
from devkit.testing.bench.records import Recipes, RecordBench
from devkit.testing.bench.reminders import ReminderBench
from devkit.testing.bench.scheduling import SchedulingBench
from devkit.testing.bench.world import API_LOGIN, PEER_LOGIN, World

_SCHEDULING = ("slots_few", "ranking", "assign", "confirm_told", "confirm_hundred")


def main(env: Any, name: str, out: str, rounds: int, only: str) -> None:
    """Run the stage ``name``; the database is spoilt for anything else.

    :param out: the file of the samples
    :param rounds: how often each work is measured
    :param only: words of which a row's name has one, see ``is_wanted``; empty for all rows
    """
    contest = Contest(env, Path(out), rounds, only=only)
    world = World(env)
    if name == "records":
        _run_records(contest, world, Path(out))
    else:
        _run_load(contest, world)


def _run_records(contest: Contest, world: World, out: Path) -> None:
    """Mails and records on nearly empty tables; leaves what the callers over RPC need."""
    env = contest.env
    world.set_up()
    MailBench(contest, world).run()
    kind = None
    if world.has("resource_booking"):
        # Who is booked in this stage is nobody of the next.
        users = env["res.users"].with_context(no_reset_password=True)
        kind = world.make_booking_type(
            users.create([{"name": f"B {n}", "login": f"bench_b{n}"} for n in range(3)])
        )
    recipes = Recipes(world, kind)
    RecordBench(contest, recipes).run()
    # Far from those above, which have their technicians booked.
    first = 100_000
    told = {
        "users": {login: _make_key(env, login) for login in (API_LOGIN, PEER_LOGIN)},
        "recipes": {
            contender: [model, [values(first + number) for number in range(12_000)]]
            for contender, (model, values) in recipes.get_all().items()
        },
        "monday": str(world.monday),
    }
    env.cr.commit()
    out.with_name("calls.json").write_text(json.dumps(told))


def _make_key(env: Any, login: str) -> list[Any]:
    """Id and API key of a user.

    Its hash is of one round. Odoo takes 6,000, which are 5 to 15 ms at each call of whatever
    addon: more than the floor itself, so that every addon would look like it.
    """
    user = env["res.users"].search([("login", "=", login)])
    keys = env["res.users.apikeys"].with_user(user).sudo()
    until = [datetime.now() + timedelta(hours=12)]
    has_end = "expiration_date" in inspect.signature(keys._generate).parameters  # noqa: SLF001
    key = keys._generate("rpc", login, *(until if has_end else []))  # noqa: SLF001
    hashes = importlib.import_module("passlib.hash")
    cheap = hashes.pbkdf2_sha512.using(rounds=1).hash(key)
    env.cr.execute("UPDATE res_users_apikeys SET key = %s WHERE user_id = %s", [cheap, user.id])
    return [user.id, key]


def _run_load(contest: Contest, world: World) -> None:
    """Jobs and times on tables with a past; then the mails that want to do harm."""
    if contest.wants("reminder"):
        reminders = ReminderBench(contest, world)
        reminders.fill()
        reminders.run()
    if any(map(contest.wants, _SCHEDULING)):
        SchedulingBench(contest, world, world.make_booking_type).run()
    if contest.wants("hostile"):
        hostile.run(contest.env)
