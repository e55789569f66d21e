from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import SupportMailCase, at

NOW = "2026-03-02 08:00:00"  # when the tests are, as in ``common``


@tagged("post_install", "-at_install")
class TestReminderRules(SupportMailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.env.ref("support_center.support_reminder_first")
        cls.further = cls.env.ref("support_center.support_reminder_three_days")

    def _create_visit(self, start, **values):
        """A visit that was confirmed long before."""
        return self._create_appointment(
            **{"start": at(start), "state": "confirmed", "send_confirmation_email": False, **values}
        )

    def _run(self, moment=NOW):
        with freeze_time(moment):
            self.env["support.appointment"]._cron_send_reminders()

    def _get_reminders(self, visit):
        rows = self.env["support.notification"].search(
            [("appointment_id", "=", visit.id), ("kind", "=", "reminder")], order="id"
        )
        return [(row.reminder_id, row.state) for row in rows]

    def _switch_on(self, moment="2026-02-01 08:00:00"):
        with freeze_time(moment):
            self.further.active = True

    def test_the_first_one_is_the_guides_and_the_other_is_there_to_switch_on(self):
        self.assertEqual((self.first.hours_before, self.first.active), (24, True))
        self.assertEqual((self.further.hours_before, self.further.active), (72, False))
        visit = self._create_visit("2026-03-04 07:00")
        self._run()
        self.assertFalse(self._get_notices(visit))

    def test_two_reminders_of_one_visit(self):
        self._switch_on()
        visit = self._create_visit("2026-03-05 07:00")
        self._run()
        self.assertEqual(self._get_reminders(visit), [(self.further, "queued")])
        self.assertFalse(visit.reminder_sent, "the mark is the first one's")
        self._run("2026-03-03 08:00:00")
        self.assertEqual(len(self._get_notices(visit)), 1)
        self._run("2026-03-04 07:30:00")
        self.assertEqual(
            self._get_reminders(visit), [(self.further, "queued"), (self.first, "queued")]
        )
        self.assertTrue(visit.reminder_sent)
        self._run("2026-03-04 08:30:00")
        self.assertEqual(len(self._get_notices(visit)), 2)

    def test_none_where_another_was_sent_within_its_hours(self):
        """After a standstill of days, one reminder and not two at once."""
        self._switch_on()
        visit = self._create_visit("2026-03-03 07:00")
        self._run()
        self._run("2026-03-02 09:00:00")
        self.assertEqual(self._get_reminders(visit), [(self.first, "queued")])

    def test_none_where_the_confirmation_was_sent_within_its_hours(self):
        self._switch_on()
        visit = self._create_appointment(start=at("2026-03-04 12:00"))
        visit.action_confirm()
        self._run()
        self.assertFalse(self._get_reminders(visit))
        self._run("2026-03-03 12:30:00")
        self.assertEqual(self._get_reminders(visit), [(self.first, "queued")])

    def test_switching_one_on_reaches_no_backlog(self):
        over, ahead = self._create_visit("2026-03-04 12:00"), self._create_visit("2026-03-05 09:00")
        self._switch_on(NOW)
        self._run("2026-03-02 10:00:00")
        self.assertFalse(self._get_reminders(over))
        self.assertEqual(self._get_reminders(ahead), [(self.further, "queued")])
        # Nor does a change of its hours.
        later = self._create_visit("2026-03-06 09:00")
        with freeze_time("2026-03-02 10:00:00"):
            self.further.hours_before = 100
        self._run("2026-03-02 11:00:00")
        self.assertFalse(self._get_reminders(later))

    def test_switching_the_job_on_reaches_no_backlog_of_further_ones(self):
        self._switch_on()
        visit = self._create_visit("2026-03-04 12:00")
        cron = self.env.ref("support_center.cron_send_appointment_reminders")
        cron.active = False
        cron.active = True
        self._run()
        self.assertFalse(self._get_reminders(visit))

    def test_a_new_time_is_reminded_of_again(self):
        self._switch_on()
        visit = self._create_visit("2026-03-05 07:00")
        self._run()
        visit.start = at("2026-03-05 07:30")
        self.assertEqual(self._get_reminders(visit), [(self.further, "withdrawn")])
        # The new time was announced just now: that said it all.
        visit.announced_start = False
        self._run()
        self.assertEqual(
            self._get_reminders(visit), [(self.further, "withdrawn"), (self.further, "queued")]
        )
        visit.action_cancel()
        self.assertEqual({state for _rule, state in self._get_reminders(visit)}, {"withdrawn"})

    def test_a_mail_taken_off_by_hand_stays_off(self):
        self._switch_on()
        visit = self._create_visit("2026-03-05 07:00")
        self._run()
        self._get_notices(visit).cancel()
        self._run("2026-03-02 09:00:00")
        self.assertEqual(self._get_reminders(visit), [(self.further, "withdrawn")])

    @mute_logger("support_center.automation")
    def test_a_failure_of_a_further_one_leaves_the_mark(self):
        self._switch_on()
        visit = self._create_visit("2026-03-05 07:00")
        self._run()
        self._run("2026-03-04 07:30:00")
        mail = self._get_notices(visit)[0]
        mail.write({"state": "exception"})
        mail._report_support_mails()
        self.assertTrue(visit.reminder_sent)

    def test_types_template_and_company(self):
        text = "We come in three days"
        self.further.template_id = self.env.ref(
            "support_center.mail_template_appointment_reminder"
        ).copy({"subject": text})
        self.further.type_ids = self.type
        self._switch_on()
        ours = self._create_visit("2026-03-05 07:00", type_id=self.type.id)
        other = self._create_visit("2026-03-05 07:00")
        self._run()
        self.assertEqual(self._get_notices(ours).subject, text)
        self.assertFalse(self._get_notices(other))
        self.further.company_id = self.env["res.company"].create({"name": "Far Away"})
        with freeze_time("2026-02-01 08:00:00"):
            self.further.hours_before = 73
        third = self._create_visit("2026-03-05 07:00", type_id=self.type.id)
        self._run()
        self.assertFalse(self._get_notices(third))

    def test_a_deleted_template_is_the_usual_one(self):
        self.first.template_id.copy()
        self.first.template_id = False
        visit = self._create_visit("2026-03-03 07:00")
        self._run()
        self.assertIn("Reminder", self._get_notices(visit).subject)

    def test_the_hours_of_the_first_one_are_the_parameters(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("support_center.reminder_hours", "48")
        self.assertEqual(self.first.hours_before, 48)
        self.first.with_user(self.user_manager).hours_before = 36
        self.assertEqual(parameters.get_param("support_center.reminder_hours"), "36")
        parameters.set_param("support_center.reminder_hours", False)
        self.assertEqual(self.first.hours_before, 24)
        self.assertFalse(self.first.since, "what is within its hours is caught up")

    def test_it_is_kept_and_checked(self):
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.first.with_user(self.user_manager).unlink()
        with self.assertRaisesRegex(ValidationError, "no mail template of appointments"):
            self.further.template_id = self.env["mail.template"].create(
                {"name": "Other", "model_id": self.env.ref("base.model_res_partner").id}
            )
        with self.assertRaises(AccessError):
            self.further.with_user(self.user_dispatcher).active = True
        made = (
            self.env["support.reminder"]
            .with_user(self.user_manager)
            .create({"name": "A week before", "hours_before": 168})
        )
        self.assertEqual(made.since, at("2026-03-02 08:00"))

    def test_the_dry_run_knows_all_of_them(self):
        self._switch_on()
        visit = self._create_visit("2026-03-05 07:00")
        found = self.env["support.automation.backlog"]._find("cron_send_appointment_reminders")
        self.assertEqual(found, visit)
