from odoo import _, api, fields, models

from ...compat import get_cron_failures

MAIL_QUEUE = "mail.ir_cron_mail_scheduler_action"


class SupportHealthCheck(models.AbstractModel):
    _inherit = "support.health.check"

    @api.model
    def _check_crons(self):
        """Each cron: switched on, on time, and what waits for it."""
        rows = self._prepare_switch_rows("ir.cron", self._get_cron_status)
        return rows + self._check_odoo_mail_queue()

    @api.model
    def _check_rules(self):
        """Each rule: switched on, able to do something, and what it missed."""
        return self._prepare_switch_rows("base.automation", self._get_rule_status)

    @api.model
    def _check_held(self):
        """What was held back when a cron was switched on."""
        rows = []
        backlog = self.env["support.automation.backlog"]
        registry = self.env["support.automation.registry"]
        for name, automation in registry._get_sorted_automations().items():
            held = automation.hold and backlog._find_held(name)
            if not held:
                continue
            is_open = bool(backlog._find_question(name, held))
            label = _("Held back from “%(name)s”", name=registry._get_switch(name).name)
            if is_open:
                message = _("They were due when the job was switched on. Send them now, or not?")
            else:
                message = _("They stay held back, as somebody decided.")
            rows.append(
                self._prepare_row(
                    label,
                    "warning" if is_open else "ok",
                    message,
                    count=len(held),
                    res_model=automation.model,
                    domain=str([("id", "in", held.ids)]),
                    held_automation=name,
                )
            )
        return rows

    @api.model
    def _check_odoo_mail_queue(self):
        """Odoo's own cron that sends what is on the mail queue."""
        cron = self.env.ref(MAIL_QUEUE, raise_if_not_found=False)
        if not cron:
            return []
        cron = cron.sudo()  # sudo: managers may not read crons
        row = self._prepare_cron_vals(cron)
        severity, message = self._get_timing_status(cron)
        if not cron.active:
            severity, message = "problem", _("Off: no mail leaves the queue. Switch it on.")
        return [self._prepare_automation_row(cron.name, severity, message, **row)]

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    @api.model
    def _prepare_automation_row(self, name, severity, message, **values):
        return self._prepare_row(name, severity, message, section="automation", **values)

    @api.model
    def _prepare_switch_rows(self, model, get_status):
        """The rows of the scheduled actions or rules that are registered.

        :param str model: ``ir.cron`` or ``base.automation``
        :param get_status: method that takes the record, its ``Automation`` and the number of what
            waits and returns severity and words
        """
        registry = self.env["support.automation.registry"]
        return [
            self._prepare_switch_row(name, automation, get_status)
            for name, automation in registry._get_sorted_automations().items()
            if registry._is_scheduled_action(name) == (model == "ir.cron")
        ]

    @api.model
    def _prepare_switch_row(self, name, automation, get_status):
        switch = self.env["support.automation.registry"]._get_switch(name)
        if not switch:
            return self._prepare_automation_row(
                name,
                "problem",
                _("It was deleted. Upgrade the module Support Center to have it again."),
                is_module_link=True,
            )
        count = self.env["support.automation.backlog"]._count(name)
        severity, message = get_status(switch, automation, count)
        message = self._add_count_limit(message, count)
        vals = {"res_model": switch._name, "res_id": switch.id, "is_on": switch.active}
        if switch._name == "ir.cron":
            vals = self._prepare_cron_vals(switch)
        elif switch.last_run:
            vals["last_run"] = switch.last_run
        return self._prepare_automation_row(
            switch.name, severity, message, automation=name, count=count, **vals
        )

    @api.model
    def _prepare_cron_vals(self, cron):
        return {
            "res_model": "ir.cron",
            "res_id": cron.id,
            "is_on": cron.active,
            "last_run": cron.lastcall,
            "next_run": cron.active and cron.nextcall,
        }

    # ------------------------------------------------------------------
    # Status
    # ------------------------------------------------------------------

    @api.model
    def _get_cron_status(self, cron, automation, count):
        if not cron.active:
            return self._get_off_status(automation, count)
        severity, message = self._get_timing_status(cron)
        if severity == "ok" and count:
            message = _("On time; waiting for the next run: %(count)s.", count=count)
        return severity, message

    @api.model
    def _get_timing_status(self, cron):
        """Whether a cron that is on also runs."""
        failures = get_cron_failures(cron)
        if failures:
            if failures == 1:
                return "problem", _("The last run failed. The server log tells why.")
            return "problem", _(
                "Failed %(count)s times in a row. The server log tells why.", count=failures
            )
        late = fields.Datetime.now() - cron.nextcall
        if late > self._get_interval(cron):
            return "problem", _(
                "Overdue: it should have run at %(time)s (UTC). Does the server run crons?",
                time=cron.nextcall.strftime("%Y-%m-%d %H:%M"),
            )
        return "ok", _("On time.")

    @api.model
    def _get_interval(self, cron):
        now = fields.Datetime.now()
        return fields.Datetime.add(now, **{cron.interval_type: cron.interval_number}) - now

    @api.model
    def _get_rule_status(self, rule, automation, count):
        if not rule.active:
            return self._get_off_status(automation, count)
        if not rule.action_server_ids:
            return "problem", _("It has no action any more, so it does nothing.")
        if count:
            return "warning", _(
                "%(count)s missed it: it was off then, or failed.",
                count=count,
            )
        return "ok", _("On; nothing missed.")

    @api.model
    def _get_off_status(self, automation, count):
        if not automation.is_on and not count:
            return "ok", _("Off, as it is when installed.")
        if not count:
            return "warning", _("Switched off.")
        severity = "problem" if automation.is_on else "ok"
        return severity, _("Off; it would handle %(count)s.", count=count)
