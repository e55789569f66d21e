from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models

from ...formatting import (
    ONE_DAY,
    format_date_in_words,
    format_hour,
    get_day,
    get_midnight,
)
from ...scheduling.offers import LEAD
from ..holds.support_slot_hold import VISITOR_KEY

# How many days ahead other times are looked for, and how many where there are none.
DAYS = 14
MORE_DAYS = 60
# So many offers may lie near a time that somebody else has.
NEAR_STARTS = 8

# A day of the page: a date, in words, and the list of its ``Time``.
Day = namedtuple("Day", "date label times")
# A time of the page, in naive UTC, with the hour in words; ``is_own`` when who asks holds it.
Time = namedtuple("Time", "start stop technician_id label is_own")


class SupportCustomerTimes(models.AbstractModel):
    """The free times as a customer chooses among them.

    They are those that a person would offer, see ``support.offers``, each start once; how many
    queries are asked does not grow with the days or the technicians.
    """

    _name = "support.customer.times"
    _description = "Free Times of Customers"

    @api.model
    def _find_days(self, appointment, date_from=None, days=14, zone=None, visitor_key=None):
        """The free times of several days.

        :param appointment: ``support.appointment``, also a new one that is not saved
        :param date date_from: the first day in ``zone``; today without it
        :param str zone: IANA name; the customer's without it
        :param str visitor_key: of a browser that books without an appointment
        :return: list of ``Day``, one for each day; those without a free time are in it
        """
        zone = zone or appointment._get_customer_timezone()
        first = date_from or get_day(fields.Datetime.now(), zone)
        dates = [first + number * ONE_DAY for number in range(days)]
        slots = self._for_visitor(visitor_key)._find_slots(
            appointment, get_midnight(first, zone), get_midnight(dates[-1] + ONE_DAY, zone)
        )
        own = {
            (hold.start, hold.technician_id.id)
            for hold in self.env["support.slot.hold"]._find_own(
                appointment=appointment, visitor_key=visitor_key
            )
        }
        times = {day: [] for day in dates}
        for slot in slots:
            day = get_day(slot.start, zone)
            if day in times:
                label = format_hour(self.env, slot.start, zone)
                is_own = (slot.start, slot.technician_id) in own
                times[day].append(Time(*slot, label, is_own))
        return [Day(day, format_date_in_words(self.env, day), times[day]) for day in dates]

    @api.model
    def _find_alternatives(self, appointment, without=(), limit=3, zone=None):
        """The times that a person would offer.

        :param without: starts, naive UTC, of times that others have: nothing near them is offered
        :param int limit: so many at most
        :param str zone: IANA name, in which days are counted; the customer's without it
        :return: list of ``Offer`` of ``support.offers``
        """
        now, without = fields.Datetime.now(), set(without)
        if zone and not appointment.timezone and not appointment.id:
            # The page of a visitor, whose browser knows where they are.
            appointment.timezone = zone
        demand = appointment._get_demand()
        near = demand.before + demand.duration + demand.after
        own = appointment.start if appointment.state == "confirmed" else None

        def is_free(start):
            return start != own and all(abs(start - other) >= near for other in without)

        offers, more = [], len(without) * NEAR_STARTS + bool(own)
        for days in (DAYS, MORE_DAYS):
            found = self.env["support.offers"]._find_offers(
                appointment, now, now + timedelta(days=days), limit=limit + more
            )
            offers = [offer for offer in found if is_free(offer.slot.start)][:limit]
            if len(offers) == limit:
                break
        return offers

    @api.model
    def _hold_time(self, appointment, start, technician_id=None, visitor_key=None):
        """Hold a time for the person on the page, if it is free still.

        :param datetime start: naive UTC
        :param int technician_id: who is wanted; another one comes where they are not free
        :return: ``support.slot.hold``; empty where somebody was faster, or it is no time that is
            offered
        """
        times, holds = self._for_visitor(visitor_key), self.env["support.slot.hold"]
        own = holds._find_own(appointment=appointment, visitor_key=visitor_key).filtered(
            lambda hold: hold.start == start
        )
        if own:
            # What was offered is offered still, whatever the notice of the type.
            own = own.filtered(lambda hold: hold.technician_id.id == technician_id) or own
            return own[:1]
        stop = start + appointment._as_timedelta(appointment.duration)
        slots = [
            slot
            for slot in times._find_slots(appointment, start, stop, is_once=False)
            if slot.start == start
        ]
        slots.sort(key=lambda slot: slot.technician_id != technician_id)
        for slot in slots:
            # Who was faster has one technician; the next one may be free still.
            hold = holds._hold([slot], appointment=appointment, visitor_key=visitor_key)
            if hold:
                return hold
        return holds

    @api.model
    def _for_visitor(self, visitor_key):
        """The same for a visitor, whose own holds are not in their way."""
        return self.with_context(**{VISITOR_KEY: visitor_key}) if visitor_key else self

    @api.model
    def _find_slots(self, appointment, start, stop, *, is_once=True):
        """What a customer may choose between two moments, by start.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param bool is_once: with the best technician only, where several are free
        :return: list of ``Slot``
        """
        # Its technicians' times are read with the context of who asks.
        appointment = appointment.with_env(self.env)
        offers = self.env["support.offers"]
        demand = appointment._get_demand()
        start, stop = appointment.type_id._limit_offers(start, stop, demand.duration)
        start = max(start, fields.Datetime.now() + LEAD)
        if start >= stop:
            return []
        technicians = offers._find_technicians(appointment)
        slots = technicians._find_slots(start, stop, demand, without=appointment)
        if appointment.state == "confirmed":
            # That time is theirs already, with any technician.
            slots = [slot for slot in slots if slot.start != appointment.start]
        if not slots:
            return []
        bounds = offers._prepare_bounds(appointment, start, stop)
        slots = offers._filter_allowed(appointment, slots, technicians, bounds)
        scored = self.env["support.ranking"]._score_slots(appointment, slots)
        favourites = offers._find_favourites(appointment, scored)
        best = [slot for _score, slot in scored]
        best.sort(key=lambda slot: (slot.start, self._get_rank(favourites, slot)))
        if not is_once:
            return best
        by_start = {}
        for slot in best:
            by_start.setdefault(slot.start, slot)
        return list(by_start.values())

    @api.model
    def _get_rank(self, favourites, slot):
        if slot.technician_id in favourites:
            return favourites.index(slot.technician_id)
        return len(favourites)
