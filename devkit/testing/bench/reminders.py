"""The reminder job, with a thousand due among a hundred thousand appointments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from devkit.testing.bench.contest import Contender, Contest
from devkit.testing.bench.samples import FLOOR, OURS
from devkit.testing.bench.world import World
from devkit.ui import Problem

DUE = 1_000
APPOINTMENTS = 100_000
ROUNDS = 3
# The calendar sends at once, so its rounds are of fewer.
EVENTS = 50

_FILL = """
    INSERT INTO support_appointment (
        name, company_id, partner_id, customer_name, priority, duration, state, source,
        intake_state, attendance, send_confirmation_email, send_reminder_email, active,
        start, stop, busy_start, busy_stop, ics_uid, access_token, create_uid, create_date)
    SELECT %(prefix)s || '/' || number, %(company)s,
           (%(partners)s::int[])[1 + number %% array_length(%(partners)s::int[], 1)], 'C', '1',
           1, (%(states)s::text[])[1 + number %% array_length(%(states)s::text[], 1)],
           'manual', 'none', 'unknown', TRUE, TRUE, TRUE, moment, moment + interval '1 hour',
           moment, moment + interval '1 hour', gen_random_uuid(), gen_random_uuid(), 1,
           %(now)s::timestamp - interval '30 days'
      FROM (SELECT number, %(first)s::timestamp + (number %% %(days)s) * interval '1 day'
                   AS moment
              FROM generate_series(1, %(count)s) AS number) AS numbered
"""


class ReminderBench:
    """Queued with the calendar file; sending belongs to the mail queue's own job."""

    def __init__(self, contest: Contest, world: World) -> None:
        self.contest = contest
        self.world = world
        self.partner_ids = world.get_partners().ids
        self.rounds = 0

    def fill(self) -> None:
        """A past of appointments, of which none is due."""
        env = self.contest.env
        first = self.world.now - timedelta(days=600)
        self._fill(env, "PAST", APPOINTMENTS, ["done", "cancelled", "draft"], first, 600)
        env.cr.commit()
        env.cr.execute("ANALYZE")
        env.cr.commit()

    def _fill(
        self, env: Any, prefix: str, count: int, states: list[str], first: Any, days: int
    ) -> None:
        params = {
            "prefix": prefix,
            "company": env.company.id,
            "partners": self.partner_ids,
            "states": states,
            "count": count,
            "now": self.world.now,
            "first": first,
            "days": days,
        }
        env.cr.execute(_FILL, params)

    def run(self) -> None:
        """A thousand each time, then with nothing due."""
        contenders = {
            FLOOR: Contender(self._prepare_floor, DUE),
            OURS: Contender(self._prepare_ours, DUE),
            "calendar.event": Contender(self._prepare_event, EVENTS),
        }
        self.contest.run("reminder", contenders, rounds=ROUNDS, warm_up=1)
        # Otherwise there is no floor to it: the job looks, and finds nothing.
        if self.contest.wants("reminder_again"):
            self.contest.run("reminder_again", {OURS: Contender(lambda env, _n: _get_job(env))})

    def _prepare_ours(self, env: Any, _number: int) -> Callable[[], object]:
        due = [("state", "=", "confirmed"), ("reminder_sent", "=", False)]
        if self.rounds and env["support.appointment"].search_count(due):
            raise Problem("the reminder job left some of those that were due", "see the log")
        self.rounds += 1
        soon = self.world.now + timedelta(hours=20)
        self._fill(env, f"DUE/{self.rounds}", DUE, ["confirmed"], soon, 1)
        return _get_job(env)

    def _prepare_floor(self, env: Any, _number: int) -> Callable[[], object]:
        return lambda: _queue_bare_mails(env, self.partner_ids[:DUE])

    def _prepare_event(self, env: Any, number: int) -> Callable[[], object]:
        """Those of the last round are archived, since the job goes back in time."""
        events = env["calendar.event"].with_context(no_mail_to_attendees=True)
        events.search([("name", "=like", "Reminded %")]).write({"active": False})
        alarm = env["calendar.alarm"].create(
            {"name": "Bench", "alarm_type": "email", "duration": 1, "interval": "days"}
        )
        start = self.world.now + timedelta(hours=23)
        events.create(
            [
                {
                    "name": f"Reminded {number}",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "partner_ids": [(6, 0, [partner_id])],
                    "alarm_ids": [(6, 0, alarm.ids)],
                }
                for partner_id in self.partner_ids[:EVENTS]
            ]
        )
        since = self.world.now - timedelta(hours=6)
        manager = env["calendar.alarm_manager"].with_context(lastcall=since)
        env.flush_all()
        due = manager._get_events_by_alarm_to_notify("email")  # noqa: SLF001, what its job asks
        if sum(map(len, due.values())) != EVENTS:
            raise Problem(f"{len(due)} alarms of the calendar are due, not {EVENTS}", "see the log")
        return partial(manager._send_reminder)  # noqa: SLF001, what its job calls


def _get_job(env: Any) -> Callable[[], object]:
    """Our job's own code, which commits each batch."""
    cron = env.ref("support_center.cron_send_appointment_reminders")
    action = cron.ir_actions_server_id
    return partial(action.run)


def _queue_bare_mails(env: Any, partner_ids: list[int]) -> None:
    """Mails with a file each, in batches of a hundred."""
    body = "<p>Hello</p>" * 40
    for first in range(0, len(partner_ids), 100):
        batch = partner_ids[first : first + 100]
        attachments = env["ir.attachment"].create(
            [
                {
                    "name": "a.ics",
                    "raw": b"BEGIN %d %d" % (first, partner_id),
                    "mimetype": "text/calendar",
                    "res_model": "mail.message",
                }
                for partner_id in batch
            ]
        )
        env["mail.mail"].create(
            [
                {
                    "subject": "x",
                    "body_html": body,
                    "body": body,
                    "email_from": "a@example.com",
                    "reply_to": "a@example.com",
                    "record_name": "x",
                    "recipient_ids": [(6, 0, [partner_id])],
                    "attachment_ids": [(6, 0, [attachment.id])],
                }
                for partner_id, attachment in zip(batch, attachments, strict=True)
            ]
        )
        env.cr.commit()
