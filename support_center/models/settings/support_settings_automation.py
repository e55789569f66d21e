from odoo import _, api, models


class SupportSettingsPanel(models.AbstractModel):
    """Every rule and scheduled action: what it does, how it is doing, and its switch."""

    _inherit = "support.settings.panel"

    @api.model
    def _load_automation(self):
        # What Health says of them, so that both pages say the same.
        checks = self.env["support.health.check"]
        automations = self.env["support.automation.registry"]._get_automations()
        return {
            "rows": [
                self._prepare_automation_panel_row(found, automations.get(found.get("automation")))
                for found in checks._check_crons() + checks._check_rules()
            ],
        }

    @api.model
    def _prepare_automation_panel_row(self, found, automation):
        """
        :param dict found: a row of ``support.health.check``
        :param automation: its ``Automation``; None for Odoo's own job
        """
        if automation:
            text = automation.description
        else:
            text = _("Odoo's own job that sends what waits on the mail queue.")
        name = found.get("automation")
        is_on = found.get("is_on")
        facts = [found["message"]]
        if found.get("last_run"):
            moment = self._format_panel_time(found["last_run"])
            facts.append(_("Last run: %(time)s", time=moment))
        if found.get("next_run"):
            moment = self._format_panel_time(found["next_run"])
            facts.append(_("Next run: %(time)s", time=moment))
        if not found.get("res_id"):
            badge = [_("Missing"), "danger"]
        elif found["severity"] == "problem":
            badge = [_("On, with a problem") if is_on else _("Off: a problem"), "danger"]
        elif is_on:
            badge = [_("On"), "success"]
        else:
            badge = [_("Off"), "secondary"]
        buttons = []
        if name and not is_on and found.get("res_id"):
            buttons.append(self._prepare_button("switch_on", _("Switch On…")))
        if name and is_on:
            if found.get("count"):
                buttons.append(self._prepare_button("see", _("See Which…")))
            buttons.append(self._prepare_button("switch_off", _("Switch Off")))
        return self._prepare_panel_row(
            # What was deleted is known to Health by its XML id alone.
            name or ("odoo_mail_queue" if found.get("res_id") else found["name"]),
            found["name"],
            text if found.get("res_id") else "",
            badge=badge,
            facts=facts,
            can_open=bool(found.get("res_id")) and self._can_read(found["res_model"]),
            buttons=buttons,
        )

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    @api.model
    def _press_automation_open(self, key):
        switch = self._find_switch(key)
        return self._prepare_open_action(switch._name, switch.name, res_id=switch.id)

    @api.model
    def _press_automation_see(self, key):
        return self.env["support.dry.run"]._open(key)

    @api.model
    def _press_automation_switch_on(self, key):
        """Show what would be done with what waits, and ask; see ``support.dry.run``."""
        return self.env["support.dry.run"]._open(key)

    @api.model
    def _press_automation_switch_off(self, key):
        """
        :raise AccessError: for a user who may not write crons and rules
        """
        switch = self._find_switch(key)
        # Not as superuser: Odoo's own rights say who may switch.
        switch.sudo(False).write({"active": False})
        message = _("“%(name)s” is off. What it would have done is counted here.", name=switch.name)
        self.env["support.automation.log"]._record("switch_off", None, "ok", message)
        return self._prepare_client_notification(message)

    @api.model
    def _find_switch(self, key):
        registry = self.env["support.automation.registry"]
        if key in registry._get_automations():
            return registry._get_switch(key)
        # sudo: as in _get_switch; the web client reads with the user's own rights.
        return self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()
