from markupsafe import Markup

from odoo import _, api, fields, models

from ..compat import check_access
from ..scheduling.intervals import overlaps
from .support_automation_mixin import SILENT
from .support_availability import aware

PLANNED_STATES = ("draft", "confirmed")
# How many visits the note of an activity names.
NAMED_VISITS = 10


class SupportAbsenceMixin(models.AbstractModel):
    """What a technician's leaves and holidays do to the visits that are planned already."""

    _name = "support.absence.mixin"
    _description = "Visits in an Absence"

    hit_count = fields.Integer(
        "Visits in an Absence",
        compute="_compute_hit_count",
        groups="support_center.group_support_dispatcher",
        help="Planned visits at times at which the technician is on leave or has a holiday.",
    )
    hit_activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="support_center.group_support_dispatcher",
    )

    def _compute_hit_count(self):
        hits = self._find_hit_visits()
        for technician in self:
            technician.hit_count = len(hits.get(technician.id, ()))

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    def _find_hit_visits(self):
        """Visits of these technicians, still ahead, that fall into an absence.

        All of one who is archived; and those too that a dispatcher planned
        outside working hours, since a leave that came later was not known to
        him. Two queries for all technicians.

        :return: dict of technician id to ``support.appointment``, by start
        """
        visits = self.env["support.appointment"].search(
            [
                ("technician_id", "in", self.ids),
                ("state", "in", PLANNED_STATES),
                ("start", ">=", fields.Datetime.now()),
            ],
            order="start, id",
        )
        if not visits:
            return {}
        window = aware(visits[0].start), aware(max(visits.mapped("stop")))
        # sudo: leaves are not a dispatcher's to read; that they hit a visit is.
        absences = self.env["support.availability"]._read_absences(self.sudo(), window)
        hits = visits.filtered(
            lambda visit: (
                not visit.technician_id.active
                or any(
                    overlaps((aware(visit.start), aware(visit.stop)), (absence.start, absence.stop))
                    for absence in absences.get(visit.technician_id.id, ())
                )
            )
        )
        return {technician.id: those for technician, those in hits.grouped("technician_id").items()}

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def action_replan_all_hits(self):
        """Propose new times for all visits that fall into an absence of anybody.

        :return: window action
        """
        check_access(self, "read")
        everybody = self.with_context(active_test=False).search([])
        # Archived technicians count, archived visits do not.
        return everybody.with_env(self.env).action_replan_hits()

    def action_replan_hits(self):
        """Propose new times for the visits that fall into an absence of these technicians.

        :return: window action
        """
        check_access(self, "read")
        visits = self.env["support.appointment"]
        return self.env["support.replan"]._open(visits.union(*self._find_hit_visits().values()))

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def _tell_of_hits(self, leaves=None):
        """Have one open activity on each technician whose visits cannot take place.

        :param leaves: new or moved ``resource.calendar.leaves``; without them
            only activities that are open are brought up to date, or closed
        :return: dict of technician id to ``(outcome, message)``, as the guard expects
        """
        hits = self._find_hit_visits()
        outcomes, responsible = {}, {}
        for technician in self:
            visits = hits.get(technician.id, self.env["support.appointment"])
            activity = technician.hit_activity_id
            # Odoo 19 keeps what was done, archived.
            activity = activity.filtered("active") if "active" in activity else activity
            outcomes[technician.id] = SILENT
            if activity and not visits:
                activity.unlink()
                outcomes[technician.id] = ("ok", _("No planned visit falls into an absence."))
            elif activity or technician._is_hit_by(leaves, visits):
                company = technician.company_id
                if company not in responsible:
                    responsible[company] = technician._automation_responsible()
                technician._write_hit_activity(activity, visits, responsible[company])
                outcomes[technician.id] = (
                    "ok",
                    _("Planned visits that fall into an absence: %(count)s.", count=len(visits)),
                )
        return outcomes

    def _is_hit_by(self, leaves, visits):
        """Whether ``visits`` of this technician fall into one of ``leaves``."""
        return any(
            leave._is_absence_of(self)
            and overlaps((leave.date_from, leave.date_to), (visit.start, visit.stop))
            for leave in leaves or ()
            for visit in visits
        )

    def _write_hit_activity(self, activity, visits, user):
        """Make the activity, or bring the open one up to date, in the language of its user."""
        self.ensure_one()
        technician = self._for_reader(activity.user_id or user)
        vals = technician._prepare_hit_vals(visits)
        if activity:
            activity.write(vals)
        else:
            self.hit_activity_id = technician.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, **vals
            )

    def _prepare_hit_vals(self, visits):
        """
        :return: dict with the summary and the note of the activity
        """
        self.ensure_one()
        scheduler = self.env["support.scheduler"]
        lines = [
            Markup("<li>%s: %s, %s</li>")
            % (
                visit._get_html_link(title=visit.name),
                scheduler._format_time(visit.start, self.tz),
                visit.customer_name or "",
            )
            for visit in visits[:NAMED_VISITS]
        ]
        if len(visits) > NAMED_VISITS:
            more = _("%(count)s more", count=len(visits) - NAMED_VISITS)
            lines.append(Markup("<li>%s</li>") % more)
        hint = _("The button “Visits in an Absence” above proposes new times and technicians.")
        return {
            "summary": _(
                "%(count)s visit(s) fall into an absence of %(technician)s",
                count=len(visits),
                technician=self.name,
            ),
            "note": Markup("<ul>%s</ul><p>%s</p>") % (Markup("").join(lines), hint),
        }
