from odoo import fields, models


class SupportReofferMixin(models.AbstractModel):
    """A time that became free is offered to who waits for one."""

    _name = "support.reoffer.mixin"
    _description = "Reoffer of Freed Slots"

    reoffered_to_id = fields.Many2one("support.appointment", readonly=True, copy=False)

    def _rule_reoffer_slot(self):
        return None
