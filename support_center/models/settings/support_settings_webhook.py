from odoo import _, api, fields, models


class SupportSettingsPanel(models.AbstractModel):
    """Both directions of webhooks: whether they are on, the address, and a try."""

    _inherit = "support.settings.panel"

    @api.model
    def _load_webhook(self):
        return {"rows": [self._prepare_in_row(), self._prepare_out_row()]}

    @api.model
    def _prepare_in_row(self):
        rule = self.env["support.backlog"]._get_switch("automation_webhook_create")
        is_on = rule.active
        if is_on:
            text = _(
                "Systems that post JSON here make draft appointments. Whoever knows the address "
                "can do so: hand it out with care. The rule can make a new one."
            )
        else:
            text = _("Switched on, an address appears here that other systems post requests to.")
        return self._prepare_panel_row(
            "in",
            _("Requests by Webhook"),
            text,
            badge=[_("On"), "success"] if is_on else [_("Off"), "secondary"],
            # The address is a secret: for those alone who may read the rule.
            copy=is_on and self._can_read("base.automation") and rule.url,
            can_open=bool(rule) and self._can_read("base.automation"),
            buttons=[]
            if is_on or not rule
            else [self._prepare_button("switch_on", _("Switch On…"))],
        )

    @api.model
    def _prepare_out_row(self):
        rule = self.env["support.backlog"]._get_switch("automation_webhook_response")
        url = self.env["support.webhook.delivery"]._get_url()
        if not url:
            text = _("Enter and save an address above; then it can be tried here.")
        else:
            text = _(
                "A ping is a signed message of the type “ping”, sent to the saved address at once."
            )
        endpoint = self.env["support.webhook.endpoint"]._find(url)
        badge = [_("On"), "success"] if rule.active else [_("Off"), "secondary"]
        buttons = []
        if endpoint.off_since:
            badge = [_("Switched off"), "danger"]
            text = _(
                "Since %(time)s. %(reason)s Messages wait and are sent once it is on again.",
                time=self._format_panel_time(endpoint.off_since),
                reason=endpoint._describe_off(),
            )
            buttons.append(self._prepare_button("resume", _("Switch On Again"), is_primary=True))
        elif endpoint.rests_until and endpoint.rests_until > fields.Datetime.now():
            text = _(
                "The receiver has too much to do; nothing is sent to it before %(time)s.",
                time=self._format_panel_time(endpoint.rests_until),
            )
        if url:
            buttons.append(self._prepare_button("ping", _("Send a Ping")))
        if rule and not rule.active:
            buttons.append(self._prepare_button("switch_on", _("Switch On…")))
        return self._prepare_panel_row(
            "out",
            _("Response Webhook"),
            text,
            badge=badge,
            can_open=bool(rule) and self._can_read("base.automation"),
            buttons=buttons,
        )

    @api.model
    def _get_webhook_rule(self, key):
        return {"in": "automation_webhook_create", "out": "automation_webhook_response"}[key]

    @api.model
    def _press_webhook_open(self, key):
        rule = self.env["support.backlog"]._get_switch(self._get_webhook_rule(key))
        return self._prepare_open_action("base.automation", rule.name, res_id=rule.id)

    @api.model
    def _press_webhook_switch_on(self, key):
        return self.env["support.dry.run"]._open(self._get_webhook_rule(key))

    @api.model
    def _press_webhook_ping(self, _key):
        is_good, message = self.env["support.webhook.ping"]._ping()
        return self._prepare_notice(message, is_good=is_good)

    @api.model
    def _press_webhook_resume(self, _key):
        return self._prepare_notice(self.env["support.webhook.endpoint"]._resume_current())
