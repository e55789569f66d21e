from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...formatting import format_names


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
            concerned = self._find_technicians()
            if concerned:
                self.env["support.appointment"]._resync_calendar(concerned)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_technician(self):
        technicians = self._find_technicians()
        if technicians:
            raise UserError(
                _(
                    "The resource of a technician cannot be deleted: %(names)s. Archive the "
                    "technician instead.",
                    names=format_names(technicians.mapped("name")),
                )
            )

    def _find_technicians(self):
        """The technicians of these resources, archived ones too, as superuser."""
        # sudo: whoever changes a resource need not know of our technicians.
        technicians = self.env["support.technician"].sudo().with_context(active_test=False)
        return technicians.search([("resource_id", "in", self.ids)])

    def _filter_technicians(self):
        """Those of these resources that are a technician's."""
        found = self._find_technicians().resource_id.ids if self.ids else []
        return self.filtered(lambda resource: resource._origin.id in found)
