from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from .support_day_sheet_mail import DISPATCHERS


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    support_center_day_sheet_hour = fields.Integer(
        "Send Day Sheets At",
        config_parameter="support_center.day_sheet_hour",
        default=6,
        help="At which hour of their day technicians get the sheet of their visits.",
    )
    support_center_day_sheet_dispatchers = fields.Boolean(
        "Day Sheets to Dispatchers",
        help="Dispatchers get the sheets of all technicians of their company.",
    )

    @api.constrains("support_center_day_sheet_hour")
    def _check_support_center_day_sheet_hour(self):
        for settings in self:
            hour = settings.support_center_day_sheet_hour
            if not 1 <= hour <= 23:
                raise ValidationError(
                    _(
                        "“%(field)s” is %(value)s: enter a whole hour from 1 to 23. To send no "
                        "sheets, leave their scheduled action off.",
                        field=self._fields["support_center_day_sheet_hour"]._description_string(
                            self.env
                        ),
                        value=hour,
                    )
                )

    # Not by `config_parameter`: Odoo takes the stored text “False” for a yes.
    @api.model
    def get_values(self):
        parameters = self.env["ir.config_parameter"]
        return {
            **super().get_values(),
            "support_center_day_sheet_dispatchers": parameters._get_support_flag(DISPATCHERS),
        }

    def set_values(self):
        super().set_values()
        self.env["ir.config_parameter"].set_param(
            DISPATCHERS, str(self.support_center_day_sheet_dispatchers)
        )
