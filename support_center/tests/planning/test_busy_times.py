import random
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo.tests import tagged

from ..common import at
from ..common_availability import AvailabilityCase
from ..common_plans import explain

HOURS = (0.5, 1, 8, 47, 48, 49, 24 * 5, 24 * 40, 24 * 366)
BUFFERS = (0, 0, 0, 15, 60, 24 * 60, 24 * 60 * 4)  # minutes
INDEXES_OF_MEETINGS = ("support_calendar_event_own_idx", "support_calendar_event_own_long_idx")
STATES = ("done", "done", "done", "cancelled", "draft")


@tagged("post_install", "-at_install")
class TestBusyTimes(AvailabilityCase):
    """What takes a technician's time is found by an index, however long ago it began."""

    def test_a_visit_that_began_long_before(self):
        visit = self._create_appointment(
            technician_id=self.technician.id,
            start=at("2026-03-03 10:00"),
            duration=24 * 366,  # the most that there is
            state="confirmed",
            ignore_working_hours=True,
        )
        self.assertEqual(visit.stop, at("2027-03-04 10:00"))
        self.assertFalse(self._is_free("2027-03-04 09:30", "2027-03-04 10:30"))
        self.assertTrue(self._is_free("2027-03-04 10:00", "2027-03-04 11:00"))
        starts = self._starts(self.technician, "2027-03-04 00:00", "2027-03-05 00:00")
        self.assertEqual(starts[0], "Thu 10:00")

    def test_the_same_as_without_a_bound_for_the_index(self):
        numbers = random.Random(14)  # noqa: S311, it has to be the same in each run
        visits = self.env["support.appointment"].create(
            [{"partner_id": self.customer.id} for _number in range(120)]
        )
        for visit in visits:
            start = at("2026-03-04 00:00") + timedelta(hours=numbers.uniform(-24 * 370, 24 * 8))
            stop = start + timedelta(hours=numbers.choice(HOURS))
            self.env.cr.execute(
                """
                UPDATE support_appointment
                   SET technician_id = %s, state = %s, active = %s, start = %s, stop = %s,
                       busy_start = %s, busy_stop = %s
                 WHERE id = %s
                """,
                [
                    numbers.choice((self.technician | self.technician_2).ids),
                    numbers.choice(STATES),
                    numbers.random() > 0.1,
                    start,
                    stop,
                    start - timedelta(minutes=numbers.choice(BUFFERS)),
                    stop + timedelta(minutes=numbers.choice(BUFFERS)),
                    visit.id,
                ],
            )
        self.env.invalidate_all()
        counts = set()
        for first in range(0, 240, 7):
            window = tuple(
                at("2026-02-27 00:00") + timedelta(hours=first + hours) for hours in (0, 72)
            )
            expected = visits.filtered(
                lambda v, w=window: (
                    v.active
                    and v.state == "done"
                    and v.technician_id == self.technician
                    and v.busy_start < w[1]
                    and v.busy_stop > w[0]
                )
            ).sorted(lambda v: (v.start, v.id))
            found = self._read_agenda(*window).bookings
            self.assertEqual([booking.record_id for booking in found], expected.ids)
            counts.add(len(found))
        self.assertGreater(len(counts), 3)

    def _fill(self):
        """Years of visits that are over, for both technicians."""
        self.env.cr.execute(
            """
            INSERT INTO support_appointment (
                name, company_id, partner_id, customer_name, priority, duration, state, source,
                intake_state, attendance, send_confirmation_email, send_reminder_email, active,
                technician_id, start, stop, busy_start, busy_stop, ics_uid, access_token,
                create_uid, create_date)
            SELECT 'PAST/' || number, %(company)s, %(partner)s, 'C', '1', 1, 'done', 'manual',
                   'none', 'unknown', FALSE, FALSE, TRUE, (%(technicians)s::int[])[1 + number %% 2],
                   moment, moment + interval '1 hour', moment, moment + interval '1 hour',
                   gen_random_uuid(), gen_random_uuid(), 1, moment
              FROM (SELECT number, timestamp '2026-03-09' - number * interval '9 hours' AS moment
                      FROM generate_series(1, 3000) AS number) AS numbered;
            ANALYZE support_appointment
            """,
            {
                "company": self.env.company.id,
                "partner": self.customer.id,
                "technicians": (self.technician | self.technician_2).ids,
            },
        )

    def test_it_is_found_by_its_indexes(self):
        self._fill()
        plan = self._explain(
            lambda: self._read_agenda(at("2026-03-04 00:00"), at("2026-03-05 00:00")),
            "LEAST(busy_stop - busy_start",
        )
        # That of the start alone, or that of the technician and the start.
        self.assertRegex(plan, r"Index Cond: .*\(start > .*\(start < ")
        self.assertIn("support_appointment_long_busy_idx", plan)
        self.assertNotIn("Seq Scan", plan)

    def test_the_waiting_list_ends_with_its_first_page(self):
        self._fill()
        appointments = self.env["support.appointment"]
        plan = self._explain(
            lambda: appointments.search([("is_waiting", "=", True)], limit=80), "requested_date <"
        )
        # Of the few that are open here, the drafts' own index saves nothing.
        self.assertRegex(plan, "support_appointment_(draft|open)_idx")
        self.assertNotIn("Seq Scan", plan)

    def test_the_hours_of_a_week_are_found_by_an_index(self):
        self._fill()
        visit = self._create_appointment()
        plan = self._explain(lambda: self.technician._rank_for(visit), "WINDOW same")
        self.assertRegex(plan, r"Index Cond: .*\(start >= .*\(start < ")

    def test_meetings_are_found_by_their_index(self):
        plan = self._explain(
            lambda: self._read_agenda(at("2026-03-04 00:00"), at("2026-03-05 00:00")),
            "JOIN calendar_attendee",
            only=INDEXES_OF_MEETINGS,
        )
        for index in INDEXES_OF_MEETINGS:
            self.assertIn(index, plan)

    def test_a_window_of_a_calendar_is_found_by_indexes(self):
        self._fill()
        window = [("start", "<", "2025-03-09 00:00:00"), ("stop", ">", "2025-03-02 00:00:00")]
        plan = self._explain(
            lambda: self.env["support.appointment"].search(window, order="id"),
            'FROM "support_appointment"',
            "indexscan",
        )
        self.assertRegex(plan, r"Index Cond: .*\(start < .*\(start >= |\(start >= .*\(start < ")
        self.assertIn("support_appointment_long_idx", plan)

    def _read_agenda(self, start, stop):
        """The technician's agenda of what ``start`` and ``stop`` hold, without the day around."""
        day = timedelta(days=1)
        availability = self.env["support.availability"]
        agendas = availability._read_agendas(self.technician, start + day, stop - day)
        return agendas[self.technician.id]

    def _explain(self, work, words, *ways, only=()):
        """The plan of the query of ``work`` that has ``words`` in it, as ``explain`` returns it."""
        cursor, queries = type(self.env.cr), []
        original = cursor.execute

        def _execute(cr, query, params=None, **kwargs):
            if words in str(query):
                queries.append((query, params))
            return original(cr, query, params, **kwargs)

        with patch.object(cursor, "execute", _execute):
            work()
        ((query, params),) = queries
        ways = ("sort", "hashjoin", "mergejoin", *ways)
        return explain(self.env, query, *ways, params=params, only=only)


@tagged("post_install", "-at_install")
class TestBusyTimesWindow(AvailabilityCase):
    def test_a_limit_ends_with_the_best_of_all_technicians(self):
        both = self.technician_2 | self.technician
        everything = both._free_slots(datetime(2026, 3, 3), datetime(2026, 3, 5))
        for limit in (0, 1, 2, 3, 15, 1000):
            slots = both._free_slots(datetime(2026, 3, 3), datetime(2026, 3, 5), limit=limit)
            self.assertEqual(slots, everything[:limit])
        self.assertEqual(
            [slot.technician_id for slot in everything[:2]],
            [self.technician_2.id, self.technician.id],
        )
