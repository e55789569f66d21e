from odoo import _, api, models
from odoo.exceptions import UserError, ValidationError

from .support_state_mixin import LIVE_STATES, OPEN_STATES

# So many appointments are named in a refusal.
NAMED = 5


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_expecting_customer(self):
        """A confirmed visit would lose its customer, and nobody would be told of it any more.

        :raise UserError: names the customers and their visits
        """
        expecting = self._find_support_appointments([("state", "in", LIVE_STATES)])
        if expecting:
            raise UserError(
                _(
                    "%(customers)s cannot be deleted, since a technician is expected: "
                    "%(appointments)s. Cancel these visits first, or archive the contact.",
                    customers=", ".join(expecting.partner_id.mapped("display_name")),
                    appointments=self._name_some(expecting),
                )
            )

    @api.constrains("company_id")
    def _check_support_company(self):
        """A contact that moves to another company leaves no open appointment behind.

        :raise ValidationError: names the appointments
        """
        bound = self.filtered("company_id")
        if not bound:
            return
        stranded = bound._find_support_appointments([("state", "in", OPEN_STATES)]).filtered(
            lambda appointment: appointment.company_id != appointment.partner_id.company_id
        )
        if stranded:
            raise ValidationError(
                _(
                    "Appointments of another company are open for %(customers)s: %(appointments)s. "
                    "Cancel them or give them another customer first, or leave the contact's "
                    "company empty.",
                    customers=", ".join(stranded.partner_id.mapped("display_name")),
                    appointments=self._name_some(stranded),
                )
            )

    def _find_support_appointments(self, domain):
        """
        :param list domain: which of the appointments of these customers, of any company
        """
        # sudo: somebody is expected also where the user at work may not see the appointment.
        appointments = self.env["support.appointment"].sudo().with_context(active_test=False)
        return appointments.search([("partner_id", "in", self.ids), *domain])

    @api.model
    def _name_some(self, appointments):
        names = ", ".join(appointments[:NAMED].mapped("name"))
        return f"{names} …" if len(appointments) > NAMED else names
