from odoo import _, api, models

DAY_SHEETS = "cron_send_day_sheets"


class SupportSettingsPanel(models.AbstractModel):
    _inherit = "support.settings.panel"

    @api.model
    def _prepare_automation_panel_row(self, found, automation):
        row = super()._prepare_automation_panel_row(found, automation)
        if found.get("automation") == DAY_SHEETS and found.get("res_id"):
            # Before the switch, which is the last one of every row.
            row["buttons"].insert(0, self._prepare_button("sample", _("Send Me a Sample")))
        return row

    @api.model
    def _press_automation_sample(self, _key):
        self.env["support.day.sheet.mail"]._send_sample()
        return self._prepare_client_notification(
            _(
                "A sample of “%(name)s” is on its way to %(address)s.",
                name=_("Day Sheet"),
                address=self.env.user.email,
            )
        )
