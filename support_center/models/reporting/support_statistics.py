import json
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import SQL, format_date

from ...formatting import get_company_zone, get_day, get_midnight
from .support_statistics_figures import COUNT_FIELDS, KEY_FIELDS, SUM_FIELDS, Week

# Technicians report, and customers rate, some days after a visit: the newest
# weeks are counted again at each run.
RECOUNTED_WEEKS = 4
# No further back than this, however long the last run was ago.
MOST_WEEKS = 12

# Averages and shares: what is divided by what, and times what. A group of rows
# shows the quotient of its sums, never a sum or a mean of quotients.
RATIOS = {
    "lead_hours_average": ("lead_hours", "lead_count", 1),
    "late_minutes_average": ("late_minutes", "started_count", 1),
    "on_time_share": ("on_time_count", "started_count", 100),
    "utilisation": ("booked_hours", "working_hours", 100),
    "confirmation_share": ("confirmation_sent_count", "confirmation_due_count", 100),
    "reminder_share": ("reminder_sent_count", "reminder_due_count", 100),
    "rating_average": ("rating_sum", "rating_count", 1),
}


class SupportStatistics(models.Model):
    """What a week was like, by company, team, type and technician.

    The formulas stand in ``support.statistics.figures``. Rows are written by
    the cron alone, with SQL; nobody has the right to do it by hand.
    """

    _name = "support.statistics"
    _description = "Weekly Appointment Statistics"
    _inherit = "support.ids.mixin"
    _order = "week_start desc, company_id, team_id, type_id, technician_id, id"
    _rec_name = "week_start"

    week_start = fields.Date(
        "Week", required=True, readonly=True, help="The Monday the week begins with."
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    # Restricted, so that the past stays as it was: archive a team instead.
    team_id = fields.Many2one("support.team", readonly=True, ondelete="restrict")
    type_id = fields.Many2one("support.appointment.type", readonly=True, ondelete="restrict")
    technician_id = fields.Many2one("support.technician", readonly=True, ondelete="restrict")
    requested_count = fields.Integer(
        "Requested", readonly=True, help="Requests that came in during the week."
    )
    confirmed_count = fields.Integer(
        "Confirmed",
        readonly=True,
        help="Visits planned for the week that were confirmed, whatever became of them.",
    )
    done_count = fields.Integer("Done", readonly=True, help="Visits of the week that are done.")
    cancelled_count = fields.Integer(
        "Cancelled", readonly=True, help="Visits of the week that were cancelled."
    )
    no_show_count = fields.Integer(
        "No Show", readonly=True, help="Visits of the week where nobody was there."
    )
    lead_count = fields.Integer(readonly=True)
    lead_hours = fields.Float(readonly=True)
    lead_hours_average = fields.Float(
        "Lead Time (Hours)",
        readonly=True,
        help="Average of the hours from the request to the start of the confirmed visits.",
    )
    started_count = fields.Integer(readonly=True)
    late_minutes = fields.Float(readonly=True)
    late_minutes_average = fields.Float(
        "Late (Minutes)",
        readonly=True,
        help="Average of the minutes that visits began late; an early start counts as 0.",
    )
    on_time_count = fields.Integer(readonly=True)
    on_time_share = fields.Float(
        "On Time (%)",
        readonly=True,
        help="Share of the visits that began, at most 15 minutes after the planned start.",
    )
    booked_hours = fields.Float(
        readonly=True, help="Planned hours of the visits, without buffers or cancelled visits."
    )
    working_hours = fields.Float(
        readonly=True,
        help="Hours of the technicians' working schedules, leaves taken off. A technician's "
        "hours are divided among the rows in proportion to the hours booked.",
    )
    utilisation = fields.Float(
        "Utilisation (%)", readonly=True, help="Booked hours in percent of the working hours."
    )
    confirmation_due_count = fields.Integer(readonly=True)
    confirmation_sent_count = fields.Integer(readonly=True)
    confirmation_share = fields.Float(
        "Confirmations Sent (%)",
        readonly=True,
        help="Of the confirmed visits that want a confirmation, those that were sent one.",
    )
    reminder_due_count = fields.Integer(readonly=True)
    reminder_sent_count = fields.Integer(readonly=True)
    reminder_share = fields.Float(
        "Reminders Sent (%)",
        readonly=True,
        help="Of the visits that want a reminder and were not cancelled, those that were sent "
        "one. Visits confirmed too shortly before their start for a reminder do not count.",
    )
    rating_count = fields.Integer("Ratings", readonly=True)
    rating_sum = fields.Float(readonly=True)
    rating_average = fields.Float(
        "Satisfaction", readonly=True, help="Average rating of the visits of the week, 1 to 5."
    )

    def init(self):
        # COALESCE, since NULLs would never be equal in a plain unique index.
        self.env.cr.execute(
            """
            CREATE UNIQUE INDEX IF NOT EXISTS support_statistics_key_idx
                ON support_statistics (
                    week_start, company_id, COALESCE(team_id, 0), COALESCE(type_id, 0),
                    COALESCE(technician_id, 0)
                )
            """
        )

    # ------------------------------------------------------------------
    # Groups
    # ------------------------------------------------------------------

    def _read_group_select(self, aggregate_spec, query):
        """Averages and shares of a group are the quotient of its sums."""
        result = super()._read_group_select(aggregate_spec, query)
        name = aggregate_spec.split(":")[0]
        if name not in RATIOS:
            return result
        numerator, denominator, factor = RATIOS[name]
        expression = SQL(
            "SUM(%s) * %s / NULLIF(SUM(%s), 0)::float",
            self._field_to_sql(self._table, numerator, query),
            factor,
            self._field_to_sql(self._table, denominator, query),
        )
        # Odoo 17 wants to know the fields it has to flush; 19 finds them itself.
        return (expression, [numerator, denominator]) if isinstance(result, tuple) else expression

    # ------------------------------------------------------------------
    # Cron
    # ------------------------------------------------------------------

    @api.model
    def _cron_generate_statistics(self):
        """Count the complete weeks that are missing, and the newest ones again.

        The same data gives the same rows, however often it runs.
        """
        log = self.env["support.automation.log"]
        try:
            with self.env.cr.savepoint():
                weeks = self._get_weeks_to_count()
                count = self._store(weeks, self.env["support.statistics.figures"]._count(weeks))
        except Exception as error:
            log._record_even_if_rolled_back(
                "generate_statistics", self.browse(), "failed", str(error) or type(error).__name__
            )
            raise
        starts = {week.week_start for week in weeks}
        log._record(
            "generate_statistics",
            self.browse(),
            "ok",
            _(
                "%(rows)s rows for %(weeks)s weeks from %(first)s to %(last)s.",
                rows=count,
                weeks=len(starts),
                first=min(starts),
                last=max(starts),
            ),
        )

    @api.model
    def _describe_weeks_to_count(self):
        """What a run would do now, in words."""
        weeks = self._get_weeks_to_count()
        starts = {week.week_start for week in weeks}
        return _(
            "It counts at once the %(weeks)s weeks that begin from %(first)s to %(last)s, for each "
            "company (%(companies)s), and then the past ones every week. Nobody is told.",
            weeks=len(starts),
            first=format_date(self.env, min(starts)),
            last=format_date(self.env, max(starts)),
            companies=len({week.company_id for week in weeks}),
        )

    @api.model
    def _get_weeks_to_count(self):
        """Complete weeks of each company, in the time zone of its working schedule.

        :return: list of ``Week``
        """
        # sudo: the cron counts for every company.
        companies = self.env["res.company"].sudo().search([])
        newest_known = dict(self.sudo()._read_group([], ["company_id"], ["week_start:max"]))
        weeks = []
        for company in companies:
            zone = get_company_zone(company)
            today = get_day(fields.Datetime.now(), zone)
            this_monday = today - timedelta(days=today.weekday())
            missing = MOST_WEEKS
            if newest_known.get(company):
                missing = (this_monday - newest_known[company]).days // 7 - 1
            number = min(max(missing, RECOUNTED_WEEKS), MOST_WEEKS)
            mondays = [this_monday - timedelta(weeks=back) for back in range(number, -1, -1)]
            bounds = [get_midnight(monday, zone) for monday in mondays]
            weeks += [
                Week(company.id, monday, since, until)
                for monday, since, until in zip(mondays, bounds, bounds[1:], strict=False)
            ]
        return weeks

    @api.model
    def _store(self, weeks, rows):
        """Make the rows of ``weeks`` be exactly ``rows``, in two queries.

        :param list weeks: of ``Week``
        :param list rows: dicts of the key, counts and sums
        :return: int, the number of rows
        """
        plain = [SQL.identifier(name) for name in (*KEY_FIELDS, *COUNT_FIELDS, *SUM_FIELDS)]
        ratios = [SQL.identifier(name) for name in RATIOS]
        quotients = [
            SQL(
                "%s * %s / NULLIF(%s, 0)::float",
                SQL.identifier(above),
                factor,
                SQL.identifier(below),
            )
            for above, below, factor in RATIOS.values()
        ]
        values = [*plain[len(KEY_FIELDS) :], *ratios]
        types = [
            *(
                SQL("%s date" if name == "week_start" else "%s int", SQL.identifier(name))
                for name in (*KEY_FIELDS, *COUNT_FIELDS)
            ),
            *(SQL("%s float", SQL.identifier(name)) for name in SUM_FIELDS),
        ]
        comma = SQL(", ")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO support_statistics
                    (%(columns)s, create_uid, create_date, write_uid, write_date)
                SELECT %(plain)s, %(quotients)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS figures (%(types)s)
                ON CONFLICT (
                    week_start, company_id, COALESCE(team_id, 0), COALESCE(type_id, 0),
                    COALESCE(technician_id, 0)
                )
                DO UPDATE SET (%(values)s, write_uid, write_date)
                            = (%(excluded)s, excluded.write_uid, excluded.write_date)
                RETURNING id
                """,
                columns=comma.join([*plain, *ratios]),
                plain=comma.join(plain),
                quotients=comma.join(quotients),
                uid=self.env.uid,
                now=fields.Datetime.now(),
                rows=json.dumps(rows, default=str),
                types=comma.join(types),
                values=comma.join(values),
                excluded=comma.join([SQL("excluded.%s", name) for name in values]),
            )
        )
        kept = [row_id for (row_id,) in self.env.cr.fetchall()]
        # What was counted before and is no more: an appointment that moved or was deleted.
        self.env.cr.execute(
            """
            DELETE FROM support_statistics
             WHERE (company_id, week_start) IN (SELECT * FROM unnest(%s::int[], %s::date[]))
               AND id != ALL(%s::int[])
            """,
            [
                [week.company_id for week in weeks],
                [week.week_start for week in weeks],
                kept,
            ],
        )
        self.env.invalidate_all(flush=False)
        return len(kept)
