from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.support_center.models.automation.support_automation_backlog import HANDLE_BATCH

from ..common import SupportMailCase, at

BACKLOG = "odoo.addons.support_center.models.automation.support_automation_backlog"
WIZARD = "odoo.addons.support_center.wizard.support_dry_run"
# More than are done at once, so that the last of them are done too.
MANY = HANDLE_BATCH + 10


@tagged("post_install", "-at_install")
class TestDryRun(SupportMailCase):
    """What a rule or job would do now, shown before it is switched on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = new_test_user(cls.env, login="support_admin", groups="base.group_system")

    def _switch_off(self, name):
        switch = self.env.ref(f"support_center.{name}")
        switch.active = False
        return switch

    def _look(self, name, user=None):
        action = self.env["support.dry.run"].with_user(user or self.admin)._open(name)
        return self.env["support.dry.run"].with_user(user or self.admin).browse(action["res_id"])

    def _create_visits(self, number, **values):
        return self.env["support.appointment"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "start": at("2026-03-03 06:00"),
                    "state": "confirmed",
                    **values,
                }
                for _each in range(number)
            ]
        )

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    def test_every_automation_can_be_looked_at(self):
        self._create_visits(2, technician_id=False)
        for name in self._get_automations():
            with self.subTest(name):
                dry_run = self._look(name)
                self.assertTrue(dry_run.effect)
                self.assertEqual(dry_run.is_on, self.env.ref(f"support_center.{name}").active)

    def test_every_rule_and_job_of_ours_is_known(self):
        data = self.env["ir.model.data"].search(
            [("module", "=", "support_center"), ("model", "in", ["ir.cron", "base.automation"])]
        )
        self.assertEqual(set(data.mapped("name")), set(self._get_automations()))

    def test_it_lists_which_whose_when_and_who_is_told(self):
        self._switch_off("automation_send_confirmation")
        silent = self.env["res.partner"].create({"name": "Silent", "email": "silent@example.com"})
        self.env["mail.blacklist"]._add("silent@example.com")
        told = self._create_visits(1)
        untold = self._create_visits(1, partner_id=silent.id)
        self._create_visits(1, send_confirmation_email=False)
        self._create_visits(1, state="draft")
        dry_run = self._look("automation_send_confirmation")
        self.assertEqual(dry_run.count, 2)
        lines = {line.reference: line for line in dry_run.line_ids}
        self.assertEqual(set(lines), {told.name, untold.name})
        line = lines[told.name]
        self.assertEqual(line.customer, "Known Customer")
        self.assertEqual(line.moment, told.start)
        self.assertIn("known@example.com", line.recipient)
        self.assertIn("blacklist", lines[untold.name].recipient)
        self.assertIn("Confirmation mail", dry_run.effect)
        self.assertFalse(self._get_notices(told))

    def test_what_each_rule_missed(self):
        for name in self._get_automations():
            if name.startswith("automation_"):
                self._switch_off(name)
        ticket = self.env["support.ticket"].create({"name": "T", "partner_id": self.customer.id})
        visit = self._create_visits(
            1,
            technician_id=self.technician.id,
            ticket_id=ticket.id,
            start=at("2026-03-03 08:00"),
        )
        mailed = self._send_mail()
        expected = {
            "automation_send_confirmation": visit,
            "automation_notify_technician": visit,
            "automation_sync_ticket_status": visit,
            "automation_webhook_response": visit,
            "automation_process_email": mailed,
        }
        self._check_found(expected)
        self._look("automation_send_confirmation").action_handle()
        self.env.ref("support_center.automation_send_confirmation").active = False
        visit.write({"start": at("2026-03-04 09:00"), "location": "There"})
        self._check_found(
            {
                "automation_send_confirmation": visit.browse(),
                "automation_send_rescheduled": visit,
                "automation_send_updated": visit,
            }
        )
        visit.action_cancel()
        self._check_found(
            {
                "automation_send_rescheduled": visit.browse(),
                "automation_send_cancelled": visit,
                "automation_sync_ticket_status": visit,
                "automation_reoffer_slot": visit,
            }
        )

    def _check_found(self, expected):
        backlog = self.env["support.automation.backlog"]
        for name, records in expected.items():
            with self.subTest(name):
                self.assertEqual(backlog._find(name), records)
                self.assertEqual(backlog._count(name), len(records))

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def test_many_reminders_are_listed_and_sent_if_told_to(self):
        cron = self._switch_off("cron_send_appointment_reminders")
        due = self._create_visits(MANY, send_confirmation_email=False)
        dry_run = self._look("cron_send_appointment_reminders")
        self.assertEqual(dry_run.count, MANY)
        self.assertEqual(set(dry_run.line_ids.mapped("reference")), set(due.mapped("name")))
        self.assertFalse(self._get_notices(due))
        triggers = self.env["ir.cron.trigger"].search([])
        dry_run.action_handle()
        self.assertTrue(cron.active)
        woken = self.env["ir.cron.trigger"].search([]) - triggers
        self.assertEqual(woken.cron_id, cron)
        self.env["support.appointment"]._cron_send_reminders()
        self.assertEqual(len(self._get_notices(due, "reminder")), MANY)
        self.assertFalse(due.activity_ids)
        self.assertFalse(self._get_log(action="hold_backlog"))

    def test_five_hundred_reminders_are_left_alone_by_default(self):
        cron = self._switch_off("cron_send_appointment_reminders")
        due = self._create_visits(500, send_confirmation_email=False)
        self._look("cron_send_appointment_reminders").action_switch_on()
        self.assertTrue(cron.active)
        self.env["support.appointment"]._cron_send_reminders()
        self.assertFalse(self._get_notices(due))
        self.assertEqual(len(due.activity_ids), 1)

    def test_a_few_are_left_alone_too_if_told_to(self):
        self._switch_off("cron_send_appointment_reminders")
        due = self._create_visits(3, send_confirmation_email=False)
        self._look("cron_send_appointment_reminders").action_switch_on()
        self.env["support.appointment"]._cron_send_reminders()
        self.assertFalse(self._get_notices(due))

    def test_five_hundred_confirmations_only_if_told_to(self):
        rule = self._switch_off("automation_send_confirmation")
        visits = self._create_visits(500)
        self._look("automation_send_confirmation").action_switch_on()
        self.assertTrue(rule.active)
        self.assertFalse(self._get_notices(visits))
        dry_run = self._look("automation_send_confirmation")
        self.assertEqual((dry_run.count, dry_run.is_on), (500, True))
        self.assertEqual(len(dry_run.line_ids), 500)

    def test_many_confirmations_are_sent_if_told_to(self):
        self._switch_off("automation_send_confirmation")
        visits = self._create_visits(MANY)
        self._look("automation_send_confirmation").action_handle()
        self.assertEqual(len(self._get_notices(visits, "confirmation")), MANY)
        rows = self._get_log(action="send_confirmation")
        self.assertEqual(len(rows.filtered(lambda row: row.res_id in visits.ids)), MANY)
        self.assertEqual(self._look("automation_send_confirmation").count, 0)

    def test_doing_nothing_changes_nothing(self):
        cron = self._switch_off("cron_send_appointment_reminders")
        due = self._create_visits(3, send_confirmation_email=False)
        self._look("cron_send_appointment_reminders").unlink()
        self.assertFalse(cron.active)
        self.assertFalse(any(due.mapped("reminder_held")))

    def test_requests_that_nobody_read_are_read(self):
        self._switch_off("automation_process_email")
        draft = self._send_mail()
        self.assertEqual(draft.intake_state, "received")
        dry_run = self._look("automation_process_email")
        self.assertIn("customer@example.com", dry_run.line_ids.recipient)
        dry_run.action_handle()
        self.assertEqual(draft.intake_state, "accepted")

    def test_it_says_so_in_the_log(self):
        self._switch_off("automation_send_confirmation")
        self._look("automation_send_confirmation").action_switch_on()
        row = self.env["support.automation.log"].search([("action", "=", "switch_on")])
        self.assertIn("Auto-send Confirmation Email", row.message)
        self.assertEqual(row.create_uid, self.admin)

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_a_manager_looks_and_an_administrator_switches(self):
        rule = self._switch_off("automation_send_confirmation")
        self._create_visits(1)
        dry_run = self._look("automation_send_confirmation", self.user_manager)
        self.assertEqual(dry_run.count, 1)
        self.assertFalse(dry_run.can_switch)
        for method in (dry_run.action_switch_on, dry_run.action_handle):
            with self.assertRaises(AccessError):
                method()
        self.assertFalse(rule.active)

    def test_a_manager_sees_the_own_companies_only(self):
        self._switch_off("automation_send_confirmation")
        other = self.env["res.company"].create({"name": "Other"})
        self._create_visits(1, company_id=other.id)
        self.assertEqual(self._look("automation_send_confirmation", self.user_manager).count, 0)
        self.assertEqual(self._look("automation_send_confirmation").count, 1)

    def test_a_deleted_rule_and_an_unknown_name(self):
        self.env.ref("support_center.automation_reoffer_slot").unlink()
        for name, words in (
            ("automation_reoffer_slot", "was deleted"),
            ("unlink", "no automation “unlink”"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self._look(name)

    # ------------------------------------------------------------------
    # Very many
    # ------------------------------------------------------------------

    def test_of_very_many_no_more_are_read_than_are_shown(self):
        self._switch_off("automation_send_confirmation")
        visits = self._create_visits(5)
        limits = []
        search = type(visits).search

        def _search(records, domain, offset=0, limit=None, order=None, **options):
            limits.append(limit)
            return search(records, domain, offset=offset, limit=limit, order=order, **options)

        with (
            patch(f"{BACKLOG}.BACKLOG_MAX", 4),
            patch(f"{WIZARD}.LIST_LIMIT", 2),
            patch.object(type(visits), "search", _search),
        ):
            dry_run = self._look("automation_send_confirmation")
            self.assertEqual((dry_run.count, len(dry_run.line_ids)), (4, 2))
            self.assertEqual(dry_run.count_text, "4 or more records wait for it:")
            self.assertTrue(dry_run.is_cut)
        self.assertEqual(limits, [2])
        # All that wait are handled, however many were counted.
        with patch(f"{BACKLOG}.BACKLOG_MAX", 4):
            dry_run.action_handle()
        self.assertEqual(len(self._get_notices(visits, "confirmation")), 5)
        row = self.env["support.automation.log"].search([("action", "=", "switch_on")])
        self.assertIn("5 that wait are handled too", row.message)

    def test_of_very_many_a_job_says_that_there_may_be_more(self):
        cron = self._switch_off("cron_cleanup_old_appointments")
        visits = self._create_visits(3)
        visits._write_protected({"state": "in_progress"})
        visits._write_protected({"state": "done"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET start = '2025-01-01', stop = '2025-01-02',"
            " busy_start = '2025-01-01', busy_stop = '2025-01-02' WHERE id IN %s",
            [tuple(visits.ids)],
        )
        self.env.invalidate_all()
        with patch(f"{BACKLOG}.BACKLOG_MAX", 2):
            message = self.env["support.automation.backlog"]._warn_of_switch(
                self.env["ir.cron"].new({"active": True}, origin=cron)
            )["warning"]["message"]
            self.assertIn("2 or more records wait", message)
            self._look("cron_cleanup_old_appointments").action_handle()
        row = self.env["support.automation.log"].search([("action", "=", "switch_on")])
        self.assertIn("2 or more that wait are handled too", row.message)

    def test_which_details_have_changed_is_found_without_a_query_for_each(self):
        backlog = self.env["support.automation.backlog"]
        self._switch_off("automation_send_confirmation")
        visits = self._create_visits(6, technician_id=False, type_id=self.type.id)
        self._look("automation_send_confirmation").action_handle()
        self.assertEqual(visits.mapped("announced_start"), visits.mapped("start"))
        self._switch_off("automation_send_updated")
        self.assertEqual(backlog._count("automation_send_updated"), 0)
        counts = []
        for number, vals in (
            (1, {"location": "Here"}),
            (1, {"location": "There"}),
            (5, {"duration": 3.0, "type_id": self._create_type().id}),
        ):
            visits[:number].write(vals)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(backlog._count("automation_send_updated"), number)
            counts.append(self.env.cr.sql_log_count - before)
        # The first time Odoo fills its caches.
        self.assertEqual(counts[2], counts[1])
        # As it was told: by each detail alone.
        visits[:5].write({"duration": 2.0, "type_id": self.type.id})
        self.assertEqual(backlog._find("automation_send_updated"), visits[0])
        visits[0].location = False
        self.assertFalse(backlog._find("automation_send_updated"))
        visits[2].write({"technician_id": self.technician.id, "ignore_working_hours": True})
        self.assertEqual(backlog._find("automation_send_updated"), visits[2])

    def _create_type(self):
        return self.env["support.appointment.type"].create({"name": "Other", "code": "oth"})
