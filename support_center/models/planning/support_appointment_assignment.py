from collections import defaultdict

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...exceptions import DoubleBooking
from ...formatting import format_names
from ..appointment.states import LIVE_STATES, PLANNABLE_STATES
from ..technicians.support_technician import EXCLUDED_PLACES

# Of so many visits at most it is told in full why nobody can come.
REFUSALS_IN_FULL = 5
# The priority of what those on call are there for.
URGENT = "3"


class SupportAppointment(models.Model):
    """Who goes: the choice of a technician, and the reason in words."""

    _inherit = "support.appointment"

    assignment_note = fields.Text(
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="Why this technician, who else could have come, and why the others could not.",
    )

    # ------------------------------------------------------------------
    # Steps of a change
    # ------------------------------------------------------------------

    def _prepare_change(self, change):
        super()._prepare_change(change)
        if change.is_creation or "technician_id" not in change.vals:
            return
        if "assignment_note" not in change.vals:
            # sudo: the note is the assignment's own, whatever the user may read.
            outdated = self.sudo().filtered(
                lambda a: a.assignment_note and a.technician_id.id != change.vals["technician_id"]
            )
            change.add(outdated, {"assignment_note": False})

    def _mail_track(self, tracked_fields, initial_values):
        # sudo: who is taken off the visit may work for a company that is out of sight by now. Odoo
        # 19 reads the name with the rights of the user, who could not assign somebody else.
        initial_values = {
            name: value.sudo() if isinstance(value, models.BaseModel) else value
            for name, value in initial_values.items()
        }
        return super()._mail_track(tracked_fields, initial_values)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_assign(self):
        """Give each appointment the best technician who can come at its time.

        How the best one is found stands in docs/scheduling.md under "Who is
        chosen"; the reason is written to ``assignment_note``. Where some of the
        appointments have no technician yet, only those get one; where all
        have one, all are chosen anew.

        One of several for which nobody can come does not keep the others from
        their technicians: those left are named in a notification.

        :return: True, or the notification's client action
        :raise UserError: where not a single one can be assigned; says for each
            technician why not, and the next times at which somebody can come
        """
        wanted, left, unfit = self._assign_wanted()
        if wanted and len(left) + len(unfit) == len(wanted):
            nobody = wanted.filtered(lambda a: a in unfit)
            raise UserError("\n\n".join([*left.values(), *nobody._describe_nobody(unfit)]))
        words = self.env["support.ranking.words"]
        left.update({a: words._describe_left(a, those) for a, those in unfit.items()})
        return words._prepare_notification(len(wanted) - len(left), left) if left else True

    def _assign_wanted(self):
        """Assign as ``action_assign`` does, and refuse nothing.

        :return: tuple of the appointments that were to be assigned, a dict of those that cannot
            be as they are to why not, and a dict as ``_assign`` returns it
        """
        wanted = self.filtered(lambda a: not a.technician_id) or self
        left = wanted._find_unassignable()
        todo = wanted.filtered(lambda a: a not in left)
        return wanted, left, todo._assign() if todo else {}

    def _find_unassignable(self):
        """
        :return: dict of the appointments that cannot be assigned as they are to why not
        """
        found = {}
        for appointment in self:
            if not appointment.start:
                found[appointment] = _("%(name)s: choose a time first.", name=appointment.name)
            elif appointment.state not in PLANNABLE_STATES:
                found[appointment] = _(
                    "%(name)s is in state “%(state)s”: only drafts and confirmed visits are "
                    "assigned.",
                    name=appointment.name,
                    state=appointment._get_state_label(),
                )
        return found

    def _describe_nobody(self, unfit):
        """
        :param dict unfit: as ``_assign`` returns it
        :return: list of str, one for each appointment, with the next free times
        """
        words = self.env["support.ranking.words"]
        texts = []
        for appointment in self[:REFUSALS_IN_FULL]:
            reasons = unfit[appointment]
            able = self.env["support.technician"].union(
                *(technician for technician, (faults, _reasons) in reasons.items() if not faults)
            )
            text = words._describe_nobody(appointment, reasons)
            if able:
                text += "\n" + appointment._describe_alternatives(able, appointment.start)
            texts.append(text)
        if len(self) > REFUSALS_IN_FULL:
            names = self[REFUSALS_IN_FULL:].mapped("name")
            texts.append(_("Nobody can come to %(names)s either.", names=format_names(names)))
        return texts

    # ------------------------------------------------------------------
    # Choice
    # ------------------------------------------------------------------

    def _assign(self):
        """Give each appointment its best technician, also while others book.

        :return: dict of each appointment to which nobody can come to a dict of
            ``support.technician`` to tuples of a list of str and one of ``Reason``
        """
        technicians = self.env["support.technician"]._search_for_companies(self.company_id)
        if any(appointment.state in LIVE_STATES for appointment in self):
            self.env["support.booking"]._lock(technicians)
        unfit = {}
        for together in self._split_for_assignment():
            unfit.update(together._assign_together(technicians))
        return unfit

    def _split_for_assignment(self):
        """Those that are chosen for from one reading of the technicians' time.

        One of each week. Those that leave somebody go one by one, since each
        frees a time that the next one may take.
        """
        ordered = self.sorted(lambda a: (-int(a.priority), a.start, a.id))
        if self.technician_id:
            return list(ordered)
        return list(ordered.grouped(lambda a: a.start.isocalendar()[:2]).values())

    def _assign_together(self, technicians):
        """Choose for these, the more urgent first, each seeing whom the earlier ones got.

        Where the database refuses, since another transaction was faster, the
        next best one is taken, so that no race is lost while somebody is free.

        :return: as ``_assign``
        """
        ranking = self.env["support.ranking"]
        roster, last = ranking._read_roster(technicians, self)
        pending, taken, notes, unfit = self, defaultdict(technicians.browse), {}, {}
        while pending:
            choices = ranking._choose(pending, technicians, roster, last, taken)
            chosen = defaultdict(self.browse)
            for choice in choices:
                if choice.scores:
                    chosen[choice.scores[0].technician_id] |= choice.appointment
                else:
                    unfit[choice.appointment] = choice.unfit
            pending = self.browse()
            for technician_id, those in chosen.items():
                technician = technicians.browse(technician_id)
                for appointment in those._give_to(technician):
                    taken[appointment.id] |= technician
                    pending |= appointment
            given = [c for c in choices if c.scores and c.appointment not in pending]
            roster = ranking._with_choices(roster, given)
            notes.update(self._describe_choices(given))
        self._store_notes(notes)
        return unfit

    @api.model
    def _describe_choices(self, choices):
        """The notes of visits that have found somebody, each in its company's language."""
        by_lang = defaultdict(list)
        for choice in choices:
            by_lang[choice.appointment._get_company_lang()].append(choice)
        words, notes = self.env["support.ranking.words"], {}
        for lang, those in by_lang.items():
            notes.update(words.with_context(lang=lang)._describe_choices(those))
        return notes

    def _give_to(self, technician):
        """Book ``technician``, in one save where that is possible.

        :return: those of these appointments for which somebody else has just booked the technician
        """
        try:
            self.write({"technician_id": technician.id})
        except DoubleBooking:
            if len(self) == 1:
                return self
            return self.browse().union(*(each._give_to(technician) for each in self))
        return self.browse()

    @api.model
    def _store_notes(self, notes):
        """
        :param dict notes: str by appointment id
        """
        if not notes:
            return
        # A user who may not write the appointment has been refused before.
        self._write_marks({}, {key: {"assignment_note": note} for key, note in notes.items()})

    # ------------------------------------------------------------------
    # Hard rules
    # ------------------------------------------------------------------

    def _can_be_done_by(self, technician):
        """Whether the technician may be asked without being asked for, see ``_filter_able``."""
        return not self._find_unmet_rules(technician)

    def _filter_able(self, technicians, asked_for=None):
        """Those of ``technicians`` by whom it can be done.

        :param asked_for: ``support.technician`` who are wanted by name: it does not matter of
            them whether they are on call
        """
        unmet = self._find_all_unmet_rules(technicians, asked_for)
        return technicians.filtered(lambda technician: technician.id not in unmet)

    def _find_unmet_rules(self, technician, asked_for=None):
        """Why this technician may not be asked, whatever the time.

        :return: list of str, each as what follows the technician's name
        """
        return self._find_all_unmet_rules(technician, asked_for).get(technician.id, [])

    def _find_all_unmet_rules(self, technicians, asked_for=None):
        """The same for several technicians at once.

        What a visit asks for is said by its type; one without a type asks for no skill and takes
        place on site or by remote, as it suits.

        :param asked_for: as of ``_filter_able``
        :return: dict of the id of each technician who may not be asked to the list of str
        """
        self.ensure_one()
        # sudo: whose skills and areas do not fit is said to the user who plans.
        visit, technicians = self.sudo(), technicians.sudo()
        needed = visit.type_id.skill_ids
        place, is_urgent = visit.type_id.place, visit.priority == URGENT
        postal_code = place != "remote" and visit.partner_id.zip
        wanted_ids = set(asked_for.ids) if asked_for else set()
        covered = {}  # of the areas, which several technicians have in common
        unmet = {}
        for fitness in technicians._read_fitness():
            faults, area_ids = [], fitness.area_ids
            if fitness.has_left or fitness.company_id not in (None, visit.company_id.id):
                faults += visit._find_employment_faults(technicians.browse(fitness.id))
            if place and EXCLUDED_PLACES.get(fitness.service_mode) == place:
                faults.append(
                    _("works remotely only, and this visit is on site")
                    if place == "on_site"
                    else _("works on site only, and this visit is remote")
                )
            if fitness.on_call and not is_urgent and fitness.id not in wanted_ids:
                faults.append(_("is on call, for urgent visits only"))
            missing = needed.filtered(lambda skill, has=fitness.skill_ids: skill.id not in has)
            if missing:
                faults.append(
                    _("lacks the skill %(skills)s", skills=format_names(missing.mapped("name")))
                )
            if postal_code and area_ids:
                key = tuple(area_ids)
                if key not in covered:
                    covered[key] = self.env["support.area"].sudo().browse(key)._covers(postal_code)
                if not covered[key]:
                    faults.append(_("does not go to %(postal_code)s", postal_code=postal_code))
            if faults:
                unmet[fitness.id] = faults
        return unmet

    def _find_employment_faults(self, technician):
        """Why this technician is nobody to send any more, for the company of this visit.

        :param technician: ``support.technician``, as superuser
        :return: list of str, each as what follows the technician's name
        """
        faults = []
        if not technician.active:
            faults.append(_("is archived"))
        elif not technician._filter_employed():
            faults.append(_("has an archived user"))
        if technician.company_id and technician.company_id != self.company_id:
            faults.append(_("works for %(company)s", company=technician.company_id.name))
        return faults
