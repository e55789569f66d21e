from odoo import api, models

from ...compat import check_access

# What belongs to customers, and so to those alone who may read it.
PERSONAL_MODELS = ("support.appointment", "support.ticket")


class SupportPageMixin(models.AbstractModel):
    """Pages that are about appointments or tickets.

    A page is its user's, and so is what it names: without a check anybody who may open the page
    could name a record of another company and read it there, since Odoo reads the name of what
    a page refers to as superuser, and keeps all that it has read for the next user who asks.
    """

    _name = "support.page.mixin"
    _description = "Pages about Appointments"

    @api.model_create_multi
    def create(self, vals_list):
        pages = super().create(vals_list)
        pages._check_named_records()
        return pages

    def write(self, vals):
        result = super().write(vals)
        if any(self._fields[name].comodel_name in PERSONAL_MODELS for name in vals):
            self._check_named_records()
        return result

    def _check_named_records(self):
        """
        :raise AccessError: where a page names what its user may not read
        """
        if self.env.su:
            return
        for name, field in self._fields.items():
            if field.comodel_name not in PERSONAL_MODELS or not field.store or field.related:
                continue
            # sudo: only the numbers are taken; whether they may be read is asked for below.
            ids = self.sudo()[name].ids
            if ids:
                check_access(self.env[field.comodel_name].browse(ids), "read")
