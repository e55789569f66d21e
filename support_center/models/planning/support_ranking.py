from collections import defaultdict, namedtuple
from datetime import timedelta

from odoo import api, fields, models

from ...formatting import ONE_DAY, aware, get_midnight
from ...scheduling.agenda import Booking
from ...scheduling.explain import Reason, why_not
from ...scheduling.rank import Atlas, Job, Place, rank
from ...scheduling.roster import Roster

# One technician for one visit: `support.technician`, cost in minutes (None when they cannot come),
# and why, as a list of str.
Ranked = namedtuple("Ranked", "technician cost reasons")
# A free time with what it costs, in minutes, and why.
RankedSlot = namedtuple("RankedSlot", "slot cost reasons")
# What was found for one visit: a list of `Score`, best first, and why the others cannot come,
# as `_judge` returns it.
Choice = namedtuple("Choice", "appointment scores unfit")

ONE_WEEK = timedelta(days=7)


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
        roster, last = self._read_roster(technicians, appointment)
        scores, unfit = self._judge(appointment, technicians, roster, last)
        words = self.env["support.ranking.words"]
        return [
            Ranked(technicians.browse(found.technician_id), found.cost, texts)
            for found, texts in zip(scores, words._describe_all(scores), strict=True)
        ] + [
            Ranked(technician, None, texts)
            for technician, texts in words._describe_unfit(unfit).items()
        ]

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
        ranked = self._score_slots(appointment, slots)[:limit]
        texts = self.env["support.ranking.words"]._describe_all([found for found, _slot in ranked])
        return [
            RankedSlot(slot, found.cost, reasons)
            for (found, slot), reasons in zip(ranked, texts, strict=True)
        ]

    @api.model
    def _score_slots(self, appointment, slots):
        """The same for all of them, without words.

        :return: list of tuples of ``scheduling.rank.Score`` and ``Slot``, best first
        """
        if not slots:
            return []
        first = min(slot.start for slot in slots)
        # sudo: a user who plans a visit is told who could come.
        technicians = self.env["support.technician"].sudo()
        technicians = technicians.browse(sorted({slot.technician_id for slot in slots}))
        roster, last_technicians = self._read_roster(
            technicians, appointment, first, max(slot.stop for slot in slots)
        )
        scores = roster.score_offers(
            self._prepare_job(appointment),
            appointment._get_demand(),
            ((aware(slot.start), slot.technician_id) for slot in slots),
            aware(self._get_wanted_start(appointment) or first),
            last_technicians.get(appointment.partner_id._origin.id),
        )
        return sorted(
            zip(scores, slots, strict=True),
            key=lambda pair: (pair[0].cost, pair[1].start, *pair[0].order),
        )

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
    def _judge(self, appointment, technicians, roster, last=None):
        """Who can come to one visit, best first, and why the others cannot.

        :param technicians: ``support.technician``, all of them in ``roster``
        :param roster: ``scheduling.roster.Roster`` without this visit
        :param dict last: who was last at a customer's, by partner id
        :return: tuple of a list of ``Score`` and a dict of ``support.technician``
            to tuples of a list of str and one of ``Reason``
        """
        demand, start = appointment._get_demand(), aware(appointment.start)
        last_id = (last or {}).get(appointment.partner_id._origin.id)
        busy, unfit, candidates = demand.busy_at(start), {}, []
        unmet = appointment._find_all_unmet_rules(technicians)
        for technician in technicians:
            faults, reasons = unmet.get(technician.id, []), []
            if not faults:
                agenda, any_hour = roster.agendas[technician.id], appointment.ignore_working_hours
                reasons = why_not(agenda, demand, start, any_hour=any_hour)
            if faults or reasons:
                unfit[technician] = faults, reasons
            else:
                candidates.append(roster.find_candidate(technician.id, start, busy, last_id))
        return rank(self._prepare_job(appointment), candidates, roster.atlas), unfit

    @api.model
    def _choose(self, appointments, technicians, roster, last, taken):
        """Who is best for each of these, each seeing whom the earlier ones got.

        :param dict taken: ``support.technician`` that somebody else has booked, by
            appointment id
        :return: list of ``Choice``
        """
        choices = []
        for appointment in appointments:
            company = appointment.company_id
            those = technicians.filtered(lambda t, c=company: not t.company_id or t.company_id == c)
            lost = taken.get(appointment.id, technicians.browse())
            scores, unfit = self._judge(appointment, those - lost, roster, last)
            unfit.update({technician: ([], [Reason("lost")]) for technician in lost})
            choices.append(Choice(appointment, scores, unfit))
            roster = self._with_choices(roster, choices[-1:])
        return choices

    @api.model
    def _with_choices(self, roster, choices):
        """The roster with the visits that have found somebody."""
        for appointment, scores, _unfit in choices:
            if scores:
                technician_id = scores[0].technician_id
                roster = self._with_visit(roster, appointment, technician_id, appointment.start)
        return roster

    @api.model
    def _with_visit(self, roster, visit, technician_id, start):
        """The roster with a visit of that technician at ``start``, beside all that it has.

        :param datetime start: naive UTC
        """
        demand, moment = visit._get_demand(), aware(start)
        booking = Booking(visit.id, *demand.visit_at(moment), demand.busy_at(moment))
        return roster.with_booking(technician_id, booking, self._prepare_job(visit).place)

    @api.model
    def _prepare_job(self, appointment):
        # sudo: where a customer lives decides who goes; only minutes leave this model.
        partner = appointment.partner_id.sudo()
        is_remote = appointment.type_id.place == "remote"
        return Job(
            place=None
            if is_remote
            else self._make_place(partner.partner_latitude, partner.partner_longitude, partner.zip),
            priority=appointment.priority or "1",
        )

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
        """What is known of the technicians around ``appointments``, these left out.

        The number of queries depends neither on the technicians nor on the
        appointments.

        :param datetime start: naive UTC, where other times than those of the
            appointments are asked about
        :param datetime stop: likewise
        :return: tuple of a ``scheduling.roster.Roster`` and a dict of partner id
            to the technician who was there last
        """
        if not technicians:
            return Roster(names={}, agendas={}), {}
        technicians = technicians.sudo()  # sudo: as in `support.availability`
        start = start or min(appointments.mapped("start"))
        stop = stop or max(appointments.mapped("stop"))
        availability = self.env["support.availability"]
        people = availability._read_people(technicians)
        agendas = availability._read_agendas_of(people, start, stop, without=appointments)
        weeks = self._prepare_weeks(agendas, start, stop)
        hours, pencilled, places = self._read_visits(
            weeks, (start - ONE_DAY, stop + ONE_DAY), appointments
        )
        homes, last = self._read_partners(people, appointments)
        # sudo: the user who plans goes by the areas.
        areas = self.env["support.area"].sudo().search_fetch([], ["zip_prefixes", "active"])
        roster = Roster(
            names={person.id: person.name for person in people},
            agendas=agendas,
            hours=hours,
            pencilled=pencilled,
            places=places,
            homes=homes,
            atlas=Atlas(tuple(tuple(area._get_zip_prefixes()) for area in areas)),
        )
        return roster, last

    @api.model
    def _prepare_weeks(self, agendas, start, stop):
        """The weeks of each technician's own calendar that ``start`` to ``stop`` lies in.

        :return: list of tuples: technician id, Monday, and its and the next one's
            midnight as naive UTC
        """
        weeks, by_zone = [], {}
        for technician_id, agenda in agendas.items():
            if agenda.zone not in by_zone:
                first, last = agenda.day_of(aware(start)), agenda.day_of(aware(stop))
                monday, found = first - timedelta(days=first.weekday()), []
                while monday <= last:
                    bounds = (
                        get_midnight(day, agenda.zone.key) for day in (monday, monday + ONE_WEEK)
                    )
                    found.append((monday, *bounds))
                    monday += ONE_WEEK
                by_zone[agenda.zone] = found
            weeks += [(technician_id, *week) for week in by_zone[agenda.zone]]
        return weeks

    @api.model
    def _read_visits(self, weeks, near, without):
        """What is planned in ``weeks``, drafts included.

        Hours are summed up by the database; of the visits only those within
        ``near`` are read.

        :param list weeks: as ``_prepare_weeks`` returns them
        :param tuple near: naive UTC
        :param without: ``support.appointment`` that are left out
        :return: tuple of a dict of technician id and Monday to hours, a dict of
            technician id to list of drafts as ``Booking``, and a dict of
            appointment id to ``Place``, which those by remote are not in
        """
        self.env["res.partner"].flush_model(["partner_latitude", "partner_longitude", "zip"])
        self.env["support.appointment.type"].flush_model(["place"])
        self.env["support.appointment"].flush_model()
        columns = [list(column) for column in zip(*weeks, strict=True)]
        # Plain SQL, as in `support.availability`: only places and times leave it.
        self.env.cr.execute(
            """
            SELECT planned.technician_id, planned.monday, planned.hours, planned.is_near,
                   planned.id, planned.state = 'draft', planned.start, planned.stop,
                   planned.busy_start, planned.busy_stop,
                   kind.place IS DISTINCT FROM 'remote',
                   partner.partner_latitude, partner.partner_longitude, partner.zip
              FROM (
                    SELECT week.monday, visit.technician_id, visit.id, visit.state, visit.start,
                           visit.stop, visit.busy_start, visit.busy_stop, visit.type_id,
                           visit.partner_id,
                           visit.busy_start < %s AND visit.busy_stop > %s AS is_near,
                           extract(epoch FROM sum(visit.stop - visit.start) OVER same) / 3600
                               AS hours,
                           row_number() OVER same AS number
                      FROM unnest(%s, %s, %s::timestamp[], %s::timestamp[])
                           AS week (technician_id, monday, start, stop)
                      JOIN support_appointment visit
                        ON visit.technician_id = week.technician_id
                       AND visit.start >= week.start
                       AND visit.start < week.stop
                     WHERE visit.technician_id = ANY(%s)
                       AND visit.start >= %s
                       AND visit.start < %s
                       AND visit.active
                       AND (visit.state IN ('draft', 'confirmed', 'in_progress', 'done')) IS TRUE
                       AND visit.id != ALL(%s)
                    WINDOW same AS (PARTITION BY week.technician_id, week.monday)
                   ) planned
         LEFT JOIN support_appointment_type kind ON kind.id = planned.type_id
         LEFT JOIN res_partner partner ON partner.id = planned.partner_id
             WHERE planned.is_near OR planned.number = 1
          ORDER BY planned.start, planned.id
            """,
            [
                near[1],
                near[0],
                *columns,
                # Twice, since the planner takes no bound from a list that is joined.
                columns[0],
                min(columns[2]),
                max(columns[3]),
                without.ids,
            ],
        )
        hours, pencilled, places = {}, defaultdict(list), {}
        for (
            technician_id, monday, count, is_near, record_id, is_draft,
            start, stop, busy_start, busy_stop, is_on_site, *position,
        ) in self.env.cr.fetchall():  # fmt: skip
            hours[technician_id, monday] = float(count)
            if not is_near:
                continue
            if is_on_site:
                places[record_id] = self._make_place(*position)
            if is_draft:
                busy = aware(busy_start), aware(busy_stop)
                draft = Booking(record_id, aware(start), aware(stop), busy)
                pencilled[technician_id].append(draft)
        return hours, pencilled, places

    @api.model
    def _read_partners(self, people, appointments):
        """Where technicians start from, and who was last at each customer's.

        :param list people: of ``Person``, see ``support.availability``
        :return: tuple of a dict of technician id to ``Place`` with a point, and
            a dict of partner id to technician id
        """
        customers = appointments.partner_id.ids
        by_partner = defaultdict(list)
        for person in people:
            if person.partner_id:
                by_partner[person.partner_id].append(person.id)
        # Plain SQL: the last one of each customer, and no other column of so many
        # partners. Archived visits count.
        self.env.cr.execute(
            """
            SELECT partner.id, partner.partner_latitude, partner.partner_longitude, (
                    SELECT visit.technician_id
                      FROM support_appointment visit
                     WHERE visit.partner_id = partner.id
                       AND partner.id = ANY(%s)
                       AND visit.technician_id IS NOT NULL
                       AND visit.state IN ('confirmed', 'in_progress', 'done')
                       AND visit.start < %s
                       AND visit.id != ALL(%s)
                  ORDER BY visit.start DESC, visit.id DESC
                     LIMIT 1
                   )
              FROM res_partner partner
             WHERE partner.id = ANY(%s)
            """,
            [customers, fields.Datetime.now(), appointments.ids, [*by_partner, *customers]],
        )
        homes, last = {}, {}
        for partner_id, latitude, longitude, technician_id in self.env.cr.fetchall():
            place = self._make_place(latitude, longitude, "")
            if place.point:
                homes.update(dict.fromkeys(by_partner.get(partner_id, ()), place))
            if technician_id:
                last[partner_id] = technician_id
        return homes, last
