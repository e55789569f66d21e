from odoo import _, api, models
from odoo.exceptions import UserError

from ...formatting import format_names
from .states import OPEN_STATES


class ResCompany(models.Model):
    _inherit = "res.company"

    @api.constrains("active")
    def _check_no_open_visits(self):
        """Refuse to archive a company that still has appointments to attend to.

        :raise UserError: names the companies and the appointments
        """
        archived = self.filtered(lambda company: not company.active)
        if not archived:
            return
        guard = self.env["support.company.guard"]
        visits = guard._find_users(
            "support.appointment",
            [
                ("company_id", "in", archived.ids),
                ("active", "=", True),
                ("state", "in", OPEN_STATES),
            ],
        )
        if visits:
            raise UserError(
                _(
                    "%(companies)s cannot be archived while appointments are open: %(visits)s. "
                    "Finish or cancel them first.",
                    companies=format_names(visits.company_id.mapped("name")),
                    visits=guard._describe_names(visits),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_appointments(self):
        self._check_company_unused("support.appointment")

    def _check_company_unused(self, model):
        """
        :param str model: of records with a ``company_id``
        :raise UserError: names the companies and the records
        """
        self.env["support.company.guard"]._check_unused(
            self, model, "company_id", _("Archive the company instead.")
        )
