from collections import namedtuple
from dataclasses import replace
from zoneinfo import ZoneInfo

from odoo import _, api, fields, models

from ...formatting import ONE_DAY, aware, get_midnight
from ...scheduling.offers import (
    LEAD,
    MORNING,
    PARTS_OF_DAY,
    Bounds,
    Option,
    choose_options,
    find_wish,
)
from .support_appointment_assignment import URGENT

# How many times are offered.
OFFERS = 6
# Up to so many minutes away a customer is told that a visit is near.
NEAR_MINUTES = 15

# A time that is offered: a ``Slot``, its cost in minutes, and why, as a list of str that a customer
# may hear; ``details`` are the parts of the cost in words, for those who plan.
Offer = namedtuple("Offer", "slot cost reasons details")


class SupportOffers(models.AbstractModel):
    """Which of the free times a person would offer for a visit.

    Who is available when is told by ``support.technician``, what each time costs by
    ``support.ranking``; which of them are offered in which order is arithmetic, in
    ``scheduling.offers``.
    """

    _name = "support.offers"
    _description = "Offered Times"

    @api.model
    def _find_offers(
        self,
        appointment,
        start,
        stop,
        technicians=None,
        part_of_day=None,
        day=None,
        limit=OFFERS,
        duration=None,
        any_notice=False,
    ):
        """The best few times for a visit, which lies wholly between ``start`` and ``stop``.

        See "What is offered" in docs/scheduling.md. The visit's own time is not
        in its way, and is not offered to it. The number of queries does not
        grow with the technicians.

        :param appointment: ``support.appointment`` with a company, also a new one that is not
            saved; its type, customer, priority, requested time and buffers count
        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param technicians: ``support.technician`` that were asked for by name; without them all
            of the appointment's company. Those who do not fit the visit are left out of either
        :param str part_of_day: ``morning`` or ``afternoon`` of the customer's zone; None for both
        :param date day: of the customer's zone; None for every one
        :param int limit: so many at most
        :param float duration: hours; the appointment's where it is not given
        :param bool any_notice: leave the type's minimum notice and horizon out, as a dispatcher may
        :return: list of ``Offer(slot, cost, reasons, details)`` in the order in which they are
            said: ``slot`` is ``Slot(start, stop, technician_id)`` in naive UTC, ``cost`` is in
            minutes, ``reasons`` and ``details`` are lists of str in the language of the
            environment
        :raise ValueError: for another part of the day
        """
        if part_of_day and part_of_day not in PARTS_OF_DAY:
            raise ValueError(f"{part_of_day!r}: expected is one of {', '.join(PARTS_OF_DAY)}")
        zone = appointment._get_customer_timezone()
        if day:
            start = max(start, get_midnight(day, zone))
            stop = min(stop, get_midnight(day + ONE_DAY, zone))
        demand = self._get_demand(appointment, duration)
        if not any_notice:
            start, stop = appointment.type_id._limit_offers(start, stop, demand.duration)
        start = max(start, fields.Datetime.now() + LEAD)
        if start >= stop:
            return []
        technicians = self._find_technicians(appointment, technicians)
        slots = self._find_slots(appointment, technicians, start, stop, demand)
        if not slots:
            return []
        bounds = self._prepare_bounds(appointment, start, stop)
        bounds = replace(bounds, day=day or None, part=part_of_day or None)
        slots = self._filter_allowed(appointment, slots, technicians, bounds)
        return self._choose(appointment, slots, bounds, limit)

    @api.model
    def _find_next(self, appointment, technicians, start, stop, demand, limit):
        """The next free times of ``technicians`` for a visit, each of them once.

        Those that a person would offer; where there is none of these, what is free all the same,
        so that nobody who works by night is said to have no time.

        :param demand: ``scheduling.slots.Demand``
        :param int limit: so many at most
        :return: list of ``Slot``, by time
        """
        slots = technicians._find_slots(start, stop, demand, without=appointment)
        if not slots:
            return []
        bounds = self._prepare_bounds(appointment, start, stop)
        found = self._filter_allowed(appointment, slots, technicians, bounds) or slots
        by_start = {}
        for slot in found:
            by_start.setdefault(slot.start, slot)
        return list(by_start.values())[:limit]

    # ------------------------------------------------------------------
    # What may be offered
    # ------------------------------------------------------------------

    @api.model
    def _prepare_bounds(self, appointment, start, stop):
        """
        :return: ``scheduling.offers.Bounds`` of a visit, for any day
        """
        opening = self.env["support.availability"]._read_opening_hours(
            appointment.company_id, start, stop
        )
        return self._make_bounds(appointment, opening)

    @api.model
    def _make_bounds(self, appointment, opening):
        """
        :param opening: as of ``support.availability``'s ``_read_opening_hours``
        """
        return Bounds(
            zone=ZoneInfo(appointment._get_customer_timezone()),
            earliest=aware(fields.Datetime.now() + LEAD),
            opening=opening,
        )

    @api.model
    def _fits_wish(self, appointment, start):
        """Whether a time is one that the customer has wished for.

        :param datetime start: naive UTC
        """
        window = appointment._get_wish_window()
        zone = ZoneInfo(appointment._get_customer_timezone())
        return not window or not window.rank(aware(start), zone)

    @api.model
    def _get_demand(self, appointment, duration):
        if not duration:
            return appointment._get_demand()
        return self.env["support.availability"]._prepare_demand(
            duration, appointment._get_buffers()
        )

    @api.model
    def _find_technicians(self, appointment, technicians=None):
        """Who may be sent to this visit: of ``technicians``, else of the whole company."""
        asked_for = technicians
        if not technicians:
            technicians = self.env["support.technician"]._search_for_companies(
                appointment.company_id
            )
            # Those who have it already were asked for once.
            asked_for = appointment.technician_id
        return appointment._filter_able(technicians, asked_for)

    @api.model
    def _find_slots(self, appointment, technicians, start, stop, demand):
        """
        :return: list of ``Slot``, without the one that the visit has already
        """
        slots = technicians._find_slots(start, stop, demand, without=appointment)
        now = appointment.start, appointment.stop, appointment.technician_id.id
        return [slot for slot in slots if tuple(slot) != now]

    @api.model
    def _filter_allowed(self, appointment, slots, technicians, bounds):
        """Those of ``slots`` that lie within ``bounds``.

        For urgent work somebody on call goes at any hour of their own.
        """
        on_call_ids = set()
        if appointment.priority == URGENT:
            # sudo: a user who plans a visit is told who could come.
            on_call_ids = set(technicians.sudo().filtered("on_call").ids)
        allowed, known = [], {}
        for slot in slots:
            key = slot.start, slot.technician_id in on_call_ids
            if key not in known:
                visit = aware(slot.start), aware(slot.stop)
                known[key] = bounds.allow(visit, is_emergency=key[1])
            if known[key]:
                allowed.append(slot)
        return allowed

    # ------------------------------------------------------------------
    # What is offered
    # ------------------------------------------------------------------

    @api.model
    def _choose(self, appointment, slots, bounds, limit):
        """
        :return: list of ``Offer``
        """
        scored = self.env["support.ranking"]._score_slots(appointment, slots)
        options = [
            Option(
                start=aware(slot.start),
                technician_id=slot.technician_id,
                name=found.name,
                cost=found.cost,
                is_way_known=found.is_way_known,
                is_pencilled=any(part.code == "pencilled" for part in found.parts),
                key=number,
            )
            for number, (found, slot) in enumerate(scored)
        ]
        wish = self._get_wish(appointment)
        window = None if wish else appointment._get_wish_window()
        chosen = choose_options(
            options,
            bounds,
            limit,
            wish=wish,
            window=window,
            favourites=self._find_favourites(appointment, scored),
        )
        picked = [scored[option.key] for option in chosen]
        details = self.env["support.ranking.words"]._describe_all([found for found, _s in picked])
        # Of one time alone it says nothing.
        first = min(slot.start for _found, slot in picked) if len(picked) > 1 else None
        return [
            Offer(
                slot,
                found.cost,
                self._describe_offer(appointment, found, slot, bounds, wish, first),
                texts,
            )
            for (found, slot), texts in zip(picked, details, strict=True)
        ]

    @api.model
    def _get_wish(self, appointment):
        """The time that was asked for, in aware UTC; None where there is none to come."""
        wish = appointment.requested_date
        return aware(wish) if wish and wish > fields.Datetime.now() else None

    @api.model
    def _find_favourites(self, appointment, scored):
        """Whom the customer knows: who has the visit already, then who was there last.

        Where it is urgent, the first to come is better than the one who is known.

        A technician whom somebody has chosen for a visit without a time counts as one who has it.

        :param list scored: of tuples of ``Score`` and ``Slot``
        :return: list of technician ids
        """
        if appointment.priority == URGENT:
            return []
        last_ids = {
            found.technician_id
            for found, _slot in scored
            if any(part.code == "last" for part in found.parts)
        }
        own_ids = appointment.technician_id.ids
        return [*own_ids, *(last_ids - set(own_ids))]

    @api.model
    def _describe_taken(self, technician, details):
        """The note of a visit that was given one of the offered times.

        :param str details: of the offer, a line each
        """
        return _(
            "%(name)s, taken from the free times: %(reasons)s.",
            name=technician.name,
            reasons="; ".join(details.splitlines()),
        )

    @api.model
    def _describe_offer(self, appointment, found, slot, bounds, wish, first):
        """Why this time, as a customer may hear it; nothing of costs, or of who the others are.

        Each is said after the time and the name: "Monday at nine with Ann, who was with you last
        time".

        :param found: ``scheduling.rank.Score``
        :param datetime first: the earliest start of those that are offered, naive UTC, if any
        :return: list of str, the best reason first, at least one
        """
        reasons = []
        codes = {part.code for part in found.parts}
        if slot.technician_id in appointment.technician_id.ids and appointment.start:
            reasons.append(_("the same technician as planned before"))
        elif "last" in codes:
            reasons.append(_("who was with you last time"))
        window = None if wish else appointment._get_wish_window()
        if window and not window.rank(aware(slot.start), bounds.zone):
            reasons.append(_("when it suits you, as you wrote"))
        if wish:
            if aware(slot.start) == wish:
                reasons.append(_("the time you asked for"))
            elif find_wish(aware(slot.start), bounds, wish) < 2:
                reasons.append(_("on the day you asked for"))
        reasons += self._describe_nearness(found)
        if slot.start == first:
            reasons.append(_("the earliest of these times"))
        return reasons or [self._describe_half_day(slot, bounds)]

    @api.model
    def _describe_nearness(self, found):
        way = found.way
        if not way or not found.is_way_known or way.way > NEAR_MINUTES:
            return []
        if way.code == "between":
            return [_("on the way between two other visits")]
        if way.code == "previous":
            return [_("on the way from another visit near you")]
        if way.code == "next":
            return [_("just before another visit near you")]
        return []

    @api.model
    def _describe_half_day(self, slot, bounds):
        """What there is to say of a time that has nothing else for it."""
        _day, part = bounds.find_half_day(aware(slot.start))
        if bounds.part:
            if part == MORNING:
                return _("in the morning, as you asked")
            return _("in the afternoon, as you asked")
        if part == MORNING:
            return _("in the morning, if that suits you")
        return _("in the afternoon, if that suits you")
