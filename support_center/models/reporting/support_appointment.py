from odoo import fields, models


class SupportAppointment(models.Model):
    _inherit = "support.appointment"

    # By which the figures of Reporting find the visits behind them.
    report_ids = fields.One2many(
        "support.appointment.report",
        "appointment_id",
        "Figures",
        readonly=True,
        copy=False,
        groups="support_center.group_support_dispatcher",
    )
