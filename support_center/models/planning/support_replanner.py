from collections import namedtuple
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models

from ...formatting import aware, naive
from ...scheduling.explain import why_not
from ...scheduling.slots import Offers
from .support_appointment_assignment import URGENT

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
        need not change plans; else the first day after it on which anybody is
        free, with the same technician if they are, for they know the case. The more
        urgent visits choose first, then the earlier ones.

        :param visits: ``support.appointment`` that are drafts or confirmed
        :return: dict of appointment id to ``Proposal``, or None where nobody is
            free within ``PROPOSAL_DAYS`` days
        """
        if not visits:
            return {}
        now = fields.Datetime.now()
        since = {visit: max(now, visit.start or visit.requested_date or now) for visit in visits}
        technicians = self.env["support.technician"]._search_for_companies(visits.company_id)
        roster, last = self._read_roster(visits, technicians, since.values())
        bounds = self._prepare_bounds(visits, since.values())
        fitting = self._find_fitting(visits, technicians)
        proposals = {}
        for visit in visits.sorted(lambda v: (-int(v.priority), since[v], v.id)):
            proposal = self._propose_one(
                visit, since[visit], fitting[visit], roster, last, bounds[visit]
            )
            proposals[visit.id] = proposal
            if proposal:
                roster = self.env["support.ranking"]._with_visit(
                    roster, visit, proposal.technician_id, proposal.start
                )
        return proposals

    @api.model
    def _read_roster(self, visits, technicians, moments):
        """What the technicians have planned from the first of ``moments`` on.

        :param moments: naive UTC datetimes, from when on the visits may be
        :return: as of ``support.ranking``, but with the ``visits`` that are
            booked, each where it is now
        """
        ranking = self.env["support.ranking"]
        roster, last = ranking._read_roster(
            technicians, visits, min(moments), max(moments) + timedelta(days=PROPOSAL_DAYS + 1)
        )
        for visit in visits:
            technician_id = visit.technician_id.id
            if visit.start and visit.state == "confirmed" and technician_id in roster.agendas:
                roster = ranking._with_visit(roster, visit, technician_id, visit.start)
        return roster, last

    @api.model
    def _find_fitting(self, visits, technicians):
        """Who may be sent to each visit; somebody on call keeps the visit that they have.

        :return: dict of visit to ``support.technician``
        """
        found, fitting = {}, {}
        for visit in visits:
            need = visit.type_id, visit.partner_id.zip, visit.company_id, visit.priority
            if need not in found:
                found[need] = visit._filter_able(technicians)
            own = (visit.technician_id & technicians) - found[need]
            fitting[visit] = found[need] | visit._filter_able(own, own) if own else found[need]
        return fitting

    @api.model
    def _prepare_bounds(self, visits, moments):
        """Within what a person would offer another time of each visit.

        :param moments: as of ``_read_roster``
        :return: dict of visit to ``scheduling.offers.Bounds``
        """
        window = min(moments), max(moments) + timedelta(days=PROPOSAL_DAYS + 1)
        bounds, opening = {}, {}
        for visit in visits:
            company = visit.company_id
            if company not in opening:
                opening[company] = self.env["support.availability"]._read_opening_hours(
                    company, *window
                )
            bounds[visit] = self.env["support.offers"]._make_bounds(visit, opening[company])
        return bounds

    # ------------------------------------------------------------------
    # Choosing
    # ------------------------------------------------------------------

    @api.model
    def _propose_one(self, visit, since, candidates, roster, last, bounds):
        """
        :param datetime since: naive UTC, from when on the visit may be
        :param candidates: ``support.technician`` that fit
        :param roster: ``scheduling.roster.Roster``, earlier proposals included
        :param dict last: who was last at a customer's, by partner id
        :param bounds: ``scheduling.offers.Bounds``
        :return: ``Proposal``, or None
        """
        own, demand = visit.technician_id, visit._get_demand()
        if own.id in roster.agendas:
            # Not in its own way.
            agenda = roster.agendas[own.id].without_booking(visit.id)
            roster = replace(roster, agendas={**roster.agendas, own.id: agenda})
        if visit.start and visit.start == since:
            free = (candidates - own).filtered(
                lambda t: not why_not(roster.agendas[t.id], demand, aware(since))
            )
            if free:
                best = self._choose(visit, free.ids, since, roster, last)
                return Proposal(since, best, "same_time")
        starts = self._find_next_starts(visit, since, candidates, roster, bounds)
        if not starts:
            return None
        earliest = min(starts.values())
        if own.id in starts:
            day_of = roster.agendas[own.id].day_of
            if day_of(starts[own.id]) == day_of(earliest):
                return Proposal(naive(starts[own.id]), own.id, "same_technician")
        first = [technician_id for technician_id, start in starts.items() if start == earliest]
        start = naive(earliest)
        return Proposal(start, self._choose(visit, first, start, roster, last), "other")

    @api.model
    def _find_next_starts(self, visit, since, candidates, roster, bounds):
        """When each of ``candidates`` can come next; those who cannot are left out.

        What a person would offer; where nobody has such a time, any that is free.

        :return: dict of technician id to aware datetime
        """
        demand = visit._get_demand()
        window = aware(since), aware(since + timedelta(days=PROPOSAL_DAYS))
        offers = Offers(demand, window)
        offered, free = {}, {}
        for technician in candidates:
            is_own = technician == visit.technician_id
            # sudo: a user who plans a visit is told who could come.
            is_emergency = visit.priority == URGENT and technician.sudo().on_call
            for start in offers.find(roster.agendas[technician.id]):
                # Its own time is no new one.
                if is_own and naive(start) == visit.start:
                    continue
                free.setdefault(technician.id, start)
                if bounds.allow(demand.visit_at(start), is_emergency=is_emergency):
                    offered[technician.id] = start
                    break
        return offered or free

    @api.model
    def _choose(self, visit, technician_ids, start, roster, last):
        """Who of those who are free at one time: as any other assignment is decided.

        :param list technician_ids: of whom one is chosen
        :param datetime start: naive UTC
        :return: id of a ``support.technician``
        """
        ranking, moment = self.env["support.ranking"], aware(start)
        scores = roster.score_offers(
            ranking._prepare_job(visit),
            visit._get_demand(),
            [(moment, technician_id) for technician_id in technician_ids],
            moment,
            last.get(visit.partner_id.id),
        )
        return min(scores, key=lambda found: found.order).technician_id
