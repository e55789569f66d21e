from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...compat import check_access
from ...formatting import aware, format_moment_short, get_viewer_zone
from ...scheduling.explain import OVERRULABLE, why_not
from ..planning.support_appointment_availability import ALTERNATIVES, ALTERNATIVES_DAYS

# When on a day, where nothing else says so; as for a new visit on a day of the board.
FIRST_HOUR = timedelta(hours=9)


class SupportBoard(models.AbstractModel):
    """Moves on the dispatch board: what is possible is done, what is not is said why.

    A refusal is an answer and no error, since the board has to put the visit back and may offer
    what to do instead.
    """

    _inherit = "support.board"

    @api.model
    def move(self, appointment_id, vals, version=None):
        """Give an appointment another time or technician, with the user's own rights.

        :param int appointment_id:
        :param dict vals: ``start`` and ``stop`` in UTC, ``technician_id`` (False takes it off
            the board), as far as they change; ``day_start`` and ``day_stop`` instead, for
            the time between the two at which it is planned or wished, else the technician's
            first free one; ``overrule`` to plan outside working hours, ``tell`` where the
            dispatcher knows who will be told; ``tell_customer`` and ``tell_technician``, False
            where they are not to be
        :param version: the visit's ``version`` as the board has it; None to look at none
        :return: ``{"ok": True, "visit": …, "warnings": [str], "undo": {"id", "message",
            "seconds"}}``, or ``{"ok": False, "code": …, "reason": str, "can_overrule": bool,
            "alternatives": [{"start", "stop", "technician_id", "label"}]}`` with the code
            ``gone``, ``changed``, ``state``, ``past``, ``busy``, ``tell`` (asks only, with
            ``change``, what changes in one sentence, and ``choices``, a dict of those of
            ``tell_customer`` and ``tell_technician`` that can be chosen to labels) or ``refused``
        :raise AccessError: for anybody but a dispatcher of the appointment's company
        """
        self._check_board_access()
        appointment = self._find_appointment(appointment_id)
        if not appointment:
            return self._refuse("gone", _("This appointment does not exist any more."))
        vals, version = self._read_vals(vals), self._read_version(version)
        planned = self._read_plan(appointment, vals)
        refusal = self._find_refusal(appointment, planned, vals, version)
        if refusal:
            return refusal
        sentence = appointment._describe_move(planned)
        steps = []

        def work():
            written = self._prepare_vals(planned, vals, version)
            appointment._mark_told(planned, vals)
            appointment.write(written)

        answer = self._try(
            appointment, lambda: steps.append(appointment._do_undoable("move", work))
        )
        if steps and answer["ok"]:
            message = _("%(name)s: %(change)s", name=appointment.name, change=sentence)
            answer["undo"] = steps[0]._get_notification(message)
        return answer

    @api.model
    def confirm(self, appointment_id, version=None):
        """Confirm a draft from the board.

        :return: as ``move``
        """
        self._check_board_access()
        appointment = self._find_appointment(appointment_id)
        if not appointment:
            return self._refuse("gone", _("This appointment does not exist any more."))
        changed = self._find_change(appointment, self._read_version(version))
        if changed:
            return self._refuse("changed", changed)
        return self._try(appointment, appointment.action_confirm)

    @api.model
    def _find_appointment(self, appointment_id):
        number = self.env["support.arguments"]._get_id("appointment_id", appointment_id)
        appointment = self.env["support.appointment"].browse(number).exists()
        if appointment:
            check_access(appointment, "write")
        return appointment

    @api.model
    def _read_version(self, version):
        """None where the visit may have changed meanwhile, for all that the caller says."""
        if version is None or version is False:
            return None
        return self.env["support.arguments"]._get_number("version", version)

    @api.model
    def _read_vals(self, vals):
        """What ``move`` is given, as values.

        :return: dict with those of the keys that were given
        :raise ValidationError: names the one that is of another kind than expected
        """
        arguments = self.env["support.arguments"]
        vals = arguments._get_mapping("vals", vals)
        for name in ("start", "stop", "day_start", "day_stop"):
            if name in vals:
                vals[name] = arguments._get_moment(name, vals[name])
        if "technician_id" in vals:
            vals["technician_id"] = arguments._get_id("technician_id", vals["technician_id"])
        if bool(vals.get("day_start")) != bool(vals.get("day_stop")):
            raise ValidationError(
                _("A day has a start and a stop: give both “day_start” and “day_stop”.")
            )
        return vals

    @api.model
    def _try(self, appointment, action):
        try:
            # What fails late, at the flush, is to fail in here.
            with self.env.cr.savepoint():
                action()
        except UserError as error:
            return self._refuse("refused", str(error))
        return {
            "ok": True,
            "visit": self._prepare_visits(appointment)[0],
            "warnings": self._find_warnings(appointment),
        }

    @api.model
    def _refuse(self, code, reason, **values):
        return {
            "ok": False,
            "code": code,
            "reason": reason,
            "can_overrule": False,
            "alternatives": [],
            **values,
        }

    # ------------------------------------------------------------------
    # What is planned
    # ------------------------------------------------------------------

    @api.model
    def _read_plan(self, appointment, vals):
        """
        :return: dict of ``start``, ``duration`` and ``technician`` as they would be
        """
        start, stop = vals.get("start") or appointment.start, vals.get("stop")
        duration = (stop - start) / timedelta(hours=1) if start and stop else appointment.duration
        technician = appointment.technician_id
        if "technician_id" in vals:
            technician = technician.browse(vals["technician_id"] or [])
            # Before it is said why somebody cannot come: whose hours are told is to be in sight,
            # or is known to the dispatcher by the visit already.
            if technician != appointment.technician_id:
                technician.read(["name"])
        if vals.get("day_start"):
            start = self._find_start(appointment, technician, vals)
        return {"start": start, "duration": duration, "technician": technician}

    @api.model
    def _find_start(self, appointment, technician, vals):
        """When on a day: as planned or wished, else the first free time. Where there is none, an
        hour of that day and of no other, so that it is said why not."""
        since, until = vals["day_start"], vals["day_stop"]
        now = fields.Datetime.now()
        soonest = max(since, now.replace(second=0) + timedelta(minutes=1))
        if soonest >= until:
            return since + FIRST_HOUR
        wanted = appointment.start or appointment.requested_date
        if not wanted or not soonest <= wanted < until:
            wanted = None
        elif not self._find_reasons(appointment, technician, wanted, appointment.duration):
            return wanted
        slots = self.env["support.offers"]._find_next(
            appointment, technician, soonest, until, appointment._get_demand(), 1
        )
        return slots[0].start if slots else wanted or max(since + FIRST_HOUR, soonest)

    @api.model
    def _prepare_vals(self, planned, vals, version):
        written = {
            "start": planned["start"],
            "duration": planned["duration"],
            "technician_id": planned["technician"].id,
        }
        if not planned["start"]:
            del written["start"], written["duration"]
        if vals.get("overrule"):
            written["ignore_working_hours"] = True
        if version is not None:
            written["edit_version"] = version
        return written

    # ------------------------------------------------------------------
    # Who was faster
    # ------------------------------------------------------------------

    @api.model
    def _find_change(self, appointment, version):
        """
        :return: str, empty where the appointment is as the board has it
        """
        if version is None or version == appointment.edit_version:
            return ""
        return _(
            "%(name)s was changed by %(user)s in the meantime. The board now shows it as it is.",
            name=appointment.name,
            # sudo: the name of a colleague in another company may be out of sight.
            user=appointment.sudo().write_uid.name,
        )

    # ------------------------------------------------------------------
    # What speaks against it
    # ------------------------------------------------------------------

    @api.model
    def _find_refusal(self, appointment, planned, vals, version):
        """
        :return: what ``move`` returns for a refusal, or None
        """
        changed = self._find_change(appointment, version)
        if changed:
            return self._refuse("changed", changed)
        fault = appointment._find_planning_fault()
        if fault:
            return self._refuse("state", fault)
        return (
            self._find_misfit(appointment, planned)
            or self._find_past(appointment, planned)
            or self._find_obstacle(appointment, planned, vals)
            or self._find_question(appointment, planned, vals)
        )

    @api.model
    def _find_misfit(self, appointment, planned):
        """What nobody can have: a visit that ends before it starts, or somebody who has left, as
        a board that was opened before may still show."""
        # sudo: the technician of a visit may work for a company that is out of sight by now.
        technician = planned["technician"].sudo()
        if technician and not technician.active:
            return self._refuse(
                "refused", _("%(technician)s is archived.", technician=technician.name)
            )
        faults = technician and appointment._find_employment_faults(technician)
        if faults:
            return self._refuse(
                "refused",
                _(
                    "%(technician)s %(reasons)s.",
                    technician=technician.name,
                    reasons="; ".join(faults),
                ),
            )
        try:
            appointment._check_duration({"duration": planned["duration"]})
        except ValidationError as error:
            return self._refuse("refused", str(error))
        return None

    @api.model
    def _find_past(self, appointment, planned):
        start = planned["start"]
        if not start or start == appointment.start or start >= fields.Datetime.now():
            return None
        if self.env.user.has_group("support_center.group_support_manager"):
            return None
        moment = format_moment_short(self.env, start, get_viewer_zone(self.env))
        return self._refuse("past", appointment._describe_past_start(moment))

    @api.model
    def _find_obstacle(self, appointment, planned, vals):
        """Why the technician cannot come; a draft is looked at as a confirmed visit is."""
        technician, start = planned["technician"], planned["start"]
        if not technician or not start or start < fields.Datetime.now():
            return None
        reasons = self._find_reasons(appointment, technician, start, planned["duration"])
        if vals.get("overrule"):
            reasons = [reason for reason in reasons if reason.code not in OVERRULABLE]
        if not reasons:
            return None
        return self._refuse(
            "busy",
            self.env["support.availability.words"]._describe_reasons(technician, reasons),
            can_overrule=all(reason.code in OVERRULABLE for reason in reasons),
            alternatives=self._find_alternatives(
                appointment, technician, start, planned["duration"]
            ),
        )

    @api.model
    def _prepare_demand(self, appointment, duration):
        return self.env["support.availability"]._prepare_demand(
            duration, appointment._get_buffers()
        )

    @api.model
    def _find_reasons(self, appointment, technician, start, duration):
        """All that speaks against a visit of this technician; empty when nothing does."""
        demand = self._prepare_demand(appointment, duration)
        agendas = self.env["support.availability"]._read_agendas(
            technician, start, start + demand.duration, appointment
        )
        return why_not(agendas[technician.id], demand, aware(start))

    @api.model
    def _find_alternatives(self, appointment, technician, start, duration):
        """The technician's next free times, ready to be taken with one click."""
        demand = self._prepare_demand(appointment, duration)
        zone = get_viewer_zone(self.env)
        slots = self.env["support.offers"]._find_next(
            appointment,
            technician,
            start,
            start + timedelta(days=ALTERNATIVES_DAYS),
            demand,
            ALTERNATIVES,
        )
        return [
            {
                "start": fields.Datetime.to_string(slot.start),
                "stop": fields.Datetime.to_string(slot.stop),
                "technician_id": slot.technician_id,
                "label": format_moment_short(self.env, slot.start, zone),
            }
            for slot in slots
        ]

    @api.model
    def _find_question(self, appointment, planned, vals):
        """Who knows of another time or technician is told; that is to be known first."""
        question = None if vals.get("tell") else appointment._get_move_question(planned)
        if not question:
            return None
        return self._refuse(
            "tell", question["reason"], change=question["change"], choices=question["choices"]
        )

    @api.model
    def _find_warnings(self, appointment):
        """What a dispatcher may do all the same, and should know: skills, place, areas."""
        # sudo: as in _find_misfit
        technician = appointment.sudo().technician_id
        if not technician:
            return []
        faults = appointment._find_unmet_rules(technician, asked_for=technician)
        if not faults:
            return []
        return [
            _(
                "%(technician)s %(reasons)s.",
                technician=technician.name,
                reasons="; ".join(faults),
            )
        ]
