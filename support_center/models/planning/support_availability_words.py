from odoo import _, api, models
from odoo.exceptions import UserError

from ...formatting import (
    format_day,
    format_hour,
    format_hours,
    format_moment_short,
    format_names,
    format_span,
    get_day,
    get_technician_zone,
    get_viewer_zone,
    is_zone,
    naive,
)


class SupportAvailabilityWords(models.AbstractModel):
    """Reasons and times as the user who plans reads them, in the language of the environment."""

    _name = "support.availability.words"
    _description = "Messages of Availability"

    @api.model
    def _describe_reasons(self, technician, reasons):
        """
        :param technician: ``support.technician``
        :param list reasons: of ``scheduling.explain.Reason``
        :return: str, like “Ann Example works 08:00–12:00 only on that day.
            (Times in Europe/Brussels.)”
        """
        # sudo: the name and zone of a technician who cannot come have to be said.
        technician = technician.sudo()
        zone = get_technician_zone(technician)
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
        span = reason.times and format_span(self.env, *map(naive, reason.times), zone)
        if reason.code == "booked":
            text = (
                _("needs the time around a visit at %(span)s as its buffer", span=span)
                if reason.is_buffer
                else _("is already booked at %(span)s", span=span)
            )
            name = names.get(reason.record_id)
            return f"{text} ({name})" if name else text
        if reason.code == "held":
            until = format_hour(self.env, naive(reason.until), zone)
            return _(
                "is held at %(span)s for a customer who is choosing a time, until %(until)s",
                span=span,
                until=until,
            )
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
            "works %(hours)s only on that day",
            hours=format_names(
                format_hours(self.env, *map(naive, hours), zone) for hours in reason.hours
            ),
        )

    @api.model
    def _describe_alternatives(self, slots, start, days):
        """The next free times, in the zone of the user who reads them.

        :param list slots: of ``Slot``, in order
        :param datetime start: naive UTC, from when on it was looked for them
        :param int days: how many days ahead
        """
        zone = self._get_viewer_zone()
        if not slots:
            return _(
                "No time is free in the %(days)s days from %(start)s on.",
                days=days,
                start=format_day(self.env, get_day(start, zone)),
            )
        starts = list(dict.fromkeys(slot.start for slot in slots))
        return _(
            "The next free times: %(times)s (%(zone)s).",
            times="; ".join(format_moment_short(self.env, moment, zone) for moment in starts),
            zone=zone,
        )

    # ------------------------------------------------------------------
    # Times
    # ------------------------------------------------------------------

    @api.model
    def _get_viewer_zone(self):
        """The zone in which times are offered, see ``formatting.get_viewer_zone``.

        :raise UserError: for a zone in the context that nobody knows; it comes from the caller
        """
        name = self.env.context.get("tz")
        if name and not is_zone(name):
            raise UserError(
                _("“%(name)s” is no time zone: a name like Europe/Brussels is expected.", name=name)
            )
        return get_viewer_zone(self.env)
