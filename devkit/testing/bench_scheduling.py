"""The part of `make bench` about times: slots, assignment, and what confirming asks.

Fifty technicians of two zones and one schedule, 5,000 visits of theirs over ten weeks, of which
none collide. Runs inside an Odoo shell.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

TECHNICIANS = 50
# Two visits a day each, 50 days: 8:00 and 13:00 of the technician's clock in winter.
VISITS = 5_000

_FILL = """
    INSERT INTO support_appointment (
        name, company_id, partner_id, customer_name, priority, duration, state, source,
        intake_state, send_confirmation_email, send_reminder_email, active, technician_id,
        start, stop, busy_start, busy_stop, ics_uid, access_token, create_uid, create_date)
    SELECT 'SLOT/' || number, %(company)s, %(partner)s, 'C', '1', 1, 'confirmed', 'manual',
           'none', FALSE, FALSE, TRUE, (%(technicians)s::int[])[1 + number %% %(people)s],
           moment, moment + interval '1 hour', moment, moment + interval '1 hour',
           gen_random_uuid(), gen_random_uuid(), 1, %(monday)s
      FROM (SELECT number, %(monday)s + (number / (2 * %(people)s)) * interval '1 day'
                   + CASE WHEN number / %(people)s %% 2 = 0 THEN interval '8 hours'
                          ELSE interval '13 hours' END AS moment
              FROM generate_series(0, %(count)s - 1) AS number) AS numbered
"""


class SchedulingBench:
    """Makes its own technicians, and measures with what ``Bench.measure`` is."""

    def __init__(self, env: Any, now: Any, measure: Callable[..., float]) -> None:
        self.env = env
        self.measure = measure
        midnight = now.replace(hour=0, minute=0, second=0)
        self.monday = midnight + timedelta(days=7 - midnight.weekday())
        self.customer = env["res.partner"].create({"name": "Slots", "zip": "1000"})
        users = env["res.users"].with_context(no_reset_password=True, tracking_disable=True)
        users = users.create(
            [{"name": f"T {n:02}", "login": f"bench_t{n:02}"} for n in range(TECHNICIANS)]
        )
        calendar = env["resource.calendar"].create({"name": "Bench", "tz": "UTC"})
        self.technicians = env["support.technician"].create(
            [
                {
                    "name": user.name,
                    "user_id": user.id,
                    "resource_calendar_id": calendar.id,
                    "tz": ("UTC", "Europe/Brussels")[number % 2],
                }
                for number, user in enumerate(users)
            ]
        )
        self._fill()

    def _fill(self) -> None:
        self.env.flush_all()
        self.env.cr.execute(
            _FILL,
            {
                "company": self.env.company.id,
                "partner": self.customer.id,
                "technicians": self.technicians.ids,
                "people": TECHNICIANS,
                "count": VISITS,
                "monday": self.monday,
            },
        )
        self.env.cr.commit()
        self.env.cr.execute("ANALYZE")
        self.env.cr.commit()

    def run(self) -> None:
        """Print a line for each piece of work; each once before, so that caches are warm."""
        week = self.monday, self.monday + timedelta(days=7)
        few = self.technicians[:5]

        def slots(technicians: Any, **values: Any) -> Callable[[], object]:
            return lambda: technicians._free_slots(*week, 1.0, **values)  # noqa: SLF001, what is measured

        slots(self.technicians)()
        self.measure("slots of a week, 5 technicians", 1, slots(few))
        self.measure(f"slots of a week, {TECHNICIANS} technicians", 1, slots(self.technicians))
        self.measure("the first ten of them", 1, slots(self.technicians, limit=10))
        self._measure_assignment()

    def _measure_assignment(self) -> None:
        drafts = self.env["support.appointment"].create(
            [
                {"partner_id": self.customer.id, "start": self.monday + timedelta(hours=10, days=n)}
                for n in range(4)
            ]
        )
        warm, assigned, free, told = drafts
        warm.action_assign()
        self.measure(f"assign among {TECHNICIANS}", 1, assigned.action_assign)
        warm.write({"send_confirmation_email": False})
        (free | told).write({"send_confirmation_email": False})
        warm.action_confirm()
        told.technician_id = self.technicians[0]
        self.measure("confirm without technician or mail", 1, free.action_confirm)
        self.measure("confirm with a technician, no mail", 1, told.action_confirm)
