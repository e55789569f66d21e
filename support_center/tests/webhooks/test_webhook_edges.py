from datetime import timedelta
from unittest.mock import Mock, patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ...delivery.client import Answer
from ..common import SupportCase
from .receiver import ReceiverMixin, receiving

ROUTE = "odoo.addons.support_center.models.webhooks.support_webhook_delivery"
CRON = "support_center.cron_deliver_webhooks"


@tagged("post_install", "-at_install")
class TestWebhookEdges(ReceiverMixin, SupportCase, CronMixinCase):
    """What the outbox does not send, does not delete, and comes back to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("support_center.automation_webhook_response").active = True
        cls.deliveries = cls.env["support.webhook.delivery"]
        # What others have left there is not looked at.
        cls.deliveries.search([("state", "=", "pending")]).write({"next_try": False})
        cls.parameters = cls.env["ir.config_parameter"]
        cls.secret = cls.deliveries._get_or_make_secret()
        cls._set("allow_private", "True")
        cls._set("response_url", "http://127.0.0.1:9/hook")

    @classmethod
    def _set(cls, name, value):
        cls.parameters.set_param(f"support_center.webhook_{name}", value)

    def _confirm(self):
        visit = self._create_appointment(state="confirmed")
        self.env.flush_all()
        return self.deliveries.search([("appointment_id", "=", visit.id)])

    def _run(self, receiver=None, after=timedelta()):
        if receiver:
            self._set("response_url", receiver.url)
        with freeze_time(fields.Datetime.now() + after):
            self.deliveries._cron_deliver()

    # Held

    def test_what_is_held_waits_for_a_manager(self):
        held, other = self._confirm(), self._confirm()
        held.held = True
        with receiving(self.secret, ()) as receiver:
            self._run(receiver)
            self._run(receiver, timedelta(days=9))
            self.assertEqual(receiver.ids, [other.message_id])
            self.assertEqual((held.state, held.attempts), ("pending", 0))
            held.held = False
            self._run(receiver)
        self.assertEqual(held.state, "delivered")
        self.assertEqual(receiver.ids, [other.message_id, held.message_id])

    def test_what_is_held_is_no_work_that_is_left(self):
        """Else the job would be woken for it without an end."""
        self._confirm().held = True
        with patch(f"{ROUTE}.RUN_SECONDS", 0), self.capture_triggers(CRON) as captured:
            self._run()
        self.assertFalse(captured.records)

    # Pruned

    def _set_age(self, row, days, **values):
        row.write(values)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_webhook_delivery SET write_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=days), row.id],
        )
        row.invalidate_recordset()

    def test_what_was_given_up_is_kept_for_a_year(self):
        """It is a manager's to look at and to send again, long after a month."""
        ages = (("delivered", 29, 31), ("dead", 364, 366), ("pending", 31, 999))
        rows = {}
        for state, young, old in ages:
            rows[state] = [self._confirm(), self._confirm()]
            for row, days in zip(rows[state], (young, old), strict=True):
                self._set_age(row, days, state=state)
        self.deliveries._gc_old_rows()
        self.assertEqual([bool(row.exists()) for row in rows["delivered"]], [True, False])
        self.assertEqual([bool(row.exists()) for row in rows["dead"]], [True, False])
        self.assertEqual([bool(row.exists()) for row in rows["pending"]], [True, True])

    def test_the_day_that_is_the_last_is_a_day_to_keep_it(self):
        for state, days in (("delivered", 30), ("dead", 365)):
            row = self._confirm()
            self._set_age(row, days, state=state)
            self.deliveries._gc_old_rows()
            self.assertTrue(row.exists(), state)

    def test_what_is_due_is_counted_once_and_not_with_each_message(self):
        for _number in range(6):
            self._confirm()
        counted = []
        count_due = type(self.deliveries)._count_due

        def _count_due(deliveries, *args, **kwargs):
            counted.append(count_due(deliveries, *args, **kwargs))
            return counted[-1]

        with (
            patch.object(type(self.deliveries), "_count_due", _count_due),
            receiving(self.secret, ()) as receiver,
        ):
            self._run(receiver)
        self.assertEqual(len(receiver.ids), 6)
        # After the first of six, and after the last one.
        self.assertEqual(counted, [5, 0])

    # Woken

    def test_what_is_left_when_the_run_ends_wakes_the_job(self):
        row = self._confirm()
        with patch(f"{ROUTE}.RUN_SECONDS", 0), self.capture_triggers(CRON) as captured:
            self._run()
        self.assertEqual(row.state, "pending")
        self.assertTrue(captured.records)

    def test_the_run_ends_by_its_time_and_not_by_its_work(self):
        """One message is sent a moment before the end, the other one waits for the next run."""
        first, second = self._confirm(), self._confirm()
        clock = Mock()
        # The beginning; before the first message; before the second one.
        clock.monotonic.side_effect = (0, 59, 61)
        with (
            patch(f"{ROUTE}.time", clock),
            patch(f"{ROUTE}.post", lambda *arguments, **options: Answer("delivered")),
            self.capture_triggers(CRON) as captured,
        ):
            self._run()
        self.assertEqual((first.state, second.state), ("delivered", "pending"))
        self.assertTrue(captured.records)

    def test_with_nothing_left_nobody_is_woken(self):
        row = self._confirm()
        with receiving(self.secret, ()) as receiver, self.capture_triggers(CRON) as captured:
            self._run(receiver)
        self.assertEqual(row.state, "delivered")
        self.assertFalse(captured.records)

    @mute_logger("support_center.automation")
    def test_the_next_attempt_wakes_the_job_when_it_is_due(self):
        row = self._confirm()
        with (
            receiving(self.secret, [(500,)]) as receiver,
            self.capture_triggers(CRON) as captured,
        ):
            self._run(receiver)
        self.assertEqual(captured.records.mapped("call_at"), [row.next_try])
        self.assertGreater(row.next_try, fields.Datetime.now())

    def test_the_oldest_message_first(self):
        rows = [self._confirm() for _number in range(3)]
        rows[2].next_try -= timedelta(minutes=1)
        with receiving(self.secret, ()) as receiver:
            self._run(receiver)
        expected = [rows[2].message_id, rows[0].message_id, rows[1].message_id]
        self.assertEqual(receiver.ids, expected)
