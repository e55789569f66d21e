from odoo import api, models

from ...caches import forget_cached

# What decides which addresses are ours, and what a mail to them becomes: what
# ``support.mail.address`` keeps in memory.
FOUND_BY = {"alias_name", "alias_model_id", "alias_domain_id", "alias_force_thread_id"}


class MailAlias(models.Model):
    _inherit = "mail.alias"

    @api.model_create_multi
    def create(self, vals_list):
        aliases = super().create(vals_list)
        forget_cached(self.env)
        return aliases

    def write(self, vals):
        result = super().write(vals)
        # Not when the gateway notes that a mail has arrived.
        if FOUND_BY & vals.keys():
            forget_cached(self.env)
        return result

    def unlink(self):
        result = super().unlink()
        forget_cached(self.env)
        return result


class MailAliasDomain(models.Model):
    _inherit = "mail.alias.domain"

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            forget_cached(self.env)
        return result
