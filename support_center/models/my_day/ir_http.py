from odoo import api, models


class IrHttp(models.AbstractModel):
    """Tells the page whose it is, for what My Day keeps on a phone until there is a signal."""

    _inherit = "ir.http"

    def session_info(self):
        return {**super().session_info(), "support_center_user": self._get_support_center_user()}

    @api.model
    def _get_support_center_user(self):
        """
        :return: str, of one user in one database
        """
        return f"{self.env.cr.dbname}:{self.env.uid}"
