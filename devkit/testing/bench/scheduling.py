"""Free times, who should go, and confirming: fifty technicians with 5,000 visits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta, timezone
from functools import partial
from typing import Any

from devkit.testing.bench.contest import Contender, Contest
from devkit.testing.bench.floor_addon import MODEL as FLOOR_MODEL
from devkit.testing.bench.records import HUNDRED
from devkit.testing.bench.samples import FLOOR, OURS
from devkit.testing.bench.world import TECHNICIANS, World

# Two visits a day each, on all days of ten weeks: at 8:00 and 13:00 UTC.
VISITS = 5_000
_HOURS = ((8, 12), (13, 17))

_FILL = """
    INSERT INTO support_appointment (
        name, company_id, partner_id, customer_name, priority, duration, state, source,
        intake_state, attendance, send_confirmation_email, send_reminder_email, active,
        technician_id, start, stop, busy_start, busy_stop, ics_uid, access_token, create_uid,
        create_date)
    SELECT 'SLOT/' || number, %(company)s, %(partner)s, 'C', '1', 1, 'confirmed', 'manual',
           'none', 'unknown', FALSE, FALSE, TRUE,
           (%(technicians)s::int[])[1 + number %% %(people)s],
           moment, moment + interval '1 hour', moment, moment + interval '1 hour',
           gen_random_uuid(), gen_random_uuid(), 1, %(monday)s
      FROM (SELECT number, %(monday)s + (number / (2 * %(people)s)) * interval '1 day'
                   + CASE WHEN number / %(people)s %% 2 = 0 THEN interval '8 hours'
                          ELSE interval '13 hours' END AS moment
              FROM generate_series(0, %(count)s - 1) AS number) AS numbered
"""
# Working hours, which are given, less the busy times of each.
_FREE = """
    SELECT technician.id, %(hours)s::tsmultirange - COALESCE(
               range_agg(tsrange(visit.busy_start, visit.busy_stop)), '{}'::tsmultirange)
      FROM support_technician AS technician
      LEFT JOIN support_appointment AS visit ON visit.technician_id = technician.id
           AND visit.active AND visit.state IN ('confirmed', 'in_progress', 'done')
           AND visit.busy_start < %(stop)s AND visit.busy_stop > %(start)s
           AND visit.busy_start > %(start)s - interval '1 day'
     WHERE technician.id = ANY(%(technicians)s)
     GROUP BY technician.id
"""


class SchedulingBench:
    """Everything about times, with the technicians of ``World.make_crew``."""

    def __init__(self, contest: Contest, world: World, kind: Any) -> None:
        self.contest = contest
        self.env = contest.env
        self.monday = world.monday
        self.week = world.monday, world.monday + timedelta(days=7)
        self.partner = world.get_partners()[0]
        self.crew_ids = world.make_crew().ids
        self.kind = (
            kind(self._get_crew(self.env).user_id) if world.has("resource_booking") else None
        )
        self._fill()

    def _get_crew(self, env: Any) -> Any:
        return env["support.technician"].browse(self.crew_ids)

    def _fill(self) -> None:
        env = self.env
        params = {
            "company": env.company.id,
            "partner": self.partner.id,
            "technicians": self.crew_ids,
            "people": TECHNICIANS,
            "count": VISITS,
            "monday": self.monday,
        }
        env.cr.execute(_FILL, params)
        if self.kind:
            self._fill_calendar()
        env.cr.commit()
        env.cr.execute("ANALYZE")
        env.cr.commit()

    def _fill_calendar(self) -> None:
        """The same visits of that week as entries of the calendar, where the peer looks.

        The last technician has none on Monday: only they could be booked at 8:00 then.
        """
        events = self.env["calendar.event"].with_context(no_mail_to_attendees=True)
        users = self._get_crew(self.env).user_id
        events.create(
            [
                {
                    "name": "Slot",
                    "start": self.monday + timedelta(days=day, hours=hour),
                    "stop": self.monday + timedelta(days=day, hours=hour + 1),
                    "user_id": user.id,
                    "partner_ids": [(6, 0, user.partner_id.ids)],
                }
                for user in users
                for day in range(5)
                for hour in (8, 13)
                if day or user != users[-1]
            ]
        )

    def run(self) -> None:
        """All of them; what changes something takes records of its own each time."""
        self._run_slots()
        self._run_ranking()
        self._run_confirm()

    # Free times

    def _run_slots(self) -> None:
        contenders = {
            FLOOR: Contender(self._prepare_statement),
            OURS: Contender(partial(self._prepare_slots, TECHNICIANS)),
        }
        if self.kind:
            rounds = min(self.contest.rounds, 10)
            contenders["resource_booking"] = Contender(self._prepare_peer_slots, rounds=rounds)
        self.contest.run("slots", contenders)
        self.contest.run("slots_few", {OURS: Contender(partial(self._prepare_slots, 5))})

    def _prepare_statement(self, env: Any, _number: int) -> Callable[[], object]:
        start, stop = self.week
        days = [start + timedelta(days=day) for day in range(5)]
        hours = ", ".join(
            f"[{day + timedelta(hours=first)}, {day + timedelta(hours=last)})"
            for day in days
            for first, last in _HOURS
        )
        params = {
            "hours": f"{{{hours}}}",
            "start": start,
            "stop": stop,
            "technicians": self.crew_ids,
        }

        def _ask() -> object:
            env.cr.execute(_FREE, params)
            return env.cr.fetchall()

        return _ask

    def _prepare_slots(self, count: int, env: Any, _number: int) -> Callable[[], object]:
        crew = self._get_crew(env)[:count]
        return lambda: crew._free_slots(*self.week, 1.0)  # noqa: SLF001, what is measured

    def _prepare_peer_slots(self, env: Any, _number: int) -> Callable[[], object]:
        week = [moment.replace(tzinfo=timezone.utc) for moment in self.week]
        return lambda: self._new_booking(env)._get_available_slots(*week)  # noqa: SLF001, of the peer

    def _new_booking(self, env: Any) -> Any:
        """One that is not stored, at an hour when only the last technician is free.

        Made within the measured time, since it would not survive that the cache is emptied.
        """
        assert self.kind, "it is installed"
        return env["resource.booking"].new(
            {
                "type_id": self.kind.id,
                "partner_ids": [(6, 0, self.partner.ids)],
                "duration": 1,
                "start": self.monday + timedelta(hours=8),
                "combination_auto_assign": False,
            }
        )

    # Who should go

    def _run_ranking(self) -> None:
        contenders = {OURS: Contender(self._prepare_ranking)}
        if self.kind:
            rounds = min(self.contest.rounds, 10)
            contenders["resource_booking"] = Contender(self._prepare_peer_choice, rounds=rounds)
        self.contest.run("ranking", contenders)
        self.contest.run("assign", {OURS: Contender(self._prepare_assignment)})

    def _prepare_ranking(self, env: Any, number: int) -> Callable[[], object]:
        visit, crew = self._create_visit(env, number), self._get_crew(env)
        return lambda: crew._rank_for(visit)  # noqa: SLF001, what is measured

    def _prepare_assignment(self, env: Any, number: int) -> Callable[[], object]:
        visit = self._create_visit(env, number)
        return partial(visit.action_assign)

    def _prepare_peer_choice(self, env: Any, _number: int) -> Callable[[], object]:
        return lambda: self._new_booking(env)._get_best_combination()  # noqa: SLF001, of the peer

    def _create_visit(self, env: Any, number: int, **values: Any) -> Any:
        """A draft at 9:00, when all are free; each round has a day of its own."""
        start = self.monday + timedelta(weeks=number // 5, days=number % 5, hours=9)
        return env["support.appointment"].create(
            {
                "partner_id": self.partner.id,
                "start": start,
                "send_confirmation_email": False,
                "send_reminder_email": False,
                **values,
            }
        )

    # Confirming

    def _run_confirm(self) -> None:
        told = {
            FLOOR: Contender(partial(self._prepare_bare, True)),
            OURS: Contender(partial(self._prepare_confirm, True)),
            "calendar.event": Contender(self._prepare_invitation),
        }
        if self.kind:
            told["resource_booking"] = Contender(self._prepare_schedule)
        self.contest.run("confirm_told", told)
        quiet = {
            FLOOR: Contender(partial(self._prepare_bare, False)),
            OURS: Contender(partial(self._prepare_confirm, False)),
        }
        self.contest.run("confirm", quiet)
        hundred = Contender(self._prepare_hundred, HUNDRED)
        self.contest.run("confirm_hundred", {OURS: hundred}, rounds=3, warm_up=1)

    def _prepare_bare(self, is_told: bool, env: Any, number: int) -> Callable[[], object]:
        """A write and, where somebody is told, one mail with one file on the queue."""
        record = env[FLOOR_MODEL].create({"name": f"Visit {number}"})
        user_id = self._pick(env, number).user_id.id

        def _confirm() -> None:
            record.write({"state": "confirmed", "user_id": user_id})
            if not is_told:
                return
            attachment = env["ir.attachment"].create(
                {"name": "a.ics", "raw": b"BEGIN %d" % number, "mimetype": "text/calendar"}
            )
            env["mail.mail"].create(
                {
                    "subject": "x",
                    "body_html": "<p>Hello</p>" * 40,
                    "email_from": "a@example.com",
                    "model": FLOOR_MODEL,
                    "res_id": record.id,
                    "recipient_ids": [(6, 0, self.partner.ids)],
                    "attachment_ids": [(6, 0, attachment.ids)],
                }
            )

        return _confirm

    def _pick(self, env: Any, number: int) -> Any:
        return self._get_crew(env)[number % TECHNICIANS]

    def _prepare_confirm(self, is_told: bool, env: Any, number: int) -> Callable[[], object]:
        visit = self._create_visit(
            env,
            number,
            technician_id=self._pick(env, number).id,
            send_confirmation_email=is_told,
        )
        return partial(visit.action_confirm)

    def _prepare_hundred(self, env: Any, number: int) -> Callable[[], object]:
        visits = env["support.appointment"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "start": self.monday + timedelta(weeks=40 + number % 40, hours=position),
                }
                for position in range(HUNDRED)
            ]
        )
        return partial(visits.action_confirm)

    def _prepare_invitation(self, env: Any, number: int) -> Callable[[], object]:
        """An entry gets its user and its attendees, who are invited by mail."""
        start = self.monday + timedelta(weeks=number // 5, days=number % 5, hours=10)
        quiet = env["calendar.event"].with_context(no_mail_to_attendees=True)
        event = quiet.create(
            {
                "name": f"Visit {number}",
                "start": start,
                "stop": start + timedelta(hours=1),
                "partner_ids": [(6, 0, [])],
            }
        )
        user = self._pick(env, number).user_id
        event = env["calendar.event"].browse(event.id)
        partner_ids = (user.partner_id | self.partner).ids
        return lambda: event.write({"user_id": user.id, "partner_ids": [(6, 0, partner_ids)]})

    def _prepare_schedule(self, env: Any, number: int) -> Callable[[], object]:
        """A pending booking with its combination gets its time and is confirmed."""
        assert self.kind, "it is installed"
        combinations = self.kind.with_env(env).combination_rel_ids.combination_id
        booking = env["resource.booking"].create(
            {
                "type_id": self.kind.id,
                "partner_ids": [(6, 0, self.partner.ids)],
                "combination_auto_assign": False,
                "combination_id": combinations[number % TECHNICIANS].id,
            }
        )
        start = self.monday + timedelta(weeks=1 + number // 5, days=number % 5, hours=10)

        def _confirm() -> None:
            booking.write({"start": start})
            booking.action_confirm()

        return _confirm
