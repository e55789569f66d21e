from datetime import datetime, timedelta, timezone

from freezegun import freeze_time
from standardwebhooks import Webhook

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ...delivery.backoff import MAX_ATTEMPTS
from ...delivery.signature import make_secret
from ..common import at
from ..health.common import HealthCase
from .receiver import ReceiverMixin, receiving

CRON = "support_center.cron_deliver_webhooks"


class EndpointCase(ReceiverMixin, HealthCase, CronMixinCase):
    """A receiver on this machine, and visits that are told of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("support_center.automation_webhook_response").active = True
        cls.deliveries = cls.env["support.webhook.delivery"]
        cls.endpoints = cls.env["support.webhook.endpoint"]
        cls.secret = cls.deliveries._get_or_make_secret()
        cls._set("allow_private", "True")
        cls._set("response_url", "http://127.0.0.1:9/hook")

    @classmethod
    def _set(cls, name, value):
        cls.env["ir.config_parameter"].set_param(f"support_center.webhook_{name}", value)

    def _confirm(self, **values):
        visit = self._create_appointment(state="confirmed", **values)
        self.env.flush_all()
        return visit

    def _get_rows(self, visit):
        return self.deliveries.search([("appointment_id", "=", visit.id)], order="id")

    def _receiving(self, *answers):
        return receiving(self.secret, answers)

    def _run(self, receiver, after=timedelta()):
        """Run the job some time from now."""
        self._set("response_url", receiver.url)
        with freeze_time(fields.Datetime.now() + after):
            self.deliveries._cron_deliver()
        self.env.invalidate_all()

    def _get_told(self, receiver):
        return [
            (message["type"].removeprefix("appointment."), message["data"]["sequence"])
            for message in receiver.messages
        ]


@tagged("post_install", "-at_install")
class TestWebhookOrder(EndpointCase):
    """What is told of one appointment arrives in its order, or says that it is older."""

    @mute_logger("support_center.automation")
    def test_a_message_that_is_tried_again_does_not_come_after_a_later_one(self):
        visit = self._confirm()
        with self._receiving((500,)) as receiver:
            self._run(receiver)
            visit.action_cancel()
            self._run(receiver)
            confirmed, cancelled = self._get_rows(visit)
            self.assertEqual((confirmed.attempts, cancelled.attempts), (1, 0))
            self.assertTrue(cancelled.is_behind)
            self.assertEqual(self.deliveries.search([("is_behind", "=", True)]), cancelled)
            self.assertIn(confirmed, self.deliveries.search([("is_behind", "=", False)]))
            self._run(receiver, timedelta(seconds=10))
        self.assertEqual(self._get_told(receiver), [("confirmed", 1), ("cancelled", 2)])
        self.assertFalse(cancelled.is_behind)

    @mute_logger("support_center.automation")
    def test_other_appointments_do_not_wait(self):
        waiting = self._confirm()
        with self._receiving((500,)) as receiver:
            self._run(receiver)
            other = self._confirm(start=at("2026-03-09 10:00"))
            waiting.action_cancel()
            self._run(receiver)
        self.assertEqual([m["data"]["id"] for m in receiver.messages], [other.id])

    @mute_logger("support_center.automation")
    def test_what_was_given_up_lets_the_next_one_go(self):
        visit = self._confirm()
        visit.action_cancel()
        self.env.flush_all()
        confirmed, cancelled = self._get_rows(visit)
        confirmed.attempts = MAX_ATTEMPTS - 1
        with self._receiving((500,)) as receiver:
            self._run(receiver)
            self.assertEqual((confirmed.state, cancelled.state), ("dead", "delivered"))
            # Sent again by hand, it comes late; its number says so.
            confirmed.with_user(self.user_manager).action_retry()
            self._run(receiver)
        self.assertEqual(self._get_told(receiver), [("cancelled", 2), ("confirmed", 1)])

    @mute_logger("support_center.automation")
    def test_a_new_event_does_not_wait_for_the_long_pauses_of_an_old_one(self):
        visit = self._confirm()
        with self._receiving(*[(500,)] * 5) as receiver:
            for hours in range(5):
                self._run(receiver, timedelta(hours=3 * hours))
            (confirmed,) = self._get_rows(visit)
            self.assertEqual(confirmed.attempts, 5)
            with freeze_time(fields.Datetime.now() + timedelta(hours=13)):
                self.assertGreater(confirmed.next_try, fields.Datetime.now() + timedelta(hours=3))
                visit.action_cancel()
                self.env.flush_all()
            self._run(receiver, timedelta(hours=13))
        self.assertEqual(self._get_told(receiver), [("confirmed", 1), ("cancelled", 2)])

    def test_a_new_event_leaves_alone_what_a_server_has_taken(self):
        visit = self._confirm()
        taken = self.deliveries._claim()
        until = taken.next_try
        visit.action_cancel()
        self.env.flush_all()
        self.assertEqual(taken.next_try, until)
        self.assertFalse(self.deliveries._claim())

    def test_what_is_held_back_lets_the_next_one_go(self):
        visit = self._confirm()
        visit.action_cancel()
        self.env.flush_all()
        confirmed, cancelled = self._get_rows(visit)
        confirmed.held = True
        with self._receiving() as receiver:
            self._run(receiver)
        self.assertEqual((confirmed.state, cancelled.state), ("pending", "delivered"))

    @mute_logger("support_center.automation")
    def test_messages_about_an_appointment_that_was_deleted_stay_in_order(self):
        visit = self._confirm()
        visit.action_cancel()
        self.env.flush_all()
        visit.unlink()
        with self._receiving((500,)) as receiver:
            self._run(receiver)
            self.assertFalse(receiver.messages)
            self._run(receiver, timedelta(minutes=1))
        self.assertEqual(self._get_told(receiver), [("confirmed", 1), ("cancelled", 2)])

    @mute_logger("support_center.automation")
    def test_what_waits_in_line_is_no_work_that_is_left(self):
        """Else the job would be woken for it without an end, and Health would call it late."""
        visit = self._confirm()
        with self._receiving((500,)) as receiver:
            self._run(receiver)
            visit.action_cancel()
            self.env.flush_all()
            self.assertEqual(self.deliveries._count_due(), 0)
            confirmed, _cancelled = self._get_rows(visit)
            confirmed.next_try += timedelta(hours=9)
            with freeze_time(fields.Datetime.now() + timedelta(hours=2)):
                self.assertFalse(
                    self._get_lines().filtered(lambda line: line.name == "Webhooks waiting")
                )

    def test_a_hundred_messages_take_no_more_queries_each_than_ten(self):
        counts = []
        for number in (10, 100):
            self.deliveries.search([]).unlink()
            visit = self._create_appointment()
            events = [("appointment.confirmed", visit)] * number
            self.deliveries._enqueue(events, "https://x.example")
            self.env.flush_all()
            self.deliveries._claim()  # whatever is read once is read now
            self.deliveries.search([]).write({"next_try": fields.Datetime.now(), "attempts": 0})
            with self._receiving() as receiver:
                self._set("response_url", receiver.url)
                before = self.env.cr.sql_log_count
                self.deliveries._cron_deliver()
                counts.append((self.env.cr.sql_log_count - before) / number)
            self.assertEqual(
                [message["data"]["sequence"] for message in receiver.messages],
                list(range(1, number + 1)),
            )
        self.assertLessEqual(counts[1], counts[0] + 1, counts)


@tagged("post_install", "-at_install")
class TestWebhookEndpoint(EndpointCase):
    """An address that wants rest, or nothing any more."""

    # Rest

    @mute_logger("support_center.automation")
    def test_a_receiver_that_asks_for_time_is_sent_nothing_else(self):
        for status in (429, 503):
            with self.subTest(status), self._receiving((status, ("Retry-After", "3600"))) as box:
                self._confirm()
                with self.capture_triggers(CRON) as captured:
                    self._run(box)
                self._confirm(start=at("2026-03-09 10:00"))
                self._run(box)
                self._run(box, timedelta(minutes=59))
                self.assertEqual(len(box.ids), 1)
                until = fields.Datetime.now() + timedelta(hours=1)
                self.assertIn(until, captured.records.mapped("call_at"))
                with freeze_time(fields.Datetime.now() + timedelta(minutes=45)):
                    self._assert_line("Webhook deliveries", "ok", "too much to do")
                self._run(box, timedelta(hours=1))
                self.assertEqual(len(box.messages), 2)
                self.assertFalse(self.endpoints._find(box.url).rests_until)

    @mute_logger("support_center.automation")
    def test_a_receiver_that_names_no_time_rests_briefly(self):
        with self._receiving((502,)) as receiver:
            self._confirm()
            self._run(receiver)
            self._confirm(start=at("2026-03-09 10:00"))
            self._run(receiver)
            self.assertEqual(len(receiver.ids), 1)
            self._run(receiver, timedelta(seconds=7))
            self.assertEqual(len(receiver.messages), 2)

    @mute_logger("support_center.automation")
    def test_other_failures_are_of_their_message_alone(self):
        with self._receiving((500, ("Retry-After", "3600"))) as receiver:
            first = self._confirm()
            self._run(receiver)
            second = self._confirm(start=at("2026-03-09 10:00"))
            self._run(receiver)
        self.assertEqual(self._get_rows(first).state, "pending")
        self.assertEqual(self._get_rows(second).state, "delivered")

    # Off

    def _get_notices_of_off(self):
        return self.env["mail.message"].search(
            [("subject", "=", "The response webhook was switched off")]
        )

    @mute_logger("support_center.automation")
    def test_410_switches_off_tells_and_loses_nothing(self):
        visit = self._confirm()
        visit.action_cancel()
        other = self._confirm(start=at("2026-03-09 10:00"))
        with self._receiving((410,)) as receiver, self.mock_mail_gateway():
            self._run(receiver)
            self.assertEqual(len(receiver.ids), 1, "nothing after that")
            later = self._confirm(start=at("2026-03-10 10:00"))
            self._run(receiver, timedelta(days=3))
            self.assertEqual(len(receiver.ids), 1)
            refused, cancelled = self._get_rows(visit)
            waiting = cancelled | self._get_rows(other) | self._get_rows(later)
            self.assertEqual(set(waiting.mapped("state")), {"pending"})
            self.assertEqual((refused.state, refused.attempts), ("dead", 1))

            # Told: an activity, one notice to the administrators, the log, Health, the settings.
            activity = (visit | other | later).activity_ids
            self.assertEqual(activity.summary, "The response webhook was switched off")
            self.assertIn("410", activity.note)
            notice = self._get_notices_of_off()
            self.assertIn(self.admin.partner_id, notice.notified_partner_ids)
            self.assertIn("switch it on again", notice.body)
            row = self.env["support.automation.log"].search([("action", "=", "switch_off_webhook")])
            self.assertEqual(row.outcome, "failed")
            line = self._assert_line("Response webhook switched off", "problem", "410")
            self.assertEqual(line.count, 3)
            self._assert_opens(line, cancelled)
            panel = self.env["support.settings.panel"].with_user(self.admin)
            shown = {each["key"]: each for each in panel.load("webhook")["rows"]}["out"]
            self.assertEqual(shown["badge"][1], "danger")
            self.assertIn("410", shown["text"])

            # What was given up waits for the address, too.
            with self.assertRaisesRegex(UserError, "switched off.*410.*Health"):
                refused.with_user(self.user_manager).action_retry()

            # On again, all of it leaves, in its order.
            with self.capture_triggers(CRON) as captured:
                notice = panel.press("webhook", "out", "resume")
            self.assertIn("4 messages are on their way", notice["params"]["message"])
            self.assertTrue(captured.records)
            self._run(receiver)
            self.assertEqual(
                self._get_told(receiver),
                [("confirmed", 1), ("cancelled", 2), ("confirmed", 1), ("confirmed", 1)],
            )
            self._assert_line("Webhook deliveries", "ok", "Nothing given up")

    @mute_logger("support_center.automation")
    def test_switched_on_again_in_health_by_a_manager_only(self):
        with self._receiving((410,)) as receiver:
            visit = self._confirm()
            self._run(receiver)
            for user in (self.user_manager, self.admin):
                line = self._get_line("Response webhook switched off", self._look(user))
                self.assertTrue(line.can_resume_webhook)
            line.action_resume_webhook()
            with self.assertRaisesRegex(UserError, "not switched off"):
                self.endpoints._resume_current()
            self._run(receiver)
        self.assertEqual(self._get_rows(visit).state, "delivered")

    @mute_logger("support_center.automation")
    def test_another_address_is_on(self):
        with self._receiving((410,)) as gone, self._receiving() as other:
            visit = self._confirm()
            visit.action_cancel()
            self._run(gone)
            self._run(other)
            self.assertEqual(self._get_told(other), [("cancelled", 2)])
            self._get_rows(visit)[0].with_user(self.user_manager).action_retry()
            self._run(other)
            self.assertEqual(len(other.messages), 2)
            # Set back, the first one is still off.
            self._set("response_url", gone.url)
            self._assert_line("Response webhook switched off", "problem", "410")

    @mute_logger("support_center.automation")
    def test_five_days_of_nothing_but_failures_switch_off(self):
        with self._receiving(*[(500,)] * 99) as receiver, self.mock_mail_gateway():
            visits = [self._confirm(start=at(f"2026-03-{day:02} 10:00")) for day in (9, 10)]
            for hours in range(0, 120, 12):
                self._run(receiver, timedelta(hours=hours))
                self.assertFalse(self.endpoints._find(receiver.url).off_since, hours)
            self.assertGreater(self.endpoints._find(receiver.url).failures, MAX_ATTEMPTS)
            late = self._confirm(start=at("2026-03-11 10:00"))
            self._run(receiver, timedelta(hours=119))
            self.assertFalse(self.endpoints._find(receiver.url).off_since)
            self.assertFalse(self._get_notices_of_off())
            self._run(receiver, timedelta(hours=121))
            endpoint = self.endpoints._find(receiver.url)
            self.assertEqual(endpoint.off_reason, "failing")
            self.assertEqual(endpoint.failing_since, fields.Datetime.now())
            self.assertEqual(len(self._get_notices_of_off()), 1)
            tried = len(receiver.ids)
            self._run(receiver, timedelta(days=9))
            self.assertEqual(len(receiver.ids), tried)
            self.assertEqual(self._get_rows(late).state, "pending")
            self._assert_line("Response webhook switched off", "problem", "attempts")
            receiver.answers.clear()
            self.endpoints.with_user(self.admin)._resume_current()
            self._run(receiver, timedelta(days=9))
            rows = self.deliveries.search([])
            self.assertEqual(rows.appointment_id, visits[0] | visits[1] | late)
            self.assertEqual(set(rows.mapped("state")), {"delivered"})

    @mute_logger("support_center.automation")
    def test_one_message_that_is_taken_starts_the_clock_anew(self):
        with self._receiving() as receiver:
            for number in range(12):
                receiver.answers[:] = [(200,)] if number == 6 else [(500,)]
                self._confirm(start=at(f"2026-03-{9 + number:02} 10:00"))
                self.deliveries.search([("attempts", ">", 0)]).write({"next_try": False})
                self._run(receiver, timedelta(hours=12 * number))
            endpoint = self.endpoints._find(receiver.url)
            self.assertEqual(endpoint.failures, 5)
            self.assertFalse(endpoint.off_since)
            since = fields.Datetime.now() + timedelta(hours=12 * 7)
            self.assertEqual(endpoint.failing_since, since)

    @mute_logger("support_center.automation")
    def test_a_single_message_that_the_receiver_stumbles_over_switches_nothing_off(self):
        with self._receiving(*[(500,)] * MAX_ATTEMPTS) as receiver:
            visit = self._confirm()
            for day in range(MAX_ATTEMPTS):
                self._run(receiver, timedelta(days=2 * day))
            self.assertEqual(self._get_rows(visit).state, "dead")
            self.assertFalse(self.endpoints._find(receiver.url).off_since)

    @mute_logger("support_center.automation")
    def test_faults_of_our_own_say_nothing_of_the_receiver(self):
        self._set("secret", "whsec_short")
        with self._receiving() as receiver:
            self._confirm()
            self._run(receiver)
            self.assertFalse(self.endpoints._find(receiver.url))

    # Two secrets

    def test_while_the_secret_is_changed_a_receiver_with_either_takes_the_message(self):
        old = self.secret
        page = self.env["res.config.settings"].create({})
        page.action_support_center_rotate_secret()
        new = self.deliveries._get_or_make_secret()
        self.assertNotEqual(new, old)
        for number, secret in enumerate((old, new)):
            with receiving(secret, ()) as receiver:
                self._confirm(start=at(f"2026-03-{9 + number:02} 10:00"))
                self._run(receiver)
                self.assertEqual(len(receiver.messages), 1)
                self.assertEqual(len(receiver.signatures[0]), 2)
        self._set("secret_previous", "")
        with receiving(new, ()) as receiver:
            self._confirm(start=at("2026-03-12 10:00"))
            self._run(receiver)
            self.assertEqual((len(receiver.messages), len(receiver.signatures[0])), (1, 1))

    def test_a_ping_is_signed_by_both(self):
        old = self.secret
        self._set("secret_previous", old)
        self._set("secret", make_secret())
        with receiving(old, ()) as receiver:
            self._set("response_url", receiver.url)
            is_good, _text = self.env["support.webhook.ping"]._ping()
        self.assertTrue(is_good)
        self.assertEqual(len(receiver.signatures[0]), 2)

    def test_the_signature_of_the_specification(self):
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        message_id, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}'
        moment = datetime.fromtimestamp(1614265330, tz=timezone.utc)
        self._set("secret_previous", secret)
        headers = self.deliveries._sign(message_id, body, moment)
        self.assertEqual(headers["webhook-timestamp"], "1614265330")
        self.assertIn(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            headers["webhook-signature"].split(" "),
        )
        now = datetime.now(tz=timezone.utc)
        headers = self.deliveries._sign(message_id, body, now)
        for each in (secret, self.secret):
            self.assertEqual(Webhook(each).verify(body, headers), {"test": 2432232314})
