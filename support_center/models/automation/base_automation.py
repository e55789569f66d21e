from functools import partial

from odoo import api, models
from odoo.http import request
from odoo.service.model import retrying

# In the context under ``support_center_without_rules``: no rule acts on what is made with it. An
# object, since no caller from outside can put one there.
WITHOUT_RULES = object()


class BaseAutomation(models.Model):
    _inherit = "base.automation"

    # A rule acts on what changes after it was switched on, so there is nothing to hold back.
    @api.onchange("active")
    def _onchange_active_support_backlog(self):
        return self.env["support.backlog"]._warn_of_switch(self)

    def action_unarchive(self):
        """Show the dry run first where one of ours has a backlog; ``write`` switches at once."""
        return self.env["support.backlog"]._ask_instead(self) or super().action_unarchive()

    def _get_actions(self, records, triggers):
        """No rule at all for a record that is made to be undone, see ``support.mail.sample``."""
        if self.env.context.get("support_center_without_rules") is WITHOUT_RULES:
            return self.browse()
        return super()._get_actions(records, triggers)

    def _execute_webhook(self, payload):
        """Run a webhook for appointments again when it met another one.

        Odoo does so for every call that comes by HTTP, but the controller of this one turns each
        error into an answer before Odoo sees it. It is run again here, by the same function,
        which also commits: nothing but the call's own work is in the transaction.
        """
        run = super()._execute_webhook
        if not request or self.model_name != "support.appointment":
            return run(payload)
        return retrying(partial(self._execute_claimed, run, payload), self.env)

    def _execute_claimed(self, run, payload):
        """Run ``run``; who else is at the same request is found out first, where an error is
        no failure yet that Odoo would log as one."""
        if "_receive_webhook" in (self.record_getter or ""):
            self.env["support.appointment"]._claim_webhook(payload)
        return run(payload)
