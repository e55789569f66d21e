from bisect import bisect_right
from collections import defaultdict, namedtuple
from datetime import timedelta

from odoo import api, models

from ...formatting import aware, naive

ON_TIME_MINUTES = 15

KEY_FIELDS = ("week_start", "company_id", "team_id", "type_id", "technician_id")
COUNT_FIELDS = (
    "requested_count",
    "confirmed_count",
    "done_count",
    "cancelled_count",
    "no_show_count",
    "lead_count",
    "started_count",
    "on_time_count",
    "confirmation_due_count",
    "confirmation_sent_count",
    "reminder_due_count",
    "reminder_sent_count",
    "rating_count",
)
SUM_FIELDS = ("lead_hours", "late_minutes", "booked_hours", "working_hours", "rating_sum")

# A company's week: its Monday there, and its bounds in naive UTC.
Week = namedtuple("Week", ["company_id", "week_start", "since", "until"])


class SupportStatisticsFigures(models.AbstractModel):
    """How the weekly figures are counted.

    A request belongs to the week in which the appointment was created. All
    other figures belong to the week the visit was planned for: its ``start``,
    else the time asked for, else its creation. Weeks begin on Monday, 0:00 in
    the time zone of the company's working schedule. Archived appointments count.
    """

    _name = "support.statistics.figures"
    _description = "Counting of Appointment Statistics"

    @api.model
    def _count(self, weeks):
        """The figures of ``weeks``, in a number of queries that depends neither on
        the number of appointments nor on that of technicians.

        :param list weeks: of ``Week``
        :return: list of dicts, one for each company, team, type and technician
            of each week in which there is anything to tell
        """
        rows = self._count_appointments(weeks)
        self._add_working_hours(weeks, rows)
        return list(rows.values())

    @api.model
    def _get_key(self, row):
        return (
            row["week_start"],
            row["company_id"],
            row["team_id"],
            row["type_id"],
            row["technician_id"],
        )

    # ------------------------------------------------------------------
    # Appointments
    # ------------------------------------------------------------------

    @api.model
    def _count_appointments(self, weeks):
        """Counts and sums of the appointments, in one query.

        - confirmed: noted as confirmed at some time, or in a state that only a
          confirmed visit comes to; later cancelled ones too.
        - lead time: hours from the creation to the start of confirmed visits; those
          recorded after the fact, whose start is the earlier of the two, do not count.
        - lateness: minutes from the planned start to the moment the technician pressed
          *Start*, 0 for an early one; on time is at most ``ON_TIME_MINUTES`` late.
        - booked: planned hours of a technician's visits that are confirmed, in progress,
          done, or where nobody was there.
        - confirmations: of the confirmed visits with ``send_confirmation_email``, those
          with ``confirmation_sent``; a cancellation takes that mark back, but not the mail.
        - reminders: of the confirmed visits with ``send_reminder_email`` that are not
          cancelled, those with ``reminder_sent``. A visit that was confirmed within
          ``support_center.reminder_hours`` of its start needs none, and is left out.
        - satisfaction: the ratings that customers gave to the visits of the week.

        :return: dict of key to dict
        """
        self.env.flush_all()
        hours = self.env["ir.config_parameter"]._get_support_number("support_center.reminder_hours")
        self.env.cr.execute(
            """
            WITH week AS (
                SELECT * FROM unnest(
                    %(companies)s::int[], %(starts)s::date[], %(since)s::timestamp[],
                    %(until)s::timestamp[]
                ) AS week (company_id, week_start, since, until)
            ), rating AS (
                SELECT res_id, COUNT(*) AS number, SUM(rating) AS total
                  FROM rating_rating
                 WHERE res_model = 'support.appointment' AND consumed AND rating >= 1
                 GROUP BY res_id
            ), visit AS (
                SELECT week.week_start,
                       week.company_id,
                       ticket.team_id,
                       visit.type_id,
                       visit.technician_id,
                       visit.state,
                       visit.create_date,
                       visit.start,
                       visit.stop,
                       visit.started_at,
                       visit.confirmation_sent OR visit.state = 'cancelled'
                           AND visit.confirmation_queued_at IS NOT NULL AS confirmation_sent,
                       visit.send_confirmation_email,
                       visit.reminder_sent,
                       visit.send_reminder_email AND visit.state != 'cancelled' AND (
                           visit.reminder_sent
                           OR visit.confirmed_at IS NULL
                           OR visit.start > visit.confirmed_at + %(reminder)s
                       ) AS needs_reminder,
                       rating.number AS rating_count,
                       rating.total AS rating_sum,
                       visit.create_date >= week.since
                           AND visit.create_date < week.until AS came_in,
                       planned.at >= week.since AND planned.at < week.until AS took_place,
                       visit.confirmed_at IS NOT NULL
                           OR visit.state IN ('confirmed', 'in_progress', 'done', 'no_show')
                           AS was_confirmed
                  FROM support_appointment AS visit
                  JOIN LATERAL (
                           SELECT COALESCE(visit.start, visit.requested_date, visit.create_date)
                                  AS at
                       ) AS planned ON TRUE
                  JOIN week ON week.company_id = visit.company_id AND (
                           visit.create_date >= week.since AND visit.create_date < week.until
                           OR planned.at >= week.since AND planned.at < week.until
                       )
                  LEFT JOIN support_ticket AS ticket ON ticket.id = visit.ticket_id
                  LEFT JOIN rating ON rating.res_id = visit.id
            )
            SELECT week_start,
                   company_id,
                   team_id,
                   type_id,
                   technician_id,
                   COUNT(*) FILTER (WHERE came_in) AS requested_count,
                   COUNT(*) FILTER (WHERE took_place AND was_confirmed) AS confirmed_count,
                   COUNT(*) FILTER (WHERE took_place AND state = 'done') AS done_count,
                   COUNT(*) FILTER (WHERE took_place AND state = 'cancelled') AS cancelled_count,
                   COUNT(*) FILTER (WHERE took_place AND state = 'no_show') AS no_show_count,
                   COUNT(*) FILTER (
                       WHERE took_place AND was_confirmed AND start >= create_date
                   ) AS lead_count,
                   COALESCE(SUM(EXTRACT(epoch FROM start - create_date) / 3600) FILTER (
                       WHERE took_place AND was_confirmed AND start >= create_date
                   ), 0)::float AS lead_hours,
                   COUNT(*) FILTER (
                       WHERE took_place AND start IS NOT NULL AND started_at IS NOT NULL
                   ) AS started_count,
                   COALESCE(SUM(
                       GREATEST(EXTRACT(epoch FROM started_at - start) / 60, 0)
                   ) FILTER (WHERE took_place), 0)::float AS late_minutes,
                   COUNT(*) FILTER (
                       WHERE took_place AND started_at <= start + %(on_time)s
                   ) AS on_time_count,
                   COALESCE(SUM(EXTRACT(epoch FROM stop - start) / 3600) FILTER (
                       WHERE took_place AND technician_id IS NOT NULL
                         AND state IN ('confirmed', 'in_progress', 'done', 'no_show')
                   ), 0)::float AS booked_hours,
                   0::float AS working_hours,
                   COUNT(*) FILTER (
                       WHERE took_place AND was_confirmed AND send_confirmation_email
                   ) AS confirmation_due_count,
                   COUNT(*) FILTER (
                       WHERE took_place AND was_confirmed AND send_confirmation_email
                         AND confirmation_sent
                   ) AS confirmation_sent_count,
                   COUNT(*) FILTER (
                       WHERE took_place AND was_confirmed AND needs_reminder
                   ) AS reminder_due_count,
                   COUNT(*) FILTER (
                       WHERE took_place AND was_confirmed AND needs_reminder AND reminder_sent
                   ) AS reminder_sent_count,
                   COALESCE(SUM(rating_count) FILTER (WHERE took_place), 0)::int AS rating_count,
                   COALESCE(SUM(rating_sum) FILTER (WHERE took_place), 0)::float AS rating_sum
              FROM visit
             GROUP BY week_start, company_id, team_id, type_id, technician_id
            """,
            {
                "companies": [week.company_id for week in weeks],
                "starts": [week.week_start for week in weeks],
                "since": [week.since for week in weeks],
                "until": [week.until for week in weeks],
                "reminder": timedelta(hours=hours),
                "on_time": timedelta(minutes=ON_TIME_MINUTES),
            },
        )
        return {self._get_key(row): row for row in self.env.cr.dictfetchall()}

    # ------------------------------------------------------------------
    # Working hours
    # ------------------------------------------------------------------

    @api.model
    def _add_working_hours(self, weeks, rows):
        """Put the technicians' working hours into ``rows``, and add rows for the idle.

        A technician's hours in a week are divided among the rows in proportion
        to the hours booked there, so that they add up to the whole: utilisation
        is right in every grouping. Whoever had nothing booked gets a row
        without team and type in the own company; one who works for all
        companies, and had nothing booked in any, is left out.
        """
        booked = defaultdict(float)
        for row in rows.values():
            if row["booked_hours"]:
                booked[row["week_start"], row["technician_id"]] += row["booked_hours"]
        technicians = self._get_technicians({technician_id for _week, technician_id in booked})
        hours = self._get_working_hours(weeks, technicians)
        for row in rows.values():
            total = booked.get((row["week_start"], row["technician_id"]))
            if row["booked_hours"] and total:
                worked = hours.get((row["company_id"], row["week_start"], row["technician_id"]), 0)
                row["working_hours"] = worked * row["booked_hours"] / total
        for week in weeks:
            for technician in technicians:
                worked = hours.get((week.company_id, week.week_start, technician.id))
                if (
                    worked
                    and technician.active
                    and technician.company_id.id == week.company_id
                    and technician.create_date < week.until
                    and (week.week_start, technician.id) not in booked
                ):
                    row = self._prepare_idle_row(week, technician)
                    row = rows.setdefault(self._get_key(row), row)
                    row["working_hours"] = worked

    @api.model
    def _prepare_idle_row(self, week, technician):
        return {
            **dict.fromkeys((*COUNT_FIELDS, *SUM_FIELDS), 0),
            "week_start": week.week_start,
            "company_id": week.company_id,
            "team_id": None,
            "type_id": None,
            "technician_id": technician.id,
        }

    @api.model
    def _get_technicians(self, booked_ids):
        """Those at work now, and the archived ones among ``booked_ids``."""
        # sudo: the cron counts for every company.
        technicians = self.env["support.technician"].sudo().with_context(active_test=False)
        return technicians.search(["|", ("active", "=", True), ("id", "in", list(booked_ids))])

    @api.model
    def _get_working_hours(self, weeks, technicians):
        """Hours of the working schedules, leaves taken off; one look at each schedule
        for all its technicians and all weeks.

        :return: dict of ``(company id, Monday, technician id)`` to float
        """
        hours = defaultdict(float)
        if not weeks:
            return hours
        first = aware(min(week.since for week in weeks))
        last = aware(max(week.until for week in weeks))
        by_company = defaultdict(list)
        for week in weeks:
            by_company[week.company_id].append(week)
        for calendar, those in technicians.grouped("resource_calendar_id").items():
            if not calendar:
                continue
            intervals = calendar._work_intervals_batch(first, last, those.resource_id)
            for technician in those:
                for since, until, _meta in intervals[technician.resource_id.id]:
                    span = naive(since), naive(until)
                    for company_id, own in by_company.items():
                        if technician.company_id.id in (False, company_id):
                            for week, part in self._split_by_week(own, *span):
                                hours[company_id, week.week_start, technician.id] += part
        return hours

    @api.model
    def _split_by_week(self, weeks, since, until):
        """Divide a time among consecutive weeks.

        :return: list of tuples of a ``Week`` and the hours in it
        """
        index = max(bisect_right(weeks, since, key=lambda week: week.since) - 1, 0)
        parts = []
        while index < len(weeks) and weeks[index].since < until:
            week = weeks[index]
            seconds = (min(until, week.until) - max(since, week.since)).total_seconds()
            if seconds > 0:
                parts.append((week, seconds / 3600))
            index += 1
        return parts
