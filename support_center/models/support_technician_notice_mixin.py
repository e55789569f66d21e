from odoo import models


class SupportTechnicianNoticeMixin(models.AbstractModel):
    """What the technician is told."""

    _name = "support.technician.notice.mixin"
    _description = "Notices to the Technician"

    def _rule_notify_technician(self):
        return None
