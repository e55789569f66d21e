from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    support_center_intake_timezone = fields.Selection(
        _tz_get,
        string="Time Zone of Mailed Requests",
        config_parameter="support_center.intake_timezone",
        help="A time in a mail that names no zone is read in this one; UTC without it.",
    )
    support_center_reminder_hours = fields.Integer(
        "Remind Before",
        config_parameter="support_center.reminder_hours",
        default=24,
        help="How many hours before the start a customer is reminded.",
    )
    support_center_cleanup_days = fields.Integer(
        "Archive After",
        config_parameter="support_center.cleanup_days",
        default=180,
        help="How many days after its end an appointment is archived, if the job is switched on.",
    )

    @api.constrains("support_center_reminder_hours", "support_center_cleanup_days")
    def _check_support_center_numbers(self):
        names = ("support_center_reminder_hours", "support_center_cleanup_days")
        for settings in self:
            for name in names:
                if settings[name] <= 0:
                    raise ValidationError(
                        _(
                            "“%(field)s” is %(value)s: enter a whole number above zero. To switch "
                            "the job off, stop its scheduled action.",
                            field=self._fields[name]._description_string(self.env),
                            value=settings[name],
                        )
                    )
