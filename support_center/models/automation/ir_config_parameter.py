from odoo import api, models
from odoo.tools import str2bool

from .support_automation_log import AUTOMATION_LOGGER

# What holds where a parameter is missing or cannot be read.
DEFAULTS = {
    "support_center.reminder_hours": 24,
    "support_center.cleanup_days": 180,
    "support_center.day_sheet_hour": 6,
    "support_center.rating_delay_hours": 2,
    "support_center.rating_pause_days": 30,
    "support_center.booking_address_limit": 10,
    "support_center.booking_network_limit": 20,
    "support_center.booking_email_limit": 3,
    "support_center.booking_hold_limit": 60,
    "support_center.booking_verify_minutes": 30,
    # Odoo's own, with the values that it takes itself where they are missing.
    "mail.gateway.loop.minutes": 120,
    "mail.gateway.loop.threshold": 20,
}
# A yes or no of ours that is not set counts as no, but for these.
FLAG_DEFAULTS = {"support_center.calendar_mirror": True}
# More hours or days than these lead past the end of the calendar.
MAX_NUMBER = 100_000.0


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"

    @api.model
    def _get_support_number(self, key):
        """A number that steers our automation, above zero and up to ``MAX_NUMBER``.

        :param str key: one of ``DEFAULTS``
        :return: float; the default where the value is missing or no such number
        """
        # sudo: parameters steer automation for users who may not read them.
        text = self.sudo().get_param(key)
        number = self._parse_support_number(key, text)
        if number:
            return min(number, MAX_NUMBER)
        AUTOMATION_LOGGER.warning(
            "action=read_parameter outcome=failed %s is no number above zero; %s is taken",
            key,
            DEFAULTS[key],
        )
        return float(DEFAULTS[key])

    @api.model
    def _parse_support_number(self, key, text):
        """
        :return: float; the default for a text that is missing, 0 for one that is no number
            above zero
        """
        try:
            number = float(text or DEFAULTS[key])
        except ValueError:
            return 0.0
        return number if number > 0 else 0.0

    @api.model
    def _get_support_flag(self, key):
        """A yes or no of ours; the default, else no, where it is missing or cannot be read."""
        # sudo: as above.
        return str2bool(self.sudo().get_param(key) or "", default=FLAG_DEFAULTS.get(key, False))
