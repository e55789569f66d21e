from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the web client who books visits, so that it offers that to nobody else."""
        info = super().session_info()
        group = "support_center.group_support_dispatcher"
        info["support_center_books_visits"] = self.env.user.has_group(group)
        return info
