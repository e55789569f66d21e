from odoo import api, models

from ..automation.support_automation_registry import MailTemplate
from .support_booking_page import REQUEST_RECEIVED, VERIFY


class SupportAutomationRegistry(models.AbstractModel):
    _inherit = "support.automation.registry"

    @api.model
    def _get_templates(self):
        return super()._get_templates() | {
            VERIFY: MailTemplate("Support Booking: Confirm the Address", 50, is_answer=True),
            REQUEST_RECEIVED: MailTemplate("Support Booking: Request Received", 60, is_answer=True),
        }
