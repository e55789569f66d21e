from collections import defaultdict
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import api, models

from ...formatting import ONE_DAY, UTC, aware, get_technician_zone, naive
from ...scheduling.agenda import Absence, Agenda, Booking
from ...scheduling.intervals import merge
from ...scheduling.slots import Demand

DEFAULT_STEP_MINUTES = 30


class SupportAvailability(models.AbstractModel):
    """Reads what takes technicians' time, for many at once.

    The number of queries does not depend on the number of technicians: one for
    the visits, one for the meetings, one for the absences, and one for each
    working schedule among them. What follows from it is arithmetic, in the
    package ``scheduling``.
    """

    _name = "support.availability"
    _description = "Availability of Technicians"

    @api.model
    def _read_agendas(self, technicians, start, stop, without=None):
        """The agendas of ``technicians`` from the day before ``start`` to the day after ``stop``.

        A day is added on both sides, so that the visits of each technician's
        whole day can be counted and the hours on it be told.

        :param technicians: ``support.technician`` recordset
        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param without: ``support.appointment`` that are being planned, and so
            do not stand in their own way
        :return: dict of technician id to ``scheduling.agenda.Agenda``
        """
        window = aware(start) - ONE_DAY, aware(stop) + ONE_DAY
        # sudo: hours, leaves and visits of colleagues are planned round, though
        # they are not one's own to read; only times leave this model.
        technicians = technicians.sudo()
        hours = self._read_hours(technicians, window)
        absences = self._read_absences(technicians, window)
        bookings = self._read_bookings(technicians, window, without)
        events = self._read_events(technicians, window)
        return {
            technician.id: Agenda(
                zone=self._get_zone(technician),
                hours=hours.get(technician.id),
                absences=absences.get(technician.id, []),
                bookings=bookings.get(technician.id, []),
                events=events.get(technician.id, []),
                max_daily=technician.max_daily_appointments,
            )
            for technician in technicians
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
    def _read_hours(self, technicians, window):
        """Times of the working schedules, two-week alternation and zones included.

        :return: dict of technician id to merged intervals in aware UTC; those
            without a schedule, or with a flexible one, are not in it
        """
        hours = {}
        for calendar, those in technicians.grouped("resource_calendar_id").items():
            # Flexible hours, of Odoo 19, say how long somebody works and not when; those that Odoo
            # assumes for them depend on where the window begins.
            if not calendar or ("flexible_hours" in calendar and calendar.flexible_hours):
                continue
            found = calendar._attendance_intervals_batch(*window, those.resource_id)
            merged = {}  # technicians of one schedule and zone share the result
            for technician in those:
                intervals = found[technician.resource_id.id]
                if id(intervals) not in merged:
                    merged[id(intervals)] = merge(
                        (since.astimezone(UTC), self._round_up(until.astimezone(UTC)))
                        for since, until, _attendance in intervals
                    )
                hours[technician.id] = merged[id(intervals)]
        return hours

    @api.model
    def _round_up(self, moment):
        # Odoo writes midnight, as the end of a day, as one microsecond before it.
        if moment.microsecond:
            moment = moment.replace(microsecond=0) + timedelta(seconds=1)
        return moment

    @api.model
    def _read_absences(self, technicians, window):
        """Leaves of the technicians and holidays of their schedules or companies.

        A leave of one's own counts whatever schedule it was entered for: the
        schedule may have changed since.

        :return: dict of technician id to list of ``Absence``
        """
        resources = technicians.resource_id
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search(
                [
                    ("time_type", "=", "leave"),
                    ("date_from", "<", naive(window[1])),
                    ("date_to", ">", naive(window[0])),
                    ("resource_id", "in", [False, *resources.ids]),
                ]
            )
        )
        by_resource = defaultdict(list)
        for leave in leaves:
            by_resource[leave.resource_id.id].append(leave)
        if not by_resource:
            return {}
        absences = {}
        for technician in technicians:
            public = [
                leave for leave in by_resource.get(False, ()) if leave._is_absence_of(technician)
            ]
            own = by_resource.get(technician.resource_id.id, [])
            absences[technician.id] = [
                Absence(
                    start=aware(leave.date_from),
                    stop=self._round_up(aware(leave.date_to)),
                    name=leave.name or "",
                    is_public=not leave.resource_id,
                )
                for leave in [*own, *public]
            ]
        return absences

    @api.model
    def _read_bookings(self, technicians, window, without=None):
        """Visits that take time, or took it today.

        :return: dict of technician id to list of ``Booking``, by start
        """
        self.env["support.appointment"].flush_model()
        # Plain SQL: thousands of rows of six columns, of which no record is needed.
        self.env.cr.execute(
            """
            SELECT technician_id, id, start, stop, busy_start, busy_stop, partner_id,
                   state != 'done'
              FROM support_appointment
             WHERE technician_id = ANY(%s)
               AND active
               AND state IN ('confirmed', 'in_progress', 'done')
               AND busy_start < %s
               AND busy_stop > %s
               AND id != ALL(%s)
          ORDER BY start, id
            """,
            [
                technicians.ids,
                naive(window[1]),
                naive(window[0]),
                without.ids if without else [],
            ],
        )
        bookings = defaultdict(list)
        for (
            technician_id, record_id, start, stop, busy_start, busy_stop, partner_id, is_live,
        ) in self.env.cr.fetchall():  # fmt: skip
            bookings[technician_id].append(
                Booking(
                    record_id=record_id,
                    start=aware(start),
                    stop=aware(stop),
                    busy=(aware(busy_start), aware(busy_stop)),
                    partner_id=partner_id,
                    is_live=is_live,
                )
            )
        return bookings

    @api.model
    def _read_events(self, technicians, window):
        """Busy times in the calendars of the technicians' users.

        Meetings that they declined or that leave them free do not count, nor
        do the entries that stand for our own visits. An event of whole days is
        a date without a zone; it lasts from midnight to midnight of the
        technician's.

        :return: dict of technician id to list of merged intervals
        """
        by_partner = defaultdict(list)
        for technician in technicians.filtered("user_id"):
            by_partner[technician.user_id.partner_id.id].append(technician)
        if not by_partner:
            return {}
        self.env["calendar.event"].flush_model()
        self.env["calendar.attendee"].flush_model(["event_id", "partner_id", "state"])
        # Plain SQL, as above; and private meetings are busy time too.
        self.env.cr.execute(
            """
            SELECT attendee.partner_id, event.start, event.stop, event.allday,
                   event.start_date, event.stop_date
              FROM calendar_event event
              JOIN calendar_attendee attendee ON attendee.event_id = event.id
             WHERE attendee.partner_id = ANY(%s)
               AND attendee.state IS DISTINCT FROM 'declined'
               AND event.active
               AND event.show_as = 'busy'
               AND event.support_appointment_id IS NULL
               AND event.start < %s
               AND event.stop > %s
            """,
            [list(by_partner), naive(window[1]), naive(window[0])],
        )
        found = defaultdict(list)
        for partner_id, start, stop, is_allday, first, last in self.env.cr.fetchall():
            for technician in by_partner[partner_id]:
                if is_allday and first and last:
                    zone = self._get_zone(technician)
                    times = [
                        datetime.combine(day, time.min, zone).astimezone(UTC)
                        for day in (first, last + ONE_DAY)
                    ]
                else:
                    times = [aware(start), aware(stop)]
                found[technician.id].append(tuple(times))
        return {technician_id: merge(times) for technician_id, times in found.items()}
