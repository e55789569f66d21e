from odoo import fields, models

from odoo.addons.base.models.res_partner import _tz_get


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    support_center_intake_timezone = fields.Selection(
        _tz_get,
        string="Time Zone of Mailed Requests",
        config_parameter="support_center.intake_timezone",
        help="A time in a mail that names no zone is read in this one; UTC without it.",
    )
