import hashlib
from zoneinfo import ZoneInfo

from markupsafe import Markup

from odoo import _, api, fields, models

from ...formatting import aware, format_moment
from ...scheduling.agenda import Agenda
from ...scheduling.explain import why_not
from ...scheduling.intervals import overlaps
from ..appointment.states import PLANNABLE_STATES
from ..automation.support_automation_mixin import SILENT

# How many visits the note of an activity names.
NAMED_VISITS = 10
# What says when a technician works, in the models of ``resource``; those that a series does not
# have are left out.
CALENDAR_FIELDS = ("tz", "two_weeks_calendar", "flexible_hours", "duration_based")
ATTENDANCE_FIELDS = (
    "dayofweek", "hour_from", "hour_to", "date_from", "date_to", "week_type", "day_period",
    "resource_id", "display_type",
)  # fmt: skip


class SupportTechnician(models.Model):
    """What becomes of planned visits when their technician is away, leaves, or has other hours.

    A visit keeps its instant, whatever changes; a dispatcher is told which visits the
    technician cannot make as things are now.
    """

    _inherit = "support.technician"

    time_off_conflict_count = fields.Integer(
        "Schedule Conflicts",
        compute="_compute_time_off_conflict_count",
        groups="support_center.group_support_dispatcher",
        help="Planned visits that the technician cannot make: on leave, on a holiday, outside "
        "working hours, archived, or of another company.",
    )
    time_off_conflict_activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="support_center.group_support_dispatcher",
    )
    # {visit id: "reason start"}: of what a dispatcher was told already.
    time_off_conflict_marks = fields.Json(
        readonly=True, copy=False, groups="support_center.group_support_dispatcher"
    )
    # Recomputed by the ORM whatever is changed and by whom, once for all changes of a save; the
    # rule ``automation_tell_schedule_conflicts`` acts when it differs.
    availability_digest = fields.Char(
        compute="_compute_availability_digest",
        store=True,
        readonly=True,
        copy=False,
        groups="support_center.group_support_manager",
        help="Stands for the schedule, time zone, company and user of the technician.",
    )

    def _compute_time_off_conflict_count(self):
        conflicts = self._find_conflicting_visits()
        for technician in self:
            technician.time_off_conflict_count = len(conflicts.get(technician.id, ()))

    @api.model
    def _get_hours_fields(self):
        """What of a schedule and its lines says when somebody works.

        :return: tuple of two lists of field names, of the schedule and of its lines
        """
        return tuple(
            [name for name in names if name in self.env[model]._fields]
            for model, names in (
                ("resource.calendar", CALENDAR_FIELDS),
                ("resource.calendar.attendance", ATTENDANCE_FIELDS),
            )
        )

    @api.model
    def _get_availability_dependencies(self):
        resource, (calendar, lines) = "resource_id.", self._get_hours_fields()
        return (
            *(resource + name for name in ("active", "tz", "company_id", "calendar_id")),
            *(resource + name for name in ("user_id.active", "user_id.company_ids")),
            *(f"{resource}calendar_id.{name}" for name in (*calendar, "attendance_ids")),
            *(f"{resource}calendar_id.attendance_ids.{name}" for name in lines),
        )

    @api.depends(lambda self: self._get_availability_dependencies())
    def _compute_availability_digest(self):
        calendar_fields, line_fields = self._get_hours_fields()
        texts = {}
        # Archived users and lines of a schedule decide as others do.
        for technician in self.with_context(active_test=False):
            resource = technician.resource_id
            calendar = resource.calendar_id
            if calendar not in texts:
                lines = [
                    [str(line[name]) for name in line_fields] for line in calendar.attendance_ids
                ]
                texts[calendar] = [[str(calendar[n]) for n in calendar_fields], sorted(lines)]
            text = repr(
                [
                    resource.active,
                    resource.tz,
                    resource.company_id.id,
                    resource.user_id.active,
                    sorted(resource.user_id.company_ids.ids),
                    texts[calendar],
                ]
            )
            technician.availability_digest = hashlib.sha256(text.encode()).hexdigest()[:32]

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    @api.model
    def _get_planned_domain(self):
        return [("state", "in", PLANNABLE_STATES), ("start", ">=", fields.Datetime.now())]

    def _find_conflicting_visits(self):
        """Visits of these technicians, still ahead, that they cannot make as planned.

        :return: dict of technician id to ``support.appointment``, by start
        """
        conflicts = self._find_time_off_conflicts()
        return {
            technician_id: self._join_visits(found) for technician_id, found in conflicts.items()
        }

    def _join_visits(self, found):
        return self.env["support.appointment"].union(*found)

    def _find_time_off_conflicts(self):
        """As ``_find_conflicting_visits``, with the reason why.

        All visits of one who is archived, whose user is, or who works for another company; those
        that fall into an absence, also where a dispatcher planned them outside working hours,
        since a leave that came later was not known then; and confirmed ones that lie outside
        working hours, unless a dispatcher wanted that. The number of queries grows with the
        schedules, not with the technicians.

        :return: dict of technician id to a dict of ``support.appointment``, by start, to a code:
            ``archived``, ``no_user``, ``company``, ``user_company``, ``absence`` or ``hours``
        """
        visits = self.env["support.appointment"].search(
            [("technician_id", "in", self.ids), *self._get_planned_domain()], order="start, id"
        )
        if not visits:
            return {}
        # sudo: leaves and schedules are not a dispatcher's to read, and the technician may have
        # gone to a company that is not the dispatcher's; that they hit a visit is.
        technicians = visits.sudo().technician_id
        window = aware(visits[0].start), aware(max(visits.mapped("stop")))
        availability = self.env["support.availability"].sudo()
        people = availability._read_people(technicians)
        absences = availability._read_absences(people, window)
        hours = availability._read_hours(people, window)
        agendas = {
            person.id: Agenda(
                zone=ZoneInfo(person.zone),
                hours=hours.get(person.id),
                absences=absences.get(person.id, []),
            )
            for person in people
        }
        conflicts = {}
        for visit in visits:
            technician = visit.sudo().technician_id
            code = technician._get_conflict_code(visit, agendas[technician.id])
            if code:
                conflicts.setdefault(technician.id, {})[visit] = code
        return conflicts

    def _get_conflict_code(self, visit, agenda):
        """Why this technician cannot make ``visit``; an empty str where nothing is in the way.

        :param agenda: ``scheduling.agenda.Agenda`` with hours and absences
        """
        self.ensure_one()
        company, user = visit.company_id, self.user_id
        if not self.active:
            return "archived"
        if user and not user.active:
            return "no_user"
        if self.company_id and self.company_id != company:
            return "company"
        if user and company not in user.company_ids:
            return "user_company"
        reasons = {r.code for r in why_not(agenda, visit._get_demand(), aware(visit.start))}
        if reasons & {"leave", "holiday"}:
            return "absence"
        # A draft was promised to nobody; that it lies outside hours is said on its form.
        is_promised = visit.state == "confirmed" or visit.announced_start
        if "hours" in reasons and is_promised and not visit.ignore_working_hours:
            return "hours"
        return ""

    # ------------------------------------------------------------------
    # Telling
    # ------------------------------------------------------------------

    def _rule_tell_schedule_conflicts(self):
        """Tell a dispatcher which planned visits changed hours or a departure leave undone."""
        # What else of the save is wrong is the save's own error, and nothing that failed here.
        self.env.flush_all()
        technicians = self._with_saved_together("automation_tell_schedule_conflicts")
        technicians._run_automation(
            "tell_schedule_conflicts",
            # sudo: a user who changes a schedule or archives a user need not plan visits.
            lambda those: those.sudo()._notify_time_off_conflicts(is_changed=True),
        )

    def _notify_time_off_conflicts(self, leaves=None, is_changed=False):
        """Have one open activity on each technician whose visits cannot take place.

        :param leaves: new or moved ``resource.calendar.leaves``
        :param bool is_changed: whether the technicians' hours, company or user have changed.
            Without both only activities that are open are brought up to date, or closed
        :return: dict of technician id to ``(outcome, message)``, as the guard expects
        """
        conflicts = self._find_time_off_conflicts()
        outcomes, responsible = {}, {}
        for technician in self:
            found = conflicts.get(technician.id, {})
            visits = self._join_visits(found)
            activity = technician.time_off_conflict_activity_id
            # Odoo 19 keeps what was done, archived.
            activity = activity.filtered("active") if "active" in activity else activity
            outcomes[technician.id] = SILENT
            is_told = False
            if activity and not visits:
                activity.unlink()
                outcomes[technician.id] = ("ok", _("No planned visit is in conflict any more."))
            elif (
                activity
                or technician._is_affected_by(leaves, visits)
                or (is_changed and technician._has_untold(found))
            ):
                # One who works for all companies may have left visits in several.
                companies = visits.company_id
                if companies not in responsible:
                    responsible[companies] = visits._automation_responsible()
                technician._write_conflict_activity(activity, found, responsible[companies])
                is_told = True
                outcomes[technician.id] = (
                    "ok",
                    _("Planned visits in conflict: %(count)s.", count=len(visits)),
                )
            technician._keep_conflict_marks(found, is_told)
        return outcomes

    def _is_affected_by(self, leaves, visits):
        """Whether ``visits`` of this technician fall into one of ``leaves``."""
        return any(
            leave._is_absence_of(self)
            and overlaps((leave.date_from, leave.date_to), (visit.start, visit.stop))
            for leave in leaves or ()
            for visit in visits
        )

    @api.model
    def _prepare_conflict_marks(self, found):
        return {
            str(visit.id): f"{code} {fields.Datetime.to_string(visit.start)}"
            for visit, code in found.items()
        }

    def _has_untold(self, found):
        """Whether one of these conflicts is new to the dispatchers."""
        marks = self.time_off_conflict_marks or {}
        return any(
            marks.get(key) != mark for key, mark in self._prepare_conflict_marks(found).items()
        )

    def _keep_conflict_marks(self, found, is_told):
        """Remember what was told, as long as it is so."""
        old = self.time_off_conflict_marks or {}
        marks = self._prepare_conflict_marks(found)
        if not is_told:
            marks = {key: mark for key, mark in marks.items() if old.get(key) == mark}
        if marks != old:
            self._write_protected({"time_off_conflict_marks": marks or False})

    def _write_conflict_activity(self, activity, found, user):
        """Make the activity, or bring the open one up to date, in the language of its user."""
        self.ensure_one()
        technician = self._for_reader(activity.user_id or user)
        vals = technician._prepare_conflict_activity_vals(found)
        if activity:
            activity.write(vals)
        else:
            made = technician.activity_schedule(
                "mail.mail_activity_data_todo", user_id=user.id, **vals
            )
            self._write_protected({"time_off_conflict_activity_id": made.id})

    def _prepare_conflict_activity_vals(self, found):
        """
        :param dict found: of ``support.appointment`` to a code, as of ``_find_time_off_conflicts``
        :return: dict with the summary and the note of the activity
        """
        self.ensure_one()
        lines = [
            Markup("<li>%s: %s, %s (%s)</li>")
            % (
                visit._get_html_link(title=visit.name),
                format_moment(self.env, visit.start, self.tz),
                visit.customer_name or "",
                self._describe_conflict(code, visit),
            )
            for visit, code in list(found.items())[:NAMED_VISITS]
        ]
        if len(found) > NAMED_VISITS:
            more = _("%(count)s more", count=len(found) - NAMED_VISITS)
            lines.append(Markup("<li>%s</li>") % more)
        hint = _("The button “Schedule Conflicts” above proposes new times and technicians.")
        count, values = len(found), {"count": len(found), "technician": self.name}
        if set(found.values()) == {"absence"}:
            summary = (
                _("1 visit falls into time off of %(technician)s", **values)
                if count == 1
                else _("%(count)s visits fall into time off of %(technician)s", **values)
            )
        else:
            summary = (
                _("%(technician)s cannot make 1 visit as planned", **values)
                if count == 1
                else _("%(technician)s cannot make %(count)s visits as planned", **values)
            )
        return {
            "summary": summary,
            "note": Markup("<ul>%s</ul><p>%s</p>") % (Markup("").join(lines), hint),
        }

    @api.model
    def _describe_conflict(self, code, visit):
        """The reason of a conflict, in words."""
        company = visit.company_id.name
        return {
            "archived": _("the technician is archived"),
            "no_user": _("the technician's user is archived"),
            "company": _("the technician works for another company than %(name)s", name=company),
            "user_company": _("the technician's user has no access to %(name)s", name=company),
            "absence": _("time off"),
            "hours": _("outside working hours"),
        }[code]
