from odoo import _, api, models
from odoo.exceptions import UserError

from ...formatting import format_names


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_technician(self):
        """Refuse to delete the user of a technician who is expected somewhere.

        :raise UserError: names the technicians and their visits
        """
        # sudo: an administrator who deletes a user need not know of our technicians.
        technicians = self.env["support.technician"].sudo().with_context(active_test=False)
        technicians = technicians.search([("resource_id.user_id", "in", self.ids)])
        visits = technicians._find_open_visits()
        if visits:
            raise UserError(
                _(
                    "%(names)s cannot be deleted: the user of a technician with open visits "
                    "(%(visits)s). Archive the user, and a dispatcher is told of the visits.",
                    names=format_names(visits.technician_id.user_id.mapped("name")),
                    visits=self.env["support.company.guard"]._describe_names(visits),
                )
            )
