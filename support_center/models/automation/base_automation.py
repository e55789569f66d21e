from odoo import api, models, tools

# In the context under ``support_center_without_rules``: no rule acts on what is made with it. An
# object, since no caller from outside can put one there.
WITHOUT_RULES = object()
# What decides which rules are found for a change.
FOUND_BY = {"active", "trigger", "model_id", "model_name"}


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
        if not records._name.startswith("support."):
            return super()._get_actions(records, triggers)
        # Odoo asks the database at every write and for every computed field, some twenty times
        # for one mailed request.
        ids = self._get_rule_ids(records._name, tuple(triggers))
        is_noted = "__action_done" in self.env.context
        this = self if is_noted else self.with_context(__action_done={})
        return this.browse(ids)

    @tools.ormcache("model", "triggers")
    def _get_rule_ids(self, model, triggers):
        """The rules of a model that are switched on, in their order.

        :return: tuple of ids
        """
        # sudo: as in Odoo's own look-up, a rule acts for every user.
        rules = self.sudo().with_context(active_test=True)
        return rules.search([("model_name", "=", model), ("trigger", "in", triggers)])._ids

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self._forget_rules()
        return rules

    def write(self, vals):
        result = super().write(vals)
        # Not when Odoo notes the last run of one that goes by the clock.
        if FOUND_BY & vals.keys():
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
