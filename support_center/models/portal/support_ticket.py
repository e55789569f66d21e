from odoo import _, models

from ...formatting import choose_zone, get_company_zone


class SupportTicket(models.Model):
    """What the customer's page of a ticket says, in the language of the environment."""

    _name = "support.ticket"
    _inherit = ["support.ticket", "support.correspondence.mixin"]

    def _compute_access_url(self):
        super()._compute_access_url()
        for ticket in self:
            ticket.access_url = f"/my/tickets/{ticket.id}"

    def _get_customer_timezone(self):
        """The zone in which the customer is told the time: their own, else the company's.

        :return: str, an IANA name
        """
        self.ensure_one()
        # sudo: the contact may be one that the user at work may not read.
        return choose_zone(self.sudo().partner_id.tz or get_company_zone(self.company_id))

    def _get_page_state(self):
        """The state in a word, as a customer says it."""
        self.ensure_one()
        return {
            "new": _("Received"),
            "open": _("In work"),
            "pending": _("Waiting"),
            "solved": _("Solved"),
            "cancelled": _("Closed"),
        }[self.state]

    def _get_page_color(self):
        """The colour of the state; empty for those without one."""
        self.ensure_one()
        return {"open": "info", "pending": "warning", "solved": "success"}.get(self.state, "")
