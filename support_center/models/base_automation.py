from odoo import api, models


class BaseAutomation(models.Model):
    _inherit = "base.automation"

    # A rule acts on what changes after it was switched on, so there is nothing to hold back.
    @api.onchange("active")
    def _onchange_active_support_backlog(self):
        return self.env["support.backlog"]._warn_of_switch(self)

    def action_unarchive(self):
        """Show the dry run first where one of ours has a backlog; ``write`` switches at once."""
        return self.env["support.backlog"]._ask_instead(self) or super().action_unarchive()
