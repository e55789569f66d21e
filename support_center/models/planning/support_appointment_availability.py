from collections import defaultdict
from datetime import timedelta

import psycopg2

from odoo import _, api, fields, models, tools
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import plaintext2html

from ...exceptions import DayFull
from ...formatting import ONE_DAY, aware, get_midnight, get_technician_zone
from ...scheduling.explain import OVERRULABLE, Reason, why_not
from ..appointment.states import LIVE_STATES

# A change of one of these may plan somebody's time.
PLANNING_FIELDS = {"state", "active", "technician_id", "start", "stop", "duration"}
# What a dispatcher had in mind when overruling working hours.
OVERRULED_FIELDS = PLANNING_FIELDS - {"state", "active"}
# How far ahead a refusal looks for other times, and how many it names.
ALTERNATIVES_DAYS = 14
ALTERNATIVES = 3
# A refusal of a whole list names other times for the first few only.
REFUSALS_WITH_ALTERNATIVES = 5


class SupportAppointment(models.Model):
    """Whether the technician can come, looked at whenever a visit is confirmed or moved.

    Two visits at once are refused by the database, see ``support.booking``;
    what only makes sense with a clock, a schedule and words is refused here.
    """

    _inherit = "support.appointment"

    ignore_working_hours = fields.Boolean(
        tracking=True,
        copy=False,
        help="A dispatcher plans this visit outside working hours or in an absence. Two visits "
        "at once stay impossible.",
    )

    daily_date = fields.Date(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The day of the technician's calendar that the number below counts on.",
    )
    daily_number = fields.Integer(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Which of the most visits of that day this one is, where the technician has a limit.",
    )

    def init(self):
        super().init()
        # What is looked at for every answer about a technician's time, out of years of visits: a
        # few days, and the few visits that may have begun long before. The third guarantees the
        # daily maximum, see ``_take_daily_numbers``. Of an equation PostgreSQL assumes that few
        # rows fulfil it, of a comparison of two columns that a third of them do.
        self.env.cr.execute(
            """
            CREATE INDEX IF NOT EXISTS support_appointment_technician_start_idx
                ON support_appointment (technician_id, start) WHERE technician_id IS NOT NULL;
            CREATE INDEX IF NOT EXISTS support_appointment_long_busy_idx
                ON support_appointment (technician_id, busy_stop)
             WHERE busy_start IS NOT NULL
               AND LEAST(busy_stop - busy_start, interval '24 hours') = interval '24 hours';
            CREATE UNIQUE INDEX IF NOT EXISTS support_appointment_daily_number_idx
                ON support_appointment (technician_id, daily_date, daily_number)
             WHERE daily_number > 0 AND active AND state IN ('confirmed', 'in_progress', 'done')
            """
        )

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    @api.model
    def _get_watched_fields(self):
        return super()._get_watched_fields() | {"ignore_working_hours"}

    @api.model
    def _get_edited_fields(self):
        return (*super()._get_edited_fields(), "ignore_working_hours")

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if not change.is_creation and change.touches(OVERRULED_FIELDS):
            # What a dispatcher has overruled holds for that time alone: another user who moves
            # the visit has to ask again.
            overruled = self.browse() if self._may_overrule() else self
            overruled = overruled.filtered("ignore_working_hours")
            moved = overruled.filtered(lambda a: a._is_moved_by(change.vals))
            change.add(moved, {"ignore_working_hours": False})
            if "ignore_working_hours" not in change.vals:
                # Where nothing is ignored any more, the mark would mislead.
                fitting = (self - moved).filtered(
                    lambda a: (
                        a.ignore_working_hours
                        and a._is_moved_by(change.vals)
                        and a._fits_working_hours(change.vals)
                    )
                )
                change.add(fitting, {"ignore_working_hours": False})

    def _is_moved_by(self, vals):
        """Whether values give the visit another technician or another time."""
        return any(self._is_changed(name, vals[name]) for name in OVERRULED_FIELDS & vals.keys())

    def _fits_working_hours(self, vals):
        """Whether a visit is within its technician's working hours once it is moved.

        :param dict vals: as the ORM will store them
        """
        self.ensure_one()
        technician = self.technician_id.browse(
            vals.get("technician_id", self.technician_id.id) or ()
        )
        start = fields.Datetime.to_datetime(vals.get("start", self.start))
        stop = fields.Datetime.to_datetime(vals.get("stop"))
        duration = vals.get("duration", self.duration)
        if stop and start and "duration" not in vals:
            duration = (stop - start).total_seconds() / 3600
        if not technician or not start or not duration > 0:
            return False
        availability = self.env["support.availability"]
        demand = availability._prepare_demand(duration, self._get_buffers())
        agendas = availability._read_agendas(technician, start, start + demand.duration, self)
        reasons = why_not(agendas[technician.id], demand, aware(start))
        return not any(reason.code in OVERRULABLE for reason in reasons)

    def _check_change(self, change):
        super()._check_change(change)
        self._check_may_overrule(change.vals_list)

    def _check_stored_change(self, change):
        super()._check_stored_change(change)
        if change.is_creation:
            booked = self.filtered(lambda a: a._get_booking())
        elif change.touches(PLANNING_FIELDS):
            booked = self.filtered(
                lambda a: a._get_booking() and a._get_booking() != a._get_booking(change)
            )
        else:
            booked = self.browse()
        change.findings["booked"] = booked
        change.findings["overruled"] = booked._check_available()

    def _react_to_change(self, change):
        super()._react_to_change(change)
        if overruled := change.findings["overruled"]:
            self._note_overruled(overruled)

    def _get_booking(self, change=None):
        """Whose time this visit takes and when.

        :param change: ``Change`` before which it is asked for; without it, as it is now
        :return: tuple, or None where it takes nobody's
        """
        self.ensure_one()

        def value(name):
            return change.before(self, name) if change else self[name]

        if value("active") and value("state") in LIVE_STATES and value("technician_id"):
            return value("technician_id").id, value("start"), value("stop")
        return None

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.model
    def _may_overrule(self):
        return self._is_dispatcher()

    @api.model
    def _check_may_overrule(self, vals_list):
        """
        :raise AccessError: where somebody but a dispatcher overrules working hours
        """
        if any(vals.get("ignore_working_hours") for vals in vals_list) and not self._may_overrule():
            raise AccessError(
                _("Only a dispatcher may plan a visit outside working hours. Ask one to do it.")
            )

    def _check_available(self):
        """Refuse visits whose technician cannot come.

        Visits in progress, and those that a manager records afterwards, are
        facts and are let through.

        :return: dict of each appointment to a list of ``Reason`` that a dispatcher has overruled
        :raise ValidationError: says for each why not, and the next free times
        """
        now = fields.Datetime.now()
        planned = self.filtered(lambda a: a.state == "confirmed" and a.start >= now)
        faults, overruled = [], {}
        for appointment, found in planned._find_reasons().items():
            # Two visits at once are refused by the caller, see ``support.booking``.
            standing = reasons = [reason for reason in found if reason.code != "booked"]
            if appointment.ignore_working_hours:
                standing = [reason for reason in reasons if reason.code not in OVERRULABLE]
                overruled[appointment] = [r for r in reasons if r.code in OVERRULABLE]
            if standing:
                faults.append((appointment, standing))
        if faults:
            raise ValidationError(
                "\n".join(
                    appointment._describe_refusal(
                        reasons, has_alternatives=number < REFUSALS_WITH_ALTERNATIVES
                    )
                    for number, (appointment, reasons) in enumerate(faults)
                )
            )
        planned._take_daily_numbers()
        return {a: reasons for a, reasons in overruled.items() if reasons}

    def _find_reasons(self):
        """Why the technicians of these visits cannot come.

        Read week by week, so that the queries grow with the weeks, not with the visits.

        :return: dict of each appointment that has any to a list of ``Reason``
        """
        availability = self.env["support.availability"]
        by_week = defaultdict(self.browse)
        for appointment in self:
            by_week[appointment.start.isocalendar()[:2]] |= appointment
        found = {}
        for those in by_week.values():
            agendas = availability._read_agendas(
                those.technician_id, min(those.mapped("start")), max(those.mapped("stop"))
            )
            for appointment in those:
                agenda = agendas[appointment.technician_id.id].without_booking(appointment.id)
                reasons = why_not(agenda, appointment._get_demand(), aware(appointment.start))
                if reasons:
                    found[appointment] = reasons
        return found

    def _get_demand(self):
        """
        :return: ``scheduling.slots.Demand``, with the buffers that hold for the visit
        """
        self.ensure_one()
        return self.env["support.availability"]._prepare_demand(self.duration, self._get_buffers())

    def _note_overruled(self, overruled):
        """Write to the chatter what the dispatcher set aside.

        :param dict overruled: as ``_check_available`` returns it
        """
        self.browse().union(*overruled)._message_log_batch(
            bodies={
                appointment.id: plaintext2html(appointment._describe_overruled(reasons))
                for appointment, reasons in overruled.items()
            }
        )

    # ------------------------------------------------------------------
    # The daily maximum
    # ------------------------------------------------------------------

    def _take_daily_numbers(self):
        """Guarantee the technicians' daily maximum, whatever others book at the same moment.

        The agenda was read in a transaction that does not see what another one has committed
        meanwhile, and no lock helps against that. A unique index does: each visit of a
        technician with a maximum takes one of the numbers from 1 to it on its day, and the
        database refuses the same one twice. Visits of that day without a number, which were
        booked before the technician had a maximum, use numbers up too.

        Nobody else can be taking numbers of these technicians at this moment, see
        ``support.booking``'s lock; a number that another transaction took is committed.

        :raise DayFull: for a day that turns out to be full
        """
        limited = self.filtered(lambda a: a.sudo().technician_id.max_daily_appointments > 0)
        if not limited:
            return
        days = limited._group_by_day()
        taken = limited._read_daily_numbers(days)
        for (technician, day), visits in days.items():
            limit = technician.max_daily_appointments
            numbers, unnumbered = taken.get((technician.id, day), (set(), 0))
            free = [n for n in range(1, limit + 1) if n not in numbers][unnumbered:]
            for visit in visits:
                if not visit._take_first_number(day, free):
                    raise DayFull(visit._describe_full_day(technician, day))

    def _group_by_day(self):
        """
        :return: dict of ``(support.technician, date)`` to these visits, the technician as
            superuser and the date that of the technician's calendar
        """
        days = defaultdict(self.browse)
        for visit in self:
            # sudo: the zone and the maximum are not every user's to read.
            technician = visit.technician_id.sudo()
            zone = self.env["support.availability"]._get_zone(technician)
            days[technician, aware(visit.start).astimezone(zone).date()] |= visit
        return days

    def _read_daily_numbers(self, days):
        """What other visits of these days have taken.

        :param days: as ``_group_by_day`` returns them
        :return: dict of ``(technician id, date)`` to the set of numbers and the count of visits
            without one
        """
        self.flush_model()
        zones = {
            technician.id: self.env["support.availability"]._get_zone(technician)
            for technician, _day in days
        }
        # Plain SQL: the day is counted in each technician's zone, in one query for all.
        self.env.cr.execute(
            """
            SELECT visit.technician_id, day.date,
                   array_agg(visit.daily_number) FILTER (
                       WHERE visit.daily_number > 0 AND visit.daily_date = day.date),
                   count(*) FILTER (
                       WHERE visit.daily_number IS NULL OR visit.daily_number = 0
                          OR visit.daily_date != day.date)
              FROM unnest(%(technicians)s, %(dates)s, %(starts)s, %(stops)s)
                   AS day(technician_id, date, start, stop)
              JOIN support_appointment visit
                ON visit.technician_id = day.technician_id
               AND visit.start >= day.start AND visit.start < day.stop
             WHERE visit.active AND visit.state IN ('confirmed', 'in_progress', 'done')
               AND visit.id != ALL(%(ids)s)
          GROUP BY visit.technician_id, day.date
            """,
            {
                "technicians": [technician.id for technician, _day in days],
                "dates": [day for _technician, day in days],
                "starts": [get_midnight(day, zones[t.id].key) for t, day in days],
                "stops": [get_midnight(day + ONE_DAY, zones[t.id].key) for t, day in days],
                "ids": self.ids,
            },
        )
        return {
            (technician_id, day): (set(numbers or ()), unnumbered)
            for technician_id, day, numbers, unnumbered in self.env.cr.fetchall()
        }

    def _take_first_number(self, day, free):
        """Give this visit the first of the numbers that nobody has, and take that off the list.

        :param date day: of the technician's calendar
        :param list free: numbers that seem free to this transaction; changed in place
        :return: whether there was one
        """
        self.ensure_one()
        if self.daily_date == day and self.daily_number in free:
            # It was moved within its day.
            free.insert(0, free.pop(free.index(self.daily_number)))
        while free:
            number = free.pop(0)
            try:
                with self.env.cr.savepoint(flush=False), tools.mute_logger("odoo.sql_db"):
                    self._write_marks({"daily_date": day, "daily_number": number})
            except psycopg2.errors.UniqueViolation:
                # Another transaction took it after this one began.
                continue
            return True
        return False

    def _describe_full_day(self, technician, day):
        words = self.env["support.availability.words"]
        reason = Reason("full", count=technician.max_daily_appointments)
        next_day = get_midnight(day + ONE_DAY, get_technician_zone(technician))
        return "\n".join(
            [
                _(
                    "%(name)s: %(reasons)s",
                    name=self.name,
                    reasons=words._describe_reasons(self.technician_id, [reason]),
                ),
                # The day itself may look free still: what filled it is out of our sight.
                self._describe_alternatives(self.technician_id, next_day),
            ]
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_refusal(self, reasons, has_alternatives=True):
        """
        :param list reasons: of ``Reason``
        :return: str, why the technician cannot come to this visit and when they can
        """
        self.ensure_one()
        words = self.env["support.availability.words"]
        lines = [
            _(
                "%(name)s: %(reasons)s",
                name=self.name,
                reasons=words._describe_reasons(self.technician_id, reasons),
            )
        ]
        if has_alternatives:
            lines.append(self._describe_alternatives(self.technician_id, self.start))
        return "\n".join(lines)

    def _describe_overruled(self, reasons):
        self.ensure_one()
        words = self.env["support.availability.words"]
        return _(
            "Planned outside working hours: %(reasons)s",
            reasons=words._describe_reasons(self.technician_id, reasons),
        )

    def _describe_alternatives(self, technicians, start, demand=None):
        """The next times at which one of ``technicians`` could come to this visit, in words.

        :param datetime start: naive UTC, from when on
        :param demand: ``scheduling.slots.Demand``, where the visit was to get another length
        """
        self.ensure_one()
        start = max(start, fields.Datetime.now())
        slots = self.env["support.offers"]._find_next(
            self,
            technicians,
            start,
            start + timedelta(days=ALTERNATIVES_DAYS),
            demand or self._get_demand(),
            ALTERNATIVES,
        )
        words = self.env["support.availability.words"]
        return words._describe_alternatives(slots, start, ALTERNATIVES_DAYS)
