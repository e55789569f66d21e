from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import _, api, fields, models
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ...formatting import ONE_DAY, get_day, get_midnight, get_viewer_zone
from .support_appointment_report import LEAST_RATINGS

# Each figure: the field of ``support.appointment.report`` and its function, the sum that says of
# how many visits it is one, what those visits have, the digits and the unit it is written with.
# Utilisation has no field: working hours are no visits'.
FIGURES = {
    "done_count": ("done_count:sum", "done_count:sum", ("done_count", "=", 1), 0, ""),
    "no_show_rate": ("no_show_rate:avg", "ended_count:sum", ("ended_count", "=", 1), 1, "%"),
    "lead_days": ("lead_days:avg", "lead_count:sum", ("lead_count", "=", 1), 1, ""),
    "first_fix_rate": (
        "first_fix_rate:avg",
        "first_visit_count:sum",
        ("first_visit_count", "=", 1),
        1,
        "%",
    ),
    "utilisation": (
        "booked_hours:sum",
        "booked_hours:sum",
        ("booked_hours", ">", 0),
        1,
        "%",
    ),
    "on_time_rate": ("on_time_rate:avg", "started_count:sum", ("started_count", "=", 1), 1, "%"),
    "rating": ("rating:avg", "rating_count:sum", ("rating_count", ">", 0), 1, ""),
}
GROUPS = {
    "month": "date:month",
    "team": "team_id",
    "technician": "technician_id",
    "type": "type_id",
}
PERIODS = ("this_month", "last_month", "last_3_months", "last_12_months", "this_year")
# The row that stands for all of them.
ALL = "all"


class SupportReporting(models.AbstractModel):
    """The manager's page: the figures of a period by month, team, technician or type.

    All of it with the reader's own rights and companies.
    """

    _name = "support.reporting"
    _description = "Reporting"

    # ------------------------------------------------------------------
    # Page
    # ------------------------------------------------------------------

    @api.model
    def load(self, period="last_month", group_by="technician"):
        """The figures of a period, a row for each group and one for all.

        :param str period: one of ``PERIODS``
        :param str group_by: one of ``GROUPS``
        :return: dict with ``period``, ``group_by`` and their choices, ``span`` in words,
            ``columns``, ``rows`` and ``total``, as ``_prepare_row`` returns them
        :raise AccessError: for those who may not see the figures
        :raise ValidationError: for another period or group
        """
        period, group_by = self._read_choice(period, group_by)
        since, until = self._get_days(period)
        groups = self._count_groups(since, until, group_by)
        totals = self._count_groups(since, until, None)
        hours = self.env["support.reporting.hours"]._count(since, until, group_by)
        rows = self._prepare_rows(groups, hours, group_by)
        worked = sum(hours.values())
        return {
            "period": period,
            "periods": self._describe_periods(),
            "group_by": group_by,
            "groups": self._describe_groups(),
            "span": _(
                "%(first)s to %(last)s",
                first=format_date(self.env, since),
                last=format_date(self.env, until - ONE_DAY),
            ),
            "columns": self._describe_figures(),
            "rows": rows,
            "total": self._prepare_row(ALL, _("All"), totals.get(None), worked),
        }

    @api.model
    def open_visits(self, figure, period, group_by, key):
        """The list of exactly those appointments that a figure was counted from.

        :param str figure: one of ``FIGURES``
        :param key: of the row: the month as ``YYYY-MM``, the id of the group, or False for those
            without one; ``ALL`` for all
        :return: window action
        :raise AccessError: for those who may not see the figures
        :raise ValidationError: for what is none of these
        """
        period, group_by = self._read_choice(period, group_by)
        arguments = self.env["support.arguments"]
        if not isinstance(figure, str) or figure not in FIGURES:
            arguments._refuse("figure", figure, ", ".join(FIGURES))
        domain = [
            *self._get_period_domain(*self._get_days(period)),
            *self._get_key_domain(group_by, key),
            FIGURES[figure][2],
        ]
        self.env["support.appointment.report"].search(domain, limit=1)  # refuses who may not
        label = {each["name"]: each["label"] for each in self._describe_figures()}[figure]
        return {
            "type": "ir.actions.act_window",
            "name": label,
            "res_model": "support.appointment",
            "views": [[False, "list"], [False, "form"]],
            "domain": [("report_ids", "any", domain)],
            # Archived visits were visits, too.
            "context": {"active_test": False, "create": False},
        }

    @api.model
    def explore(self, figure, period, group_by):
        """The same period as a graph and a pivot table, to look further.

        :return: window action
        :raise AccessError: for those who may not see the figures
        :raise ValidationError: for an unknown figure, period or group
        """
        period, group_by = self._read_choice(period, group_by)
        if not isinstance(figure, str) or figure not in FIGURES:
            self.env["support.arguments"]._refuse("figure", figure, ", ".join(FIGURES))
        self.env["support.appointment.report"].search([], limit=1)  # refuses who may not
        measure = FIGURES[figure][0].split(":")[0]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "support_center.support_appointment_report_action"
        )
        return {
            **action,
            "domain": self._get_period_domain(*self._get_days(period)),
            "context": {
                "graph_measure": measure,
                "graph_groupbys": [GROUPS[group_by]],
                "pivot_row_groupby": [GROUPS[group_by]],
                "pivot_column_groupby": [],
            },
        }

    # ------------------------------------------------------------------
    # Choices
    # ------------------------------------------------------------------

    @api.model
    def _read_choice(self, period, group_by):
        arguments = self.env["support.arguments"]
        period = arguments._get_text("period", period) or "last_month"
        group_by = arguments._get_text("group_by", group_by) or "technician"
        if period not in PERIODS:
            arguments._refuse("period", period, ", ".join(PERIODS))
        if group_by not in GROUPS:
            arguments._refuse("group_by", group_by, ", ".join(GROUPS))
        return period, group_by

    @api.model
    def _describe_periods(self):
        return [
            {"name": "this_month", "label": _("This Month")},
            {"name": "last_month", "label": _("Last Month")},
            {"name": "last_3_months", "label": _("Last 3 Months")},
            {"name": "last_12_months", "label": _("Last 12 Months")},
            {"name": "this_year", "label": _("This Year")},
        ]

    @api.model
    def _describe_groups(self):
        return [
            {"name": "month", "label": _("Month")},
            {"name": "team", "label": _("Team")},
            {"name": "technician", "label": _("Technician")},
            {"name": "type", "label": _("Type")},
        ]

    @api.model
    def _describe_figures(self):
        """
        :return: list of dicts with ``name``, ``label`` and ``help``, which says what is counted
        """
        described = self.env["support.appointment.report"].fields_get(attributes=("string", "help"))
        described["done_count"] = {
            **described["done_count"],
            "help": _("Visits of the period that are done."),
        }
        described["utilisation"] = {
            "string": _("Utilisation (%)"),
            "help": _(
                "Booked hours in percent of the hours of the technicians' working schedules, time "
                "off taken away."
            ),
        }
        described["first_fix_rate"] = {
            **described["first_fix_rate"],
            "help": _(
                "Of the first visits that are done, those after which nobody had to come again: no "
                "further visit for the same ticket or, without a ticket, for the same customer and "
                "type within 30 days. The newest visits can still change it."
            ),
        }
        return [
            {
                "name": name,
                "label": described[name]["string"],
                "help": described[name].get("help") or "",
            }
            for name in FIGURES
        ]

    # ------------------------------------------------------------------
    # Periods
    # ------------------------------------------------------------------

    @api.model
    def _get_days(self, period):
        """
        :return: tuple of two dates in the viewer's zone, of which the second is the day after
        """
        today = get_day(fields.Datetime.now(), get_viewer_zone(self.env))
        month = today.replace(day=1)
        following = month + relativedelta(months=1)
        return {
            "this_month": (month, following),
            "last_month": (month - relativedelta(months=1), month),
            "last_3_months": (month - relativedelta(months=3), month),
            "last_12_months": (month - relativedelta(months=12), month),
            "this_year": (today.replace(month=1, day=1), following),
        }[period]

    @api.model
    def _get_period_domain(self, since, until):
        zone = get_viewer_zone(self.env)
        bounds = [fields.Datetime.to_string(get_midnight(day, zone)) for day in (since, until)]
        return [("date", ">=", bounds[0]), ("date", "<", bounds[1])]

    @api.model
    def _get_key_domain(self, group_by, key):
        if key == ALL:
            return []
        arguments = self.env["support.arguments"]
        if group_by != "month":
            return [(GROUPS[group_by], "=", arguments._get_id("key", key) or False)]
        try:
            month = date.fromisoformat(f"{key}-01")
            return self._get_period_domain(month, month + relativedelta(months=1))
        except (OverflowError, ValueError):
            # Also a month at the end of all days, with none after it.
            return arguments._refuse("key", key, "YYYY-MM")

    # ------------------------------------------------------------------
    # Counting
    # ------------------------------------------------------------------

    @api.model
    def _count_groups(self, since, until, group_by):
        """
        :param group_by: one of ``GROUPS``; None for all in one
        :return: dict of the group, a record or the month's first day, to a dict of aggregates
        """
        aggregates = list(dict.fromkeys(name for figure in FIGURES.values() for name in figure[:2]))
        # Months are those of the viewer's zone.
        report = self.env["support.appointment.report"].with_context(tz=get_viewer_zone(self.env))
        rows = report._read_group(
            self._get_period_domain(since, until),
            [GROUPS[group_by]] if group_by else [],
            aggregates,
        )
        if not group_by:
            return {None: dict(zip(aggregates, rows[0], strict=True))}
        return {
            group.date() if group_by == "month" else group: dict(
                zip(aggregates, values, strict=True)
            )
            for group, *values in rows
        }

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    @api.model
    def _prepare_rows(self, groups, hours, group_by):
        """Every group that has a visit or a working hour; months by time, others by name."""
        if group_by == "month":
            rows = [
                (month.strftime("%Y-%m"), format_date(self.env, month, date_format="LLLL y"), month)
                for month in sorted(groups.keys() | hours.keys())
            ]
        else:
            rows = [
                (group.id, group.display_name or self._get_nameless(group_by), group)
                for group in set().union(groups, hours)
            ]
            rows.sort(key=lambda row: (not row[0], row[1].casefold(), row[0]))
        rows = [
            self._prepare_row(key, label, groups.get(group), hours.get(group, 0))
            for key, label, group in rows
        ]
        for number in range(len(FIGURES)):
            cells = [row["cells"][number] for row in rows]
            highest = max((cell["value"] or 0 for cell in cells), default=0)
            for cell in cells:
                cell["share"] = round(100 * (cell["value"] or 0) / highest) if highest else 0
        return rows

    @api.model
    def _get_nameless(self, group_by):
        return {
            "team": _("No Team"),
            "technician": _("No Technician"),
            "type": _("No Type"),
        }[group_by]

    @api.model
    def _prepare_row(self, key, label, counted, worked):
        """
        :param dict counted: of aggregates; None for a group without a visit
        :param float worked: working hours
        :return: dict with ``key``, ``label`` and ``cells``: each with ``name``, ``value`` (None
            where there is nothing to tell), ``text``, ``of`` (how many are behind it, in words)
            and ``has_visits``
        """
        return {
            "key": key,
            "label": label,
            "cells": [
                self._prepare_cell(name, counted or {}, worked, *figure)
                for name, figure in FIGURES.items()
            ],
        }

    @api.model
    def _prepare_cell(self, name, counted, worked, aggregate, base, _domain, digits, unit):
        value, number = counted.get(aggregate), counted.get(base) or 0
        if name == "utilisation":
            value = 100 * number / worked if worked else None
        elif not number or (name == "rating" and number < LEAST_RATINGS):
            value = 0 if name == "done_count" else None
        return {
            "name": name,
            "value": value,
            "text": self._describe_value(value, digits, unit),
            "of": self._describe_base(name, number, worked),
            "has_visits": bool(number),
        }

    @api.model
    def _describe_value(self, value, digits, unit):
        if value is None:
            return "–"
        # A space that does not break, as most languages write a percentage.
        text = formatLang(self.env, value, digits=digits)
        return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text

    @api.model
    def _describe_base(self, name, number, worked):
        """Of what a figure is one, in words."""
        if name == "done_count" or not (number or worked):
            return ""
        if name == "utilisation":
            return _(
                "%(booked)s of %(worked)s h",
                booked=formatLang(self.env, number, digits=1),
                worked=formatLang(self.env, worked, digits=1),
            )
        if not number:
            return ""
        if name == "rating":
            if number < LEAST_RATINGS:
                return _("%(count)s of %(least)s answers needed", count=number, least=LEAST_RATINGS)
            return _("%(count)s answers", count=number)
        return _("1 visit") if number == 1 else _("%(count)s visits", count=number)
