from odoo import _, fields, models
from odoo.exceptions import UserError


class SupportReplanLine(models.TransientModel):
    """One visit, where it is, and where it could be."""

    _name = "support.replan.line"
    _description = "Visit to Replan"
    _inherit = ["support.ids.mixin", "support.page.mixin"]
    _order = "sequence, id"

    replan_id = fields.Many2one("support.replan", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer()
    is_selected = fields.Boolean("Apply", default=True)
    appointment_id = fields.Many2one(
        "support.appointment", "Visit", required=True, readonly=True, ondelete="cascade"
    )
    # With the user's own rights, where Odoo would read as superuser: any appointment can be named.
    company_id = fields.Many2one(related="appointment_id.company_id", related_sudo=False)
    customer_name = fields.Char(
        related="appointment_id.customer_name", related_sudo=False, string="Customer"
    )
    present_start = fields.Datetime(
        related="appointment_id.start", related_sudo=False, string="Start Now"
    )
    present_technician_id = fields.Many2one(
        related="appointment_id.technician_id", related_sudo=False, string="Technician Now"
    )
    proposal = fields.Char(readonly=True)
    start = fields.Datetime("New Start")
    technician_id = fields.Many2one("support.technician", "New Technician", check_company=True)
    error = fields.Text("Why Not", readonly=True)

    def _apply(self):
        """Give the visit the time and technician of this line.

        :return: str, why that is not possible, else empty; then nothing has changed
        """
        self.ensure_one()
        if not self.start:
            return _("Enter when the visit is to start.")
        vals = self._prepare_vals()
        if not vals:
            return _("This is the time and technician that it has already.")
        try:
            with self.env.cr.savepoint():
                appointment = self.appointment_id
                appointment._check_plannable()
                appointment.write(vals)
        except UserError as error:
            return str(error)
        return ""

    def _prepare_vals(self):
        """What differs from the visit as it is."""
        appointment = self.appointment_id
        vals = {}
        if self.start != appointment.start:
            vals["start"] = self.start
        if self.technician_id != appointment.technician_id:
            vals["technician_id"] = self.technician_id.id
        return vals
