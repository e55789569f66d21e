from datetime import timedelta

from freezegun import freeze_time
from icalendar import Calendar

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..common import SupportMailCase, at


@tagged("post_install", "-at_install")
class TestNotices(SupportMailCase, CronMixinCase):
    """Confirmation, new time, other changes, cancellation: each told once, on the queue."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"email": "office@example.com", "name": "Repairs & Co"})

    def _confirm(self, **values):
        appointment = self._create_appointment(**values)
        appointment.action_confirm()
        return appointment

    def _get_event(self, mail):
        """Method of the calendar file and the event in it."""
        (attachment,) = mail.attachment_ids
        calendar = Calendar.from_ical(attachment.raw)
        (event,) = calendar.walk("VEVENT")
        return str(calendar["METHOD"]), event

    # Confirmation

    def test_confirmation_is_queued_once_and_marked(self):
        appointment = self._create_appointment(location="123 Main Street", type_id=self.type.id)
        self.assertFalse(self._get_notices(appointment))
        appointment.with_user(self.user_dispatcher).action_confirm()
        mail = self._get_notices(appointment)
        self.assertEqual(mail.support_notice, "confirmation")
        self.assertEqual(mail.state, "outgoing")
        self.assertFalse(mail.auto_delete)
        self.assertTrue(appointment.confirmation_sent)
        self.assertEqual(mail.recipient_ids, self.customer)
        self.assertIn("Thursday 5 March 2026, 10:00 (UTC)", mail.subject)
        for text in ("123 Main Street", "Repair", appointment.name, "Known Customer"):
            self.assertIn(text, mail.body_html)
        self.assertIn(f"/my/appointments/{appointment.id}?access_token=", mail.body_html)
        appointment.write({"state": "confirmed"})
        appointment._rule_send_confirmation()
        self.assertEqual(len(self._get_notices(appointment)), 1)
        self.assertEqual(self._get_log(appointment, "send_confirmation").outcome, "ok")

    def test_created_as_confirmed_is_confirmed_too(self):
        appointment = self._create_appointment(state="confirmed")
        self.assertEqual(self._get_notices(appointment).support_notice, "confirmation")

    def test_many_at_once_get_one_each(self):
        appointments = self.env["support.appointment"].union(
            *(self._create_appointment(start=at(f"2026-03-0{day} 10:00")) for day in range(3, 9))
        )
        queue = self.env.registry["support.notifier"]._queue
        batches = []

        def _queue(notifier, kind, records):
            batches.append(len(records))
            return queue(notifier, kind, records)

        self.patch(self.env.registry["support.notifier"], "_queue", _queue)
        appointments.action_confirm()
        mails = self._get_notices(appointments)
        self.assertEqual(sorted(mails.mapped("res_id")), sorted(appointments.ids))
        self.assertEqual(batches, [6])

    def test_a_rule_that_was_narrowed_acts_on_what_it_is_meant_for_alone(self):
        rule = self.env.ref("support_center.automation_send_confirmation")
        rule.filter_domain = "[('state', '=', 'confirmed'), ('priority', '=', '3')]"
        urgent = self._create_appointment(priority="3")
        other = self._create_appointment(start=at("2026-03-06 10:00"))
        (other | urgent).action_confirm()
        self.assertTrue(self._get_notices(urgent))
        self.assertFalse(self._get_notices(other))

    def test_unwanted_confirmation_is_not_sent(self):
        appointment = self._confirm(send_confirmation_email=False)
        self.assertFalse(self._get_notices(appointment))
        self.assertFalse(appointment.confirmation_sent)

    def test_confirmed_in_the_form(self):
        appointment = self._create_appointment()
        with Form(appointment.with_user(self.user_dispatcher)) as form:
            form.location = "Second floor"
        appointment.with_user(self.user_dispatcher).action_confirm()
        self.assertIn("Second floor", self._get_notices(appointment).body_html)

    def test_language_and_zone_of_the_customer(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.customer.write({"lang": "de_DE", "tz": "Europe/Berlin"})
        appointment = self._confirm()
        self.assertIn(
            "Donnerstag, 5. März 2026, 11:00 (Europe/Berlin)",
            self._get_notices(appointment).subject,
        )

    def test_one_instant_gives_day_and_hour(self):
        """Half past eleven in the evening, UTC, is the next day in Tokyo."""
        appointment = self._confirm(start=at("2026-03-05 23:30"), timezone="Asia/Tokyo")
        self.assertIn(
            "Friday 6 March 2026, 08:30 (Asia/Tokyo)", self._get_notices(appointment).body_html
        )

    def test_what_comes_from_outside_is_escaped(self):
        appointment = self._create_appointment(location="<script>alert(1)</script>")
        self.customer.name = "<b>Bold</b>"
        appointment.action_confirm()
        body = self._get_notices(appointment).body_html
        self.assertNotIn("<script>alert", body)
        self.assertIn("&lt;b&gt;Bold&lt;/b&gt;", body)

    def test_the_queue_is_woken_after_the_commit(self):
        """Odoo works its queue off once an hour; nobody should wait for that."""
        with self.capture_triggers("mail.ir_cron_mail_scheduler_action") as captured:
            self._confirm()
        self.assertTrue(captured.records)

    # Who cannot be told

    def test_no_address_no_mail_and_the_reason_is_logged(self):
        for address in (False, "not an address"):
            with self.subTest(address):
                self.customer.email = address
                appointment = self._confirm()
                self.assertEqual(appointment.state, "confirmed")
                self.assertFalse(self._get_notices(appointment))
                self.assertFalse(appointment.confirmation_sent)
                row = self._get_log(appointment, "send_confirmation")
                self.assertEqual(row.outcome, "skipped")
                self.assertIn("no valid e-mail address", row.message)

    def test_opted_out_customer_gets_none(self):
        self.env["mail.blacklist"]._add("known@example.com")
        appointment = self._confirm()
        self.assertFalse(self._get_notices(appointment))
        self.assertFalse(appointment.confirmation_sent)
        self.assertIn("blacklist", self._get_log(appointment, "send_confirmation").message)

    def test_a_hundred_of_the_opted_out_take_one_row_each(self):
        self.env["mail.blacklist"]._add("known@example.com")
        visits = self.env["support.appointment"].create(
            [{"partner_id": self.customer.id, "start": at("2026-03-05 10:00")}] * 100
        )
        visits.with_user(self.user_dispatcher).action_confirm()
        rows = self._get_log(action="send_confirmation").filtered(
            lambda row: row.res_id in visits.ids
        )
        self.assertEqual(len(rows), 100)

    def test_a_past_visit_that_is_recorded_is_not_announced(self):
        manager = self.env["support.appointment"].with_user(self.user_manager)
        appointment = manager.create(
            {
                "partner_id": self.customer.id,
                "start": at("2026-02-20 10:00"),
                "state": "confirmed",
            }
        )
        self.assertFalse(self._get_notices(appointment))
        self.assertIn("past", self._get_log(appointment, "send_confirmation").message)

    # Another time

    def test_rescheduled_names_both_times_and_all_else_that_changed(self):
        appointment = self._confirm(location="Here")
        appointment.write({"start": at("2026-03-06 09:00"), "location": "There"})
        mail = self._get_notices(appointment)[1:]
        self.assertEqual(mail.support_notice, "rescheduled")
        for text in ("Thursday 5 March 2026, 10:00", "Friday 6 March 2026, 09:00", "There"):
            self.assertIn(text, mail.body_html)
        appointment.write({"start": at("2026-03-06 09:00")})
        self.assertEqual(len(self._get_notices(appointment)), 2)

    def test_moved_while_a_draft_again(self):
        appointment = self._confirm()
        appointment.action_draft()
        appointment.write({"start": at("2026-03-06 09:00")})
        self.assertEqual(len(self._get_notices(appointment)), 1)
        appointment.action_confirm()
        self.assertEqual(
            self._get_notices(appointment).mapped("support_notice"), ["confirmation", "rescheduled"]
        )

    def test_a_draft_that_is_moved_announces_nothing(self):
        appointment = self._create_appointment()
        appointment.write({"start": at("2026-03-06 09:00")})
        self.assertFalse(self._get_notices(appointment))

    # Other changes

    def test_updated_tells_what_changed(self):
        appointment = self._confirm(location="Here", technician_id=self.technician.id)
        appointment.write({"location": "There", "technician_id": self.technician_2.id})
        mail = self._get_notices(appointment)[1:]
        self.assertEqual(mail.support_notice, "updated")
        for text in ("Here", "There", "First Technician", "Second Technician"):
            self.assertIn(text, mail.body_html)
        appointment.write({"description": "For us alone", "priority": "3"})
        self.assertEqual(len(self._get_notices(appointment)), 2)

    def test_a_change_that_is_taken_back_in_a_draft_is_none(self):
        appointment = self._confirm(location="Here")
        appointment.action_draft()
        appointment.location = "There"
        appointment.location = "Here"
        appointment.action_confirm()
        self.assertEqual(len(self._get_notices(appointment)), 1)

    # Called off

    def test_cancelled_is_told_once_and_confirmed_anew(self):
        appointment = self._confirm()
        appointment.action_cancel()
        mail = self._get_notices(appointment)[1:]
        self.assertEqual(mail.support_notice, "cancelled")
        self.assertIn("Thursday 5 March 2026, 10:00 (UTC)", mail.body_html)
        self.assertFalse(appointment.confirmation_sent)
        appointment.action_draft()
        appointment.action_cancel()
        self.assertEqual(len(self._get_notices(appointment)), 2)
        appointment.action_draft()
        appointment.action_confirm()
        self.assertEqual(
            self._get_notices(appointment).mapped("support_notice"),
            ["confirmation", "cancelled", "confirmation"],
        )

    def test_announced_and_then_a_draft_is_not_cancelled_silently(self):
        appointment = self._confirm()
        appointment.action_draft()
        appointment.action_cancel()
        self.assertEqual(self._get_notices(appointment)[-1].support_notice, "cancelled")

    def test_cancelled_is_told_by_the_time_that_the_customer_expects(self):
        """Not by one that it was moved to without a word to them."""
        later = self._confirm()
        later.action_draft()
        later.start = at("2026-03-02 09:00")
        missed = self._confirm(start=at("2026-03-02 09:00"))
        with freeze_time("2026-03-02 11:00:00"):
            later.action_cancel()
            missed.action_no_show()
            missed.action_draft()
            missed.start = at("2026-03-06 09:00")
            missed.action_cancel()
        self.assertTrue(self._get_notices(later, "cancelled"))
        self.assertFalse(self._get_notices(missed, "cancelled"))

    def test_never_announced_is_cancelled_silently(self):
        appointment = self._create_appointment()
        appointment.action_cancel()
        self.assertFalse(self._get_notices(appointment))

    def test_a_copy_tells_by_itself(self):
        appointment = self._confirm()
        copy = appointment.copy({"start": at("2026-03-09 10:00")})
        self.assertFalse(copy.confirmation_sent)
        self.assertFalse(copy.announced_start)
        self.assertNotEqual(copy.ics_uid, appointment.ics_uid)
        self.assertNotEqual(copy.access_token, appointment.access_token)
        copy.action_confirm()
        self.assertEqual(self._get_notices(copy).support_notice, "confirmation")

    # Calendar

    def test_one_uid_and_a_growing_sequence(self):
        appointment = self._confirm(location="Here")
        for day in range(6, 9):
            appointment.write({"start": at(f"2026-03-0{day} 10:00")})
        appointment.location = "There"
        appointment.action_cancel()
        appointment.action_draft()
        appointment.action_confirm()
        found = [self._get_event(mail) for mail in self._get_notices(appointment)]
        self.assertEqual({str(event["UID"]) for _method, event in found}, {appointment.ics_uid})
        self.assertEqual([int(event["SEQUENCE"]) for _method, event in found], list(range(7)))
        methods = [method for method, _event in found]
        self.assertEqual(methods, ["REQUEST"] * 5 + ["CANCEL", "REQUEST"])
        statuses = [str(event["STATUS"]) for _method, event in found]
        self.assertEqual(statuses[4:], ["CONFIRMED", "CANCELLED", "CONFIRMED"])

    def test_a_reminder_that_is_the_first_to_tell_a_change_is_a_newer_version(self):
        """Else a calendar takes it for the version that it has, and keeps the old time."""
        visit = self._confirm()
        self.env.ref("support_center.automation_send_rescheduled").active = False
        visit.start = at("2026-03-06 10:00")
        with freeze_time("2026-03-05 12:00:00"):
            visit._cron_send_reminders()
        confirmation, reminder = self._get_notices(visit)
        self.assertEqual(reminder.support_notice, "reminder")
        self.assertGreater(
            self._get_event(reminder)[1]["SEQUENCE"], self._get_event(confirmation)[1]["SEQUENCE"]
        )

    def test_reopened_without_a_confirmation_is_reminded_by_a_newer_version(self):
        """The calendar has taken the visit out, at the number of the cancellation."""
        visit = self._confirm(start=at("2026-03-03 06:00"))
        visit.action_cancel()
        visit.action_draft()
        visit.write({"send_confirmation_email": False, "state": "confirmed"})
        visit._cron_send_reminders()
        cancelled, reminder = self._get_notices(visit)[1:]
        self.assertEqual(reminder.support_notice, "reminder")
        self.assertGreater(
            self._get_event(reminder)[1]["SEQUENCE"], self._get_event(cancelled)[1]["SEQUENCE"]
        )

    def test_calendar_file_says_who_when_and_where(self):
        appointment = self._confirm(location="Main Street 1; second floor, left", duration=1.5)
        mail = self._get_notices(appointment)
        _method, event = self._get_event(mail)
        self.assertEqual(event.decoded("DTSTART").replace(tzinfo=None), at("2026-03-05 10:00"))
        self.assertEqual(event.decoded("DTEND").replace(tzinfo=None), at("2026-03-05 11:30"))
        self.assertEqual(str(event["LOCATION"]), "Main Street 1; second floor, left")
        self.assertEqual(str(event["ORGANIZER"]), f"mailto:appointments@{self.alias_domain}")
        self.assertEqual(str(event["ATTENDEE"]), "mailto:known@example.com")
        self.assertIn("access_token", str(event["URL"]))
        self.assertEqual(mail.attachment_ids.res_id, mail.mail_message_id.id)

    # On the wire

    def test_the_mail_that_leaves(self):
        appointment = self._confirm()
        mail = self._get_notices(appointment)
        with self.mock_mail_gateway(), self.mock_smtplib_connection():
            mail.send()
        (sent,) = self._mails
        self.assertEqual(sent["email_to"], ['"Known Customer" <known@example.com>'])
        self.assertIn("office@example.com", sent["email_from"])
        self.assertEqual(sent["headers"]["Auto-Submitted"], "auto-generated")
        self.assertEqual(sent["headers"]["X-Auto-Response-Suppress"], "All")
        self.assertIn(f"appointments@{self.alias_domain}", sent["reply_to"])
        self.assertIn("Thursday 5 March 2026, 10:00", sent["body_alternative"])
        self.assertNotIn("prefers-color-scheme", sent["body_alternative"])
        (attachment,) = sent["attachments"]
        self.assertEqual(attachment[0], "appointment.ics")
        self.assertIn("method=request", attachment[2].lower())
        self.assertEqual(mail.state, "sent")
        self.assertTrue(mail.exists())

    def test_sent_mails_are_pruned_from_the_queue_and_stay_in_the_chatter(self):
        appointment = self._confirm()
        mail = self._get_notices(appointment)
        with self.mock_mail_gateway():
            mail.send()
        # Rows carry the real time of the database, which the frozen clock does not reach.
        with freeze_time(self.env.cr.now() + timedelta(days=100)):
            self.env["mail.mail"]._gc_support_mails()
        self.assertFalse(mail.exists())
        self.assertIn("is confirmed", "".join(appointment.message_ids.mapped("body")))

    # Templates

    def test_every_template_can_be_seen_with_any_record(self):
        bare = self.env["support.appointment"].create({})
        full = self._confirm(type_id=self.type.id, technician_id=self.technician.id, location="X")
        for kind in ("confirmation", "reminder", "rescheduled", "cancelled", "updated"):
            template = self.env.ref(f"support_center.mail_template_appointment_{kind}")
            for record in (bare, full):
                preview = self.env["mail.template.preview"].create(
                    {
                        "mail_template_id": template.id,
                        "resource_ref": f"{record._name},{record.id}",
                    }
                )
                self.assertFalse(preview.error_msg)
                self.assertIn(record.name, preview.subject)
                self.assertIn("Hello", preview.body_html)

    def test_an_edited_template_is_what_is_sent(self):
        template = self.env.ref("support_center.mail_template_appointment_confirmation")
        template.subject = "Edited: {{ object.name }}"
        appointment = self._confirm()
        self.assertEqual(self._get_notices(appointment).subject, f"Edited: {appointment.name}")

    @mute_logger("support_center.automation")
    def test_deleted_template_names_the_remedy(self):
        self.env.ref("support_center.mail_template_appointment_confirmation").unlink()
        appointment = self._confirm()
        self.assertEqual(appointment.state, "confirmed")
        row = self._get_log(appointment, "send_confirmation")
        self.assertEqual(row.outcome, "skipped")
        self.assertIn("Upgrade the module", row.message)
        self.assertTrue(appointment.activity_ids)
        self.assertFalse(appointment.confirmation_sent)
