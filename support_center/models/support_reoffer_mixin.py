from odoo import models


class SupportReofferMixin(models.AbstractModel):
    """A time that became free is offered to who waits for one."""

    _name = "support.reoffer.mixin"
    _description = "Reoffer of Freed Slots"

    def _rule_reoffer_slot(self):
        return None
