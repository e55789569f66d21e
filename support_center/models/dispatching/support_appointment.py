from odoo import _, models
from odoo.exceptions import UserError

from ..appointment.states import PLANNABLE_STATES
from ..incoming.support_appointment_intake import WAITING_REQUESTS

# What the inbox shows: requests that wait for a look, and customers who wait for an answer. The
# inbox itself asks for the same in its own words, see ``review_inbox.js``.
INBOX_DOMAIN = [
    "|",
    ("customer_waiting_since", "!=", False),
    "&",
    ("intake_state", "in", WAITING_REQUESTS),
    ("state", "=", "draft"),
]


class SupportAppointment(models.Model):
    """The ways from appointments to the pages that find times for them."""

    _inherit = "support.appointment"

    def action_find_time(self):
        """Show the best times for one appointment.

        :return: window action
        :raise UserError: for several at once, or one that cannot be planned
        """
        if len(self) != 1:
            raise UserError(
                _("Choose one appointment. For several there is “Propose New Times” in the menu.")
            )
        self._check_plannable()
        return self.env["support.slot.finder"]._open(self)

    def action_propose_times(self):
        """Propose other times and technicians for these appointments.

        :return: window action
        :raise UserError: where none of them can be planned
        """
        plannable = self.filtered(lambda a: not a._find_planning_fault())
        if not plannable:
            self._check_plannable()
        return self.env["support.replan"]._open(plannable, len(self) - len(plannable))

    def _check_plannable(self):
        """
        :raise UserError: names each appointment that cannot be planned, and why
        """
        faults = [appointment._find_planning_fault() for appointment in self]
        if any(faults):
            raise UserError("\n".join(fault for fault in faults if fault))

    def _find_planning_fault(self):
        """Why no time is to be found for this appointment.

        :return: str, empty for one that can be planned
        """
        self.ensure_one()
        if self.state not in PLANNABLE_STATES:
            return _(
                "%(name)s is in state “%(state)s”: only drafts and confirmed visits are planned.",
                name=self.name,
                state=self._get_state_label(),
            )
        if self.state == "draft" and self.intake_state in WAITING_REQUESTS:
            return _("%(name)s waits for a look: accept the request first.", name=self.name)
        if not self.active:
            return _("%(name)s is archived.", name=self.name)
        return ""
