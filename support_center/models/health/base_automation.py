from odoo import models


class BaseAutomation(models.Model):
    _inherit = "base.automation"

    def action_unarchive(self):
        """Show the dry run first where one of ours has a backlog; ``write`` switches at once."""
        return self.env["support.dry.run"]._open_instead(self) or super().action_unarchive()
