from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Refuse to take a customer out of sight of those who answer their tickets.

        :raise UserError: names the customers and their open tickets
        """
        result = super().write(vals)
        if vals.get("company_id"):
            self._check_work_stays_in_sight(
                "support.ticket",
                [("active", "=", True), ("state", "not in", ["solved", "cancelled"])],
            )
        return result
