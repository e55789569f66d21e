from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ...formatting import ONE_DAY, aware, get_day, get_midnight, naive
from ...scheduling.intervals import merge, subtract
from ..appointment.states import PLANNABLE_STATES
from ..incoming.intake_states import INBOX_DOMAIN, WAITING_REQUESTS
from .ir_websocket import PLANNERS_CHANNEL

# Of who else is at the board.
PRESENCE = "support_center.board_presence"
# Everybody at the board gets it.
MAX_TOKEN = 64

MAX_DAYS = 31
# How many unassigned requests are shown at once.
PAGE = 20
HOUR = timedelta(hours=1)

VISIT_FIELDS = [
    "name", "customer_name", "partner_id", "location", "type_id", "priority", "state",
    "technician_id", "start", "stop", "duration", "busy_start", "busy_stop", "requested_date",
    "ignore_working_hours", "intake_state", "edit_version", "customer_waiting_since",
    "attendance",
]  # fmt: skip


class SupportBoard(models.AbstractModel):
    """What the dispatch board shows: who works when, the visits, and what waits for somebody.

    The number of queries depends neither on the technicians nor on the visits. Everything is
    read with the dispatcher's own rights; times are UTC, as ``YYYY-MM-DD HH:MM:SS``.
    """

    _name = "support.board"
    _description = "Dispatch Board"

    # ------------------------------------------------------------------
    # Loading
    # ------------------------------------------------------------------

    @api.model
    def load(self, date_from, date_to, filters=None):
        """Everything for one window of time.

        :param str date_from: UTC
        :param str date_to: UTC, at most ``MAX_DAYS`` later
        :param dict filters: ``name``, ``area_ids`` and ``skill_ids`` for the technicians;
            ``search`` and ``offset`` for the unassigned requests
        :return: dict with ``technicians`` (see ``_prepare_technician``), ``visits`` (see
            ``_prepare_visit``), ``unassigned`` (see ``_load_unassigned``), ``review_count``
            and ``options``, the areas and skills to filter by
        :raise AccessError: for anybody but a dispatcher
        :raise ValidationError: for a window that is none, or too long
        """
        self._check_board_access()
        start, stop = self._read_window(date_from, date_to)
        filters = self._read_filters(filters)
        technicians = self._find_technicians(filters, start, stop)
        visits = self.env["support.appointment"].search_fetch(
            self._get_visits_domain(technicians, start, stop),
            self._get_visit_fields(),
            order="start, id",
        )
        # Those who have left are shown as long as visits of theirs have to be seen.
        technicians &= technicians.filtered("active") | visits.technician_id
        return {
            "technicians": self._prepare_technicians(technicians, start, stop),
            "visits": self._prepare_visits(visits),
            "unassigned": self._load_unassigned(filters),
            "review_count": self._count_reviews(),
            "options": self._load_options(),
            "has_technicians": bool(technicians or self._has_technicians()),
        }

    @api.model
    def refresh(self, ids, date_from, date_to, filters=None):
        """What has become of some appointments, for a board that shows the others already.

        :param list ids: of appointments, as the bus told them
        :return: dict with the ``visits`` among them that the window shows, ``unassigned`` and
            ``review_count``; an id that is not among the visits is no longer to be shown
        """
        self._check_board_access()
        start, stop = self._read_window(date_from, date_to)
        filters = self._read_filters(filters)
        ids = self.env["support.arguments"]._get_ids("ids", ids)
        technicians = self._find_technicians(filters, start, stop)
        domain = self._get_visits_domain(technicians, start, stop)
        visits = self.env["support.appointment"].search_fetch(
            [("id", "in", ids), *domain], self._get_visit_fields(), order="start, id"
        )
        return {
            "visits": self._prepare_visits(visits),
            "unassigned": self._load_unassigned(filters),
            "review_count": self._count_reviews(),
        }

    @api.model
    def announce(self, sign):
        """Tell the others at the board which days the user looks at and what they drag.

        :param dict sign: ``token``, a text that tells the user's pages apart; ``start`` and
            ``stop`` of the days, in UTC; ``dragging_id`` of the visit in hand, or False;
            ``is_here``, False for who leaves; ``asks``, whether the others are to answer
        :return: True
        """
        self._check_board_access()
        arguments = self.env["support.arguments"]
        sign = arguments._get_mapping("sign", sign)
        start, stop = self._read_window(sign.get("start"), sign.get("stop"))
        payload = {
            "token": arguments._get_text("token", sign.get("token"))[:MAX_TOKEN],
            "uid": self.env.uid,
            "name": self.env.user.name,
            "start": fields.Datetime.to_string(start),
            "stop": fields.Datetime.to_string(stop),
            "dragging_id": arguments._get_id("dragging_id", sign.get("dragging_id") or False),
            "is_here": bool(sign.get("is_here")),
            "asks": bool(sign.get("asks")),
        }
        # sudo: nobody writes to the bus by themselves.
        bus = self.env["bus.bus"].sudo()
        for company in self.env.companies:
            bus._sendone((company, PLANNERS_CHANNEL), PRESENCE, payload)
        return True

    @api.model
    def _has_technicians(self):
        """Whether there is any to plan with, whatever the filters leave of them."""
        return bool(self.env["support.technician"].search_count([], limit=1))

    @api.model
    def _check_board_access(self):
        if not self.env.user.has_group("support_center.group_support_dispatcher"):
            raise AccessError(_("Only a dispatcher uses the dispatch board."))

    @api.model
    def _read_window(self, date_from, date_to):
        arguments = self.env["support.arguments"]
        start = arguments._get_moment("date_from", date_from)
        stop = arguments._get_moment("date_to", date_to)
        if not start or not stop or not timedelta() < stop - start <= timedelta(days=MAX_DAYS):
            raise ValidationError(
                _(
                    "The board shows up to %(days)s days, not from “%(start)s” to “%(stop)s”.",
                    days=MAX_DAYS,
                    start=date_from,
                    stop=date_to,
                )
            )
        return start, stop

    @api.model
    def _read_filters(self, filters):
        """The filters of ``load`` as values; each of them is there.

        :raise ValidationError: names the one that is of another kind than expected
        """
        arguments = self.env["support.arguments"]
        filters = arguments._get_mapping("filters", filters)
        readers = {
            "name": arguments._get_text,
            "search": arguments._get_text,
            "offset": arguments._get_number,
            "area_ids": arguments._get_ids,
            "skill_ids": arguments._get_ids,
        }
        return {name: read(name, filters.get(name)) for name, read in readers.items()}

    # ------------------------------------------------------------------
    # Domains
    # ------------------------------------------------------------------

    @api.model
    def _find_technicians(self, filters, start, stop):
        """Those whom the filters are for, as superuser.

        The archived ones too, and those who went to a company that is out of sight: visits may be
        left to them, and a visit that stands is shown, whatever became of its technician.
        """
        domain = []
        if filters["name"]:
            domain.append(("name", "ilike", filters["name"]))
        if filters["area_ids"]:
            # Who has no area goes everywhere.
            domain += ["|", ("area_ids", "in", filters["area_ids"]), ("area_ids", "=", False)]
        if filters["skill_ids"]:
            domain.append(("skill_ids", "in", filters["skill_ids"]))
        technicians = self.env["support.technician"].with_context(active_test=False)
        found = technicians.search(domain)
        groups = self.env["support.appointment"]._read_group(
            [
                ("technician_id", "!=", False),
                ("technician_id", "not in", technicians.search([]).ids if domain else found.ids),
                *self._get_window_domain(start, stop),
            ],
            ["technician_id"],
        )
        # sudo: of these nothing is told but what the board shows of anybody.
        found = found.sudo()
        if groups:
            gone = [("id", "in", [technician.id for (technician,) in groups])]
            found |= found.search([*gone, *domain])
        return found.with_context(active_test=True)

    @api.model
    def _get_visits_domain(self, technicians, start, stop):
        """The visits of these technicians that share a moment with the window."""
        return [("technician_id", "in", technicians.ids), *self._get_window_domain(start, stop)]

    @api.model
    def _get_window_domain(self, start, stop):
        # What bounds it from below, for an index, comes with the search of appointments.
        return [("state", "!=", "cancelled"), ("start", "<", stop), ("stop", ">", start)]

    @api.model
    def _get_unassigned_domain(self, filters):
        domain = [
            ("technician_id", "=", False),
            ("state", "in", PLANNABLE_STATES),
            ("intake_state", "not in", WAITING_REQUESTS),
        ]
        if filters["search"]:
            text = filters["search"]
            domain += ["|", "|"]
            domain += [(name, "ilike", text) for name in ("name", "customer_name", "location")]
        return domain

    @api.model
    def _load_unassigned(self, filters):
        """One page of the requests that wait for a technician, the most urgent first.

        :return: dict with ``records``, ``total``, ``offset`` and ``limit``
        """
        appointments = self.env["support.appointment"]
        domain = self._get_unassigned_domain(filters)
        total = appointments.search_count(domain)
        # A page that others have emptied meanwhile is the last one that there is.
        offset = min(max(filters["offset"], 0), max(total - 1, 0) // PAGE * PAGE)
        records = appointments.search_fetch(
            domain,
            self._get_visit_fields(),
            offset=offset,
            limit=PAGE,
            order="priority desc, start, requested_date, id",
        )
        return {
            "records": self._prepare_visits(records),
            "total": total,
            "offset": offset,
            "limit": PAGE,
        }

    @api.model
    def _count_reviews(self):
        return self.env["support.appointment"].search_count(INBOX_DOMAIN)

    @api.model
    def _load_options(self):
        return {
            key: self.env[model].search_read([], ["name"])
            for key, model in (("areas", "support.area"), ("skills", "support.skill"))
        }

    # ------------------------------------------------------------------
    # Technicians
    # ------------------------------------------------------------------

    @api.model
    def _prepare_technicians(self, technicians, start, stop):
        agendas = self.env["support.availability"]._read_agendas(technicians, start, stop)
        days = self._split_days(start, stop)
        return [
            self._prepare_technician(technician, agendas[technician.id], days)
            for technician in technicians
        ]

    @api.model
    def _prepare_technician(self, technician, agenda, days):
        """
        :param agenda: ``scheduling.agenda.Agenda``
        :param list days: pairs of a date and its interval, see ``_split_days``
        :return: dict; ``shading`` is a list of times with their ``kind`` (``off``, ``leave``,
            ``holiday``, ``meeting``), ``capacity`` the hours at work of each day, None for a
            technician without a schedule
        """
        window = days[0][1][0], days[-1][1][1]
        return {
            "id": technician.id,
            "name": technician.name,
            "note": self._describe_absent(technician),
            "zone": agenda.zone.key,
            "skills": technician.skill_ids.mapped("name"),
            "areas": technician.area_ids.mapped("name"),
            "max_daily": agenda.max_daily,
            "shading": self._prepare_shading(agenda, window),
            "capacity": {
                day.isoformat(): None
                if agenda.shifts is None
                else round(
                    sum(
                        (until - since) / HOUR
                        for since, until in self._clip(agenda.at_work(times), times)
                    ),
                    2,
                )
                for day, times in days
            },
        }

    @api.model
    def _describe_absent(self, technician):
        """Why this technician gets no more visits; an empty str for one who does."""
        if not technician.active:
            return _("%(technician)s is archived.", technician=technician.name)
        if not technician._filter_employed():
            return _("The user of %(technician)s is archived.", technician=technician.name)
        if technician.company_id and technician.company_id not in self.env.companies:
            return _(
                "%(technician)s works for %(company)s.",
                technician=technician.name,
                company=technician.company_id.name,
            )
        return ""

    @api.model
    def _prepare_shading(self, agenda, window):
        # What is in a leave or a meeting is the technician's own; that they are away is not.
        found = [("leave", (a.start, a.stop), "") for a in agenda.absences if not a.is_public]
        found += [("holiday", (a.start, a.stop), a.name) for a in agenda.absences if a.is_public]
        found += [("meeting", times, "") for times in agenda.events]
        if agenda.shifts is not None:
            found += [("off", times, "") for times in subtract([window], agenda.shifts)]
        return [
            {
                "kind": kind,
                "name": name,
                "start": fields.Datetime.to_string(naive(since)),
                "stop": fields.Datetime.to_string(naive(until)),
            }
            for kind, times, name in found
            for since, until in self._clip([times], window)
        ]

    @api.model
    def _clip(self, intervals, window):
        return merge((max(since, window[0]), min(until, window[1])) for since, until in intervals)

    @api.model
    def _split_days(self, start, stop):
        """The days of the viewer's calendar from ``start`` to ``stop``.

        :return: list of pairs of a date and its interval in aware UTC
        """
        zone = self.env["support.availability.words"]._get_viewer_zone()
        first, last = get_day(start, zone), get_day(stop - timedelta(microseconds=1), zone)
        bounds = [
            aware(get_midnight(first + ONE_DAY * number, zone))
            for number in range((last - first).days + 2)
        ]
        return [
            (first + ONE_DAY * number, (bounds[number], bounds[number + 1]))
            for number in range(len(bounds) - 1)
        ]

    # ------------------------------------------------------------------
    # Visits
    # ------------------------------------------------------------------

    @api.model
    def _get_visit_fields(self):
        """Hook: what is read of a visit, all at once.

        :return: list of field names
        """
        return VISIT_FIELDS

    @api.model
    def _prepare_visits(self, appointments):
        # sudo: customer and type may belong to a company that is out of sight by now; all who
        # see the visit see whom it is for.
        pairs = zip(appointments, appointments.sudo(), strict=True)
        return [self._prepare_visit(appointment, visit) for appointment, visit in pairs]

    @api.model
    def _prepare_visit(self, appointment, visit):
        """
        :param visit: the appointment as superuser
        :return: dict; ``version`` is for ``move``, which refuses what somebody has changed since
        """
        values = {
            name: moment.isoformat(" ", "seconds") if (moment := appointment[name]) else False
            for name in ("start", "stop", "busy_start", "busy_stop", "requested_date")
        }
        return {
            **values,
            "id": appointment.id,
            "name": appointment.name,
            "customer": visit.customer_name or visit.partner_id.name or "",
            "place": visit.location or visit.partner_id.city or "",
            "type": [visit.type_id.id, visit.type_id.name] if visit.type_id else False,
            "priority": appointment.priority,
            "state": appointment.state,
            "duration": appointment.duration,
            "technician_id": appointment.technician_id.id,
            "is_movable": appointment.state in PLANNABLE_STATES
            and appointment.intake_state not in WAITING_REQUESTS,
            "is_overruled": appointment.ignore_working_hours,
            "customer_waits": bool(appointment.customer_waiting_since),
            "attendance": appointment.attendance,
            "can_confirm": bool(
                appointment.state == "draft" and appointment.start and appointment.partner_id
            ),
            "version": appointment.edit_version,
        }
