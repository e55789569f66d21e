from odoo import fields, models


class SupportBulkResultLine(models.TransientModel):
    """One appointment that was left as it was."""

    _name = "support.bulk.result.line"
    _description = "Appointment Left"
    _inherit = ["support.ids.mixin", "support.page.mixin"]

    result_id = fields.Many2one(
        "support.bulk.result", required=True, ondelete="cascade", index=True
    )
    appointment_id = fields.Many2one(
        "support.appointment", required=True, readonly=True, ondelete="cascade"
    )
    # With the user's own rights, where Odoo would read as superuser: any appointment can be named.
    customer_name = fields.Char(
        related="appointment_id.customer_name", related_sudo=False, string="Customer"
    )
    start = fields.Datetime(related="appointment_id.start", related_sudo=False)
    reason = fields.Text("Why Not", readonly=True)

    def action_open(self):
        """Open the appointment."""
        self._check_one()
        return self.appointment_id._get_form_action()
