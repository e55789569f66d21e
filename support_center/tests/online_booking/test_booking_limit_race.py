from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ...models.online_booking import support_booking_attempt
from ..booking.test_double_booking import Connection, connect

VISITORS = 30
AT_ONCE = 10


@tagged("post_install", "-at_install")
class TestBookingLimitRace(BaseCase):
    """A network that tries from many machines at the same moment: real connections."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._remove)
        self.startPatcher(patch.object(support_booking_attempt, "under_test", lambda: False))

    def _remove(self):
        with connect() as cr:
            cr.execute("DELETE FROM support_booking_attempt")

    def _try(self, number):
        with Connection(connect()) as env:
            # The snapshot of the visitor's own transaction is older than what others count.
            env["support.booking.attempt"].search_count([])
            return env["support.booking.attempt"]._count(
                "book", f"198.51.100.{number}", f"key {number}", f"person{number}@example.org"
            )

    def test_the_limit_holds(self):
        with Connection(connect()) as env:
            name = "support_center.booking_network_limit"
            limit = int(env["ir.config_parameter"]._get_support_number(name))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(self._try, range(VISITORS)))
        self.assertEqual(found.count(None), limit)
        self.assertEqual(found.count("network"), VISITORS - limit)
        # Who was let through is let through again: the same attempt is counted once.
        self.assertIsNone(self._try(found.index(None)))
