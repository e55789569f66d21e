from odoo import _, api, models

from .support_mail_sample import SAMPLES


class SupportSettingsPanel(models.AbstractModel):
    """Every mail to customers: its template, whether it goes out, and a sample of it."""

    _inherit = "support.settings.panel"

    @api.model
    def _load_mail(self):
        address = self.env.user.email_formatted
        if address:
            intro = _("Samples go to %(address)s; no appointment is touched.", address=address)
        else:
            intro = _("For samples, set your own e-mail address in your preferences first.")
        return {"intro": intro, "rows": [self._prepare_mail_row(each) for each in SAMPLES]}

    @api.model
    def _prepare_mail_row(self, xmlid):
        template = self._find_template(xmlid)
        if not template:
            return self._prepare_panel_row(
                xmlid,
                xmlid,
                _("The template was deleted. Upgrade the module Support Center to have it again."),
                badge=[_("Missing"), "danger"],
            )
        switch = self.env["support.backlog"]._get_switch(SAMPLES[xmlid].automation)
        badge = [_("Sent"), "success"] if switch.active else [_("Not sent: off"), "secondary"]
        return self._prepare_panel_row(
            xmlid,
            template.name,
            template.description or "",
            badge=badge,
            can_open=self._can_read("mail.template"),
            buttons=[self._prepare_button("sample", _("Send Me a Sample"))],
        )

    @api.model
    def _find_template(self, xmlid):
        record = self.env.ref(f"support_center.{xmlid}", raise_if_not_found=False)
        # sudo: its name and description are shown, whoever may edit it.
        return (record or self.env["mail.template"]).sudo()

    @api.model
    def _press_mail_open(self, key):
        template = self._find_template(key)
        return self._prepare_open_action("mail.template", template.name, res_id=template.id)

    @api.model
    def _press_mail_sample(self, key):
        self.env["support.mail.sample"]._send(key)
        return self._prepare_notice(
            _(
                "A sample of “%(name)s” is on its way to %(address)s.",
                name=self._find_template(key).name,
                address=self.env.user.email,
            )
        )
