from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    support_day_sheet_date = fields.Date(
        "Day Sheets Sent For",
        readonly=True,
        copy=False,
        groups="base.group_system",
        help="The last day of which the dispatchers got everybody's sheets.",
    )
