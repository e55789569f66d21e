from odoo import models


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    def write(self, vals):
        """Let the upcoming visits follow a technician who gets another user."""
        result = super().write(vals)
        if "user_id" in vals:
            concerned = self._find_technicians()
            if concerned:
                self.env["support.appointment"]._resync_calendar(concerned)
        return result
