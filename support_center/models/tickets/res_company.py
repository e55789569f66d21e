from odoo import api, models


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_tickets(self):
        self._check_company_unused("support.ticket")
