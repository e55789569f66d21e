from odoo import api, models


class IrSequence(models.Model):
    _inherit = "ir.sequence"

    @api.model
    def _is_unattended(self):
        """The sender of a mail waits for no answer of the database."""
        return super()._is_unattended() or bool(self.env["mail.thread"]._get_gateway_mail())
