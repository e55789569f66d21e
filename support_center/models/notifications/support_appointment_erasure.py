from odoo import _, api, models


class SupportAppointment(models.Model):
    """What a customer was told counts when personal data is erased."""

    _inherit = "support.appointment"

    @api.model
    def _get_fields_kept_in_erasure(self):
        return super()._get_fields_kept_in_erasure() | {"ics_uid"}

    def _prepare_erased_vals(self):
        # Nobody expects anything of it any more.
        return {**super()._prepare_erased_vals(), "announced_start": None}

    def _erase_related(self):
        super()._erase_related()
        # sudo: as the erasure itself. A mail server's answer names the address.
        rows = self.env["support.notification"].sudo().search([("appointment_id", "in", self.ids)])
        rows.write({"reason": False})

    def _is_expected(self):
        return super()._is_expected() or bool(self.state == "draft" and self.announced_start)

    def _find_erasure_obstacle(self):
        obstacle = super()._find_erasure_obstacle()
        if obstacle:
            return obstacle
        if self.env["support.notifier"]._find_mails(["cancelled"], self, ["outgoing"]):
            return _(
                "%(name)s: the mail that calls the visit off has not left yet. Erase once it has, "
                "or delete it in Settings / Technical / Email / Emails.",
                name=self.name,
            )
        return ""
