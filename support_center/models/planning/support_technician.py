from collections import defaultdict, namedtuple

from odoo import models

from ...formatting import aware
from ...scheduling.explain import why_not
from ...scheduling.slots import Offers
from .support_availability import DEFAULT_STEP_MINUTES

# A time that can be had: naive UTC, and whose it is.
Slot = namedtuple("Slot", "start stop technician_id")


class SupportTechnician(models.Model):
    """When technicians are free, and who of them should go."""

    _inherit = "support.technician"

    def _is_available(self, start, stop, buffers=(0, 0), without=None, any_hour=False):
        """Those of these technicians who can be at a customer's from ``start`` to ``stop``.

        Looked at are working hours, absences, visits with their buffers, busy
        events in the calendar and the daily maximum; not skills and areas,
        which depend on what the visit is for. The number of queries does not
        grow with the technicians.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param tuple buffers: minutes to keep free before and after
        :param without: ``support.appointment`` that are not in their own way
        :param bool any_hour: leave hours and absences out, as a dispatcher may
        :return: ``support.technician``, in the order given; so for one
            technician it is true when available
        """
        availability = self.env["support.availability"]
        demand = availability._prepare_demand((stop - start).total_seconds() / 3600, buffers)
        agendas = availability._read_agendas(self, start, stop, without)
        return self._filter_employed().filtered(
            lambda t: not why_not(agendas[t.id], demand, aware(start), any_hour=any_hour)
        )

    def _free_slots(
        self,
        start,
        stop,
        duration=None,
        appointment_type=None,
        step=DEFAULT_STEP_MINUTES,
        limit=None,
        without=None,
        is_urgent=False,
    ):
        """When these technicians could come, from ``start`` to ``stop``.

        A visit lies wholly between the two. With a type its buffers, minimum
        notice, horizon, skills and place count, and its length where none is given.
        Nothing in the past is offered, and nothing of those on call unless it
        is urgent. Starts stand at multiples of ``step``
        on the technician's own wall clock, also over a change of the clock.

        :param datetime start: naive UTC
        :param datetime stop: naive UTC
        :param float duration: hours; the type's, else one hour
        :param appointment_type: ``support.appointment.type``, or none
        :param int step: minutes, a divisor of a day
        :param int limit: the first so many only
        :param without: ``support.appointment`` that are not in their own way
        :param bool is_urgent: of those on call, too
        :return: list of ``Slot(start, stop, technician_id)``, naive UTC, by
            time and then in the order of the technicians
        :raise ValueError: for a length or step that is not positive
        """
        kind = appointment_type or self.env["support.appointment.type"]
        availability = self.env["support.availability"]
        demand = availability._prepare_demand(
            duration or kind.duration or 1.0, (kind.buffer_before, kind.buffer_after), step
        )
        start, stop = kind._limit_offers(start, stop, demand.duration)
        technicians = self._filter_for_type(kind, is_urgent)
        if start >= stop or not technicians:
            return []
        return technicians._find_slots(start, stop, demand, limit, without)

    def _find_slots(self, start, stop, demand, limit=None, without=None):
        """As ``_free_slots``, for what a visit needs instead of its type.

        :param demand: ``scheduling.slots.Demand``
        """
        agendas = self.env["support.availability"]._read_agendas(self, start, stop, without)
        offers = Offers(demand, (aware(start), aware(stop)))
        by_start = defaultdict(list)
        for technician_id in self.ids:
            for moment in offers.find(agendas[technician_id]):
                by_start[moment].append(technician_id)
        slots = []
        for moment in sorted(by_start):
            # In UTC already, so that dropping the zone is enough; there may be thousands.
            since = moment.replace(tzinfo=None)
            until = since + demand.duration
            slots += [Slot(since, until, technician_id) for technician_id in by_start[moment]]
            if limit is not None and len(slots) >= limit:
                break
        return slots[:limit]

    def _rank_for(self, appointment):
        """Who of these technicians should go to ``appointment``.

        Skills, place, area, company, being on call and availability are hard rules. Among those who
        are left the lowest cost wins, see "Who is chosen" in
        docs/scheduling.md. The number of queries does not grow with the
        technicians.

        :param appointment: ``support.appointment`` with a start, also a new one
        :return: list of ``Ranked(technician, cost, reasons)``: best first, cost
            in minutes; then those who cannot come, with None for the cost.
            ``reasons`` is a list of str in the language of the environment
        """
        return self.env["support.ranking"]._rank_for(appointment, self)
