import psycopg2

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..booking.test_double_booking import Connection, connect

EMAIL = "two.at.once@example.com"


@tagged("post_install", "-at_install")
class TestIntakeRace(BaseCase):
    """Two requests of a new customer at the same instant, on two connections."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove)

    def _remove(self):
        with Connection(connect()) as env:
            found = env["support.appointment"].search([("customer_email", "=", EMAIL)])
            references = found.mapped("name")
            found.unlink()
            env["res.partner"].search([("email", "=", EMAIL)]).unlink()
            # SQL, since the log is append-only for the ORM.
            env.cr.execute(
                "DELETE FROM support_automation_log WHERE reference = ANY(%s)", [references]
            )

    def _request(self, connection):
        appointments = connection.env["support.appointment"]
        data = {"customer_email": EMAIL, "external_ref": "once"}
        made = appointments.with_context(external_data=data).create({})
        connection.env.flush_all()
        return made

    def test_one_contact_and_one_appointment(self):
        first, second = Connection(connect()), Connection(connect())
        for connection in (first, second):
            # Both have begun: neither will see what the other commits.
            connection.env["res.partner"].search_count([])
        made = self._request(first)
        first.finish()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.SerializationFailure),
        ):
            self._request(second)
        second.drop()
        # What Odoo does for every call by HTTP: run it again. Of those that are run again at the
        # same moment none ends another, since they only read.
        third, fourth = Connection(connect()), Connection(connect())
        for connection in (third, fourth):
            connection.env["res.partner"].search_count([])
        self.assertEqual(self._request(third).id, made.id)
        third.finish()
        self.assertEqual(self._request(fourth).id, made.id)
        fourth.finish()
        with Connection(connect()) as env:
            self.assertEqual(env["res.partner"].search_count([("email", "=", EMAIL)]), 1)
