from odoo import api, models

# In these states wkhtmltopdf draws what it is given.
DRAWING_STATES = ("ok", "upgrade")


class IrActionsReport(models.Model):
    """Asked by what goes out as a page where no PDF can be made."""

    _inherit = "ir.actions.report"

    @api.model
    def _can_make_pdf(self):
        """Whether this server makes PDFs: that takes wkhtmltopdf and, with workers, two of them."""
        return self.get_wkhtmltopdf_state() in DRAWING_STATES
