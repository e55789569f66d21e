from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...formatting import format_names


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    # Whose leaves are a manager's to enter: Odoo shows them to the user alone.
    # For those alone who may read technicians: others could not read a resource any more.
    support_technician_ids = fields.One2many(
        "support.technician",
        "resource_id",
        "Technicians",
        groups="support_center.group_support_technician",
    )

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
        # sudo: a user who changes a resource need not know of our technicians.
        technicians = self.env["support.technician"].sudo().with_context(active_test=False)
        return technicians.search([("resource_id", "in", self.ids)])

    def _filter_technicians(self):
        """Those of these resources that are a technician's."""
        found = self._find_technicians().resource_id.ids if self.ids else []
        return self.filtered(lambda resource: resource._origin.id in found)
