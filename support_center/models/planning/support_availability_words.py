from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime

from ...languages import get_date_pattern
from .support_availability import aware, naive


class SupportAvailabilityWords(models.AbstractModel):
    """Reasons and times in the words of whoever plans, in the language of the environment."""

    _name = "support.availability.words"
    _description = "Messages of Availability"

    @api.model
    def _describe_reasons(self, technician, reasons):
        """
        :param technician: ``support.technician``
        :param list reasons: of ``scheduling.explain.Reason``
        :return: str, like “Ann Example does not work then, but 08:00–12:00 on that day.
            (Times in Europe/Brussels.)”
        """
        # sudo: the name and zone of whoever cannot come have to be said to whoever asks.
        technician = technician.sudo()
        zone = technician.tz or "UTC"
        names = self._get_visible_names(reasons)
        texts = [self._describe_reason(reason, zone, names) for reason in reasons]
        return _(
            "%(technician)s %(reasons)s. (Times in %(zone)s.)",
            technician=technician.name,
            reasons="; ".join(texts),
            zone=zone,
        )

    @api.model
    def _get_visible_names(self, reasons):
        """References of the visits in the way, as far as the user may see them."""
        ids = [reason.record_id for reason in reasons if reason.record_id]
        if not ids:
            return {}
        visible = self.env["support.appointment"].search_fetch([("id", "in", ids)], ["name"])
        return {appointment.id: appointment.name for appointment in visible}

    @api.model
    def _describe_reason(self, reason, zone, names):
        """One reason, as what follows the technician's name."""
        span = reason.times and self._format_span(*reason.times, zone)
        if reason.code == "booked":
            text = (
                _("needs the time around a visit at %(span)s as its buffer", span=span)
                if reason.is_buffer
                else _("is already booked at %(span)s", span=span)
            )
            name = names.get(reason.record_id)
            return f"{text} ({name})" if name else text
        if reason.code == "event":
            if reason.is_buffer:
                return _("needs the buffer for a meeting at %(span)s", span=span)
            return _("has a meeting in the calendar at %(span)s", span=span)
        if reason.code == "leave":
            return _("is on leave at %(span)s", span=span)
        if reason.code == "holiday":
            if reason.name:
                return _("has a holiday, “%(name)s”, at %(span)s", name=reason.name, span=span)
            return _("has a holiday at %(span)s", span=span)
        if reason.code == "full":
            return _("has reached the limit of %(count)s visits on that day", count=reason.count)
        if not reason.hours:
            return _("does not work on that day")
        return _(
            "does not work then, but %(hours)s on that day",
            hours=", ".join(self._format_hours(*hours, zone) for hours in reason.hours),
        )

    @api.model
    def _describe_alternatives(self, slots, start, days):
        """The next free times, in the zone of whoever reads them.

        :param list slots: of ``Slot``, in order
        :param datetime start: naive UTC, from when on it was looked for them
        :param int days: how many days ahead
        """
        zone = self._get_viewer_zone()
        if not slots:
            return _(
                "No time is free in the %(days)s days from %(start)s on.",
                days=days,
                start=self._format_day(start, zone),
            )
        starts = list(dict.fromkeys(slot.start for slot in slots))
        return _(
            "The next free times: %(times)s (%(zone)s).",
            times="; ".join(self._format_moment(moment, zone) for moment in starts),
            zone=zone,
        )

    # ------------------------------------------------------------------
    # Times
    # ------------------------------------------------------------------

    @api.model
    def _get_viewer_zone(self):
        """The zone in which times are offered: the context's, the user's, else UTC.

        :raise UserError: for a zone in the context that nobody knows; it comes from the caller
        """
        name = self.env.context.get("tz") or self.env.user.tz or "UTC"
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, TypeError, ValueError, OSError) as error:
            raise UserError(
                _("“%(name)s” is no time zone: a name like Europe/Brussels is expected.", name=name)
            ) from error
        return name

    @api.model
    def _format_moment(self, moment, zone):
        """
        :param datetime moment: naive UTC
        :return: str, like “Thu 5 Mar, 10:00”, in the order of the reader's language
        """
        pattern = f"{get_date_pattern(self.env, 'short')}, HH:mm"
        return format_datetime(self.env, moment, tz=zone, dt_format=pattern)

    @api.model
    def _format_day(self, moment, zone):
        day = aware(moment).astimezone(ZoneInfo(zone)).date()
        return format_date(self.env, day, date_format=get_date_pattern(self.env, "short"))

    @api.model
    def _format_span(self, start, stop, zone):
        """
        :param datetime start: aware, as in the package ``scheduling``
        :return: str, like “Thu 5 Mar, 10:00–11:00”; the second day is named where it differs
        """
        first, last = naive(start), naive(stop)
        days = {moment.astimezone(ZoneInfo(zone)).date() for moment in (start, stop)}
        end = self._format_clock(last, zone) if len(days) == 1 else self._format_moment(last, zone)
        return f"{self._format_moment(first, zone)}–{end}"

    @api.model
    def _format_hours(self, start, stop, zone):
        return f"{self._format_clock(naive(start), zone)}–{self._format_clock(naive(stop), zone)}"

    @api.model
    def _format_clock(self, moment, zone):
        return format_datetime(self.env, moment, tz=zone, dt_format="HH:mm")
