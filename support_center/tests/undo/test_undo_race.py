from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from functools import partial
from unittest.mock import patch

from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..booking.test_double_booking import RaceCase


@tagged("post_install", "-at_install")
class TestUndoRace(RaceCase):
    """Two real connections: what one of them undoes, while the other one changes the same."""

    def setUp(self):
        super().setUp()
        with self._connect() as env:
            visit = env["support.appointment"].browse(self.ids[0])
            step = visit._do_undoable("move", lambda: visit.write({"duration": 2}))
            self.step_id = step.id
        self.addCleanup(self._remove_step)
        # Odoo waits a moment before it tries a request again.
        self.startPatcher(patch("odoo.service.model.time.sleep"))

    def _remove_step(self):
        with self._connect() as env:
            env["support.undo.step"].browse(self.step_id).unlink()

    def _read_twice(self):
        """Two connections that have both read the visit before either writes."""
        connections = self._connect(), self._connect()
        for connection in connections:
            connection.record = connection.env["support.appointment"].browse(self.ids[0])
            self.assertEqual(connection.record.duration, 2)
        return connections

    def _undo(self, connection):
        """As Odoo answers a call from outside: from the start again after a collision."""
        undo = partial(connection.env["support.undo.step"].undo, self.step_id)
        try:
            return retrying(undo, connection.env)
        finally:
            connection.cr.close()

    def _read(self):
        with self._connect() as env:
            visit = env["support.appointment"].browse(self.ids[0])
            notes = visit.message_ids.filtered(lambda message: "Undone" in (message.body or ""))
            return visit.duration, visit.location, len(notes)

    def test_pressed_on_two_pages_it_is_undone_once(self):
        first, second = self._read_twice()
        self.assertTrue(first.env["support.undo.step"].undo(self.step_id)["ok"])
        with mute_logger("odoo.sql_db", "odoo.service.model"), ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self._undo, second)
            with self.assertRaises(StillWaiting):
                waiting.result(timeout=0.5)
            first.finish()
            answer = waiting.result(timeout=60)
        self.assertTrue(answer["ok"])
        self.assertRegex(answer["message"], "undone already")
        self.assertEqual(self._read(), (1, False, 1))

    def test_a_change_that_came_first_stays(self):
        first, second = self._read_twice()
        first.record.location = "Elsewhere"
        first.finish()
        with mute_logger("odoo.sql_db", "odoo.service.model"):
            answer = self._undo(second)
        self.assertFalse(answer["ok"])
        self.assertRegex(answer["message"], "was changed by OdooBot since")
        self.assertEqual(self._read(), (2, "Elsewhere", 0))
