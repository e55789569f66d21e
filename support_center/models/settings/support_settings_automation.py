from odoo import _, api, models
from odoo.tools import html2plaintext

from ..automation.support_backlog import AUTOMATIONS


class SupportSettingsPanel(models.AbstractModel):
    """Every rule and scheduled action: what it does, how it is doing, and its switch."""

    _inherit = "support.settings.panel"

    @api.model
    def _load_automation(self):
        # What Health says of them, so that both pages say the same.
        checks = self.env["support.health.check"]
        return {
            "rows": [
                self._prepare_automation_panel_row(found)
                for found in checks._check_crons() + checks._check_rules()
            ],
        }

    @api.model
    def _prepare_automation_panel_row(self, found):
        """
        :param dict found: a row of ``support.health.check``
        """
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
            self._describe_automation(name) if found.get("res_id") else "",
            badge=badge,
            facts=facts,
            can_open=bool(found.get("res_id")) and self._can_read(found["res_model"]),
            buttons=buttons,
        )

    @api.model
    def _describe_automation(self, name):
        """What a rule or cron of ours is for, in words."""
        texts = {
            None: _("Odoo's own job that sends what waits on the mail queue."),
            "cron_send_appointment_reminders": _(
                "Reminds customers of confirmed visits, once each."
            ),
            "cron_acknowledge_customers": _(
                "Tells customers who wrote about a visit that a person will read it, if nobody "
                "has answered within the working day; once each."
            ),
            "cron_deliver_webhooks": _("Sends what waits for the system outside, and tries again."),
            "cron_cleanup_old_appointments": _(
                "Archives visits that are long over; nothing is deleted."
            ),
            "cron_generate_appointment_statistics": _("Counts each complete week for Reporting."),
            # As on the rules, whose descriptions Odoo keeps in one language.
            "automation_process_email": _(
                "Reads a request that came by mail: complete ones are accepted, the "
                "others wait under “To Review”."
            ),
            "automation_intake_answer": _(
                "Answers a request that came by mail: with what was understood, or with "
                "each wrong line marked. The customer corrects it by replying."
            ),
            "automation_send_confirmation": _(
                "Queues the mail “Support Appointment Confirmation” when a visit is "
                "confirmed, once each."
            ),
            "automation_send_rescheduled": _(
                "Queues the mail “Support Appointment Rescheduled” when a confirmed visit "
                "has another time than the customer was told."
            ),
            "automation_send_updated": _(
                "Queues the mail “Support Appointment Updated” when place, technician, "
                "type or length differ from what the customer was told."
            ),
            "automation_send_cancelled": _(
                "Queues the mail “Support Appointment Cancelled” when a visit that the "
                "customer expects is called off."
            ),
            "automation_notify_technician": _(
                "Tells the new technician of a visit, and the one who lost it, in the "
                "inbox or by mail as each prefers."
            ),
            "automation_sync_ticket_status": _(
                "Moves the ticket to the stage that fits what became of its visits; a "
                "stage that was set by hand afterwards stays."
            ),
            "automation_webhook_response": _(
                "Tells another system what becomes of an appointment. Needs the address "
                "under Support Center, Configuration, Settings."
            ),
            "automation_reoffer_slot": _(
                "Tells the dispatcher which waiting request fits into the time that a "
                "cancelled visit has freed."
            ),
            "automation_webhook_create": _(
                "Makes draft appointments of the JSON that other systems post to the "
                "address of this rule."
            ),
            "automation_tell_hit_visits": _(
                "Asks a dispatcher, with an activity on the technician, to move planned "
                "visits that fall into a new or moved leave or holiday."
            ),
            "automation_tell_schedule_conflicts": _(
                "Asks a dispatcher, with an activity on the technician, to move planned "
                "visits that changed working hours, another time zone, an archived "
                "technician or user leave undone."
            ),
        }
        if name in texts:
            return texts[name]
        rule = self.env["support.backlog"]._get_switch(name)
        return html2plaintext(rule.description or "").strip()

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
        :raise AccessError: for whoever may not write crons and rules
        """
        switch = self._find_switch(key)
        # Not as superuser: Odoo's own rights say who may switch.
        switch.sudo(False).write({"active": False})
        message = _("“%(name)s” is off. What it would have done is counted here.", name=switch.name)
        self.env["support.automation.log"]._record("switch_off", None, "ok", message)
        return self._prepare_notice(message)

    @api.model
    def _find_switch(self, key):
        if key in AUTOMATIONS:
            return self.env["support.backlog"]._get_switch(key)
        # sudo: as in _get_switch; the web client reads with the user's own rights.
        return self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()
