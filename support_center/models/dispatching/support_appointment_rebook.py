from odoo import models


class SupportAppointment(models.Model):
    """A visit that was rebooked has no time yet: the times for it are shown at once."""

    _inherit = "support.appointment"

    def _get_rebooked_action(self):
        if self.state == "draft" and self.active:
            return self.env["support.slot.finder"]._open(self, shows_visit=True)
        return super()._get_rebooked_action()
