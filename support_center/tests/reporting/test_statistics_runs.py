from contextlib import suppress
from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..common import SupportHttpCase, at
from .test_statistics import LAST_WEEK, StatisticsCase


@tagged("post_install", "-at_install")
class TestStatisticsRuns(StatisticsCase):
    """How the counting behaves, run after run."""

    def test_again_gives_the_same_rows(self):
        self._create_visit()
        self._run()
        names = list(self.env["support.statistics"]._fields)
        before = self.env["support.statistics"].search([]).read(names)
        self._run()
        after = self.env["support.statistics"].search([]).read(names)
        for row in before + after:
            row.pop("write_date")
        self.assertEqual(before, after)

    def test_what_changed_since_is_counted_again(self):
        visit = self._create_visit()
        self._run()
        row = self._get_row()
        visit.technician_id = self.technician_2
        self._run()
        self.assertEqual(row.done_count, 0)
        self.assertEqual(self._get_row(technician_id=self.technician_2.id).done_count, 1)
        self.env.cr.execute("DELETE FROM support_appointment")
        self.env.cr.execute("UPDATE support_technician SET active = FALSE")
        self.env.invalidate_all()
        self._run()
        self.assertFalse(self._get_rows())

    def test_missed_weeks_are_made_up_for(self):
        self._run()
        for week in range(8):
            self._create_visit(f"2026-04-{1 + week:02} 10:00")
        with freeze_time("2026-04-13 08:00:00"):
            self._run()
        weeks = {row.week_start for row in self.env["support.statistics"].search([])}
        for missed in (date(2026, 3, 2), date(2026, 3, 30), date(2026, 4, 6)):
            self.assertIn(missed, weeks)
        self.assertEqual(sum(self._get_rows(date(2026, 3, 30)).mapped("done_count")), 5)
        self.assertEqual(sum(self._get_rows(date(2026, 4, 6)).mapped("done_count")), 3)

    def test_after_a_long_pause_no_more_than_twelve_weeks(self):
        self._run()
        old = self._get_rows().ids
        with freeze_time("2027-03-01 08:00:00"):
            weeks = self.env["support.statistics"]._get_weeks_to_count()
            self.assertEqual(len({week.week_start for week in weeks}), 12)
            self._run()
        self.assertEqual(self._get_rows().ids, old)

    def test_queries_do_not_depend_on_appointments_or_technicians(self):
        self._create_visit()
        self._run()

        def _count_queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["support.statistics"]._cron_generate_statistics()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        few = _count_queries()
        technicians = self.env["support.technician"].create(
            [
                {"name": f"T{index}", "resource_calendar_id": self.calendar.id, "tz": "UTC"}
                for index in range(20)
            ]
        )
        for index, technician in enumerate(technicians):
            for day in range(3):
                self._create_visit(
                    f"2026-02-{10 + day} {8 + index % 8:02}:00", technician_id=technician.id
                )
        many = _count_queries()
        self.assertLessEqual(many, few + 2)
        self.assertLessEqual(many, 25)

    def test_a_failing_run_is_in_the_log_and_stores_nothing(self):
        self._create_visit()
        figures = self.registry["support.statistics.figures"]
        with (
            patch.object(figures, "_add_working_hours", lambda *_args: 1 / 0),
            self.assertLogs("support_center.automation", "WARNING"),
            # Odoo's assertRaises would roll the log row back.
            suppress(ZeroDivisionError),
        ):
            self.env["support.statistics"]._cron_generate_statistics()
            self.fail("the error has to reach Odoo's own list of failed crons")
        self.assertFalse(self.env["support.statistics"].search([]))
        row = self.env["support.automation.log"].search([("action", "=", "generate_statistics")])
        self.assertEqual(row.outcome, "failed")

    def test_averages_of_groups_are_quotients_of_sums(self):
        for day in (23, 24, 25):
            visit = self._create_visit(f"2026-02-{day} 10:00", duration=1.0)
            visit.started_at = at(f"2026-02-{day} 10:00")
        late = self._create_visit("2026-02-26 10:00", duration=1.0, type_id=self.type.id)
        late.started_at = at("2026-02-26 10:40")
        self._run()
        statistics = self.env["support.statistics"].with_user(self.user_dispatcher)
        measures = ["on_time_share:sum", "late_minutes_average:sum", "utilisation:sum"]
        domain = [("week_start", "=", LAST_WEEK)]
        ((on_time, minutes, utilisation),) = statistics._read_group(domain, [], measures)
        self.assertEqual((on_time, minutes, utilisation), (75, 10, 5))
        by_technician = statistics._read_group(domain, ["technician_id"], measures)
        shares = {technician: share for technician, share, *_others in by_technician}
        self.assertEqual(shares[self.technician], 75)
        by_type = statistics._read_group(domain, ["type_id"], measures)
        self.assertIn((self.type, 0, 40, 10), by_type)
        # As the web client asks for it.
        arguments = self._as_web_client(["on_time_share:sum", "done_count:sum"])
        (group,) = statistics.web_read_group(domain, *arguments)["groups"]
        self.assertEqual(self._get_value(group, "on_time_share"), 75)
        self.assertEqual(self._get_value(group, "done_count"), 4)

    def _as_web_client(self, measures):
        """The arguments of ``web_read_group``, whose order Odoo 19 turned round."""
        groupby = ["week_start:month"]
        if hasattr(self.env["support.statistics"], "formatted_read_group"):
            return groupby, measures
        return measures, groupby

    def _get_value(self, group, name):
        return group[name if name in group else f"{name}:sum"]

    def test_nothing_to_divide_by_is_no_zero(self):
        self._create_visit(technician_id=False)
        self._run()
        ((on_time, utilisation),) = self.env["support.statistics"]._read_group(
            [("week_start", "=", LAST_WEEK), ("technician_id", "=", False)],
            [],
            ["on_time_share:sum", "utilisation:sum"],
        )
        self.assertEqual((on_time, utilisation), (False, False))

    def test_views(self):
        action = self.env.ref("support_center.support_statistics_action")
        self.assertEqual(action.view_mode.split(",")[:2], ["graph", "pivot"])
        self._create_visit()
        self._run()
        statistics = self.env["support.statistics"].with_user(self.user_dispatcher)
        kinds = [(False, kind) for kind in (*action.view_mode.split(","), "search")]
        views = statistics.get_views(kinds)["views"]
        self.assertEqual(len(views), 4)
        menus = self.env["ir.ui.menu"].with_user(self.user_dispatcher)._visible_menu_ids()
        menu = self.env.ref("support_center.menu_support_statistics")
        self.assertIn(menu.id, menus)
        self.assertEqual(menu.complete_name, "Support Center/Reporting/Appointment Statistics")

    def test_who_may_read_and_that_nobody_writes(self):
        self._create_visit()
        self._run()
        statistics = self.env["support.statistics"]
        for user in (self.user_employee, self.user_technician, self.user_integration):
            with self.assertRaises(AccessError):
                statistics.with_user(user).search([])
            self.assertNotIn(
                self.env.ref("support_center.menu_support_statistics").id,
                self.env["ir.ui.menu"].with_user(user)._visible_menu_ids(),
            )
        for user in (self.user_dispatcher, self.user_manager, self.env.ref("base.user_admin")):
            row = statistics.with_user(user).browse(self._get_row().id)
            if user == self.user_dispatcher:
                self.assertEqual(row.done_count, 1)
            with self.assertRaises(AccessError):
                row.write({"done_count": 7})
            with self.assertRaises(AccessError):
                row.unlink()
            with self.assertRaises(AccessError):
                statistics.with_user(user).create(
                    {"week_start": LAST_WEEK, "company_id": self.company.id}
                )


@tagged("post_install", "-at_install")
class TestStatisticsTour(SupportHttpCase):
    # Narrow windows fold the view switcher away; Chromium wants a comma.
    browser_size = "1920,1080"

    def test_a_dispatcher_looks_at_graph_pivot_and_list(self):
        self.env["support.statistics"].create(
            [
                {
                    "week_start": "2026-02-23",
                    "company_id": self.env.company.id,
                    "technician_id": technician.id,
                    "confirmed_count": 5,
                    "done_count": 4,
                    "started_count": started,
                    "on_time_count": 2,
                }
                for technician, started in ((self.technician, 2), (self.technician_2, 6))
            ]
        )
        action = self.env.ref("support_center.support_statistics_action")
        self.start_tour(
            f"/web#action={action.id}",
            "support_center_statistics",
            login=self.user_dispatcher.login,
        )


@tagged("post_install", "-at_install")
class TestStatisticsSwitchedOn(StatisticsCase, CronMixinCase):
    """Twelve weeks of figures are there on the day the job is switched on, whatever the way."""

    def _make_visits(self):
        """A visit in each of the last fourteen complete weeks."""
        for week in range(14):
            day = LAST_WEEK - timedelta(weeks=week) + timedelta(days=2)
            self._create_visit(f"{day} 10:00", created=f"{day} 08:00")

    def _get_done_weeks(self):
        rows = self.env["support.statistics"].search([("done_count", ">", 0)])
        return sorted(rows.mapped("week_start"))

    def _switch_on(self, way):
        admin = new_test_user(self.env, f"admin {way}", groups="base.group_system")
        self.cron.write({"active": False, "nextcall": at("2026-03-08 08:00")})
        if way == "panel":
            panel = self.env["support.settings.panel"].with_user(admin)
            action = panel.press("automation", self.cron_name, "switch_on")
            dry_run = self.env["support.dry.run"].with_user(admin).browse(action["res_id"])
            self.assertIn("12 weeks that begin from 12/08/2025 to 02/23/2026", dry_run.preview)
            dry_run.action_switch_on()
        elif way == "form":
            with Form(self.cron.with_user(admin)) as form:
                form.active = True
        else:
            self.cron.with_user(admin).write({"active": True})

    def test_twelve_weeks_once_by_each_way(self):
        self.cron_name = "cron_generate_appointment_statistics"
        self._make_visits()
        expected = [LAST_WEEK - timedelta(weeks=back) for back in range(11, -1, -1)]
        for way in ("panel", "form", "call"):
            with self.subTest(way):
                self.env["support.statistics"].search([]).sudo().unlink()
                with self.capture_triggers(self.cron.id) as captured:
                    self._switch_on(way)
                self.assertEqual(len(captured.records), 1)
                self.assertTrue(self.cron.active)
                self._run()
                self.assertEqual(self._get_done_weeks(), expected)
                self._run()
                self.assertEqual(self._get_done_weeks(), expected)

    def test_each_company_has_the_weeks_of_its_own_zone(self):
        company = self.env["res.company"].create({"name": "Sydney Ltd"})
        calendar = self.env["resource.calendar"].create(
            {"name": "Sydney", "tz": "Australia/Sydney", "company_id": company.id}
        )
        company.resource_calendar_id = calendar
        # A Sunday evening in London is a Monday morning there.
        partner = self.env["res.partner"].create({"name": "Customer in Sydney"})
        self._create_visit(
            "2026-02-22 22:00", technician_id=False, company_id=company.id, partner_id=partner.id
        )
        self._create_visit("2026-02-22 22:00")
        self.cron.active = True
        self._run()
        rows = self.env["support.statistics"].search([("done_count", ">", 0)])
        self.assertEqual(
            {(row.company_id, row.week_start) for row in rows},
            {(company, LAST_WEEK), (self.company, LAST_WEEK - timedelta(weeks=1))},
        )

    def test_switched_on_already_it_is_not_woken_again(self):
        self.cron.active = True
        with self.capture_triggers(self.cron.id) as captured:
            self.cron.write({"active": True, "priority": 7})
        self.assertFalse(captured.records)
