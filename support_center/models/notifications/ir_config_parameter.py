from odoo import api, models

from .support_reminder import HOURS_KEY


class IrConfigParameter(models.Model):
    """The hours of the first reminder are shown as they are."""

    _inherit = "ir.config_parameter"

    @api.model_create_multi
    def create(self, vals_list):
        parameters = super().create(vals_list)
        parameters._show_reminder_hours()
        return parameters

    def write(self, vals):
        result = super().write(vals)
        self._show_reminder_hours()
        return result

    def unlink(self):
        is_hours = HOURS_KEY in self.mapped("key")
        result = super().unlink()
        if is_hours:
            self.env["support.reminder"]._get_first()._take_hours_of_parameter()
        return result

    def _show_reminder_hours(self):
        if HOURS_KEY in self.mapped("key"):
            self.env["support.reminder"]._get_first()._take_hours_of_parameter()
