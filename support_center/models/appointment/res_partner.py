from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ...formatting import format_names
from .states import LIVE_STATES, OPEN_STATES


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Every mail and call asks for the contact of an address, by ``=`` or ``in``, Odoo's gateway
    # as well as our own intake.
    email_normalized = fields.Char(index="btree_not_null")

    def write(self, vals):
        """Refuse to take a customer out of sight of those who have work to do for them.

        :raise UserError: names the customers and their open appointments
        """
        result = super().write(vals)
        if vals.get("company_id"):
            self._check_work_stays_in_sight(
                "support.appointment", [("active", "=", True), ("state", "in", OPEN_STATES)]
            )
        if {"parent_id", "is_company"} & vals.keys() and self._has_portal_users():
            # Odoo remembers for each user what the rules come to, the company's contacts among it:
            # who leaves a company would go on seeing its visits.
            self.env.registry.clear_cache()
        return result

    def _check_work_stays_in_sight(self, model, domain):
        """Refuse another company for a customer of whom the old one has open records.

        :param str model: of records with a ``partner_id``
        :param list domain: which of them are open
        :raise UserError: names the customers and the records
        """
        remedy = _("Finish or cancel them first, or leave the contact without a company.")
        self.env["support.company.guard"]._check_moved(self, model, "partner_id", domain, remedy)

    def _has_portal_users(self):
        """Whether one of these contacts, or of those below them, logs in as a customer."""
        # sudo: users are not everybody's to read.
        users = self.env["res.users"].sudo()
        domain = [("share", "=", True), ("partner_id", "child_of", self.ids)]
        return bool(users.search_count(domain, limit=1))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_expecting_customer(self):
        """A confirmed visit would lose its customer, and nobody would be told of it any more.

        :raise UserError: names the customers and their visits
        """
        guard = self.env["support.company.guard"]
        expecting = guard._find_users(
            "support.appointment", [("partner_id", "in", self.ids), ("state", "in", LIVE_STATES)]
        )
        if expecting:
            raise UserError(
                _(
                    "%(customers)s cannot be deleted, since a technician is expected: "
                    "%(appointments)s. Cancel these visits first, or archive the contact.",
                    customers=format_names(expecting.partner_id.mapped("display_name")),
                    appointments=guard._describe_names(expecting),
                )
            )
