from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

from odoo.addons.support_center.models.automation.support_backlog import AUTOMATIONS

STATES = {"draft", "confirmed", "in_progress", "done", "cancelled", "no_show"}


@tagged("post_install", "-at_install")
class TestDemo(TransactionCase):
    """The demo file, on whatever day and hour it is loaded."""

    def test_on_an_ordinary_day(self):
        self._check("2026-03-04 10:00:00")

    def test_in_the_last_minutes_of_a_weekend(self):
        self._check("2026-03-08 23:30:00")

    def test_at_the_end_of_a_year(self):
        self._check("2026-12-31 23:59:00")

    def test_at_the_beginning_of_a_year(self):
        self._check("2027-01-01 00:00:30")

    def test_while_europe_and_america_are_an_hour_nearer(self):
        self._check("2027-03-19 12:15:00")

    def test_on_a_saturday_before_the_clocks_change(self):
        self._check("2026-03-28 00:05:00")

    def _check(self, moment):
        with freeze_time(moment):
            visits, mails = self._load()
            self.assertFalse(mails, "nobody is written to")
            self._assert_believable(visits)
            self._assert_nothing_missed()
            self._assert_worth_looking_at(visits)

    def _load(self):
        mails = self.env["mail.mail"].search([])
        before = self.env["support.appointment"].with_context(active_test=False).search([])
        convert_file(
            self.env, "support_center", "demo/support_center_demo.xml", {}, "init", noupdate=True
        )
        self.env.flush_all()
        visits = self.env["support.appointment"].search([("id", "not in", before.ids)])
        return visits, self.env["mail.mail"].search([("id", "not in", mails.ids)])

    def _assert_believable(self, visits):
        now = fields.Datetime.now()
        self.assertGreaterEqual(len(visits), 35)
        self.assertEqual(set(visits.mapped("state")), STATES)
        for visit in visits.filtered("start"):
            self.assertLess(abs(visit.start - now), timedelta(days=16), visit.name)
            if visit.state == "in_progress":
                self.assertTrue(visit.start <= now < visit.stop, visit.name)
            elif visit.state in ("draft", "confirmed"):
                self.assertGreater(visit.start, now, visit.name)
            elif visit.state in ("done", "no_show"):
                self.assertLessEqual(visit.stop, now, visit.name)
            if visit.confirmed_at:
                self.assertLess(visit.confirmed_at, now, visit.name)
            if visit.ended_at:
                self.assertLessEqual(visit.ended_at, now, visit.name)

    def _assert_nothing_missed(self):
        """Rules that are on have nothing left to do, so that Health begins all green."""
        backlog = self.env["support.backlog"]
        missed = {
            name: backlog._count(name)
            for name, automation in AUTOMATIONS.items()
            if automation.is_on and backlog._count(name)
        }
        self.assertFalse(missed)

    def _assert_worth_looking_at(self, visits):
        """Something in every list that a dispatcher opens."""
        review = visits.filtered(lambda v: v.intake_state == "review")
        self.assertEqual(len(review), 2)
        self.assertTrue(all(draft.intake_note and draft.message_ids for draft in review))
        accepted = visits.filtered(lambda v: v.source == "email" and v.intake_state == "accepted")
        self.assertTrue(accepted.start)
        waiting = visits.filtered(lambda v: v.state == "draft" and not v.start)
        self.assertTrue(waiting.filtered("requested_date"))
        twice = visits.filtered(lambda v: "stays black" in (v.description or ""))
        self.assertEqual(len(twice), 2)
        self.assertEqual(len(twice.partner_id), 1)
        technicians = visits.technician_id
        self.assertEqual(len(technicians), 6)
        self.assertEqual(len(set(technicians.mapped("tz"))), 3)
        self.assertTrue(any(technician.time_off_conflict_count for technician in technicians))
        roles = {
            login: self.env["res.users"].search([("login", "=", f"demo_{login}")])
            for login in ("technician", "dispatcher", "manager")
        }
        for role, user in roles.items():
            self.assertTrue(user.has_group(f"support_center.group_support_{role}"))
        self.assertEqual(technicians.user_id, roles["technician"])

    def test_loading_it_again_changes_nothing(self):
        with freeze_time("2026-03-04 10:00:00"):
            self._load()
            self.assertFalse(self._load()[0])
