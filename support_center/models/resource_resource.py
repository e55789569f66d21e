from odoo import fields, models


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    # Whose leaves are a manager's to enter: Odoo lets nobody but the user himself see them.
    # For those alone who may read technicians: others could not read a resource any more.
    support_technician_ids = fields.One2many(
        "support.technician",
        "resource_id",
        "Technicians",
        groups="support_center.group_support_technician",
    )

    def write(self, vals):
        """Let the visits to come follow a technician who gets another user."""
        result = super().write(vals)
        if "user_id" in vals:
            # sudo: whoever gives a resource its user need not know of our technicians.
            technicians = self.env["support.technician"].sudo().with_context(active_test=False)
            concerned = technicians.search([("resource_id", "in", self.ids)])
            if concerned:
                self.env["support.appointment"]._bring_calendar_in_step(concerned)
        return result
