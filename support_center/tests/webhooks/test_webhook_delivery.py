import json
import threading
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...delivery import client
from ...delivery.backoff import MAX_ATTEMPTS
from ..common import SupportCase
from .receiver import ReceiverMixin, receiving

ROUTE = "odoo.addons.support_center.models.webhooks.support_webhook_delivery"


@tagged("post_install", "-at_install")
class TestWebhookDelivery(ReceiverMixin, SupportCase):
    """The outbox against a real receiver that verifies each signature."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("support_center.automation_webhook_response").active = True
        cls.deliveries = cls.env["support.webhook.delivery"]
        cls.parameters = cls.env["ir.config_parameter"]
        cls.secret = cls.deliveries._get_or_make_secret()
        cls._set("allow_private", "True")
        cls._set("response_url", "http://127.0.0.1:9/hook")

    @classmethod
    def _set(cls, name, value):
        cls.parameters.set_param(f"support_center.webhook_{name}", value)

    def _confirm(self):
        """An appointment whose confirmation waits in the outbox, and that row."""
        visit = self._create_appointment(state="confirmed")
        self.env.flush_all()
        return visit, self.deliveries.search([("appointment_id", "=", visit.id)])

    def _receiving(self, *answers, **options):
        return receiving(self.secret, answers, **options)

    def _run(self, receiver=None, after=timedelta()):
        """Run the job some time from now."""
        if receiver:
            self._set("response_url", receiver.url)
        with freeze_time(fields.Datetime.now() + after):
            self.deliveries._cron_deliver()

    def _get_attempts(self, row):
        return self.env["support.automation.log"].search(
            [
                ("action", "=", "deliver_webhook"),
                ("res_model", "=", row._name),
                ("res_id", "=", row.id),
            ],
            order="id",
        )

    def test_delivered_and_verified(self):
        visit, row = self._confirm()
        with self._receiving() as receiver:
            self._run(receiver)
            self._run(receiver)
        (message,) = receiver.messages
        self.assertEqual(message, json.loads(row.payload))
        self.assertEqual(message["type"], "appointment.confirmed")
        self.assertEqual(message["data"]["name"], visit.name)
        self.assertEqual(receiver.ids, [row.message_id])
        self.assertEqual((row.state, row.attempts), ("delivered", 1))
        self.assertFalse(row.last_error)
        self.assertEqual(row.delivered_at, fields.Datetime.now())
        self.assertEqual(self._get_attempts(row).outcome, "ok")

    @mute_logger("support_center.automation")
    def test_twice_500_then_200_is_delivered_once_and_all_is_visible_in_order(self):
        _visit, row = self._confirm()
        with self._receiving((500,), (500,)) as receiver:
            self._run(receiver)
            self.assertEqual((row.state, row.attempts), ("pending", 1))
            self.assertIn("500", row.last_error)
            self.assertIn("<b>answer</b>", row.last_error)
            wait = row.next_try - fields.Datetime.now()
            self.assertTrue(timedelta(seconds=5) <= wait <= timedelta(seconds=6), wait)
            self._run(receiver)  # not due yet
            self.assertEqual(len(receiver.ids), 1)
            self._run(receiver, timedelta(seconds=6))
            self.assertEqual(row.attempts, 2)
            self._run(receiver, timedelta(minutes=7))
            self._run(receiver, timedelta(days=1))
        self.assertEqual(len(receiver.messages), 1)
        self.assertEqual(receiver.ids, [row.message_id] * 3)
        self.assertEqual((row.state, row.attempts), ("delivered", 3))
        attempts = self._get_attempts(row)
        self.assertEqual(attempts.mapped("outcome"), ["failed", "failed", "ok"])
        for number, attempt in enumerate(attempts, 1):
            self.assertIn(f"Attempt {number} of {MAX_ATTEMPTS}", attempt.message)
        action = row.with_user(self.user_manager).action_view_log()
        self.assertEqual(
            self.env["support.automation.log"].search(action["domain"], order="id"), attempts
        )

    @mute_logger("support_center.automation")
    def test_a_redirect_is_a_failure_that_says_so(self):
        _visit, row = self._confirm()
        with (
            self._receiving() as inner,
            self._receiving((302, ("Location", inner.url))) as outer,
        ):
            self._run(outer)
        self.assertFalse(inner.ids)
        self.assertEqual(row.state, "pending")
        self.assertIn("redirect", row.last_error)

    @mute_logger("support_center.automation")
    def test_private_addresses_are_refused_unless_allowed(self):
        _visit, row = self._confirm()
        self._set("allow_private", "False")
        with self._receiving() as receiver:
            self._run(receiver)
            self.assertIn("127.0.0.1", row.last_error)
            self.assertFalse(receiver.ids)
            # A name that leads there is no way round it.
            named = receiver.url.replace("127.0.0.1", "localhost")
            self._set("response_url", named)
            self._run(after=timedelta(seconds=10))
            self.assertEqual(row.attempts, 2)
            self.assertIn("not on the public internet", row.last_error)
            self.assertFalse(receiver.ids)
            self._set("allow_private", "True")
            self._run(receiver, timedelta(hours=1))
        self.assertEqual(row.state, "delivered")

    @mute_logger("support_center.automation")
    def test_a_receiver_that_hangs(self):
        _visit, row = self._confirm()
        quick = client.Limits(connect=0.2, read=0.2, total=0.4)
        over = threading.Event()
        with (
            patch.object(client, "Limits", lambda: quick),
            self._receiving(before=lambda: over.wait(30)) as receiver,
        ):
            self._run(receiver)
            over.set()
        self.assertEqual(row.state, "pending")
        self.assertIn("in time", row.last_error)

    @mute_logger("support_center.automation")
    def test_given_up_after_the_last_attempt_and_sent_again_by_a_manager(self):
        visit, row = self._confirm()
        with self._receiving(*[(500,)] * MAX_ATTEMPTS) as receiver:
            for day in range(MAX_ATTEMPTS):
                self.assertEqual(row.state, "pending")
                self._run(receiver, timedelta(days=2 * day))
            self.assertEqual((row.state, row.attempts), ("dead", MAX_ATTEMPTS))
            self._run(receiver, timedelta(days=99))
            self.assertEqual(len(receiver.ids), MAX_ATTEMPTS)
            activity = visit.activity_ids
            self.assertIn("appointment.confirmed", activity.note)
            self.assertTrue(activity.user_id.has_group("support_center.group_support_manager"))
            self.assertEqual(visit.state, "confirmed")

            for user in (self.user_dispatcher, self.user_employee):
                with self.assertRaisesRegex(AccessError, "Only a manager may send"):
                    row.with_user(user).action_retry()
            trigger = self.env["ir.cron.trigger"]
            cron = self.env.ref("support_center.cron_deliver_webhooks")
            woken = trigger.search_count([("cron_id", "=", cron.id)])
            row.with_user(self.user_manager).action_retry()
            self.assertEqual((row.state, row.attempts), ("pending", 0))
            self.assertGreater(trigger.search_count([("cron_id", "=", cron.id)]), woken)
            with self.assertRaises(UserError) as caught:
                row.with_user(self.user_manager).action_retry()
            self.assertIn(visit.name, str(caught.exception))
            self._run(receiver)
        self.assertEqual(row.state, "delivered")
        self.assertEqual(set(receiver.ids), {row.message_id})

    @mute_logger("support_center.automation")
    def test_many_given_up_are_one_activity(self):
        first, _row = self._confirm()
        second, _row = self._confirm()
        with self._receiving((410,), (410,)) as receiver:
            self._run(receiver)
        self.assertEqual(len((first | second).activity_ids), 1)

    @mute_logger("support_center.automation")
    def test_gone_is_given_up_at_once(self):
        _visit, row = self._confirm()
        with self._receiving((410,)) as receiver:
            self._run(receiver)
        self.assertEqual((row.state, row.attempts), ("dead", 1))
        self.assertIn("410", row.last_error)

    @mute_logger("support_center.automation")
    def test_a_receiver_may_ask_for_time(self):
        _visit, row = self._confirm()
        with self._receiving((503, ("Retry-After", "3600"))) as receiver:
            self._run(receiver)
        self.assertEqual(row.next_try, fields.Datetime.now() + timedelta(hours=1))

    @mute_logger("support_center.automation")
    def test_a_bad_secret_or_no_address(self):
        _visit, row = self._confirm()
        self._set("secret", "whsec_short")
        self._run()
        self.assertEqual(row.state, "pending")
        self.assertIn("secret", row.last_error)
        self.assertNotIn("whsec_short", row.last_error)
        self._set("response_url", "")
        self._run(after=timedelta(minutes=1))
        self.assertEqual(row.state, "dead")

    @mute_logger("support_center.automation")
    def test_an_error_of_our_own_does_not_keep_the_next_message(self):
        _visit, row = self._confirm()
        _visit, other = self._confirm()
        real = client.post

        def _post(url, body, headers, **options):
            if headers["webhook-id"] == row.message_id:
                raise RuntimeError("our bug")
            return real(url, body, headers, **options)

        with self._receiving() as receiver, patch(f"{ROUTE}.post", _post):
            self._run(receiver)
        self.assertEqual((row.state, other.state), ("pending", "delivered"))
        self.assertIn("RuntimeError", row.last_error)
        self.assertIn("our bug", self._get_attempts(row).payload)

    def test_a_server_that_ends_in_the_middle(self):
        """The lease runs out, the message comes again under the same id."""
        _visit, row = self._confirm()
        with self._receiving() as receiver:
            self.assertEqual(self.deliveries._claim(), row)
            self._run(receiver)
            self.assertFalse(receiver.ids)
            self._run(receiver, timedelta(minutes=5))
            self.assertEqual(receiver.ids, [row.message_id])
        self.assertEqual((row.state, row.attempts), ("delivered", 2))

    @mute_logger("support_center.automation")
    def test_a_message_that_ends_the_server_each_time(self):
        _visit, row = self._confirm()
        for number in range(MAX_ATTEMPTS):
            with freeze_time(fields.Datetime.now() + timedelta(hours=number)):
                self.assertEqual(self.deliveries._claim(), row)
        with self._receiving() as receiver:
            self._run(receiver, timedelta(days=1))
        self.assertEqual((row.state, receiver.ids), ("dead", []))

    def test_nobody_writes_the_outbox_by_hand(self):
        _visit, row = self._confirm()
        for user in (self.env.ref("base.user_admin"), self.user_manager):
            rows = self.deliveries.with_user(user)
            self.assertTrue(rows.search([("id", "=", row.id)]))
            with self.assertRaises(AccessError):
                rows.create({"event": "forged", "message_id": "msg_x", "payload": "{}"})
            with self.assertRaises(AccessError):
                rows.browse(row.id).write({"url": "https://example.com/"})
            with self.assertRaises(AccessError):
                rows.browse(row.id).unlink()

    def test_old_rows_are_pruned(self):
        _visit, row = self._confirm()
        _visit, waiting = self._confirm()
        row.write({"state": "delivered"})
        self.env.flush_all()
        self.env.cr.execute("UPDATE support_webhook_delivery SET write_date = '2026-01-01'")
        self.env.invalidate_all()
        self.deliveries._gc_old_rows()
        self.assertFalse(row.exists())
        self.assertTrue(waiting.exists())

    def test_a_row_outlives_its_appointment(self):
        visit, row = self._confirm()
        visit.action_cancel()
        visit.unlink()
        self.env.invalidate_all()
        with self._receiving() as receiver:
            self._run(receiver)
        self.assertEqual(row.state, "delivered")
        self.assertEqual(len(receiver.messages), 2)

    def test_on_an_empty_outbox(self):
        self.deliveries.search([]).unlink()
        self._run()
