from odoo import api, models

from ...caches import forget_cached


class ResCompany(models.Model):
    _inherit = "res.company"

    # Whose addresses are our own, see ``support.mail.address``. Odoo forgets it before the change,
    # so that another transaction could find the old list once more.

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        forget_cached(self.env)
        return companies

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            forget_cached(self.env)
        return result

    def unlink(self):
        result = super().unlink()
        forget_cached(self.env)
        return result
