from odoo import _, api, models


class SupportHealthCheck(models.AbstractModel):
    _inherit = "support.health.check"

    @api.model
    def _get_checks(self):
        return super()._get_checks() | {"_check_day_sheets": _("Day sheets")}

    @api.model
    def _check_day_sheets(self):
        """Whether the server can make PDFs of the day sheets."""
        reports = self.env["ir.actions.report"]
        label = _("Day sheets")
        if reports._can_make_pdf():
            return [self._prepare_row(label, "ok", _("They are sent and printed as PDF."))]
        faults = {
            "install": _("The program wkhtmltopdf is not installed on the server"),
            "workers": _("The server runs with one worker, which cannot make PDFs"),
        }
        fault = faults.get(reports.get_wkhtmltopdf_state()) or _(
            "The program wkhtmltopdf on the server does not work"
        )
        switch = self.env["support.automation.registry"]._get_switch("cron_send_day_sheets")
        return [
            self._prepare_row(
                label,
                "warning" if switch.active else "ok",
                _(
                    "%(fault)s: day sheets are sent and printed as pages (HTML), which every "
                    "browser opens and prints.",
                    fault=fault,
                ),
            )
        ]
