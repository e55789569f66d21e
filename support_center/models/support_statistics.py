from odoo import api, fields, models


class SupportStatistics(models.Model):
    _name = "support.statistics"
    _description = "Weekly Appointment Statistics"
    _order = "week_start desc, id"

    week_start = fields.Date(required=True, readonly=True)

    @api.model
    def _cron_generate_statistics(self):
        return None
