from datetime import timedelta

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..common import SupportCase, at


@tagged("post_install", "-at_install")
class TestDoubleBooking(SupportCase):
    def _book(self, **values):
        return self._create_appointment(
            **{"technician_id": self.technician.id, "state": "confirmed", **values}
        )

    def _assert_refused(self, work):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ValidationError) as caught,
            self.env.cr.savepoint(),
        ):
            work()
        return str(caught.exception)

    def test_refusal_names_technician_time_and_what_is_in_the_way(self):
        first = self._book()
        message = self._assert_refused(lambda: self._book(start=at("2026-03-05 10:30")))
        for part in ("First Technician", "10:00", "11:00", first.name, "UTC"):
            self.assertIn(part, message)

    def test_whoever_may_not_see_the_other_one_is_not_told_of_it(self):
        first = self._book()
        second = self._create_appointment(start=at("2026-03-05 10:30"))
        self.env["ir.rule"].create(
            {
                "name": "Hide the first",
                "model_id": self.env["ir.model"]._get_id("support.appointment"),
                "domain_force": f"[('id', '!=', {first.id})]",
            }
        )
        second = second.with_user(self.user_dispatcher)
        second.action_confirm()
        message = self._assert_refused(lambda: second.write({"technician_id": self.technician.id}))
        self.assertIn("First Technician", message)
        self.assertNotIn(first.name, message)

    def test_every_way_into_a_live_state_is_guarded(self):
        self._book()
        draft = self._create_appointment(technician_id=self.technician.id)
        self._assert_refused(draft.action_confirm)
        unassigned = self._create_appointment(state="confirmed")
        self._assert_refused(lambda: unassigned.write({"technician_id": self.technician.id}))
        later = self._book(start=at("2026-03-05 14:00"))
        self._assert_refused(lambda: later.write({"start": at("2026-03-05 10:00")}))
        archived = self._book(start=at("2026-03-05 10:00"), active=False)
        self._assert_refused(archived.action_unarchive)

    def test_longer_visit_that_runs_into_the_next(self):
        first = self._book()
        self._book(start=at("2026-03-05 11:00"))
        self._assert_refused(lambda: first.write({"duration": 1.25}))

    def test_two_in_one_create(self):
        vals = {
            "partner_id": self.customer.id,
            "technician_id": self.technician.id,
            "start": at("2026-03-05 10:00"),
            "state": "confirmed",
        }
        self._assert_refused(lambda: self.env["support.appointment"].create([vals, vals]))

    def test_buffers_belong_to_the_visit(self):
        self._book(type_id=self.type.id, start=at("2026-03-05 13:00"))  # busy 12:45 to 15:30
        self._assert_refused(lambda: self._book(start=at("2026-03-05 15:15")))
        self.assertTrue(self._book(start=at("2026-03-05 15:30")))

    def test_what_does_not_collide(self):
        first = self._book()
        self._book(start=first.stop)
        self._book(stop=first.start, start=first.start - timedelta(hours=1))
        self._book(technician_id=self.technician_2.id)
        self._book(technician_id=False)
        self._book(technician_id=False)
        self._book(state="draft")
        first.action_cancel()
        self._book()

    def test_raw_sql_is_refused_too(self):
        self._book()
        draft = self._create_appointment(technician_id=self.technician.id)
        self.env.flush_all()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(
                "UPDATE support_appointment SET state = 'confirmed' WHERE id = %s", [draft.id]
            )


class RaceCase(BaseCase):
    """Two real connections with committed data, as two users on two servers."""

    def setUp(self):
        super().setUp()
        self.start = (self._read_now() + timedelta(days=30)).replace(microsecond=0)
        with self._connect() as env:
            partner = env["res.partner"].create({"name": "Race Customer"})
            technician = env["support.technician"].create(
                {"name": "Race Technician", "resource_calendar_id": False}
            )
            appointments = env["support.appointment"].create(
                [
                    {
                        "partner_id": partner.id,
                        "technician_id": technician.id,
                        "start": self.start,
                    }
                    for _number in range(2)
                ]
            )
            self.ids = appointments.ids
            self.technician_id = technician.id
            self.partner_id = partner.id
        self.addCleanup(self._remove)

    def _read_now(self):
        with connect() as cr:
            cr.execute("SELECT now() AT TIME ZONE 'UTC'")
            return cr.fetchone()[0]

    def _connect(self):
        return Connection(connect())

    def _connect_both(self):
        """A connection for each visit; both have read before either writes, so that neither can
        see the other."""
        connections = [self._connect() for _id in self.ids]
        for connection, record_id in zip(connections, self.ids, strict=True):
            connection.record = connection.env["support.appointment"].browse(record_id)
            self.assertEqual(connection.record.state, "draft")
        return connections

    def _remove(self):
        with self._connect() as env:
            appointments = env["support.appointment"].browse(self.ids)
            env.cr.execute(
                "UPDATE support_appointment SET state = 'draft' WHERE id IN %s", [tuple(self.ids)]
            )
            appointments.invalidate_recordset()
            appointments.unlink()
            technician = env["support.technician"].browse(self.technician_id)
            resource = technician.resource_id
            technician.unlink()
            resource.unlink()
            env["res.partner"].browse(self.partner_id).unlink()


@tagged("post_install", "-at_install")
class TestDoubleBookingRace(RaceCase):
    def test_one_wins_and_the_other_reads_who_and_when(self):
        first, second = self._connect_both()
        first.record.action_confirm()
        first.finish()
        with mute_logger("odoo.sql_db"), self.assertRaises(ValidationError) as caught:
            second.record.action_confirm()
        second.drop()
        message = str(caught.exception)
        self.assertIn("Race Technician", message)
        self.assertIn(self.start.strftime("%-H:%M")[-3:], message)
        with self._connect() as env:
            states = env["support.appointment"].browse(self.ids).mapped("state")
        self.assertEqual(sorted(states), ["confirmed", "draft"])


def connect():
    return db_connect(get_db_name()).cursor()


class Connection:
    """A cursor of its own with an environment; leaving the block commits."""

    def __init__(self, cr):
        self.cr = cr
        self.env = api.Environment(cr, SUPERUSER_ID, {})
        self.record = None

    def __enter__(self):
        return self.env

    def __exit__(self, kind, _error, _trace):
        if kind is None:
            self.finish()
        else:
            self.drop()

    def finish(self):
        self.env.flush_all()
        self.cr.commit()
        self.cr.close()

    def drop(self):
        self.cr.rollback()
        self.cr.close()
