import threading
import uuid

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from .test_double_booking import Connection, connect

MODEL = "support.webhook.delivery"


@tagged("post_install", "-at_install")
class TestWebhookRace(BaseCase):
    """Several servers at one outbox, on connections of their own."""

    def setUp(self):
        super().setUp()
        self._remove()
        with Connection(connect()) as env:
            now = env.cr.now()
            rows = env[MODEL].create(
                [
                    {
                        "event": "race",
                        "message_id": f"msg_{uuid.uuid4().hex}",
                        "url": "https://hooks.example.com/",
                        "payload": "{}",
                        "company_id": env["res.company"].search([], limit=1).id,
                        "next_try": now.replace(microsecond=0),
                    }
                    for _number in range(6)
                ]
            )
            self.ids = rows.ids
        self.addCleanup(self._remove)

    def _remove(self):
        with Connection(connect()) as env:
            env[MODEL].search([("event", "=", "race")]).unlink()

    def test_two_servers_take_different_rows(self):
        first, second = Connection(connect()), Connection(connect())
        one = first.env[MODEL]._claim(3)
        other = second.env[MODEL]._claim(10)
        self.assertEqual((len(one), len(other)), (3, 3))
        self.assertFalse(set(one.ids) & set(other.ids))
        first.finish()
        second.finish()
        with Connection(connect()) as env:
            self.assertFalse(env[MODEL]._claim(10), "all are leased")
            self.assertEqual(set(env[MODEL].browse(self.ids).mapped("attempts")), {1})

    def test_a_server_that_comes_too_late_takes_nothing(self):
        first, second = Connection(connect()), Connection(connect())
        second.env[MODEL].search_count([])  # its view of the database is from now
        first.env[MODEL]._claim(10)
        first.finish()
        with mute_logger("odoo.sql_db"):
            self.assertFalse(second.env[MODEL]._claim(10))
        second.drop()

    def test_four_servers_send_each_message_once(self):
        sent, lock = [], threading.Lock()

        def _work():
            connection = Connection(connect())
            while True:
                row = connection.env[MODEL]._claim()
                if not row:
                    connection.cr.rollback()
                    with Connection(connect()) as env:
                        if not env[MODEL]._count_due():
                            break
                    continue
                connection.cr.commit()
                with lock:
                    sent.append(row.id)
                connection.cr.rollback()
            connection.drop()

        with mute_logger("odoo.sql_db"):
            threads = [threading.Thread(target=_work) for _number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        self.assertEqual(sorted(sent), sorted(self.ids))
