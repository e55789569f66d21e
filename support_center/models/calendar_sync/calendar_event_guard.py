from odoo import Command, _, models

from ..appointment.states import LIVE_STATES

# The appointment that an event stands for.
LINK = "support_appointment_id"


class CalendarEvent(models.Model):
    """What may be changed on the event of a visit, and what to say where it may not."""

    _inherit = "calendar.event"

    def _is_visit_live(self):
        visit = self.support_appointment_id
        return visit.active and visit.state in LIVE_STATES

    def _get_refusal(self, vals):
        """Why a change makes no sense for a visit.

        :return: str for the user, empty where nothing stands against it
        """
        event = self.sudo()  # sudo: the appointment is named to all who may write the event
        visit = event.support_appointment_id
        if "active" in vals and bool(vals["active"]) != event.active:
            if not vals["active"] and event._is_visit_live():
                return event._explain_keeping()
            if vals["active"] and not visit._has_calendar_entry():
                return _(
                    "%(name)s is not planned: re-open and confirm the appointment, and its "
                    "entry comes back.",
                    name=visit.name,
                )
        if vals.get("allday"):
            return _(
                "%(name)s is a visit with a start and an end, and cannot take the whole day.",
                name=visit.name,
            )
        if vals.get("recurrency") or vals.get("recurrence_id"):
            return _(
                "%(name)s is one visit and cannot recur: plan each further visit as an "
                "appointment of its own.",
                name=visit.name,
            )
        if ("user_id" in vals and vals["user_id"] != event.user_id.id) or (
            event._changes_attendance(vals)
        ):
            return _(
                "Who goes to %(name)s is set on the appointment: choose another technician there.",
                name=visit.name,
            )
        return ""

    def _changes_attendance(self, vals):
        """Whether anybody but the technician would attend, or the technician no more."""
        partner_ids, attendee_ids = set(self.partner_ids.ids), set(self.attendee_ids.ids)
        left = set(partner_ids)
        for command in vals.get("partner_ids") or ():
            if isinstance(command, int):
                # A list of ids takes the place of all.
                left = {each for each in vals["partner_ids"] if isinstance(each, int)}
                break
            if command[0] == Command.SET:
                left = set(command[2])
            elif command[0] == Command.CLEAR:
                left = set()
            elif command[0] == Command.LINK:
                left.add(command[1])
            elif command[0] in (Command.UNLINK, Command.DELETE):
                left.discard(command[1])
            else:
                return True
        return left != partner_ids or any(
            command[0] not in (Command.UPDATE, Command.LINK) or command[1] not in attendee_ids
            for command in vals.get("attendee_ids") or ()
        )

    def _explain_keeping(self):
        # sudo: as in _get_refusal
        return self._explain_keeping_of(self.sudo().support_appointment_id)

    def _explain_keeping_of(self, visit):
        return _(
            "%(name)s is planned at that time. Cancel the appointment or give it to another "
            "technician, and this entry goes by itself.",
            name=visit.name,
        )

    def _strip_sync_vals(self, vals):
        """Leave out what a synchronisation may not decide.

        It writes all of an event each time, so that most of this is no change at all.

        :return: tuple of the other values, and why the change is to be put back, or ""
        """
        vals = dict(vals)
        for name in ("user_id", "partner_ids", "recurrence_id", LINK):
            vals.pop(name, None)
        if vals.get("attendee_ids"):
            vals["attendee_ids"] = [
                command for command in vals["attendee_ids"] if command[0] == Command.UPDATE
            ]
        reason = self._get_refusal(vals)
        if reason:
            for name in ("active", "recurrency", *self._get_recurrent_fields()):
                vals.pop(name, None)
        return vals, reason
