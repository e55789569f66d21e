from collections import defaultdict
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import plaintext2html

from ..scheduling.explain import OVERRULABLE, why_not
from .support_availability import aware
from .support_state_mixin import LIVE_STATES

# Whoever changes one of these may plan somebody's time.
PLANNING_FIELDS = {"state", "active", "technician_id", "start", "stop", "duration"}
# What a dispatcher had in mind when he overruled working hours.
OVERRULED_FIELDS = PLANNING_FIELDS - {"state", "active"}
# How far ahead a refusal looks for other times, and how many it names.
ALTERNATIVES_DAYS = 14
ALTERNATIVES = 3
# A refusal of a whole list names other times for the first few only.
REFUSALS_WITH_ALTERNATIVES = 5


class SupportAvailabilityMixin(models.AbstractModel):
    """Whether the technician can come, looked at whenever a visit is confirmed or moved.

    Two visits at once are refused by the database, see ``support.scheduler``;
    what only makes sense with a clock, a schedule and words is refused here.
    """

    _name = "support.availability.mixin"
    _description = "Availability of the Technician"

    ignore_working_hours = fields.Boolean(
        tracking=True,
        copy=False,
        help="A dispatcher plans this visit outside working hours or in an absence. Two visits "
        "at once stay impossible.",
    )

    # ------------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self._check_may_overrule(vals_list)
        appointments = super().create(vals_list)
        appointments.filtered(lambda a: a._get_booking())._check_available()
        return appointments

    def write(self, vals):
        self._check_may_overrule([vals])
        if not PLANNING_FIELDS & vals.keys():
            return super().write(vals)
        before = {appointment.id: appointment._get_booking() for appointment in self}
        overruled = self._find_overruled_by_others() if OVERRULED_FIELDS & vals.keys() else {}
        result = super().write(vals)
        for appointment, planned in overruled.items():
            if (appointment.technician_id, appointment.start, appointment.stop) != planned:
                appointment.ignore_working_hours = False
        self.filtered(
            lambda a: a._get_booking() and a._get_booking() != before[a.id]
        )._check_available()
        return result

    def _get_booking(self):
        """Whose time this visit takes and when.

        :return: tuple, or None where it takes nobody's
        """
        self.ensure_one()
        if self.active and self.state in LIVE_STATES and self.technician_id and self.start:
            return self.technician_id.id, self.start, self.stop
        return None

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.model
    def _may_overrule(self):
        return self.env.su or self.env.user.has_group("support_center.group_support_dispatcher")

    @api.model
    def _check_may_overrule(self, vals_list):
        """
        :raise AccessError: where somebody but a dispatcher overrules working hours
        """
        if any(vals.get("ignore_working_hours") for vals in vals_list) and not self._may_overrule():
            raise AccessError(
                _("Only a dispatcher may plan a visit outside working hours. Ask one to do it.")
            )

    def _find_overruled_by_others(self):
        """What was planned outside working hours by a dispatcher, where the user is none.

        It holds for that time alone: whoever moves the visit has to ask again.

        :return: dict of appointment to whose it is, from when and to when
        """
        if self._may_overrule():
            return {}
        return {
            appointment: (appointment.technician_id, appointment.start, appointment.stop)
            for appointment in self.filtered("ignore_working_hours")
        }

    def _check_available(self):
        """Refuse visits whose technician cannot come, and note what a dispatcher overrules.

        Visits in progress, and those that a manager records afterwards, are
        facts and are let through.

        :raise ValidationError: says for each why not, and the next free times
        """
        now = fields.Datetime.now()
        planned = self.filtered(lambda a: a.state == "confirmed" and a.start >= now)
        faults, overruled = [], {}
        for appointment, found in planned._find_reasons().items():
            # Two visits at once are refused by whoever called, see ``support.scheduler``.
            standing = reasons = [reason for reason in found if reason.code != "booked"]
            if appointment.ignore_working_hours:
                standing = [reason for reason in reasons if reason.code not in OVERRULABLE]
                overruled[appointment] = [r for r in reasons if r.code in OVERRULABLE]
            if standing:
                faults.append((appointment, standing))
        if faults:
            raise ValidationError(
                "\n".join(
                    appointment._describe_refusal(
                        reasons, has_alternatives=number < REFUSALS_WITH_ALTERNATIVES
                    )
                    for number, (appointment, reasons) in enumerate(faults)
                )
            )
        self._note_overruled({a: reasons for a, reasons in overruled.items() if reasons})

    def _find_reasons(self):
        """Why the technicians of these visits cannot come.

        Read week by week, so that the queries grow with the weeks, not with the visits.

        :return: dict of each appointment that has any to a list of ``Reason``
        """
        availability = self.env["support.availability"]
        by_week = defaultdict(self.browse)
        for appointment in self:
            by_week[appointment.start.isocalendar()[:2]] |= appointment
        found = {}
        for those in by_week.values():
            agendas = availability._read_agendas(
                those.technician_id, min(those.mapped("start")), max(those.mapped("stop"))
            )
            for appointment in those:
                agenda = agendas[appointment.technician_id.id].without_booking(appointment.id)
                reasons = why_not(agenda, appointment._get_demand(), aware(appointment.start))
                if reasons:
                    found[appointment] = reasons
        return found

    def _get_demand(self):
        """
        :return: ``scheduling.slots.Demand``, with the buffers that hold for the visit
        """
        self.ensure_one()
        return self.env["support.availability"]._prepare_demand(self.duration, self._get_buffers())

    def _note_overruled(self, overruled):
        """Write to the chatter what the dispatcher set aside."""
        self.browse().union(*overruled)._message_log_batch(
            bodies={
                appointment.id: plaintext2html(appointment._describe_overruled(reasons))
                for appointment, reasons in overruled.items()
            }
        )

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def _describe_refusal(self, reasons, has_alternatives=True):
        """
        :param list reasons: of ``Reason``
        :return: str, why the technician cannot come to this visit and when he can
        """
        self.ensure_one()
        words = self.env["support.availability.words"]
        lines = [
            _(
                "%(name)s: %(reasons)s",
                name=self.name,
                reasons=words._describe_reasons(self.technician_id, reasons),
            )
        ]
        if has_alternatives:
            lines.append(self._describe_alternatives(self.technician_id, self.start))
        return "\n".join(lines)

    def _describe_overruled(self, reasons):
        self.ensure_one()
        words = self.env["support.availability.words"]
        return _(
            "Planned outside working hours: %(reasons)s",
            reasons=words._describe_reasons(self.technician_id, reasons),
        )

    def _describe_alternatives(self, technicians, start, demand=None):
        """The next times at which one of ``technicians`` could come to this visit, in words.

        :param datetime start: naive UTC, from when on
        :param demand: ``scheduling.slots.Demand``, where the visit was to get another length
        """
        self.ensure_one()
        start = max(start, fields.Datetime.now())
        slots = technicians._find_slots(
            start,
            start + timedelta(days=ALTERNATIVES_DAYS),
            demand or self._get_demand(),
            # Several may be free at the same times.
            limit=ALTERNATIVES * len(technicians),
            without=self,
        )
        slots = list({slot.start: slot for slot in slots}.values())[:ALTERNATIVES]
        words = self.env["support.availability.words"]
        return words._describe_alternatives(slots, start, ALTERNATIVES_DAYS)
