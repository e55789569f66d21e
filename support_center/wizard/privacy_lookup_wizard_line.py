from odoo import _, models

from ..compat import check_access
from .privacy_lookup_wizard import SEARCHED

# Of these a customer may still expect something.
CALLED_OFF = ("support.appointment", "support.ticket")


class PrivacyLookupWizardLine(models.TransientModel):
    _inherit = "privacy.lookup.wizard.line"

    def action_unlink(self):
        """Erase our records in place of deleting them: the statistics count them.

        Who asks that nothing of them is left expects nobody any more: their visits are called off,
        without a mail to an address that is being erased.

        :raise AccessError: unless the user is an administrator
        """
        check_access(self, "write")
        self.ensure_one()
        # sudo: as Odoo's own method; only administrators may use the page.
        record = self.env[self.res_model].sudo().browse(self.res_id)
        if self.is_unlinked or not record.exists():
            # What was on a record that was erased is gone with it.
            return super().action_unlink() if self.is_unlinked else self._set_erased()
        if self.res_model in SEARCHED:
            if self.res_model in CALLED_OFF:
                record._call_off_for_erasure()
            record._erase_personal_data()
            return self._set_erased()
        if self.res_model == "rating.rating" and record._get_support_ratings():
            record._erase_support_rating()
            return self._set_erased()
        if self.res_model == "mail.message":
            # A rating goes with its message, but is the statistics' too.
            ratings = self.env["rating.rating"].sudo().search([("message_id", "=", record.id)])
            ratings._get_support_ratings().write({"message_id": False})
        return super().action_unlink()

    def _set_erased(self):
        self.write(
            {
                "execution_details": _(
                    "Erased %(model)s #%(id)s", model=self.res_model_id.name, id=self.res_id
                ),
                "is_unlinked": True,
            }
        )

    def action_unlink_all(self):
        """Ours first: a contact cannot go while a visit is theirs.

        :raise AccessError: unless the user is an administrator
        """
        check_access(self, "write")
        ours = self.filtered(lambda line: line.res_model in SEARCHED)
        ours = ours.sorted(lambda line: SEARCHED.index(line.res_model))
        return super(PrivacyLookupWizardLine, ours + (self - ours)).action_unlink_all()
