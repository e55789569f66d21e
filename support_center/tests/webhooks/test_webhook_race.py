import threading
import uuid
from contextlib import contextmanager
from unittest.mock import patch

import psycopg2

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ...delivery.address_guard import AddressGuard
from ...delivery.client import Answer
from ...delivery.client import post as real_post
from ...models.webhooks.support_webhook_delivery import SupportWebhookDelivery
from ..booking.test_double_booking import Connection, connect
from .receiver import ReceiverMixin, receiving

MODEL = "support.webhook.delivery"
ROUTE = "odoo.addons.support_center.models.webhooks.support_webhook_delivery"


@tagged("post_install", "-at_install")
class TestWebhookRace(ReceiverMixin, BaseCase):
    """Several servers at one outbox, on connections of their own that really commit."""

    def setUp(self):
        super().setUp()
        self._remove()
        with Connection(connect()) as env:
            self.secret = env[MODEL]._get_or_make_secret()
            rows = env[MODEL].create(
                [
                    {
                        "event": "race",
                        "message_id": f"msg_{uuid.uuid4().hex}",
                        "url": "https://hooks.example.com/",
                        "payload": "{}",
                        "company_id": env["res.company"].search([], limit=1).id,
                        "next_try": env.cr.now().replace(microsecond=0),
                    }
                    for _number in range(6)
                ]
            )
            self.ids = rows.ids
            self.message_ids = rows.mapped("message_id")
        self.addCleanup(self._remove)
        really = patch("odoo.addons.support_center.compat.under_test", lambda: False)
        really.start()
        self.addCleanup(really.stop)

    def _remove(self):
        with Connection(connect()) as env:
            env[MODEL].search([("event", "=", "race")]).unlink()
            cron = env.ref("support_center.cron_deliver_webhooks")
            env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
            # SQL, since the log is append-only for the ORM.
            env.cr.execute("DELETE FROM support_automation_log WHERE reference = 'race'")

    def _run(self, pids=None):
        """One server's run of the job."""
        connection = Connection(connect())
        if pids is not None:
            pids.append(connection.cr._cnx.get_backend_pid())
        try:
            connection.env[MODEL]._cron_deliver()
            connection.env.flush_all()
            connection.cr.commit()
        finally:
            connection.cr.close()

    @contextmanager
    def _receiving(self, **options):
        """A receiver that everything goes to, without a parameter that is committed."""
        with (
            receiving(self.secret, **options) as receiver,
            patch.object(SupportWebhookDelivery, "_get_url", lambda _self: receiver.url),
            patch(f"{ROUTE}.AddressGuard", lambda _private: AddressGuard(allow_private=True)),
        ):
            yield receiver

    def test_no_more_rows_than_asked_for(self):
        """Whatever PostgreSQL makes of the query, with and without statistics."""
        for analyze in (False, True):
            with Connection(connect()) as env:
                if analyze:
                    env.cr.execute("ANALYZE support_webhook_delivery")
                for method in ("nestloop", "hashjoin", "mergejoin"):
                    env.cr.execute(f"SET LOCAL enable_{method} = off")
                    self.assertEqual(len(env[MODEL]._claim(1)), 1)
                    env.cr.execute(f"SET LOCAL enable_{method} = on")

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

    def test_three_servers_send_each_message_once(self):
        with self._receiving() as receiver, mute_logger("odoo.sql_db"):
            threads = [threading.Thread(target=self._run) for _number in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            self._run()  # what the one that lost a race left for later
        self.assertEqual(sorted(receiver.ids), sorted(self.message_ids))
        with Connection(connect()) as env:
            rows = env[MODEL].browse(self.ids)
            self.assertEqual(set(rows.mapped("state")), {"delivered"})
            self.assertEqual(set(rows.mapped("attempts")), {1})

    def test_the_taking_is_committed_and_nothing_is_open_while_the_receiver_thinks(self):
        pids, seen = [], []

        def _look():
            with Connection(connect()) as env:
                env.cr.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pids[0]])
                (state,) = env.cr.fetchone()
                row = env[MODEL].search([("event", "=", "race"), ("attempts", "=", 1)])
                taken = row.filtered(lambda r: r.state == "pending")
                seen.append((state, len(taken), bool(taken.next_try > env.cr.now())))

        with self._receiving(before=_look):
            self._run(pids)
        self.assertEqual(seen, [("idle", 1, True)] * 6)

    def test_a_server_that_is_ended_while_the_receiver_thinks(self):
        """What it has delivered is written down; what it held comes again after the lease."""

        class Killed(BaseException):
            pass

        calls = []

        def _post(*args, **options):
            calls.append(1)
            if len(calls) == 3:
                raise Killed
            return real_post(*args, **options)

        with self._receiving() as receiver:
            connection = Connection(connect())
            self.addCleanup(connection.cr.close)
            with patch(f"{ROUTE}.post", _post), self.assertRaises(Killed):
                connection.env[MODEL]._cron_deliver()
            connection.drop()
            self._run()
            self.assertEqual(receiver.ids, [*self.message_ids[:2], *self.message_ids[3:]])
            with Connection(connect()) as env:
                held = env[MODEL].browse(self.ids[2])
                self.assertEqual((held.state, held.attempts), ("pending", 1))
                held.next_try = env.cr.now().replace(microsecond=0)
            self._run()
        self.assertEqual(receiver.ids[-1], self.message_ids[2])
        self.assertEqual(len(receiver.ids), 6)

    def test_an_earlier_message_that_another_server_holds_keeps_the_later_one(self):
        """Two servers, three messages about one appointment: never two of them under way."""
        with Connection(connect()) as env:
            env.cr.execute(
                "UPDATE support_webhook_delivery SET appointment_number = 2147483647"
                " WHERE id = ANY(%s)",
                [self.ids[:3]],
            )
        first, second = Connection(connect()), Connection(connect())
        one = first.env[MODEL]._claim(10)
        self.assertEqual(one.ids, [self.ids[0], *self.ids[3:]])
        self.assertFalse(second.env[MODEL]._claim(10), "locked, or behind what is locked")
        second.finish()
        first.finish()
        with Connection(connect()) as env:
            self.assertFalse(env[MODEL]._claim(10), "behind what is leased")
            env[MODEL].browse(self.ids[0]).state = "delivered"
        with Connection(connect()) as env:
            self.assertEqual(env[MODEL]._claim(10).ids, self.ids[1:2])
            env[MODEL].browse(self.ids[1]).state = "dead"
        with Connection(connect()) as env:
            self.assertEqual(env[MODEL]._claim(10).ids, self.ids[2:3])

    def test_three_servers_keep_the_order_of_an_appointment(self):
        with Connection(connect()) as env:
            env.cr.execute(
                "UPDATE support_webhook_delivery"
                "   SET appointment_number = CASE WHEN id %% 2 = 0 THEN 2147483646"
                "                                 ELSE 2147483647 END"
                " WHERE id = ANY(%s)",
                [self.ids],
            )
        with self._receiving() as receiver, mute_logger("odoo.sql_db"):
            threads = [threading.Thread(target=self._run) for _number in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
            self._run()
        order = [self.ids[self.message_ids.index(each)] for each in receiver.ids]
        self.assertEqual(sorted(order), self.ids)
        for rest in (0, 1):
            line = [row_id for row_id in order if row_id % 2 == rest]
            self.assertEqual(line, sorted(line))

    def test_two_transactions_take_no_number_twice(self):
        """The second is ended by the database, and Odoo runs it again."""
        with Connection(connect()) as env:
            appointment_id = env["support.appointment"].create({}).id
        self.addCleanup(self._remove_appointment, appointment_id)
        first, second = Connection(connect()), Connection(connect())
        second.env["support.appointment"].search_count([])  # its view of the database is from now
        self.assertEqual(first.env[MODEL]._number([appointment_id] * 2), [1, 2])
        first.finish()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.SerializationFailure):
            second.env[MODEL]._number([appointment_id])
        second.drop()
        with Connection(connect()) as env:
            self.assertEqual(env[MODEL]._number([appointment_id]), [3])

    def _remove_appointment(self, appointment_id):
        with Connection(connect()) as env:
            env["support.appointment"].browse(appointment_id).unlink()
            # SQL, since the log is append-only for the ORM.
            env.cr.execute(
                "DELETE FROM support_automation_log WHERE res_model = 'support.appointment'"
                " AND res_id = %s",
                [appointment_id],
            )

    def test_two_servers_note_the_same_address(self):
        """One of two failures of the same moment is enough; none of the servers stumbles."""
        url = "https://race.example.com/"

        def _forget():
            with Connection(connect()) as env:
                env["support.webhook.endpoint"].search([("url", "=", url)]).unlink()

        _forget()
        self.addCleanup(_forget)
        answer = Answer("http_status", {"status": "500"})
        for _round in range(2):  # the row is made, then changed
            first, second = Connection(connect()), Connection(connect())
            second.env[MODEL].search_count([])  # its view of the database is from now
            first.env["support.webhook.endpoint"]._note_failure(url, answer, 5)
            first.finish()
            with mute_logger("odoo.sql_db"):
                second.env["support.webhook.endpoint"]._note_failure(url, answer, 5)
            second.finish()
        with Connection(connect()) as env:
            self.assertEqual(env["support.webhook.endpoint"]._find(url).failures, 2)
