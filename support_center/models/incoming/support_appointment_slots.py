from datetime import date, datetime, timedelta
from xmlrpc.client import DateTime
from zoneinfo import ZoneInfo

from odoo import _, api, models

from ...formatting import aware, get_midnight, naive
from ...intake import describe
from ..common.support_arguments import MARGIN, MAX_ID

MAX_DAYS = 92
MAX_SLOTS = 1000
DEFAULT_SLOTS = 100


class SupportAppointment(models.Model):
    """Free times for other systems, by RPC."""

    _inherit = "support.appointment"

    @api.model
    def get_slots(self, date_from, date_to, duration=None, type=None, limit=DEFAULT_SLOTS):  # noqa: A002
        """When a technician of the company could come.

        The same rules hold as for confirming a visit; nothing is held free.

        What is False or None is not given: XML-RPC has False only.

        :param str date_from: ``YYYY-MM-DD``, a day of the caller's zone, or a
            moment: ``YYYY-MM-DD HH:MM:SS`` in UTC, XML-RPC's own type for it, or ISO 8601 with
            an offset
        :param str date_to: the same; a day is meant to its end
        :param float duration: hours; without it the type's, else one
        :param type: name, code or id of a type, whose buffers, notice, horizon
            and skills count
        :param int limit: the first so many times, at most 1000
        :return: list, by time, of ``{"start": "2026-03-05 09:00:00", "stop": …,
            "local_start": "2026-03-05T10:00:00+01:00", "local_stop": …,
            "timezone": "Europe/Brussels", "technicians": [{"name", "email"}]}``;
            ``start`` and ``stop`` are UTC, what is local is in the zone of the
            context's ``tz``, else of the user, else of the company
        :raise AccessError: for users without the integration or dispatcher right
        :raise ValidationError: names every wrong argument and what is expected; its last line is
            the list ``[{"index", "field", "code", "message"}]`` as JSON
        """
        self.env["support.arguments"]._check_external_access()
        numbers = self.env["support.values"]
        duration = None if duration is False or duration is None else numbers._to_number(duration)
        limit = DEFAULT_SLOTS if limit is False or limit is None else numbers._to_number(limit)
        zone = self.env["support.availability.words"]._get_viewer_zone()
        start, stop, kind = self._read_slot_request(date_from, date_to, duration, type, limit, zone)
        # sudo: who could come is what is asked; an integrator may not read technicians.
        technicians = self.env["support.technician"].sudo()._search_for_companies(self.env.company)
        slots = technicians._free_slots(start, stop, duration, kind)
        by_time = {}
        for slot in slots:
            by_time.setdefault((slot.start, slot.stop), []).append(slot.technician_id)
        return [
            self._prepare_slot(moment, until, technicians.browse(ids), zone)
            for (moment, until), ids in list(by_time.items())[:limit]
        ]

    @api.model
    def _read_slot_request(self, date_from, date_to, duration, kind, limit, zone):
        """The arguments of ``get_slots`` as values, or one error about all that is wrong.

        :return: tuple of naive UTC start, naive UTC stop, ``support.appointment.type``
        """
        faults = []

        def _add(field, message, code="invalid"):
            fault = self.env["support.arguments"]._prepare_fault(field, code, message)
            faults.append(fault)

        start = self._parse_slot_bound(date_from, zone)
        stop = self._parse_slot_bound(date_to, zone, is_end=True)
        for name, value, parsed in (("date_from", date_from, start), ("date_to", date_to, stop)):
            if not parsed:
                _add(
                    name,
                    _(
                        "%(name)s is “%(value)s”: YYYY-MM-DD, YYYY-MM-DD HH:MM:SS (UTC) or "
                        "ISO 8601 is expected.",
                        name=name,
                        value=describe(value),
                    ),
                )
        if start and stop and not timedelta() < stop - start <= timedelta(days=MAX_DAYS):
            _add(
                "date_to",
                _(
                    "date_to, “%(stop)s”, has to lie after date_from, “%(start)s”, by %(days)s "
                    "days at most.",
                    start=describe(date_from),
                    stop=describe(date_to),
                    days=MAX_DAYS,
                ),
                "wrong_length",
            )
        if duration is not None and not self._is_length(duration):
            _add(
                "duration",
                _(
                    "duration is “%(value)s”: hours above zero are expected.",
                    value=describe(duration),
                ),
            )
        if isinstance(limit, bool) or not isinstance(limit, int) or not 0 < limit <= MAX_SLOTS:
            _add(
                "limit",
                _(
                    "limit is “%(value)s”: a number from 1 to %(most)s is expected.",
                    value=describe(limit),
                    most=MAX_SLOTS,
                ),
            )
        found = self._find_slot_type(kind)
        if kind and not found:
            _add(
                "type",
                _(
                    "type is “%(value)s”: the name, code or id of an appointment type is expected.",
                    value=describe(kind),
                ),
                "unknown",
            )
        if faults:
            message = "\n".join(fault["message"] for fault in faults)
            self.env["support.arguments"]._refuse_call(message, faults)
        return start, stop, found

    @api.model
    def _is_length(self, hours):
        """Whether a visit can take so long: a second at least, and no more than is looked at."""
        is_number = isinstance(hours, (int, float)) and not isinstance(hours, bool)
        return is_number and 1 / 3600 <= hours <= 24 * MAX_DAYS

    @api.model
    def _parse_slot_bound(self, value, zone, is_end=False):
        """
        :return: naive UTC datetime; None for what is no time, or so near the first or the last
            one of all that there is nothing around it
        """
        try:
            moment = self._read_moment(value, zone, is_end)
            return moment if moment - MARGIN < moment + MARGIN else None
        except (AttributeError, OverflowError, TypeError, ValueError):
            return None  # the caller names it with what is expected

    @api.model
    def _read_moment(self, value, zone, is_end):
        if isinstance(value, DateTime):
            value = self.env["support.values"]._read_moment(value)
        if isinstance(value, datetime):
            return value if value.tzinfo is None else naive(value)
        if isinstance(value, str) and len(value.strip()) > len("YYYY-MM-DD"):
            moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
            return naive(moment if moment.tzinfo else aware(moment))
        day = value if isinstance(value, date) else date.fromisoformat((value or "").strip())
        if is_end:
            day += timedelta(days=1)
        return get_midnight(day, zone)

    @api.model
    def _find_slot_type(self, kind):
        # sudo: a type is named by any user who may ask, and only its rules are used.
        types = self.env["support.appointment.type"].sudo()
        if not kind:
            return types
        if isinstance(kind, int) and not isinstance(kind, bool):
            if not 0 < kind <= MAX_ID:
                return types
            return types.search(
                [("id", "=", kind), ("company_id", "in", [self.env.company.id, False])]
            )
        found = types._find_by_names([str(kind)], self.env.company)
        return found.get(str(kind).strip().lower(), types)

    @api.model
    def _prepare_slot(self, start, stop, technicians, zone):
        return {
            "start": start.isoformat(" "),
            "stop": stop.isoformat(" "),
            "local_start": aware(start).astimezone(ZoneInfo(zone)).isoformat(),
            "local_stop": aware(stop).astimezone(ZoneInfo(zone)).isoformat(),
            "timezone": zone,
            "technicians": [
                {"name": technician.name, "email": technician.email or ""}
                for technician in technicians
            ],
        }
