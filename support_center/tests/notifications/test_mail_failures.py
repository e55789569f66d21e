import smtplib
from contextlib import ExitStack
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestMailFailures(SupportMailCase):
    """Whatever becomes of a mail: the save succeeds, somebody is told, nothing counts as sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # What others have queued would meet the bad server first.
        cls.env["mail.mail"].search([("state", "=", "outgoing")]).cancel()

    def _confirm(self, **values):
        appointment = self._create_appointment(**values)
        appointment.action_confirm()
        return appointment

    def _work_off_queue(self, **errors):
        """Let the queue's cron meet a mail server that behaves badly."""
        with (
            self.mock_mail_gateway(),
            ExitStack() as stack,
            mute_logger("odoo.addons.mail.models.mail_mail", "support_center.automation"),
        ):
            for name, error in errors.items():
                # On the class of the registry, which stands before the one that is mocked.
                servers = self.env.registry["ir.mail_server"]
                # In Odoo 19 the first of them has another name.
                method = name if hasattr(servers, name) else f"_{name}__"
                stack.enter_context(patch.object(servers, method, side_effect=error))
            self.env["mail.mail"].process_email_queue()

    def _assert_told(self, appointment, text):
        row = self._get_log(appointment, "send_confirmation").filtered(
            lambda r: r.outcome == "failed"
        )
        self.assertIn(text, row.message)
        self.assertIn(text, appointment.activity_ids.note)
        self.assertFalse(appointment.confirmation_sent)
        self.assertEqual(appointment.state, "confirmed")
        self.assertEqual(self._get_notices(appointment).state, "exception")

    def test_template_that_raises(self):
        template = self.env.ref("support_center.mail_template_appointment_confirmation")
        # By SQL, since Odoo 19 looks at a template before it stores it.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE mail_template SET subject = %s WHERE id = %s",
            ['{"en_US": "{{ 1 / 0 }}"}', template.id],
        )
        self.env.invalidate_all()
        with mute_logger("support_center.automation", "odoo.addons.mail.models.mail_render_mixin"):
            appointment = self._confirm()
        self.assertEqual(appointment.state, "confirmed")
        self.assertFalse(appointment.confirmation_sent)
        self.assertFalse(self._get_notices(appointment))
        self.assertEqual(self._get_log(appointment, "send_confirmation").outcome, "failed")
        self.assertTrue(appointment.activity_ids)

    def test_server_that_refuses_the_connection(self):
        appointment = self._confirm()
        self._work_off_queue(connect=ConnectionRefusedError("connection refused"))
        self._assert_told(appointment, "connection refused")

    def test_server_that_hangs(self):
        appointment = self._confirm()
        self._work_off_queue(connect=TimeoutError("timed out"))
        self._assert_told(appointment, "timed out")

    def test_server_that_refuses_the_recipient(self):
        appointment = self._confirm()
        error = smtplib.SMTPRecipientsRefused({"known@example.com": (550, b"no such user")})
        self._work_off_queue(send_email=error)
        self._assert_told(appointment, "no such user")

    def test_server_that_drops_the_connection(self):
        appointment = self._confirm()
        self._work_off_queue(send_email=smtplib.SMTPServerDisconnected("went away"))
        self._assert_told(appointment, "could not be sent")

    def test_sent_again_by_hand_counts_as_sent(self):
        appointment = self._confirm()
        self._work_off_queue(connect=ConnectionRefusedError("connection refused"))
        mail = self._get_notices(appointment)
        mail.action_retry()
        self._work_off_queue()
        self.assertEqual(mail.state, "sent")
        self.assertTrue(appointment.confirmation_sent)

    def test_a_failed_reminder_is_queued_anew_and_not_doubled(self):
        visit = self._create_appointment(
            start=at("2026-03-03 06:00"), state="confirmed", send_confirmation_email=False
        )
        self.env["support.appointment"]._cron_send_reminders()
        self._work_off_queue(connect=ConnectionRefusedError("connection refused"))
        self.assertFalse(visit.reminder_sent)
        self.env["support.appointment"]._cron_send_reminders()
        self.assertEqual(self._get_notices(visit).mapped("state"), ["cancel", "outgoing"])
        self._work_off_queue()
        self.assertEqual(self._get_notices(visit).mapped("state"), ["cancel", "sent"])
        self.assertTrue(visit.reminder_sent)
        self.assertEqual(len(visit.activity_ids), 1)

    def test_a_failed_reminder_is_withdrawn_with_its_visit(self):
        """Sent again by hand, it would remind of a visit that was called off or moved."""
        for change in ({"state": "cancelled"}, {"start": at("2026-03-12 10:00")}):
            visit = self._create_appointment(
                start=at("2026-03-03 06:00"), state="confirmed", send_confirmation_email=False
            )
            self.env["support.appointment"]._cron_send_reminders()
            self._work_off_queue(connect=ConnectionRefusedError("connection refused"))
            with self.subTest(change=change):
                visit.write(change)
                self.assertEqual(self._get_notices(visit, "reminder").state, "cancel")

    def test_a_failed_notice_is_replaced_by_a_later_one_of_another_kind(self):
        """Sent again by hand, it would confirm a visit after its cancellation."""
        visit = self._confirm()
        self._work_off_queue(connect=ConnectionRefusedError("connection refused"))
        visit.action_cancel()
        self.assertEqual(self._get_notices(visit, "confirmation").state, "cancel")
        self.assertEqual(self._get_notices(visit, "cancelled").state, "outgoing")

    def test_a_confirmation_that_failed_takes_no_reminder_s_place(self):
        visit = self._confirm(start=at("2026-03-03 06:00"))
        self._work_off_queue(connect=ConnectionRefusedError("connection refused"))
        self.env["support.appointment"]._cron_send_reminders()
        self.assertEqual(self._get_notices(visit, "reminder").state, "outgoing")

    def test_server_down_for_many_makes_few_activities(self):
        visits = self.env["support.appointment"].union(
            *(self._confirm(start=at(f"2026-03-05 {hour:02}:00")) for hour in range(8, 22))
        )
        self._work_off_queue(connect=ConnectionRefusedError("connection refused"))
        rows = self._get_log(action="send_confirmation").filtered(lambda r: r.outcome == "failed")
        self.assertEqual(sorted(rows.mapped("res_id")), sorted(visits.ids))
        self.assertFalse(any(visits.mapped("confirmation_sent")))
        self.assertEqual(len(visits.activity_ids), 10)
