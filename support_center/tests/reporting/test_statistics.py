from datetime import date, datetime

from freezegun import freeze_time

from odoo.tests import new_test_user, tagged

from ..common import SupportCase, at

LAST_WEEK = date(2026, 2, 23)  # the tests' today is Monday, 2 March 2026


class StatisticsCase(SupportCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("support_center.cron_generate_appointment_statistics")
        cls.env["support.statistics"].search([]).sudo().unlink()
        cls.env["support.appointment"].search([]).write({"active": False})
        cls.env.cr.execute("DELETE FROM support_appointment")
        cls.company = cls.env.company
        cls.company.resource_calendar_id.tz = "UTC"
        # PostgreSQL's clock is not frozen; before 2026 nobody was here.
        cls.env.flush_all()
        cls.env.cr.execute("UPDATE support_technician SET active = FALSE")
        cls.env.cr.execute(
            "UPDATE support_technician SET active = TRUE, create_date = '2026-02-10' "
            "WHERE id IN %s",
            [(cls.technician.id, cls.technician_2.id)],
        )
        cls.env.invalidate_all()

    def _run(self):
        self._run_by_hand(self.cron)
        self.env.invalidate_all()

    def _create_visit(self, start="2026-02-25 10:00", state="done", created=None, **values):
        values.setdefault("technician_id", self.technician.id)
        with freeze_time("2025-06-01"):
            visit = self._create_appointment(start=at(start), **values)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE support_appointment SET state = %s, create_date = %s WHERE id = %s",
            [state, at(created or "2026-02-24 10:00"), visit.id],
        )
        self.env.invalidate_all()
        return visit

    def _get_rows(self, week_start=LAST_WEEK, **values):
        domain = [("week_start", "=", week_start)]
        return self.env["support.statistics"].search(
            domain + [(name, "=", value) for name, value in values.items()]
        )

    def _get_row(self, week_start=LAST_WEEK, **values):
        values.setdefault("technician_id", self.technician.id)
        row = self._get_rows(week_start, **values)
        self.assertEqual(len(row), 1)
        return row


@tagged("post_install", "-at_install")
class TestStatistics(StatisticsCase):
    """What is counted, week by week."""

    def test_as_in_the_guide(self):
        self.assertEqual(self.cron.name, "Generate Appointment Statistics")
        self.assertFalse(self.cron.active)
        self.assertEqual((self.cron.interval_number, self.cron.interval_type), (1, "weeks"))

    def test_an_empty_database(self):
        self.env.cr.execute("UPDATE support_technician SET active = FALSE")
        self.env.invalidate_all()
        self._run()
        self.assertFalse(self.env["support.statistics"].search([]))
        row = self.env["support.automation.log"].search([("action", "=", "generate_statistics")])
        self.assertEqual(row.outcome, "ok")
        self.assertIn("0 rows", row.message)

    def test_visits_by_state(self):
        for state, number in (
            ("draft", 1),
            ("confirmed", 2),
            ("done", 3),
            ("cancelled", 4),
            ("no_show", 1),
        ):
            for index in range(number):
                self._create_visit(f"2026-02-{23 + index} {10 + number}:00", state)
        confirmed_once = self._create_visit("2026-02-27 15:00", "cancelled")
        confirmed_once.confirmed_at = at("2026-02-25 08:00")
        self._run()
        row = self._get_row()
        self.assertEqual(row.requested_count, 12)
        self.assertEqual(row.confirmed_count, 2 + 3 + 1 + 1)
        self.assertEqual(row.done_count, 3)
        self.assertEqual(row.cancelled_count, 5)
        self.assertEqual(row.no_show_count, 1)

    def test_a_request_counts_when_it_came_in_and_a_visit_when_it_was_planned(self):
        self._create_visit("2026-02-25 10:00", created="2026-02-10 10:00")
        self._create_visit("2026-03-04 10:00", "confirmed", created="2026-02-25 10:00")
        self._run()
        row = self._get_row()
        self.assertEqual((row.requested_count, row.done_count), (1, 1))
        self.assertEqual(self._get_row(date(2026, 2, 9)).requested_count, 1)
        # The week that is not over yet is not counted.
        self.assertFalse(self._get_rows(date(2026, 3, 2)))

    def test_a_cancelled_request_without_a_time_counts_where_it_was_asked_for(self):
        visit = self._create_visit(state="cancelled", requested_date=at("2026-02-18 10:00"))
        self.env.cr.execute(
            "UPDATE support_appointment SET start = NULL, stop = NULL WHERE id = %s", [visit.id]
        )
        self._run()
        self.assertEqual(self._get_row(date(2026, 2, 16)).cancelled_count, 1)

    def test_one_row_for_team_type_and_technician(self):
        team = self.env["support.team"].create({"name": "Field"})
        ticket = self.env["support.ticket"].create({"name": "Broken", "team_id": team.id})
        self._create_visit(ticket_id=ticket.id, type_id=self.type.id)
        self._create_visit("2026-02-24 10:00", ticket_id=ticket.id, type_id=self.type.id)
        self._create_visit("2026-02-26 10:00", technician_id=False)
        self._run()
        row = self._get_row(team_id=team.id)
        self.assertEqual((row.type_id, row.done_count), (self.type, 2))
        self.assertEqual(self._get_row(technician_id=False, team_id=False).done_count, 1)

    def test_lead_time(self):
        self._create_visit("2026-02-25 10:00", created="2026-02-24 10:00")
        self._create_visit("2026-02-26 10:00", created="2026-02-24 10:00")
        # Written down after the fact: no lead time at all.
        self._create_visit("2026-02-23 10:00", created="2026-02-24 10:00")
        self._run()
        row = self._get_row()
        self.assertEqual(row.lead_count, 2)
        self.assertEqual(row.lead_hours_average, 36)

    def test_punctuality(self):
        for day, minutes in enumerate((0, 15, 45)):
            visit = self._create_visit(f"2026-02-2{3 + day} 10:00")
            visit.started_at = at(f"2026-02-2{3 + day} 10:{minutes:02}")
        early = self._create_visit("2026-02-26 10:00")
        early.started_at = at("2026-02-26 09:30")
        self._create_visit("2026-02-27 10:00")
        self._run()
        row = self._get_row()
        self.assertEqual(row.started_count, 4)
        self.assertEqual(row.late_minutes_average, 15)
        self.assertEqual(row.on_time_share, 75)

    def test_utilisation_with_leaves_taken_off(self):
        self._create_visit(duration=4.0)
        self._create_visit("2026-02-24 10:00", "cancelled", duration=4.0)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Off",
                "calendar_id": self.calendar.id,
                "resource_id": self.technician.resource_id.id,
                "date_from": at("2026-02-27 00:00"),
                "date_to": at("2026-02-27 23:59"),
            }
        )
        self._run()
        row = self._get_row()
        self.assertEqual((row.booked_hours, row.working_hours), (4, 32))
        self.assertEqual(row.utilisation, 12.5)
        idle = self._get_row(technician_id=self.technician_2.id)
        self.assertEqual((idle.booked_hours, idle.working_hours, idle.utilisation), (0, 40, 0))

    def test_working_hours_are_divided_among_a_technician_s_rows(self):
        self._create_visit(duration=1.0)
        self._create_visit("2026-02-24 10:00", duration=3.0, type_id=self.type.id)
        self._run()
        rows = self._get_rows(technician_id=self.technician.id)
        self.assertEqual(sorted(rows.mapped("working_hours")), [10, 30])
        self.assertEqual(rows.mapped("utilisation"), [10, 10])

    def test_nobody_is_idle_before_having_come(self):
        self._run()
        first = self._get_rows(date(2026, 2, 2))
        self.assertFalse(first)
        self.assertEqual(len(self._get_rows(date(2026, 2, 9))), 2)

    def test_a_cancellation_does_not_undo_the_confirmation_that_was_sent(self):
        with freeze_time("2026-02-23 08:00:00"):
            visit = self._create_appointment(start=at("2026-02-25 10:00"))
            visit.action_confirm()
            visit.action_cancel()
        self.assertFalse(visit.confirmation_sent)
        self._run()
        row = self._get_row(technician_id=False)
        self.assertEqual((row.confirmation_due_count, row.confirmation_sent_count), (1, 1))

    def test_delivery_of_confirmations_and_reminders(self):
        def _visit(day, state="done", **values):
            visit = self._create_visit(f"2026-02-2{day} 10:00", state)
            visit.write(values)

        _visit(3, confirmation_sent=True, reminder_sent=True)
        _visit(4)
        _visit(5, send_confirmation_email=False, send_reminder_email=False)
        # Confirmed the evening before: the confirmation is reminder enough.
        _visit(6, confirmation_sent=True, confirmed_at=at("2026-02-25 18:00"))
        _visit(7, "cancelled", confirmation_sent=True, confirmed_at=at("2026-02-24 18:00"))
        self._run()
        row = self._get_row()
        self.assertEqual((row.confirmation_due_count, row.confirmation_sent_count), (4, 3))
        self.assertEqual(row.confirmation_share, 75)
        self.assertEqual((row.reminder_due_count, row.reminder_sent_count), (2, 1))
        self.assertEqual(row.reminder_share, 50)

    def test_satisfaction(self):
        for day, rating in ((3, 5), (4, 4), (5, None)):
            visit = self._create_visit(f"2026-02-2{day} 10:00")
            token = visit._rating_get_access_token()
            if rating:
                visit.rating_apply(rating, token=token)
        self._run()
        row = self._get_row()
        self.assertEqual(row.rating_count, 2)
        self.assertEqual(row.rating_average, 4.5)

    def test_an_archived_visit_still_counts(self):
        self._create_visit().active = False
        self._run()
        self.assertEqual(self._get_row().done_count, 1)

    def test_a_week_begins_on_monday_in_the_company_s_time_zone(self):
        self.company.resource_calendar_id.tz = "America/New_York"
        # Sunday, 22:00 in New York: still the week before.
        self._create_visit("2026-02-23 03:00")
        self._create_visit("2026-02-23 06:00")
        self._run()
        self.assertEqual(self._get_row().done_count, 1)
        self.assertEqual(self._get_row(date(2026, 2, 16)).done_count, 1)

    @freeze_time("2026-03-31 08:00:00")
    def test_the_week_in_which_the_clocks_change(self):
        self.company.resource_calendar_id.tz = "Europe/Brussels"
        weeks = self.env["support.statistics"]._get_weeks_to_count()
        (week,) = [w for w in weeks if w.company_id == self.company.id][-1:]
        self.assertEqual(week.week_start, date(2026, 3, 23))
        self.assertEqual(week.since, datetime(2026, 3, 22, 23))
        self.assertEqual(week.until, datetime(2026, 3, 29, 22))
        # Sunday, 23:30 in Brussels, an hour earlier in UTC than it was in winter.
        self._create_visit("2026-03-29 21:30")
        self._create_visit("2026-03-29 22:30")
        self.calendar.write(
            {
                "tz": "Europe/Brussels",
                "attendance_ids": [
                    (5, 0, 0),
                    (0, 0, {"name": "Night", "dayofweek": "6", "hour_from": 0, "hour_to": 6}),
                ],
            }
        )
        self.technician.tz = "Europe/Brussels"
        self._run()
        row = self._get_row(date(2026, 3, 23))
        self.assertEqual(row.done_count, 1)
        self.assertEqual(row.working_hours, 5)  # from 2:00 the clock jumps to 3:00

    def test_companies_apart(self):
        company = self.env["res.company"].create({"name": "Second company"})
        partner = self.env["res.partner"].create({"name": "Theirs"})
        self._create_visit()
        self._create_visit(
            "2026-02-26 10:00", technician_id=False, company_id=company.id, partner_id=partner.id
        )
        self._run()
        theirs = self._get_rows(company_id=company.id)
        self.assertEqual(theirs.done_count, 1)
        dispatcher = new_test_user(
            self.env,
            "support_dispatcher_2",
            groups="support_center.group_support_dispatcher",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        statistics = self.env["support.statistics"]
        self.assertEqual(statistics.with_user(dispatcher).search([]).company_id, company)
        self.assertEqual(
            statistics.with_user(self.user_dispatcher).search([]).company_id, self.company
        )
