from odoo import api, models


class BaseAutomation(models.Model):
    _inherit = "base.automation"

    # A rule acts on what changes after it was switched on, so there is nothing to hold back.
    @api.onchange("active")
    def _onchange_active_support_backlog(self):
        return self.env["support.backlog"]._warn_of_switch(self)
