from odoo import _, models

from .support_state_mixin import OPEN_STATES


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Refuse to take a customer out of sight of those who have work to do for them.

        :raise UserError: names the customers and their open appointments and tickets
        """
        result = super().write(vals)
        if vals.get("company_id"):
            remedy = _("Finish or cancel them first, or leave the contact without a company.")
            guard = self.env["support.company.guard"]
            open_visits = [("active", "=", True), ("state", "in", OPEN_STATES)]
            guard._check_moved(self, "support.appointment", "partner_id", open_visits, remedy)
            open_tickets = [("active", "=", True), ("state", "not in", ["solved", "cancelled"])]
            guard._check_moved(self, "support.ticket", "partner_id", open_tickets, remedy)
        return result
