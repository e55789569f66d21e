import psycopg2

from odoo import api, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportCase, SupportMailCase, at


@tagged("post_install", "-at_install")
class TestNotificationRows(SupportCase):
    def _get_rows(self, record):
        return self.env["support.notification"].search(
            [("appointment_id", "in", record.ids)], order="id"
        )

    def _describe(self, record):
        return [(row.kind, row.state) for row in self._get_rows(record)]

    def _confirm(self, **values):
        visit = self._create_appointment(**values)
        visit.action_confirm()
        return visit

    def test_each_message_is_a_row(self):
        visit = self._confirm()
        visit.location = "Second floor"
        visit.start = at("2026-03-06 10:00")
        visit.action_cancel()
        rows = self._get_rows(visit)
        self.assertEqual(
            rows.mapped("kind"), ["confirmation", "updated", "rescheduled", "cancelled"]
        )
        self.assertEqual(rows.mail_id, self._get_notices(visit))
        self.assertEqual(
            rows.mapped("announced_start"),
            [at("2026-03-05 10:00"), at("2026-03-05 10:00"), *[at("2026-03-06 10:00")] * 2],
        )
        self.assertEqual(set(rows.mapped("channel")), {"email"})
        self.assertEqual(set(rows.mapped("due")), {fields.Datetime.now()})

    def test_the_state_follows_the_mail(self):
        visit = self._confirm()
        row = self._get_rows(visit)
        self.assertEqual(row.state, "queued")
        row.mail_id.cancel()
        self.assertEqual(row.state, "withdrawn")
        row.mail_id.mark_outgoing()
        self.assertEqual(row.state, "queued")
        row.mail_id.unlink()
        self.assertEqual((row.state, row.mail_id.ids), ("withdrawn", []))

    def test_what_failed_is_replaced_by_what_tells_of_the_time(self):
        visit = self._confirm()
        failed = self._get_rows(visit).mail_id
        failed.state = "exception"
        # An offer, or a question, says nothing of the visit that the confirmation has said.
        visit._announce("rating")
        self.assertEqual(failed.state, "exception")
        visit.start = at("2026-03-06 10:00")
        self.assertEqual(failed.state, "cancel")

    def test_what_was_called_off_is_withdrawn(self):
        visit = self._create_appointment(
            start=at("2026-03-03 05:00"), state="confirmed", send_confirmation_email=False
        )
        self.env["support.appointment"]._cron_send_reminders()
        self.assertEqual(self._describe(visit), [("reminder", "queued")])
        visit.start = at("2026-03-03 06:00")
        self.assertEqual(self._describe(visit)[0], ("reminder", "withdrawn"))
        self.env["support.appointment"]._cron_send_reminders()
        self.assertEqual(self._describe(visit)[-1], ("reminder", "queued"))

    def test_who_cannot_be_told_has_a_row_that_says_why(self):
        self.customer.email = False
        visit = self._confirm()
        row = self._get_rows(visit)
        self.assertEqual((row.kind, row.state), ("confirmation", "skipped"))
        self.assertIn("address", row.reason)
        # Saved again, the rule runs again: still one row.
        visit.location = "Second floor"
        self.assertEqual(len(self._get_rows(visit)), 1)

    def test_a_wrong_template_is_a_failure(self):
        self.env.ref("support_center.mail_template_appointment_confirmation").body_html = ""
        row = self._get_rows(self._confirm())
        self.assertEqual(row.state, "failed")
        self.assertIn("no text", row.reason)

    @mute_logger("odoo.sql_db")
    def test_the_database_has_one_row_of_a_message(self):
        visit = self._confirm()
        row = self._get_rows(visit)
        with self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            row.copy({"appointment_id": visit.id, "version": row.version})
            self.env.flush_all()

    def test_a_second_confirmation_of_the_same_time_is_another_message(self):
        visit = self._confirm()
        self._get_notices(visit).write({"state": "sent"})
        visit.action_cancel()
        visit.action_undo_cancel()
        visit.action_cancel()
        self._get_notices(visit, "cancelled").write({"state": "sent"})
        visit.action_undo_cancel()
        kinds = [row.kind for row in self._get_rows(visit)]
        self.assertEqual(kinds.count("confirmation"), 2)

    def test_answers_are_recorded_each(self):
        visit = self._create_appointment()
        rows = self.env["support.notification"]
        mail = self.env["mail.mail"].create({"support_notice": "answer", "body_html": "Hello"})
        first = rows._record(visit, "answer", mail)
        second = rows._record(visit, "answer", state="skipped", reason="A program wrote the mail.")
        self.assertEqual(len(first | second), 2)
        mail.write({"state": "sent"})
        self.assertEqual((first.state, second.state), ("sent", "skipped"))
        self.assertEqual(second.reason, "A program wrote the mail.")
        with self.assertRaisesRegex(ValueError, "'praise'"):
            rows._record(visit, "praise")

    def test_failed_stands_first(self):
        visit = self._confirm()
        rows = self.env["support.notification"]
        failed = rows._record(visit, "answer", state="failed", reason="No answer of the server")
        rows._record(visit, "answer", state="sent")
        found = rows.with_user(self.user_dispatcher).search([("appointment_id", "=", visit.id)])
        self.assertEqual(found[0], failed)
        self.assertEqual(visit.with_user(self.user_dispatcher).notification_ids, found)

    def test_it_goes_with_the_visit(self):
        visit = self._create_appointment()
        self.env["support.notification"]._record(visit, "answer")
        visit.unlink()
        self.assertFalse(self.env["support.notification"].search([]))

    def test_erasure_empties_the_reason(self):
        visit = self._create_appointment()
        row = self.env["support.notification"]._record(
            visit, "answer", state="failed", reason="known@example.com: no such user"
        )
        visit.action_cancel()
        visit.with_user(self.user_manager).action_erase_personal_data()
        self.assertFalse(row.reason)
        self.assertEqual(row.state, "failed")

    def test_a_channel_is_one_class(self):
        base = self.env["support.notification.channel"]
        self.assertEqual([channel._channel for channel in base._get_all()], ["email"])
        sent = []

        class TextMessages(type(base)):
            """What another addon would add to tell customers by telephone."""

            _register = False
            _channel = "text"
            _channel_sequence = 50

            @api.model
            def _get_label(self):
                return "Text message"

            @api.model
            def _choose(self, _kind, appointments):
                return appointments.filtered("customer_phone")

            @api.model
            def _send(self, kind, appointments, _reminder):
                sent.extend((kind, record.customer_phone) for record in appointments)
                return {}

        channels = [TextMessages(self.env, (), ()), *base._get_all()]
        self.patch(type(base), "_get_all", lambda _self: channels)
        visit = self._confirm()
        self.customer.phone = False
        other = self._confirm(start=at("2026-03-06 10:00"))
        row, by_mail = self._get_rows(visit | other)
        self.assertEqual((row.channel, row.state, row.kind), ("text", "sent", "confirmation"))
        self.assertEqual(sent, [("confirmation", "+32 2 555 01 00")])
        self.assertEqual(by_mail.channel, "email")
        # By whichever channel, the marks tell what the customer knows.
        self.assertEqual(visit.announced_start, visit.start)
        self.assertTrue(visit.confirmation_sent)
        self.assertFalse(self._get_notices(visit))
        labels = dict(self.env["support.notification"]._list_channels())
        self.assertEqual(labels, {"text": "Text message", "email": "E-mail"})


@tagged("post_install", "-at_install")
class TestResend(SupportMailCase):
    @mute_logger("support_center.automation")
    def test_a_failure_is_told_and_sent_again(self):
        visit = self._create_appointment()
        visit.action_confirm()
        row = self.env["support.notification"].search([("appointment_id", "=", visit.id)])
        mail = row.mail_id
        mail.write({"state": "exception", "failure_reason": "Mailbox full"})
        mail._report_support_mails()
        self.assertEqual((row.state, row.reason), ("failed", "Mailbox full"))
        self.assertFalse(visit.confirmation_sent)
        row.with_user(self.user_dispatcher).action_resend()
        self.assertEqual((row.state, row.reason), ("queued", False))
        self._send_queue()
        self.assertEqual(row.state, "sent")
        self.assertTrue(visit.confirmation_sent)
        with self.assertRaisesRegex(UserError, "only what has failed"):
            row.with_user(self.user_dispatcher).action_resend()

    @mute_logger("support_center.automation")
    def test_what_is_not_true_any_more_is_not_sent_again(self):
        visit = self._create_appointment()
        visit.action_confirm()
        row = self.env["support.notification"].search([("appointment_id", "=", visit.id)])
        row.mail_id.write({"state": "exception"})
        row.mail_id._report_support_mails()
        self.assertEqual(row.state, "failed")
        visit._write_marks({"confirmation_sent": True})
        visit.action_cancel()
        row = row.exists().filtered(lambda each: each.state == "failed")
        for each in row:
            with self.assertRaisesRegex(UserError, "the visit has not passed"):
                each.with_user(self.user_dispatcher).action_resend()

    @mute_logger("support_center.automation")
    def test_a_mail_that_was_deleted_is_written_anew(self):
        visit = self._create_appointment()
        visit.action_confirm()
        row = self.env["support.notification"].search([("appointment_id", "=", visit.id)])
        row.mail_id.write({"state": "exception"})
        row.mail_id._report_support_mails()
        row.mail_id.unlink()
        self.assertEqual(row.state, "failed")
        row.with_user(self.user_dispatcher).action_resend()
        rows = self.env["support.notification"].search([("appointment_id", "=", visit.id)])
        self.assertIn("queued", rows.mapped("state"))
        self.assertEqual(self._get_notices(visit).state, "outgoing")
