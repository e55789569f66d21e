from odoo import _, models


class SupportAppointment(models.Model):
    """Visits of a customer whose data is erased are cancelled without a mail."""

    _inherit = "support.appointment"

    def _call_off_for_erasure(self):
        super()._call_off_for_erasure()
        expected = self.filtered(lambda visit: visit._is_expected())
        if expected:
            expected._cancel(_("The customer's data was erased."), tell=False)
        self.env["support.notifier"]._withdraw("cancelled", self)
