from collections import defaultdict, namedtuple
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytz

from odoo import api, models
from odoo.tools import SQL

from ...formatting import ONE_DAY, UTC, aware, choose_zone, get_technician_zone, naive
from ...scheduling.agenda import Absence, Agenda, Booking, Hold
from ...scheduling.intervals import merge
from ...scheduling.schedule import Shift, find_hours, round_up
from ...scheduling.slots import Demand

DEFAULT_STEP_MINUTES = 30
# By which methods Odoo finds the hours of a schedule.
HOURS_OF_ODOO = (
    ("resource.calendar", "_attendance_intervals_batch"),
    ("resource.calendar.attendance", "get_week_type"),
    ("resource.resource", "_get_calendar_at"),
)

# What decides a technician's time: ids, None where there is none; ``zone`` is an IANA name,
# ``company_id`` is theirs, else their schedule's. ``has_hours`` is false without a schedule that
# says when they work.
Person = namedtuple(
    "Person",
    "id name resource_id zone max_daily partner_id calendar_id company_id has_two_weeks has_hours",
)


class SupportAvailability(models.AbstractModel):
    """Reads what takes technicians' time, for many at once.

    The number of queries depends neither on the number of technicians nor on
    that of their schedules: one for the technicians, one each for the lines of
    their schedules, the absences, the visits and the meetings. What follows
    from it is arithmetic, in the package ``scheduling``.
    """

    _name = "support.availability"
    _description = "Availability of Technicians"

    @api.model
    def _read_agendas(self, technicians, start, stop, without=None):
        """The agendas of ``technicians`` from the day before ``start`` to the day after ``stop``.

        A day is added on both sides, so that the visits of each technician's
        whole day can be counted and the hours on it be told. Technicians of one
        schedule and zone share the list of their hours.

        :param technicians: ``support.technician`` recordset
        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param without: ``support.appointment`` that are being planned, and so
            do not stand in their own way
        :return: dict of technician id to ``scheduling.agenda.Agenda``
        """
        return self._read_agendas_of(self._read_people(technicians), start, stop, without)

    @api.model
    def _read_agendas_of(self, people, start, stop, without=None):
        """The same for a list of ``Person``, of whom a caller needs more than the times."""
        window = aware(start) - ONE_DAY, aware(stop) + ONE_DAY
        hours = self._read_hours(people, window)
        absences = self._read_absences(people, window)
        bookings, holds = self._read_bookings(people, window, without)
        events = self._read_events(people, window)
        return {
            person.id: Agenda(
                zone=ZoneInfo(person.zone),
                hours=hours.get(person.id),
                absences=absences.get(person.id, []),
                bookings=bookings.get(person.id, []),
                events=events.get(person.id, []),
                max_daily=person.max_daily,
                holds=holds.get(person.id, []),
            )
            for person in people
        }

    @api.model
    def _prepare_demand(self, hours, buffers=(0, 0), step=DEFAULT_STEP_MINUTES):
        """
        :param float hours: length of the visit
        :param tuple buffers: minutes kept free before and after it
        :param int step: minutes between two offers
        :return: ``scheduling.slots.Demand``
        """
        before, after = buffers
        duration = self.env["support.appointment"]._as_timedelta(hours)
        if hours > 0:
            # A type may be set to less than a second, which is rounded to nothing.
            duration = max(duration, timedelta(seconds=1))
        return Demand(
            duration=duration,
            before=timedelta(minutes=before),
            after=timedelta(minutes=after),
            step=timedelta(minutes=step),
        )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _get_zone(self, technician):
        # The resource's own field: the technician's is computed from it, one by one.
        return ZoneInfo(get_technician_zone(technician))

    @api.model
    def _read_people(self, technicians):
        """What the other readings need of each technician, in one query.

        Hours, leaves and visits of colleagues are planned round, though they are not one's own
        to read; only times leave this model.

        :return: list of ``Person``, in the order of ``technicians``
        """
        calendar = self.env["resource.calendar"]
        # Flexible hours, of Odoo 19, say how long somebody works and not when; those that Odoo
        # assumes for them depend on where the window begins.
        columns = [name for name in ("two_weeks_calendar", "flexible_hours") if name in calendar]
        self.env["support.technician"].flush_model(
            ["name", "resource_id", "resource_calendar_id", "company_id", "user_id",
             "max_daily_appointments"]
        )  # fmt: skip
        self.env["resource.resource"].flush_model(["tz"])
        calendar.flush_model([*columns, "company_id"])
        self.env["res.users"].flush_model(["partner_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT technician.id, technician.name, technician.resource_id, resource.tz,
                       technician.max_daily_appointments, technician.company_id, users.partner_id,
                       calendar.id, calendar.company_id, %s, %s
                  FROM support_technician technician
             LEFT JOIN resource_resource resource ON resource.id = technician.resource_id
             LEFT JOIN resource_calendar calendar ON calendar.id = technician.resource_calendar_id
             LEFT JOIN res_users users ON users.id = technician.user_id
                 WHERE technician.id = ANY(%s)
                """,
                *(
                    SQL.identifier("calendar", name) if name in columns else SQL("FALSE")
                    for name in ("two_weeks_calendar", "flexible_hours")
                ),
                technicians.ids,
            )
        )
        zones, found = {}, {}
        for (
            technician_id, name, resource_id, zone, max_daily, company_id, partner_id,
            calendar_id, calendar_company_id, has_two_weeks, is_flexible,
        ) in self.env.cr.fetchall():  # fmt: skip
            if zone not in zones:
                zones[zone] = choose_zone(zone)
            found[technician_id] = Person(
                id=technician_id,
                name=name or "",
                resource_id=resource_id,
                zone=zones[zone],
                max_daily=max_daily or 0,
                partner_id=partner_id,
                calendar_id=calendar_id,
                company_id=company_id or calendar_company_id,
                has_two_weeks=has_two_weeks,
                has_hours=bool(calendar_id) and not is_flexible,
            )
        return [found[technician_id] for technician_id in technicians.ids]

    @api.model
    def _read_hours(self, people, window):
        """Times of the working schedules, two-week alternation and zones included.

        :param list people: of ``Person``
        :return: dict of technician id to merged intervals in aware UTC; those
            without a schedule, or with a flexible one, are not in it
        """
        people = [person for person in people if person.has_hours]
        if not people:
            return {}
        if not self._has_plain_hours():
            return self._ask_hours(people, window)
        shifts = self._read_shifts(people)
        hours, known = {}, {}
        for person in people:
            common, own = (
                shifts[person.calendar_id, None],
                shifts.get((person.calendar_id, person.resource_id), []),
            )
            key = person.calendar_id, person.zone, person.resource_id if own else None
            if key not in known:
                week_bound = common + own
                if not person.has_two_weeks:
                    week_bound = [shift._replace(week=None) for shift in week_bound]
                # By the library by which Odoo tells the hour that a clock skips or shows twice.
                localize = pytz.timezone(person.zone).localize
                known[key] = find_hours(week_bound, window, localize)
            hours[person.id] = known[key]
        return hours

    @api.model
    def _read_opening_hours(self, company, start, stop):
        """When a company is open: the lines of its working schedule, on that schedule's clock.

        A break for lunch is the staff's and does not close the company. Holidays are
        not taken off, since those of the company are its technicians' too.

        :param company: ``res.company``
        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :return: merged intervals in aware UTC from the day before ``start`` to the day after
            ``stop``; None where the schedule does not say when
        """
        calendar = self.env["resource.calendar"]
        attendance = self.env["resource.calendar.attendance"]
        self.env["res.company"].flush_model(["resource_calendar_id"])
        calendar.flush_model()
        attendance.flush_model()
        # As in `_read_people` and `_read_shifts`, in one query for company, schedule and lines.
        flags = [
            SQL.identifier("calendar", name) if name in calendar else SQL("FALSE")
            for name in ("two_weeks_calendar", "flexible_hours")
        ]
        columns, whose = SQL("NULL, NULL"), SQL("TRUE")
        if "resource_id" in attendance:
            columns, whose = SQL("line.date_from, line.date_to"), SQL("line.resource_id IS NULL")
        self.env.cr.execute(
            SQL(
                """
                SELECT calendar.tz, %s, line.dayofweek, line.hour_from, line.hour_to,
                       line.week_type, %s
                  FROM res_company company
                  JOIN resource_calendar calendar ON calendar.id = company.resource_calendar_id
                  JOIN resource_calendar_attendance line ON line.calendar_id = calendar.id
                 WHERE company.id = %s
                   AND line.display_type IS NULL
                   AND %s
                   AND %s IS NOT TRUE
                """,
                flags[0],
                columns,
                company.id,
                whose,
                flags[1],
            )
        )
        rows = self.env.cr.fetchall()
        if not rows:
            return None
        shifts = [
            Shift(int(weekday), opens, closes, int(week or 0) if has_weeks else None, *dates)
            for _zone, has_weeks, weekday, opens, closes, week, *dates in rows
        ]
        zone = choose_zone(rows[0][0])
        window = aware(start) - ONE_DAY, aware(stop) + ONE_DAY
        return find_hours(shifts, window, pytz.timezone(zone).localize)

    @api.model
    def _has_plain_hours(self):
        """Whether no addon has changed how Odoo finds the hours of a schedule.

        Where one has, it is asked, and each schedule costs its queries.
        """
        return all(
            getattr(type(self.env[model]), name).__module__.startswith("odoo.addons.resource.")
            for model, name in HOURS_OF_ODOO
            if hasattr(self.env[model], name)
        )

    @api.model
    def _ask_hours(self, people, window):
        """As ``_read_hours``, by Odoo's own method."""
        hours, by_calendar = {}, defaultdict(list)
        for person in people:
            by_calendar[person.calendar_id].append(person)
        for calendar_id, those in by_calendar.items():
            # sudo: as in `_read_people`
            calendar = self.env["resource.calendar"].sudo().browse(calendar_id)
            resources = calendar.env["resource.resource"].browse([p.resource_id for p in those])
            found = calendar._attendance_intervals_batch(*window, resources)
            merged = {}  # technicians of one schedule and zone share the result
            for person in those:
                intervals = found[person.resource_id]
                if id(intervals) not in merged:
                    merged[id(intervals)] = merge(
                        (since.astimezone(UTC), round_up(until.astimezone(UTC)))
                        for since, until, _attendance in intervals
                    )
                hours[person.id] = merged[id(intervals)]
        return hours

    @api.model
    def _read_shifts(self, people):
        """The lines of the schedules of ``people``, all in one query.

        :return: dict of the schedule's id and None to a list of ``scheduling.schedule.Shift``,
            and of the schedule's and a resource's id to those of that resource alone
        """
        attendance = self.env["resource.calendar.attendance"]
        attendance.flush_model()
        # Only Odoo 17 has lines of one resource, or for a time.
        columns = SQL("NULL, NULL, NULL")
        if "resource_id" in attendance:
            columns = SQL("resource_id, date_from, date_to")
        calendar_ids = list({person.calendar_id for person in people})
        self.env.cr.execute(
            SQL(
                """
                SELECT calendar_id, dayofweek, hour_from, hour_to, week_type, %s
                  FROM resource_calendar_attendance
                 WHERE calendar_id = ANY(%s)
                   AND display_type IS NULL
                   AND day_period IS DISTINCT FROM 'lunch'
                """,
                columns,
                calendar_ids,
            )
        )
        shifts = {(calendar_id, None): [] for calendar_id in calendar_ids}
        for calendar_id, weekday, opens, closes, week, *whose in self.env.cr.fetchall():
            resource_id, since, until = whose
            shift = Shift(int(weekday), opens, closes, int(week or 0), since, until)
            shifts.setdefault((calendar_id, resource_id), []).append(shift)
        return shifts

    @api.model
    def _read_absences(self, people, window):
        """Leaves of the technicians and holidays of their schedules or companies.

        A leave of one's own counts whatever schedule it was entered for: the
        schedule may have changed since.

        :param list people: of ``Person``
        :return: dict of technician id to list of ``Absence``
        """
        leaves = self.env["resource.calendar.leaves"]
        leaves.flush_model()
        self.env.cr.execute(
            """
            SELECT resource_id, calendar_id, company_id, date_from, date_to, name
              FROM resource_calendar_leaves
             WHERE time_type = 'leave'
               AND date_from < %s
               AND date_to > %s
               AND (resource_id IS NULL OR resource_id = ANY(%s))
          ORDER BY date_from, id
            """,
            [naive(window[1]), naive(window[0]), [person.resource_id for person in people]],
        )
        own, public = defaultdict(list), []
        for resource_id, calendar_id, company_id, start, stop, name in self.env.cr.fetchall():
            absence = Absence(
                start=aware(start),
                stop=round_up(aware(stop)),
                name=name or "",
                is_public=not resource_id,
            )
            if resource_id:
                own[resource_id].append(absence)
            else:
                public.append((calendar_id, company_id, absence))
        holidays = {}  # of each schedule and company
        for person in people:
            key = person.calendar_id, person.company_id
            if key not in holidays:
                holidays[key] = [
                    absence
                    for calendar_id, company_id, absence in public
                    if leaves._is_holiday_of(calendar_id, company_id, *key)
                ]
        return {
            person.id: own.get(person.resource_id, [])
            + holidays[person.calendar_id, person.company_id]
            for person in people
        }

    @api.model
    def _read_bookings(self, people, window, without=None):
        """Visits that take time, or took it today, and times that are held for others.

        :param list people: of ``Person``
        :return: tuple of a dict of technician id to list of ``Booking``, and one to list of
            ``Hold``, both by start
        """
        self.env["support.appointment"].flush_model()
        # Plain SQL: thousands of rows of six columns, of which no record is needed. Those that
        # begin near are found by their start, the few long ones of before by an index of theirs:
        # with the end alone all the past would be read. And so it would with the index of the
        # state, which IS TRUE keeps out: what the planner knows of a new table says it is fine.
        since, until = naive(window[0]), naive(window[1])
        technician_ids = [person.id for person in people]
        self.env.cr.execute(
            SQL(
                """
            SELECT technician_id, id, start, stop, busy_start, busy_stop, partner_id,
                   state != 'done', NULL::timestamp
              FROM support_appointment
             WHERE technician_id = ANY(%(technicians)s)
               AND start > %(start)s::timestamp - interval '24 hours'
               AND start < %(stop)s::timestamp + interval '24 hours'
               AND active
               AND (state IN ('confirmed', 'in_progress', 'done')) IS TRUE
               AND busy_start < %(stop)s
               AND busy_stop > %(start)s
               AND id != ALL(%(without)s)
         UNION ALL
            SELECT technician_id, id, start, stop, busy_start, busy_stop, partner_id,
                   state != 'done', NULL::timestamp
              FROM support_appointment
             WHERE technician_id = ANY(%(technicians)s)
               AND LEAST(busy_stop - busy_start, interval '24 hours') = interval '24 hours'
               AND (start <= %(start)s::timestamp - interval '24 hours'
                    OR start >= %(stop)s::timestamp + interval '24 hours')
               AND active
               AND (state IN ('confirmed', 'in_progress', 'done')) IS TRUE
               AND busy_start < %(stop)s
               AND busy_stop > %(start)s
               AND id != ALL(%(without)s)
            %(held)s
          ORDER BY start, id
                """,
                technicians=technician_ids,
                start=since,
                stop=until,
                without=without.ids if without else [],
                held=self._prepare_held_sql(technician_ids, since, until, without),
            )
        )
        bookings, holds = defaultdict(list), defaultdict(list)
        for (
            technician_id, record_id, start, stop, busy_start, busy_stop, partner_id, is_live, held,
        ) in self.env.cr.fetchall():  # fmt: skip
            since, until = start.replace(tzinfo=UTC), stop.replace(tzinfo=UTC)
            busy = (
                since if busy_start == start else busy_start.replace(tzinfo=UTC),
                until if busy_stop == stop else busy_stop.replace(tzinfo=UTC),
            )
            if held:
                holds[technician_id].append(Hold(since, until, busy, aware(held), record_id))
                continue
            bookings[technician_id].append(
                Booking(record_id, since, until, busy, partner_id, is_live)
            )
        return bookings, holds

    @api.model
    def _prepare_held_sql(self, _technician_ids, _start, _stop, _without):
        """Hook: further rows for ``_read_bookings``, of times that are held for others.

        Part of its query, so that they cost none.

        :param list _technician_ids:
        :param datetime _start: naive UTC
        :param datetime _stop: naive UTC
        :param _without: ``support.appointment`` whose own times are left out, or None
        :return: ``SQL`` that begins with UNION ALL, or is empty; the last column is until when
            the time is held
        """
        return SQL()

    @api.model
    def _read_events(self, people, window):
        """Busy times in the calendars of the technicians' users.

        Meetings that they declined or that leave them free do not count, nor
        do the entries that stand for our own visits. An event of whole days is
        a date without a zone; it lasts from midnight to midnight of the
        technician's.

        :param list people: of ``Person``
        :return: dict of technician id to list of merged intervals
        """
        by_partner = defaultdict(list)
        for person in people:
            if person.partner_id:
                by_partner[person.partner_id].append(person)
        if not by_partner:
            return {}
        self.env["calendar.event"].flush_model()
        self.env["calendar.attendee"].flush_model(["event_id", "partner_id", "state"])
        # Plain SQL, as above; and private meetings are busy time too.
        self.env.cr.execute(
            """
            SELECT attendee.partner_id, event.start, event.stop, event.allday,
                   event.start_date, event.stop_date
              FROM (
                    SELECT id, start, stop, allday, start_date, stop_date
                      FROM calendar_event
                     WHERE support_appointment_id IS NULL
                       AND active
                       AND show_as = 'busy'
                       AND start > %(start)s::timestamp - interval '24 hours'
                       AND start < %(stop)s
                       AND stop > %(start)s
                 UNION ALL
                    SELECT id, start, stop, allday, start_date, stop_date
                      FROM calendar_event
                     WHERE support_appointment_id IS NULL
                       AND active
                       AND show_as = 'busy'
                       AND LEAST(stop - start, interval '24 hours') = interval '24 hours'
                       AND start <= %(start)s::timestamp - interval '24 hours'
                       AND stop > %(start)s
                   ) event
              JOIN calendar_attendee attendee ON attendee.event_id = event.id
             WHERE attendee.partner_id = ANY(%(partners)s)
               AND attendee.state IS DISTINCT FROM 'declined'
            """,
            {
                "partners": list(by_partner),
                "start": naive(window[0]),
                "stop": naive(window[1]),
            },
        )
        found = defaultdict(list)
        for partner_id, start, stop, is_allday, first, last in self.env.cr.fetchall():
            for person in by_partner[partner_id]:
                if is_allday and first and last:
                    zone = ZoneInfo(person.zone)
                    times = [
                        datetime.combine(day, time.min, zone).astimezone(UTC)
                        for day in (first, last + ONE_DAY)
                    ]
                else:
                    times = [aware(start), aware(stop)]
                found[person.id].append(tuple(times))
        return {technician_id: merge(times) for technician_id, times in found.items()}
