from collections import defaultdict

from dateutil.relativedelta import relativedelta

from odoo import api, models

from ...formatting import aware, get_midnight, get_viewer_zone, naive
from .support_reporting import GROUPS
from .support_statistics_figures import Week


class SupportReportingHours(models.AbstractModel):
    """Working hours of the technicians, as the figures of Reporting divide them."""

    _name = "support.reporting.hours"
    _description = "Working Hours of Reporting"

    @api.model
    def _count(self, since, until, group_by):
        """Working hours of a period, time off taken away, by group.

        A technician's hours are divided among teams or types in proportion to the hours booked
        there, as in the weekly statistics: utilisation is right in every grouping. The hours of
        those who had nothing booked stand with no team and no type.

        :param date since: in the viewer's zone
        :param date until: the day after
        :param str group_by: one of ``GROUPS``
        :return: dict of the group, a record or the month's first day, to float
        """
        spans = self._get_spans(since, until, group_by)
        booked = self._get_booked(since, until, group_by)
        technicians = self._get_technicians(booked)
        model = self.env["support.appointment.report"]
        hours = defaultdict(float)
        for technician, span, worked in self._get_worked(spans, technicians):
            # Who had nothing booked was idle only once they were there.
            if technician.id not in booked and technician.create_date >= span.until:
                continue
            if group_by == "month":
                hours[span.week_start] += worked
            elif group_by == "technician":
                hours[self.env["support.technician"].browse(technician.id)] += worked
            else:
                shares = booked.get(technician.id) or {
                    self.env[model._fields[GROUPS[group_by]].comodel_name]: 1.0
                }
                total = sum(shares.values())
                for group, share in shares.items():
                    hours[group] += worked * share / total
        return hours

    @api.model
    def _get_spans(self, since, until, group_by):
        """
        :return: list of ``Week``, each a month or the whole period
        """
        zone = get_viewer_zone(self.env)
        days = [since, until]
        if group_by == "month":
            number = (until.year - since.year) * 12 + until.month - since.month
            days = [since + relativedelta(months=each) for each in range(number + 1)]
        bounds = [get_midnight(day, zone) for day in days]
        return [
            Week(None, day, *span) for day, *span in zip(days, bounds, bounds[1:], strict=False)
        ]

    @api.model
    def _get_booked(self, since, until, group_by):
        """
        :return: dict of a technician's id to a dict of the group to booked hours
        """
        groups = ["technician_id"]
        if group_by in ("team", "type"):
            groups.append(GROUPS[group_by])
        domain = [
            *self.env["support.reporting"]._get_period_domain(since, until),
            ("technician_id", "!=", False),
            ("booked_hours", ">", 0),
        ]
        booked = defaultdict(dict)
        report = self.env["support.appointment.report"]
        for technician, *group, number in report._read_group(domain, groups, ["booked_hours:sum"]):
            booked[technician.id][group[0] if group else None] = number
        return booked

    @api.model
    def _get_technicians(self, booked):
        """Of the reader's companies: those at work now, and those who had visits.

        Technicians who work for all companies count where something is booked with them.
        """
        figures = self.env["support.statistics.figures"]
        companies = self.env.companies
        return figures._get_technicians(booked).filtered(
            lambda technician: (
                technician.id in booked
                or (technician.active and technician.company_id in companies)
            )
        )

    @api.model
    def _get_worked(self, spans, technicians):
        """One look at each working schedule, for all its technicians and the whole time.

        :return: iterable of tuples of technician, ``Week`` and hours
        """
        figures = self.env["support.statistics.figures"]
        first, last = aware(spans[0].since), aware(spans[-1].until)
        for calendar, those in technicians.grouped("resource_calendar_id").items():
            if not calendar:
                continue
            intervals = calendar._work_intervals_batch(first, last, those.resource_id)
            for technician in those:
                for since, until, _meta in intervals[technician.resource_id.id]:
                    for span, part in figures._split_by_week(spans, naive(since), naive(until)):
                        yield technician, span, part
