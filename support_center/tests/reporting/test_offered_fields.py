from lxml import etree

from odoo.tests import tagged

from ...models.reporting.support_ids_mixin import TECHNICAL
from ..common import SupportCase

# As the browser chooses them, in pivot_model.js, search_bar_menu.js and model_field_selector.
NUMBERS = ("integer", "float", "monetary")
GROUPED = ("boolean", "char", "date", "datetime", "integer", "many2one", "many2many", "selection")

# What a graph or a pivot table offers to count besides the number of rows.
MEASURES = {
    "support.appointment": {"duration", "rating_last_value", "time_used"},
    "support.appointment.report": {
        "booked_hours", "done_count", "first_fix_rate", "lead_days", "no_show_count",
        "no_show_rate", "on_time_rate", "rating", "rating_count",
    },
    "support.appointment.type": {
        "buffer_after", "buffer_before", "cancel_notice_hours", "duration", "horizon_days",
        "min_notice_hours",
    },
    "support.reminder": {"hours_before"},
    "support.statistics": {
        "booked_hours", "cancelled_count", "confirmation_share", "confirmed_count", "done_count",
        "late_minutes_average", "lead_hours_average", "no_show_count", "on_time_share",
        "rating_average", "rating_count", "reminder_share", "requested_count", "utilisation",
        "working_hours",
    },
    "support.technician": {"max_daily_appointments"},
    "support.ticket": {"rating_last_value"},
    "support.webhook.delivery": {"attempts"},
}  # fmt: skip
# Each model has these, and people know them from everywhere.
ODOO_OWN = ("active", "create_date", "create_uid", "write_date", "write_uid")
# Ours that are offered although no page of ours shows them: their labels say what they are.
OFFERED_UNSEEN = {
    "support.appointment": {
        "calendar_event_ids", "cancel_silently", "intake_automatic", "intake_held",
        "intake_obstacle", "is_this_week", "is_today", "is_tomorrow", "is_waiting",
        "merged_into_id", "rating_last_value",
    },
    "support.appointment.report": {"no_show_count", "rating_count"},
    "support.slot.hold": {"company_id"},
    "support.team": {"ticket_ids"},
    "support.technician": {"appointment_ids"},
    "support.ticket": {"appointment_ids", "closed_at"},
}  # fmt: skip


@tagged("post_install", "-at_install")
class TestOfferedFields(SupportCase):
    """What people are offered to count, to group and to filter by, in every list of ours."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.access = cls.env["ir.model.access"].with_user(cls.user_manager)
        cls.models = [
            cls.env[name].with_user(cls.user_manager)
            for name, model in sorted(cls.env.registry.items())
            if name.startswith("support.")
            and not model._abstract
            and not model._transient
            and cls.access.check(name, "read", raise_exception=False)
        ]

    def _describe(self, model):
        """What a page of the model tells the browser of its fields, with that of a search."""
        views = model.get_views([(False, "search"), (False, "list"), (False, "form")])
        described = views["models"][model._name]
        return described.get("fields", described)

    def _get_measures(self, described):
        return {
            name
            for name, each in described.items()
            if name != "id"
            and each["type"] in NUMBERS
            and each.get("store")
            and (each.get("group_operator") or each.get("aggregator"))
        }

    def _get_groups(self, described):
        def _is_offered(each):
            if "groupable" in each:
                return each["groupable"]
            return each.get("store") if each["type"] == "many2many" else each.get("sortable")

        return {
            name
            for name, each in described.items()
            if name != "id" and each["type"] in GROUPED and _is_offered(each)
        }

    def _get_filters(self, described):
        return {name for name, each in described.items() if each.get("searchable")}

    def _get_shown(self, model):
        """Fields that stand somewhere on a page of the model for people to read."""
        views = self.env["ir.ui.view"].search([("model", "=", model._name)])
        return {
            node.get("name")
            for view in views
            for node in etree.fromstring(view.arch).iter("field")
            if node.get("invisible") != "1" and node.get("column_invisible") != "1"
        }

    def test_measures(self):
        found = {
            model._name: measures
            for model in self.models
            if (measures := self._get_measures(self._describe(model)))
        }
        self.assertEqual(found, MEASURES)

    def test_what_nobody_reads_is_no_filter_and_no_group(self):
        """A new field of ours is on a page, or technical, or in the table above."""
        for model in self.models:
            described = self._describe(model)
            offered = self._get_filters(described) | self._get_groups(described)
            ours = {
                name
                for name in offered
                if name not in ODOO_OWN and model._fields[name]._module == "support_center"
            }
            with self.subTest(model=model._name):
                self.assertEqual(
                    ours - self._get_shown(model), OFFERED_UNSEEN.get(model._name, set())
                )
                technical = model._get_technical_fields()
                self.assertFalse(offered & technical)
                self.assertFalse(technical & {"company_id", "state", "partner_id", "create_date"})

    def test_nobody_groups_an_analysis_by_a_number(self):
        for name in ("support.appointment.report", "support.statistics"):
            model = self.env[name].with_user(self.user_manager)
            groups = self._get_groups(self._describe(model))
            numbers = {each for each in groups if model._fields[each].type in NUMBERS}
            self.assertFalse(numbers)
            self.assertIn("technician_id", groups)

    def test_our_own_pages_count_and_group_by_what_is_offered(self):
        views = self.env["ir.ui.view"].search(
            [("model", "like", "support.%"), ("type", "in", ("graph", "pivot"))]
        )
        self.assertTrue(views)
        for view in views:
            model = self.env[view.model].with_user(self.user_manager)
            described = self._describe(model)
            for node in etree.fromstring(view.arch).iter("field"):
                is_measure = node.get("type") == "measure"
                kind = self._get_measures if is_measure else self._get_groups
                with self.subTest(view=view.name, field=node.get("name")):
                    self.assertIn(node.get("name"), kind(described))

    def test_a_program_reads_and_searches_all_as_before(self):
        visit = self._create_appointment(technician_id=self.technician.id)
        visits = visit.with_user(self.user_manager)
        described = visits.fields_get(["busy_start"])["busy_start"]
        self.assertEqual((described["type"], described["store"]), ("datetime", True))
        domain = [("id", "=", visit.id), ("busy_start", "=", visit.busy_start)]
        (row,) = visits.search_read(domain, ["busy_start", "ics_uid"], order="busy_start")
        self.assertEqual(row["busy_start"], visit.busy_start)
        ((_month, count),) = visits._read_group(domain, ["busy_start:month"], ["__count"])
        self.assertEqual(count, 1)
        names = ("string", "help")
        self.assertLessEqual(visits.fields_get(["ics_uid"], names)["ics_uid"].keys(), {*names})

    def test_the_technical_ones_are_there(self):
        """Else a name that was changed would be offered again."""
        for model in self.models:
            missing = TECHNICAL.get(model._name, set()) - model._fields.keys()
            self.assertFalse(missing, model._name)
