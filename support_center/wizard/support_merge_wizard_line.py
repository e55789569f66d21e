from odoo import api, fields, models


class SupportMergeWizardLine(models.TransientModel):
    """One of the appointments that may be the same."""

    _name = "support.merge.wizard.line"
    _description = "Possible Duplicate"
    _inherit = ["support.ids.mixin", "support.page.mixin"]

    wizard_id = fields.Many2one(
        "support.merge.wizard", required=True, ondelete="cascade", index=True
    )
    is_selected = fields.Boolean("Duplicate")
    is_kept = fields.Boolean("Kept", compute="_compute_is_kept")
    is_expected = fields.Boolean(compute="_compute_is_expected")
    appointment_id = fields.Many2one(
        "support.appointment", required=True, readonly=True, ondelete="cascade"
    )
    # With the user's own rights, where Odoo would read as superuser: any appointment can be named.
    state = fields.Selection(related="appointment_id.state", related_sudo=False)
    customer_name = fields.Char(
        related="appointment_id.customer_name", related_sudo=False, string="Customer"
    )
    customer_email = fields.Char(related="appointment_id.customer_email", related_sudo=False)
    customer_phone = fields.Char(related="appointment_id.customer_phone", related_sudo=False)
    start = fields.Datetime(related="appointment_id.start", related_sudo=False)
    requested_date = fields.Datetime(related="appointment_id.requested_date", related_sudo=False)
    technician_id = fields.Many2one(related="appointment_id.technician_id", related_sudo=False)
    description = fields.Text(related="appointment_id.description", related_sudo=False)

    @api.depends("wizard_id.kept_id", "appointment_id")
    def _compute_is_kept(self):
        for line in self:
            line.is_kept = line.appointment_id._origin == line.wizard_id.kept_id._origin

    @api.depends("appointment_id")
    def _compute_is_expected(self):
        for line in self:
            visit = line.appointment_id
            line.is_expected = bool(visit.announced_start) or visit.state != "draft"

    def action_open(self):
        """Open the appointment."""
        self._check_one()
        return self.appointment_id._get_form_action()
