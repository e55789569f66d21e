from odoo import api, models

# In the context under ``support_center_without_rules``: no rule acts on what is made with it. An
# object, since no caller from outside can put one there.
WITHOUT_RULES = object()


class BaseAutomation(models.Model):
    _inherit = "base.automation"

    # A rule acts on what changes after it was switched on, so there is nothing to hold back.
    @api.onchange("active")
    def _onchange_active_support_backlog(self):
        return self.env["support.automation.backlog"]._warn_of_switch(self)

    def _get_actions(self, records, triggers):
        """No rule at all for a record that is made to be undone, see ``support.mail.sample``."""
        if self.env.context.get("support_center_without_rules") is WITHOUT_RULES:
            return self.browse()
        return super()._get_actions(records, triggers)
