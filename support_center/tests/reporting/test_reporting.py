from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import at
from .test_statistics import StatisticsCase

LAST_MONTH = "2026-02"


@tagged("post_install", "-at_install")
class TestReporting(StatisticsCase):
    """The manager's page; today is Monday, 2 March 2026, and last month February."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user_dispatcher.tz = "UTC"
        cls.reporting = cls.env["support.reporting"].with_user(cls.user_dispatcher)
        cls.other = cls.env["res.partner"].create({"name": "Other Customer"})

    def _load(self, group_by="technician", period="last_month", user=None):
        self.env.flush_all()
        reporting = self.reporting.with_user(user) if user else self.reporting
        return reporting.load(period, group_by)

    def _get_cells(self, label, **options):
        data = self._load(**options)
        (row,) = [row for row in [*data["rows"], data["total"]] if row["label"] == label]
        return {cell["name"]: cell for cell in row["cells"]}

    def _get_values(self, label, **options):
        cells = self._get_cells(label, **options)
        return {name: cell["value"] for name, cell in cells.items()}

    def _open(self, figure, key, group_by="technician", period="last_month"):
        action = self.reporting.open_visits(figure, period, group_by, key)
        visits = self.env[action["res_model"]].with_user(self.user_dispatcher)
        return visits.with_context(action["context"]).search(action["domain"])

    def _rate(self, visit, *ratings):
        self.env["rating.rating"].create(
            [
                {
                    "res_model_id": self.env["ir.model"]._get_id("support.appointment"),
                    "res_id": visit.id,
                    "rating": rating,
                    "consumed": True,
                }
                for rating in ratings
            ]
        )

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def test_the_no_show_rate_of_each_technician_and_the_visits_behind_it(self):
        done = [self._create_visit(f"2026-02-{10 + day} 10:00") for day in range(3)]
        absent = self._create_visit("2026-02-16 10:00", "no_show")
        self._create_visit("2026-02-17 10:00", "cancelled")
        self._create_visit("2026-02-18 10:00", "draft")
        self._create_visit("2026-03-01 10:00", "no_show")
        others = self._create_visit("2026-02-19 10:00", technician_id=self.technician_2.id)
        cell = self._get_cells(self.technician.name)["no_show_rate"]
        self.assertEqual((cell["value"], cell["text"]), (25, "25.0\N{NO-BREAK SPACE}%"))
        self.assertEqual(cell["of"], "4 visits")
        self.assertEqual(self._get_values(self.technician_2.name)["no_show_rate"], 0)
        self.assertEqual(self._get_values("All")["no_show_rate"], 20)
        visits = self._open("no_show_rate", self.technician.id)
        self.assertEqual(set(visits.ids), {absent.id, *(each.id for each in done)})
        self.assertEqual(len(self._open("no_show_rate", "all")), 5)
        self.assertEqual(self._open("done_count", self.technician_2.id), others)

    def test_archived_visits_count_and_are_found(self):
        visit = self._create_visit()
        visit.active = False
        self.assertEqual(self._get_values(self.technician.name)["done_count"], 1)
        self.assertEqual(self._open("done_count", self.technician.id), visit)

    def test_lead_time_in_days_of_what_was_confirmed(self):
        self._create_visit("2026-02-12 10:00", created="2026-02-10 10:00")
        self._create_visit("2026-02-13 10:00", created="2026-02-09 10:00")
        recorded = self._create_visit("2026-02-14 10:00", created="2026-02-20 10:00")
        never = self._create_visit("2026-02-15 10:00", "cancelled", created="2026-02-01 10:00")
        cell = self._get_cells(self.technician.name)["lead_days"]
        self.assertEqual((cell["value"], cell["text"], cell["of"]), (3, "3.0", "2 visits"))
        self.assertFalse(self._open("lead_days", self.technician.id) & (recorded | never))

    def test_punctuality(self):
        for day, minute in ((10, "10:15"), (11, "10:16"), (12, "09:50"), (13, None)):
            visit = self._create_visit(f"2026-02-{day} 10:00")
            visit.started_at = minute and at(f"2026-02-{day} {minute}")
        cell = self._get_cells(self.technician.name)["on_time_rate"]
        self.assertAlmostEqual(cell["value"], 200 / 3)
        self.assertEqual(cell["of"], "3 visits")

    def test_satisfaction_from_five_answers_on(self):
        visits = [self._create_visit(f"2026-02-{10 + day} 10:00") for day in range(2)]
        self._rate(visits[0], 5, 5, 5)
        self._rate(visits[1], 1)
        cell = self._get_cells(self.technician.name)["rating"]
        self.assertEqual((cell["value"], cell["text"]), (None, "–"))
        self.assertEqual(cell["of"], "4 of 5 answers needed")
        pivot = self.env["support.appointment.report"].with_user(self.user_dispatcher)
        self.assertEqual(pivot._read_group([], [], ["rating:sum"]), [(False,)])
        self._rate(visits[1], 4)
        cell = self._get_cells(self.technician.name)["rating"]
        self.assertEqual((cell["value"], cell["of"]), (4, "5 answers"))
        self.assertEqual(pivot._read_group([], [], ["rating:sum"]), [(4,)])
        self.assertEqual(len(self._open("rating", self.technician.id)), 2)

    def test_utilisation(self):
        # Eight hours on twenty weekdays of February.
        self._create_visit("2026-02-10 10:00", duration=8.0)
        self._create_visit("2026-02-11 10:00", "cancelled", duration=8.0)
        worked = 4 * 5 * 8
        cell = self._get_cells(self.technician.name)["utilisation"]
        hours = float(cell["of"].split(" of ")[1].split()[0])
        self.assertAlmostEqual(cell["value"], 100 * 8 / hours)
        self.assertEqual(hours, worked)
        self.env["resource.calendar.leaves"].create(
            {
                "resource_id": self.technician.resource_id.id,
                "calendar_id": self.technician.resource_calendar_id.id,
                "date_from": at("2026-02-16 00:00"),
                "date_to": at("2026-02-21 00:00"),
            }
        )
        self.assertAlmostEqual(
            self._get_values(self.technician.name)["utilisation"], 100 * 8 / (worked - 40)
        )

    def test_working_hours_are_divided_among_types(self):
        self.technician_2.active = False
        self._create_visit("2026-02-10 10:00", duration=3.0, type_id=self.type.id)
        self._create_visit("2026-02-11 10:00", duration=1.0, type_id=False)
        by_type = self._get_values(self.type.name, group_by="type")["utilisation"]
        self.assertAlmostEqual(by_type, 100 * 4 / 160)
        self.assertAlmostEqual(self._get_values("No Type", group_by="type")["utilisation"], by_type)
        self.assertAlmostEqual(self._get_values("All", group_by="type")["utilisation"], by_type)

    # ------------------------------------------------------------------
    # First-time fix
    # ------------------------------------------------------------------

    def _get_first_fix(self):
        cell = self._get_cells("All", group_by="month", period="last_3_months")["first_fix_rate"]
        return cell["value"], cell["of"]

    def test_another_visit_for_the_ticket_is_no_first_time_fix(self):
        ticket = self.env["support.ticket"].create({"name": "Broken"})
        self._create_visit("2026-01-05 10:00", ticket_id=ticket.id)
        self.assertEqual(self._get_first_fix(), (100, "1 visit"))
        again = self._create_visit("2026-02-20 10:00", ticket_id=ticket.id)
        self.assertEqual(self._get_first_fix(), (0, "1 visit"))
        self.env.cr.execute(
            "UPDATE support_appointment SET state = 'cancelled' WHERE id = %s", [again.id]
        )
        self.env.invalidate_all()
        self.assertEqual(self._get_first_fix(), (100, "1 visit"))

    def test_a_visit_to_come_counts_as_one_more(self):
        self._create_visit("2026-02-20 10:00")
        self._create_visit("2026-03-10 10:00", "confirmed")
        self.assertEqual(self._get_first_fix(), (0, "1 visit"))

    def test_without_a_ticket_the_customer_and_type_within_thirty_days(self):
        self._create_visit("2026-01-05 10:00", type_id=self.type.id)
        self._create_visit("2026-01-06 10:00", type_id=False)
        self._create_visit("2026-01-07 10:00", type_id=self.type.id, partner_id=self.other.id)
        self._create_visit("2026-02-05 10:00", type_id=self.type.id)
        self.assertEqual(self._get_first_fix(), (100, "4 visits"))
        self._create_visit("2026-02-04 10:00", type_id=self.type.id)
        # Those of 5 January and 4 February are one job, and that of 5 February its third visit.
        self.assertEqual(self._get_first_fix(), (100 * 2 / 3, "3 visits"))

    def test_the_customer_was_absent_first(self):
        self._create_visit("2026-02-20 10:00", "no_show")
        self._create_visit("2026-02-21 10:00")
        self.assertEqual(self._get_first_fix(), (100, "1 visit"))

    # ------------------------------------------------------------------
    # Groups and periods
    # ------------------------------------------------------------------

    def test_team_of_the_ticket_and_no_team(self):
        team = self.env["support.team"].create({"name": "Field"})
        ticket = self.env["support.ticket"].create({"name": "Broken", "team_id": team.id})
        visit = self._create_visit("2026-02-10 10:00", ticket_id=ticket.id)
        alone = self._create_visit("2026-02-11 10:00")
        labels = [row["label"] for row in self._load("team")["rows"]]
        self.assertEqual(labels, ["Field", "No Team"])
        self.assertEqual(self._open("done_count", team.id, "team"), visit)
        self.assertEqual(self._open("done_count", False, "team"), alone)

    def test_months_are_those_of_the_reader(self):
        visit = self._create_visit("2026-01-31 23:30")
        self.assertEqual(self._get_values("All")["done_count"], 0)
        self.user_dispatcher.tz = "Europe/Berlin"
        self.assertEqual(self._get_values("All")["done_count"], 1)
        cells = self._get_values("February 2026", group_by="month")
        self.assertEqual(cells["done_count"], 1)
        self.assertEqual(self._open("done_count", LAST_MONTH, "month"), visit)
        self.assertFalse(self._open("done_count", "2026-01", "month", "last_3_months"))

    def test_periods(self):
        spans = {
            period["name"]: self._load(period=period["name"])["span"]
            for period in self._load()["periods"]
        }
        self.assertEqual(
            spans,
            {
                "this_month": "03/01/2026 to 03/31/2026",
                "last_month": "02/01/2026 to 02/28/2026",
                "last_3_months": "12/01/2025 to 02/28/2026",
                "last_12_months": "03/01/2025 to 02/28/2026",
                "this_year": "01/01/2026 to 03/31/2026",
            },
        )

    def test_what_is_none_of_the_choices_is_refused_in_words(self):
        with self.assertRaisesRegex(ValidationError, "period is “ever”: this_month"):
            self.reporting.load("ever", "team")
        with self.assertRaisesRegex(ValidationError, "group_by is “colour”: month, team"):
            self.reporting.load("last_month", "colour")
        with self.assertRaisesRegex(ValidationError, "figure is “id”"):
            self.reporting.open_visits("id", "last_month", "team", "all")
        for key in ("May", "9999-12"):
            with self.assertRaisesRegex(ValidationError, f"key is “{key}”: YYYY-MM"):
                self.reporting.open_visits("rating", "last_month", "month", key)

    def test_every_figure_opens_as_many_visits_as_it_says(self):
        for day in range(5):
            visit = self._create_visit(
                f"2026-02-{10 + day} 10:00", duration=1.0, created="2026-02-01 10:00"
            )
            visit.started_at = visit.start + timedelta(minutes=10 * day)
            self._rate(visit, 5)
        for group_by, label, key in (
            ("month", "February 2026", LAST_MONTH),
            ("technician", self.technician.name, self.technician.id),
        ):
            cells = self._get_cells(label, group_by=group_by)
            for figure, cell in cells.items():
                with self.subTest(group_by=group_by, figure=figure):
                    found = self._open(figure, key, group_by)
                    number = {"first_fix_rate": 1}.get(figure, 5)
                    self.assertEqual(len(found), number)
                    self.assertTrue(cell["has_visits"])

    def test_graph_and_pivot_of_the_same_period(self):
        self._create_visit()
        action = self.reporting.explore("no_show_rate", "last_month", "technician")
        self.assertEqual(action["context"]["graph_measure"], "no_show_rate")
        self.assertEqual(action["context"]["graph_groupbys"], ["technician_id"])
        report = self.env[action["res_model"]].with_user(self.user_dispatcher)
        self.assertEqual(len(report.search(action["domain"])), 1)
        kinds = [(False, kind) for kind in (*action["view_mode"].split(","), "search")]
        self.assertEqual(len(report.get_views(kinds)["views"]), 4)
        row = report.search(action["domain"])
        self.assertEqual(row.action_open_appointment()["res_id"], row.appointment_id.id)

    # ------------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------------

    def test_of_another_company_nothing_is_seen(self):
        visit = self._create_visit("2026-02-10 10:00", duration=2.0)
        company = self.env["res.company"].create({"name": "Second Company"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="support_center.group_support_dispatcher",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        # Also of a technician who works for all of them.
        self.technician.company_id = False
        data = self._load(user=stranger)
        self.assertFalse(data["rows"])
        self.assertFalse([cell["value"] for cell in data["total"]["cells"] if cell["value"]])
        action = self.reporting.open_visits("done_count", "last_month", "technician", "all")
        theirs = self.env["support.appointment"].with_user(stranger)
        self.assertFalse(theirs.with_context(active_test=False).search(action["domain"]))
        report = self.env["support.appointment.report"].with_user(stranger)
        self.assertFalse(report.search([]))
        with self.assertRaises(AccessError):
            report.browse(visit.id).read(["state"])

    def test_visits_of_who_went_to_another_company_still_count(self):
        self._create_visit("2026-02-10 10:00", duration=2.0)
        company = self.env["res.company"].create({"name": "Second Company"})
        self.technician.company_id = company
        self.env.invalidate_all()
        self.assertEqual(self._get_values(self.technician.name)["done_count"], 1)
        for group_by in ("month", "team", "type"):
            self.assertEqual(self._get_values("All", group_by=group_by)["done_count"], 1)

    def test_technicians_and_others_are_refused(self):
        for user in (self.user_technician, self.user_employee, self.user_integration):
            with (
                self.subTest(user=user.login),
                self.assertRaisesRegex(AccessError, "support.appointment.report"),
            ):
                self.reporting.with_user(user).load()

    def test_dispatchers_and_managers_may_export(self):
        for user in (self.user_dispatcher, self.user_manager):
            self.assertTrue(user.has_group("base.group_allow_export"))
        self.assertFalse(self.user_technician.has_group("base.group_allow_export"))

    def test_the_page_stands_first_under_reporting(self):
        menus = self.env["ir.ui.menu"].with_user(self.user_dispatcher)
        parent = self.env.ref("support_center.menu_support_reporting")
        first = menus.search([("parent_id", "=", parent.id)], order="sequence")[:1]
        self.assertEqual(first.action, self.env.ref("support_center.support_reporting_action"))


@tagged("post_install", "-at_install")
class TestReportingQueries(StatisticsCase):
    def test_queries_depend_on_neither_visits_nor_technicians(self):
        def _count(group_by):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["support.reporting"].with_user(self.user_manager).load("last_month", group_by)
            return self.env.cr.sql_log_count - before

        kinds = ("month", "team", "technician", "type")
        for day in range(3):
            self._create_visit(f"2026-02-{10 + day} 10:00", type_id=self.type.id)
        few = [(_count(kind), _count(kind))[1] for kind in kinds]
        technicians = self.env["support.technician"].create(
            [
                {"name": f"T{number}", "resource_calendar_id": self.calendar.id, "tz": "UTC"}
                for number in range(30)
            ]
        )
        with freeze_time("2026-01-01"):
            visits = self.env["support.appointment"].create(
                [
                    {
                        "partner_id": self.customer.id,
                        "technician_id": technician.id,
                        "start": at("2026-02-12 10:00"),
                        "type_id": self.type.copy({"name": technician.name}).id,
                    }
                    for technician in technicians
                ]
            )
        self.env.cr.execute(
            "UPDATE support_appointment SET state = 'done' WHERE id = ANY(%s)", [visits.ids]
        )
        self.env.invalidate_all()
        many = [(_count(kind), _count(kind))[1] for kind in kinds]
        self.assertEqual(few, many)
        self.assertLess(max(few), 30)
