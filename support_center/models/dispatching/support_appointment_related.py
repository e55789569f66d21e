from odoo import _, fields, models
from odoo.exceptions import UserError

from ...compat import check_access
from ...formatting import format_title

# Messages that left the house.
SENT_TYPES = ["email_outgoing"]


class SupportAppointment(models.Model):
    """What belongs to an appointment, one click away."""

    _inherit = "support.appointment"

    mail_count = fields.Integer(
        compute="_compute_mail_count", groups="support_center.group_support_technician"
    )

    def _compute_mail_count(self):
        # sudo: how many there are is shown; each is read with the user's own rights.
        counts = dict(
            self.env["mail.message"]
            .sudo()
            ._read_group(self._get_mails_domain(), ["res_id"], ["__count"])
        )
        for appointment in self:
            appointment.mail_count = counts.get(appointment.id, 0)

    def _get_mails_domain(self):
        return [
            ("model", "=", self._name),
            ("res_id", "in", self.ids),
            ("message_type", "in", SENT_TYPES),
        ]

    def action_view_mails(self):
        """Open the mails about these appointments, with what became of each."""
        check_access(self, "read")
        action = self.env["ir.actions.act_window"]._for_xml_id("support_center.mail_message_action")
        name = format_title(action["name"], self)
        return {**action, "name": name, "domain": self._get_mails_domain()}

    def action_view_merged_into(self):
        """Open the appointment that this duplicate was merged into.

        :raise UserError: for one that was not merged
        """
        check_access(self, "read")
        self._check_one()
        if not self.merged_into_id:
            raise UserError(_("%(name)s was not merged into another one.", name=self.name))
        return self.merged_into_id._get_form_action()

    def action_view_ticket(self):
        """Open the ticket that the visit belongs to."""
        check_access(self, "read")
        self._check_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Ticket"),
            "res_model": "support.ticket",
            "res_id": self.ticket_id.id,
            "view_mode": "form",
            "views": [[False, "form"]],
        }
