from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from datetime import timedelta

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..booking.test_double_booking import Connection, connect


@tagged("post_install", "-at_install")
class TestAssignRace(BaseCase):
    """Two real connections with committed data, as two dispatchers on two servers."""

    def setUp(self):
        super().setUp()
        with connect() as cr:
            cr.execute("SELECT now() AT TIME ZONE 'UTC'")
            self.start = (cr.fetchone()[0] + timedelta(days=30)).replace(microsecond=0)
        with Connection(connect()) as env:
            partner = env["res.partner"].create({"name": "Race Customer"})
            technicians = env["support.technician"].create(
                [{"name": name, "resource_calendar_id": False} for name in ("Race One", "Race Two")]
            )
            appointments = env["support.appointment"].create(
                [
                    {
                        "partner_id": partner.id,
                        "start": self.start,
                        "state": "confirmed",
                        "send_confirmation_email": False,
                    }
                    for _number in range(2)
                ]
            )
            # Nobody else is a candidate, whatever else the database holds.
            others = env["support.technician"].search([("id", "not in", technicians.ids)])
            self.hidden = others.ids
            others.active = False
            self.ids, self.technician_ids = appointments.ids, technicians.ids
            self.partner_id = partner.id
        self.addCleanup(self._remove)

    def _remove(self):
        with Connection(connect()) as env:
            env["support.technician"].browse(self.hidden).active = True
            appointments = env["support.appointment"].browse(self.ids)
            env.cr.execute(
                "UPDATE support_appointment SET state = 'draft' WHERE id IN %s", [tuple(self.ids)]
            )
            appointments.invalidate_recordset()
            appointments.unlink()
            technicians = env["support.technician"].browse(self.technician_ids)
            resources = technicians.resource_id
            technicians.unlink()
            resources.unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def test_both_get_somebody_though_both_have_read_before_either_writes(self):
        first, second = Connection(connect()), Connection(connect())
        for connection, record_id in ((first, self.ids[0]), (second, self.ids[1])):
            connection.record = connection.env["support.appointment"].browse(record_id)
            # The snapshot of the transaction is taken here.
            self.assertFalse(connection.record.technician_id)
        first.record.action_assign()
        with mute_logger("odoo.sql_db"), ThreadPoolExecutor(1) as pool:
            # Waits for the first one, which may yet book the one or the other.
            waiting = pool.submit(second.record.action_assign)
            with self.assertRaises(StillWaiting):
                waiting.result(timeout=0.5)
            first.finish()
            self.assertIs(waiting.result(timeout=60), True)
        second.finish()
        with Connection(connect()) as env:
            one, two = env["support.appointment"].browse(self.ids)
            self.assertEqual(one.technician_id.name, "Race One")
            self.assertEqual(two.technician_id.name, "Race Two")
            self.assertIn("Race One has just been booked by somebody else", two.assignment_note)
