from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models

from ..scheduling.agenda import Booking
from ..scheduling.explain import why_not
from ..scheduling.slots import find_starts
from .support_availability import aware, naive

# How far after a visit's time another one is looked for.
PROPOSAL_DAYS = 14

# ``start`` is naive UTC; ``kind`` is ``same_time``, ``same_technician`` or ``other``.
Proposal = namedtuple("Proposal", "start technician_id kind")


class SupportReplanner(models.AbstractModel):
    """Finds other times or technicians for many visits, none of which is in another's way.

    The agendas are read once; each proposal is entered there before the next visit is looked
    at. What the visits take now stays taken, so that any of the proposals can be carried out
    without the others, in any order.
    """

    _name = "support.replanner"
    _description = "Proposals of New Times"

    @api.model
    def _propose(self, visits):
        """What could be done about visits that cannot take place as they are planned.

        In this order: the same time with another technician, so that the customer
        need not change his plans; else the first day after it on which anybody is
        free, with the same technician if he is, for he knows the case. The more
        urgent visits choose first, then the earlier ones.

        :param visits: ``support.appointment`` that are drafts or confirmed
        :return: dict of appointment id to ``Proposal``, or None where nobody is
            free within ``PROPOSAL_DAYS`` days
        """
        if not visits:
            return {}
        now = fields.Datetime.now()
        since = {visit: max(now, visit.start or visit.requested_date or now) for visit in visits}
        technicians = self._find_technicians(visits)
        agendas = self.env["support.availability"]._read_agendas(
            technicians,
            min(since.values()),
            max(since.values()) + timedelta(days=PROPOSAL_DAYS + 1),
        )
        fitting = self._find_fitting(visits, technicians)
        proposals = {}
        for visit in visits.sorted(lambda v: (-int(v.priority), since[v], v.id)):
            candidates = fitting[visit]
            proposal = self._propose_one(visit, since[visit], candidates, agendas)
            proposals[visit.id] = proposal
            if proposal:
                key = proposal.technician_id
                agendas[key] = agendas[key].with_booking(
                    self._prepare_booking(visit, proposal.start)
                )
        return proposals

    @api.model
    def _find_technicians(self, visits):
        return self.env["support.technician"].search(
            [("company_id", "in", [False, *visits.company_id.ids])]
        )

    @api.model
    def _find_fitting(self, visits, technicians):
        """Who has the skills and goes to the area of each visit.

        :return: dict of visit to ``support.technician``
        """
        found, fitting = {}, {}
        for visit in visits:
            need = visit.type_id, visit.partner_id.zip, visit.company_id
            if need not in found:
                found[need] = technicians.filtered(
                    lambda t, visit=visit: (
                        t.company_id in (t.company_id.browse(), visit.company_id)
                        and visit._can_be_done_by(t)
                    )
                )
            fitting[visit] = found[need]
        return fitting

    @api.model
    def _prepare_booking(self, visit, start):
        demand, moment = visit._get_demand(), aware(start)
        since, until = demand.visit_at(moment)
        return Booking(
            record_id=visit.id,
            start=since,
            stop=until,
            busy=demand.busy_at(moment),
            partner_id=visit.partner_id.id,
        )

    # ------------------------------------------------------------------
    # Choosing
    # ------------------------------------------------------------------

    @api.model
    def _propose_one(self, visit, since, candidates, agendas):
        """
        :param datetime since: naive UTC, from when on the visit may be
        :param candidates: ``support.technician`` that fit
        :param dict agendas: of technician id to ``Agenda``, earlier proposals included
        :return: ``Proposal``, or None
        """
        demand = visit._get_demand()
        if visit.start and visit.start == since:
            free = (candidates - visit.technician_id).filtered(
                lambda t: not why_not(agendas[t.id], demand, aware(since))
            )
            if free:
                best = self._choose(visit, free, since, agendas)
                return Proposal(since, best.id, "same_time")
        starts = self._find_next_starts(visit, since, candidates, agendas)
        if not starts:
            return None
        earliest = min(starts.values())
        own = visit.technician_id
        if own.id in starts:
            day_of = agendas[own.id].day_of
            if day_of(starts[own.id]) == day_of(earliest):
                return Proposal(naive(starts[own.id]), own.id, "same_technician")
        first = candidates.filtered(lambda t: starts.get(t.id) == earliest)
        start = naive(earliest)
        return Proposal(start, self._choose(visit, first, start, agendas).id, "other")

    @api.model
    def _find_next_starts(self, visit, since, candidates, agendas):
        """When each of ``candidates`` can come next, aware; those who cannot are left out."""
        demand = visit._get_demand()
        window = aware(since), aware(since + timedelta(days=PROPOSAL_DAYS))
        starts = {}
        for technician in candidates:
            agenda = agendas[technician.id]
            is_own = technician == visit.technician_id
            if is_own:
                # Not in its own way; but its own time is no new one.
                agenda = agenda.without_booking(visit.id)
            for start in find_starts(agenda, demand, window):
                if not is_own or naive(start) != visit.start:
                    starts[technician.id] = start
                    break
        return starts

    @api.model
    def _choose(self, visit, technicians, start, agendas):
        """Who of those who are free: with the fewest visits that day, then by name.

        :param datetime start: naive UTC
        :return: one ``support.technician``
        """

        def count(technician):
            agenda = agendas[technician.id]
            return agenda.visits_by_day.get(agenda.day_of(aware(start)), 0)

        return min(technicians, key=lambda t: (count(t), t.name, t.id))
