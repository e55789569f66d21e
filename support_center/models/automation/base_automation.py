from functools import partial

from odoo import api, models, tools
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
        if not records._name.startswith("support."):
            return super()._get_actions(records, triggers)
        # Odoo asks the database at every write and for every computed field, some twenty times
        # for one mailed request.
        ids = self._get_rule_ids(records._name, tuple(triggers))
        if "__action_done" not in self.env.context:
            self = self.with_context(__action_done={})
        return self.browse(ids)

    @tools.ormcache("model", "triggers")
    def _get_rule_ids(self, model, triggers):
        """The rules of a model that are switched on, in their order.

        :return: tuple of ids
        """
        return super()._get_actions(self.env[model], list(triggers))._ids

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._forget_rules()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._forget_rules()
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_rules()
        return result

    @api.model
    def _forget_rules(self):
        """Look the rules up anew: now, and once this is committed, since another thread of this
        server may have looked in between."""
        registry = self.env.registry
        registry.clear_cache()
        self.env.cr.postcommit.add(registry.clear_cache)

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
