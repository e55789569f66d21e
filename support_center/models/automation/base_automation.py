import ast
from collections import namedtuple

from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from odoo import api, models, tools

from ...caches import forget_cached

# In the context under ``support_center_without_rules``: no rule acts on what is made with it. An
# object, since no caller from outside can put one there.
WITHOUT_RULES = object()
# What decides which rules are found for a change, and what they watch.
FOUND_BY = {
    "active", "trigger", "model_id", "model_name",
    "filter_pre_domain", "filter_domain", "trigger_field_ids", "trg_field_ref",
    "trg_selection_field_id",
}  # fmt: skip
# Whether it asks what a record was before; names of the fields whose change it waits for, none for
# every field; its domain where that is the same for everybody at any time, else None.
Rule = namedtuple("Rule", "has_pre watched domain")


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

    @tools.ormcache("self.id")
    def _get_rule(self):
        """
        :return: ``Rule``
        """
        # sudo: as in _get_rule_ids
        this = self.sudo()
        try:
            domain = ast.literal_eval((this.filter_domain or "").strip())
        except (SyntaxError, ValueError):
            # None at all, or one that asks for the user, the time or another record.
            domain = None
        watched = frozenset(this.trigger_field_ids.mapped("name"))
        return Rule(bool(this.filter_pre_domain), watched, domain)

    def _filter_pre(self, records, feedback=False):
        """As Odoo's, without asking the database for a condition that is not there."""
        if records._name.startswith("support.") and not self._get_rule().has_pre:
            return records
        return super()._filter_pre(records, feedback)

    def _filter_post_export_domain(self, records, feedback=False):
        """As Odoo's, without looking at records of which nothing changed that the rule watches.

        One confirmation saves and computes some ten times, and Odoo evaluates the domain of
        every rule each time, to find only then that its fields are as they were.

        :return: recordset, and the domain that it was filtered by, if any
        """
        if not records._name.startswith("support."):
            return super()._filter_post_export_domain(records, feedback)
        rule = self._get_rule()
        old_values = self.env.context.get("old_values")
        if rule.watched and old_values is not None:
            # As in Odoo's own _check_trigger_fields: what was not saved has not changed.
            records = records.filtered(
                lambda each: not rule.watched.isdisjoint(old_values.get(each.id, ()))
            )
            if not records:
                return records, None
        if rule.domain is None:
            return super()._filter_post_export_domain(records, feedback)
        if feedback:
            records = records.with_context(__action_feedback=True)
        # sudo: as there, a rule looks at what the user who saves may not see.
        return records.sudo().filtered_domain(rule.domain).with_env(records.env), rule.domain

    def _check_trigger_fields(self, record):
        """As Odoo's, without asking the database which fields the rule watches."""
        if not record._name.startswith("support."):
            return super()._check_trigger_fields(record)
        watched = self._get_rule().watched
        old_values = self.env.context.get("old_values")
        if not watched or old_values is None:
            return True
        old = old_values.get(record.id, {})

        def differs(name):
            field = record._fields[name]
            values = (record[name], old[name])
            now, was = (field.convert_to_cache(value, record, validate=False) for value in values)
            return now != was

        return any(differs(name) for name in watched & old.keys())

    @api.model
    def _add_postmortem(self, e):
        """Name the rule that failed, unless the database answers nothing any more.

        Odoo has read the rule by then, which is not needed here; asking for its name would be
        an error more, in place of the one that tells what happened.
        """
        status = self.env.cr.connection.get_transaction_status()
        if status != TRANSACTION_STATUS_INERROR:
            super()._add_postmortem(e)

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        forget_cached(self.env)
        return rules

    def write(self, vals):
        result = super().write(vals)
        # Not when Odoo notes the last run of one that goes by the clock.
        if FOUND_BY & vals.keys():
            forget_cached(self.env)
        return result

    def unlink(self):
        result = super().unlink()
        forget_cached(self.env)
        return result
