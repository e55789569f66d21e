from collections import Counter

from odoo import api, fields, models

from ...formatting import ONE_DAY, get_day, get_midnight, get_viewer_zone
from ...scheduling.moments import get_hour

# How many times are offered, and how many of them on one day of one technician.
OFFERS = 6
OFFERS_A_DAY = 2
# How many of the best are put in words, so that enough are left after that.
MAX_RANKED = 200
# From and until which hour of the customer's day, the end excluded.
PARTS_OF_DAY = {"morning": (0, 12), "afternoon": (12, 24)}


class SupportOffers(models.AbstractModel):
    """Which of the free times a person would offer for a visit.

    Who is available when is told by ``support.technician``, what each time costs by
    ``support.ranking``; here the few are chosen that a customer is to hear.
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
    ):
        """The best few times for a visit, which lies wholly between ``start`` and ``stop``.

        The visit's own time is not in its way, and is not offered to it.

        :param appointment: ``support.appointment`` with a company, also a new one that is not
            saved; its type, customer, requested time and buffers count
        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param technicians: ``support.technician`` that were asked for by name; without them all
            of the appointment's company. Those who do not fit the visit are left out of either
        :param str part_of_day: ``morning`` or ``afternoon`` of the customer's zone; None for both
        :param date day: of the customer's zone; None for every one
        :param int limit: so many at most
        :param float duration: hours; the appointment's where it is not given
        :return: list of ``RankedSlot(slot, cost, reasons)``, best first: ``slot`` is
            ``Slot(start, stop, technician_id)`` in naive UTC, ``cost`` is in minutes, and
            ``reasons`` is a list of str in the language of the environment
        :raise ValueError: for another part of the day
        """
        if part_of_day and part_of_day not in PARTS_OF_DAY:
            raise ValueError(f"{part_of_day!r}: expected is one of {', '.join(PARTS_OF_DAY)}")
        technicians = self._find_technicians(appointment, technicians)
        zone = appointment._get_customer_timezone()
        start = max(start, fields.Datetime.now())
        if day:
            start = max(start, get_midnight(day, zone))
            stop = min(stop, get_midnight(day + ONE_DAY, zone))
        if start >= stop:
            return []
        slots = self._find_slots(appointment, technicians, start, stop, duration)
        if part_of_day:
            first, last = PARTS_OF_DAY[part_of_day]
            slots = [slot for slot in slots if first <= get_hour(slot.start, zone) < last]
        ranked = self.env["support.ranking"]._rank_slots(appointment, slots, limit=MAX_RANKED)
        return self._pick(ranked, limit)

    @api.model
    def _find_technicians(self, appointment, technicians=None):
        """Who may be sent to this visit: of ``technicians``, else of the whole company."""
        if not technicians:
            technicians = self.env["support.technician"]._search_for_companies(
                appointment.company_id
            )
        return appointment._filter_able(technicians)

    @api.model
    def _find_slots(self, appointment, technicians, start, stop, duration):
        """
        :return: list of ``Slot``, without the one that the visit has already
        """
        demand = appointment._get_demand()
        if duration:
            demand = self.env["support.availability"]._prepare_demand(
                duration, appointment._get_buffers()
            )
        slots = technicians._find_slots(start, stop, demand, without=appointment)
        now = appointment.start, appointment.stop, appointment.technician_id.id
        return [slot for slot in slots if tuple(slot) != now]

    @api.model
    def _pick(self, ranked, limit):
        """The best few, with nobody's day alone and no time twice: a customer wants a choice.

        :param list ranked: of ``RankedSlot``, best first
        """
        zone = get_viewer_zone(self.env)
        picked, counts = {}, Counter()
        for found in ranked:
            slot = found.slot
            key = slot.technician_id, get_day(slot.start, zone)
            if slot.start not in picked and counts[key] < OFFERS_A_DAY:
                picked[slot.start] = found
                counts[key] += 1
            if len(picked) == limit:
                break
        return list(picked.values())
