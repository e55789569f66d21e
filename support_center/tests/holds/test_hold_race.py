import threading
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.planning.support_technician import Slot
from ..booking.test_double_booking import RaceCase

PEOPLE = 30
HOUR = timedelta(hours=1)


class HoldRaceCase(RaceCase):
    """Real connections with committed data; what they hold is removed with its technician."""

    def setUp(self):
        super().setUp()
        # On a working day, at a time that is offered.
        self.start = self.start.replace(hour=10, minute=0, second=0)
        while self.start.weekday() > 3:
            self.start += timedelta(days=1)
        with self._connect() as env:
            skill = env["support.skill"].create({"name": "Race Skill"})
            kind = env["support.appointment.type"].create(
                {"name": "Race Type", "skill_ids": [(6, 0, skill.ids)], "horizon_days": 0}
            )
            env["support.technician"].browse(self.technician_id).write(
                {"skill_ids": [(6, 0, skill.ids)], "tz": "UTC"}
            )
            env["res.partner"].browse(self.partner_id).tz = "UTC"
            visits = env["support.appointment"].browse(self.ids)
            visits.write({"type_id": kind.id, "start": False, "send_confirmation_email": False})
            visits[1].write({"start": self.start})
            self.type_id, self.skill_id = kind.id, skill.id
        # Odoo waits a moment before it tries a request again.
        self.startPatcher(patch("odoo.service.model.time.sleep"))
        # As the web server marks its threads, by which a request is told from a job.
        threading.current_thread().url = "/my/appointments"
        self.addCleanup(delattr, threading.current_thread(), "url")

    def _remove(self):
        super()._remove()
        with self._connect() as env:
            env["support.appointment.type"].browse(self.type_id).unlink()
            env["support.skill"].browse(self.skill_id).unlink()

    def _open(self, count):
        """Connections that have all begun before any of them writes."""
        connections = [self._connect() for _number in range(count)]
        for connection in connections:
            connection.env.cr.execute("SELECT count(*) FROM support_slot_hold")
        return connections

    def _call(self, connection, work):
        """As Odoo answers a request: from the start again after a collision."""
        try:
            with mute_logger("odoo.service.model"):
                return retrying(partial(work, connection.env), connection.env)
        finally:
            connection.cr.close()

    def _new_visit(self, env):
        return env["support.appointment"].new(
            {"type_id": self.type_id, "company_id": env.company.id, "duration": 1.0}
        )

    def _visit(self, env, number=0):
        return env["support.appointment"].browse(self.ids[number])

    def _hold(self, env, start=None, number=0):
        start = start or self.start
        slot = Slot(start, start + HOUR, self.technician_id)
        return env["support.slot.hold"]._hold([slot], appointment=self._visit(env, number))

    def _end_holds(self):
        with self._connect() as env:
            env.cr.execute(
                "UPDATE support_slot_hold SET expires_at = expires_at - interval '1 hour' "
                "WHERE technician_id = %s",
                [self.technician_id],
            )

    def _read(self, number=0):
        with self._connect() as env:
            visit = self._visit(env, number)
            return visit.state, visit.start, visit.technician_id.id


@tagged("post_install", "-at_install")
class TestHoldRace(HoldRaceCase):
    def test_thirty_people_click_the_same_time(self):
        def click(number, env):
            times, visit = env["support.customer.times"], self._new_visit(env)
            key = f"visitor-{number}"
            hold = times._hold_time(visit, self.start, self.technician_id, visitor_key=key)
            if hold:
                return []
            return [o.slot.start for o in times._find_alternatives(visit, [self.start])]

        answers = [
            self._call(connection, partial(click, number))
            for number, connection in enumerate(self._open(PEOPLE))
        ]
        self.assertEqual(answers[0], [])
        for starts in answers[1:]:
            self.assertEqual(len(set(starts)), 3)
            self.assertFalse([s for s in starts if abs(s - self.start) < HOUR])
        with self._connect() as env:
            holds = env["support.slot.hold"].search(
                [("technician_id", "=", self.technician_id), ("start", "=", self.start)]
            )
            self.assertEqual(holds.visitor_key, "visitor-0")

    def test_outside_of_a_request_the_time_is_lost_in_peace(self):
        del threading.current_thread().url
        self.addCleanup(setattr, threading.current_thread(), "url", "")
        first, second = self._open(2)
        self.assertTrue(self._hold(first.env))
        first.finish()
        self.assertFalse(self._hold(second.env, number=1))
        # The transaction goes on.
        self._visit(second.env, 1).location = "Elsewhere"
        second.finish()

    def test_a_hold_that_has_ended_and_nobody_took(self):
        (tab,) = self._open(1)
        self._call(tab, self._hold)
        self._end_holds()
        (tab,) = self._open(1)
        outcome = self._call(
            tab, lambda env: self._visit(env)._customer_take(self.start, self.technician_id, "mail")
        )
        self.assertEqual(outcome.code, "done")
        self.assertEqual(self._read(), ("confirmed", self.start, self.technician_id))

    def test_a_hold_that_has_ended_and_somebody_took(self):
        (tab,) = self._open(1)
        self._call(tab, self._hold)
        self._end_holds()
        tab, other = self._open(2)
        self._call(other, self._book_by_hand)

        def take(env):
            outcome = self._visit(env)._customer_take(self.start, self.technician_id, "mail")
            return outcome.code, [offer.slot.start for offer in outcome.alternatives]

        code, starts = self._call(tab, take)
        self.assertEqual(code, "taken")
        self.assertEqual(len(set(starts)), 3)
        self.assertEqual(self._read()[0], "draft")

    def test_the_holder_books_from_a_second_tab(self):
        first, second = self._open(2)
        self._call(first, self._hold)
        outcome = self._call(
            second,
            lambda env: self._visit(env)._customer_take(self.start, self.technician_id, "page"),
        )
        self.assertEqual(outcome.code, "done")
        self.assertEqual(self._read(), ("confirmed", self.start, self.technician_id))

    def _book_by_hand(self, env):
        """As a dispatcher drags a visit there."""
        self._visit(env, 1).write({"state": "confirmed"})

    def test_a_dispatcher_books_over_a_hold_that_is_not_seen(self):
        dispatcher, customer = self._open(2)
        self._call(customer, self._hold)
        with mute_logger("odoo.sql_db"), self.assertRaises(ValidationError) as caught:
            self._call(dispatcher, self._book_by_hand)
        message = str(caught.exception)
        self.assertRegex(
            message, r"Race Technician is held from .*10:00.* until \d\d:\d\d( [AP]M)?\."
        )
        other = message.partition("The next free times")[2]
        self.assertRegex(other, r"11:00")
        self.assertNotRegex(other, r"10:[03]0")
        self.assertEqual(self._read(1)[0], "draft")

    def test_a_dispatcher_books_over_a_hold_that_is_seen(self):
        (customer,) = self._open(1)
        self._call(customer, self._hold)
        (dispatcher,) = self._open(1)
        with self.assertRaisesRegex(ValidationError, "Race Technician is held at .*until"):
            self._call(dispatcher, self._book_by_hand)

    def test_a_hold_over_a_booking_that_is_not_seen(self):
        dispatcher, customer = self._open(2)
        self._call(dispatcher, self._book_by_hand)
        self.assertFalse(self._call(customer, self._hold))

    def test_a_hold_over_a_booking_that_is_not_seen_outside_of_a_request(self):
        del threading.current_thread().url
        self.addCleanup(setattr, threading.current_thread(), "url", "")
        dispatcher, customer = self._open(2)
        self._book_by_hand(dispatcher.env)
        dispatcher.finish()
        self.assertFalse(self._hold(customer.env))
        customer.drop()

    def test_a_booking_that_is_gone_again_leaves_the_time_free(self):
        (dispatcher,) = self._open(1)
        self._call(dispatcher, self._book_by_hand)
        (dispatcher,) = self._open(1)
        self._call(dispatcher, lambda env: self._visit(env, 1).write({"state": "cancelled"}))
        (customer,) = self._open(1)
        self.assertTrue(self._call(customer, lambda env: bool(self._hold(env))))
