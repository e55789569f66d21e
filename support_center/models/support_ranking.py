from collections import namedtuple
from datetime import datetime, time, timedelta

from odoo import api, fields, models

from ..scheduling.agenda import Booking
from ..scheduling.explain import why_not
from ..scheduling.rank import Atlas, Job, Place, rank
from ..scheduling.roster import Roster
from .support_availability import ONE_DAY, aware

# One technician for one visit: `support.technician`, cost in minutes (None when he cannot come),
# and why, as a list of str.
Ranked = namedtuple("Ranked", "technician cost reasons")
# A free time with what it costs, in minutes, and why.
RankedSlot = namedtuple("RankedSlot", "slot cost reasons")

# Zones are up to so far from UTC: a week of theirs may begin or end so much earlier or later.
FURTHEST_ZONE = timedelta(hours=14)


class SupportRanking(models.AbstractModel):
    """Reads what a choice among technicians needs, for all of them at once.

    What follows from it is arithmetic, in the package ``scheduling``: the score
    in ``rank``, the neighbouring visits in ``roster``.
    """

    _name = "support.ranking"
    _description = "Ranking of Technicians"

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    @api.model
    def _rank_for(self, appointment, technicians):
        """See ``support.technician``."""
        roster = self._read_roster(technicians, appointment)
        last_id = self._read_last_technicians(appointment).get(appointment.partner_id._origin.id)
        scores, unfit = self._judge(appointment, technicians, roster, last_id)
        words = self.env["support.ranking.words"]
        reasons = words._describe_unfit(unfit)
        return [
            Ranked(technicians.browse(found.technician_id), found.cost, words._describe(found))
            for found in scores
        ] + [Ranked(technician, None, texts) for technician, texts in reasons.items()]

    @api.model
    def _rank_slots(self, appointment, slots, limit=None):
        """What each of these free times would cost, best first.

        To the score of the technician comes what it costs that the visit lies
        away from the time that was asked for: from the appointment's start,
        else from the requested time, else from the first of ``slots``; what
        lies in the past counts as not asked for. Whether the technicians can
        come is not looked at again.

        :param appointment: ``support.appointment``, also a new one
        :param list slots: of ``Slot``
        :param int limit: the best so many only
        :return: list of ``RankedSlot(slot, cost, reasons)``; equal costs are in
            the order of time, name and id
        """
        if not slots:
            return []
        first, last = min(slot.start for slot in slots), max(slot.stop for slot in slots)
        # sudo: whoever plans a visit is told who could come.
        technicians = self.env["support.technician"].sudo()
        technicians = technicians.browse(sorted({slot.technician_id for slot in slots}))
        roster = self._read_roster(technicians, appointment, first, last)
        scores = roster.without_booking(appointment._origin.id).score_offers(
            self._prepare_job(appointment),
            appointment._get_demand(),
            ((aware(slot.start), slot.technician_id) for slot in slots),
            aware(self._get_wanted_start(appointment) or first),
            self._read_last_technicians(appointment).get(appointment.partner_id._origin.id),
        )
        ranked = sorted(
            zip(scores, slots, strict=True),
            key=lambda pair: (pair[0].cost, pair[1].start, *pair[0].order),
        )
        words = self.env["support.ranking.words"]
        return [
            RankedSlot(slot, found.cost, words._describe(found)) for found, slot in ranked[:limit]
        ]

    @api.model
    def _get_wanted_start(self, appointment):
        """When the visit should be, naive UTC; None where nobody has said so."""
        now = fields.Datetime.now()
        for moment in (appointment.start, appointment.requested_date):
            if moment and moment > now:
                return moment
        return None

    # ------------------------------------------------------------------
    # Choice
    # ------------------------------------------------------------------

    @api.model
    def _judge(self, appointment, technicians, roster, last_id=None):
        """Who can come to one visit, best first, and why the others cannot.

        :param technicians: ``support.technician``, all of them in ``roster``
        :param roster: ``Roster``
        :param int last_id: who came to the customer last
        :return: tuple of a list of ``Score`` and a dict of ``support.technician``
            to tuples of str and of ``Reason``
        """
        roster = roster.without_booking(appointment._origin.id)
        demand, start = appointment._get_demand(), aware(appointment.start)
        busy, unfit, candidates = demand.busy_at(start), {}, []
        for technician in technicians:
            faults = appointment._find_unmet_rules(technician)
            reasons = [] if faults else why_not(
                roster.agendas[technician.id],
                demand,
                start,
                any_hour=appointment.ignore_working_hours,
            )
            if faults or reasons:
                unfit[technician] = faults, reasons
            else:
                candidates.append(roster.find_candidate(technician.id, start, busy, last_id))
        return rank(self._prepare_job(appointment), candidates, roster.atlas), unfit

    @api.model
    def _prepare_job(self, appointment):
        is_remote = appointment.type_id.place == "remote"
        return Job(
            place=None if is_remote else self._prepare_place(appointment.partner_id),
            priority=appointment.priority or "1",
        )

    @api.model
    def _prepare_place(self, partner):
        # sudo: where somebody lives decides who goes; only minutes leave this model.
        partner = partner.sudo()
        return self._make_place(partner.partner_latitude, partner.partner_longitude, partner.zip)

    @api.model
    def _make_place(self, latitude, longitude, postal_code):
        # Odoo has 0.0 for coordinates that nobody has entered.
        point = (float(latitude), float(longitude)) if latitude or longitude else None
        return Place(point, (postal_code or "").replace(" ", "").upper())

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _read_roster(self, technicians, appointments, start=None, stop=None):
        """What is known of the technicians in the weeks of ``appointments``.

        The number of queries depends neither on the technicians nor on the
        appointments.

        :param datetime start: naive UTC, where other times than those of the
            appointments are asked about
        :param datetime stop: likewise
        :return: ``scheduling.roster.Roster``
        """
        technicians = technicians.sudo()  # sudo: as in `support.availability`
        start = start or min(appointments.mapped("start"))
        stop = stop or max(appointments.mapped("stop"))
        first, last = self._get_weeks(start, stop)
        agendas = self.env["support.availability"]._read_agendas(technicians, first, last)
        pencilled, places = self._read_visits(technicians, first, last)
        homes = {
            technician.id: self._prepare_place(technician.user_id.partner_id)
            for technician in technicians.filtered("user_id")
        }
        return Roster(
            names={technician.id: technician.name for technician in technicians},
            agendas=agendas,
            pencilled=pencilled,
            places=places,
            homes={number: place for number, place in homes.items() if place.point},
            atlas=self._read_atlas(),
        )

    @api.model
    def _get_weeks(self, start, stop):
        """The weeks from Monday to Sunday that ``start`` to ``stop`` is in, in any zone.

        :return: tuple of naive UTC datetimes
        """
        first, last = (start - FURTHEST_ZONE).date(), (stop + FURTHEST_ZONE).date()
        first -= timedelta(days=first.weekday())
        last += timedelta(days=7 - last.weekday())
        return datetime.combine(first, time.min), datetime.combine(last, time.min)

    @api.model
    def _read_visits(self, technicians, start, stop):
        """Drafts that are planned for somebody, and where all visits on site are.

        :return: tuple of a dict of technician id to list of ``Booking`` and a
            dict of appointment id to ``Place``
        """
        self.env["res.partner"].flush_model(["partner_latitude", "partner_longitude", "zip"])
        self.env["support.appointment.type"].flush_model(["place"])
        self.env["support.appointment"].flush_model()
        # Plain SQL, as in `support.availability`: only places and times leave it.
        self.env.cr.execute(
            """
            SELECT visit.technician_id, visit.id, visit.state = 'draft',
                   visit.start, visit.stop, visit.busy_start, visit.busy_stop, visit.partner_id,
                   kind.place IS DISTINCT FROM 'remote',
                   partner.partner_latitude, partner.partner_longitude, partner.zip
              FROM support_appointment visit
         LEFT JOIN support_appointment_type kind ON kind.id = visit.type_id
         LEFT JOIN res_partner partner ON partner.id = visit.partner_id
             WHERE visit.technician_id = ANY(%s)
               AND visit.active
               AND visit.state IN ('draft', 'confirmed', 'in_progress', 'done')
               AND visit.busy_start < %s
               AND visit.busy_stop > %s
          ORDER BY visit.start, visit.id
            """,
            [technicians.ids, stop + ONE_DAY, start - ONE_DAY],
        )
        pencilled, places = {}, {}
        for (
            technician_id, record_id, is_draft, since, until, busy_since, busy_until, partner_id,
            is_on_site, *position,
        ) in self.env.cr.fetchall():  # fmt: skip
            if is_on_site:
                places[record_id] = self._make_place(*position)
            if is_draft:
                pencilled.setdefault(technician_id, []).append(
                    Booking(
                        record_id,
                        aware(since),
                        aware(until),
                        (aware(busy_since), aware(busy_until)),
                        partner_id,
                    )
                )
        return pencilled, places

    @api.model
    def _read_atlas(self):
        # sudo: whoever plans uses the areas.
        areas = self.env["support.area"].sudo().search([])
        return Atlas(tuple(tuple(area._get_zip_prefixes()) for area in areas))

    @api.model
    def _read_last_technicians(self, appointments):
        """Who was last at each customer's of ``appointments``.

        :return: dict of partner id to technician id
        """
        self.env["support.appointment"].flush_model()
        # Plain SQL: the last one of each customer in one query. Archived visits count.
        self.env.cr.execute(
            """
            SELECT DISTINCT ON (partner_id) partner_id, technician_id
              FROM support_appointment
             WHERE partner_id = ANY(%s)
               AND id != ALL(%s)
               AND technician_id IS NOT NULL
               AND state IN ('confirmed', 'in_progress', 'done')
               AND start < %s
          ORDER BY partner_id, start DESC, id DESC
            """,
            [appointments.partner_id.ids, appointments.ids, fields.Datetime.now()],
        )
        return dict(self.env.cr.fetchall())
