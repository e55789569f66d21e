from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..models.automation.support_backlog import APPOINTMENT, AUTOMATIONS

LIST_LIMIT = 500


class SupportDryRun(models.TransientModel):
    """What a rule or cron would do now, before it is switched on."""

    _name = "support.dry.run"
    _description = "Dry Run"
    _inherit = "support.ids.mixin"

    automation = fields.Char(required=True, readonly=True)
    name = fields.Char(readonly=True)
    is_on = fields.Boolean(readonly=True)
    acts_on_changes = fields.Boolean(readonly=True)
    effect = fields.Char(readonly=True)
    count = fields.Integer(readonly=True)
    is_cut = fields.Boolean(compute="_compute_is_cut")
    can_leave = fields.Boolean(readonly=True)
    can_handle = fields.Boolean(readonly=True)
    can_switch = fields.Boolean(compute="_compute_can_switch")
    health_id = fields.Many2one("support.health", readonly=True)
    line_ids = fields.One2many("support.dry.run.line", "dry_run_id")

    @api.depends("count", "line_ids")
    def _compute_is_cut(self):
        for dry_run in self:
            dry_run.is_cut = dry_run.count > len(dry_run.line_ids)

    @api.depends("automation")
    def _compute_can_switch(self):
        self.can_switch = self.env.user.has_group("base.group_system")

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    def _open(self, automation, health=None):
        """Look at what the automation would do now.

        :param str automation: a name in ``AUTOMATIONS``
        :param health: the ``support.health`` page to refresh afterwards
        :return: window action
        :raise UserError: if the rule or cron was deleted
        """
        if automation not in AUTOMATIONS:
            raise UserError(_("There is no automation “%(name)s”.", name=automation))
        backlog = self.env["support.backlog"]
        switch = backlog._get_switch(automation)
        if not switch:
            raise UserError(_("“%(name)s” was deleted.", name=automation))
        records = backlog._find(automation)
        entry = AUTOMATIONS[automation]
        dry_run = self.create(
            {
                "automation": automation,
                "name": switch.name,
                "is_on": switch.active,
                "health_id": health and health.id,
                "acts_on_changes": not entry.domain,
                "can_leave": bool(entry.hold or entry.handler),
                "can_handle": bool(entry.hold or entry.handler),
                "effect": self._get_effects()[automation],
                "count": len(records),
                "line_ids": [
                    (0, 0, vals)
                    for vals in self._prepare_line_vals(automation, records[:LIST_LIMIT])
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": _("Dry Run"),
            "res_model": self._name,
            "res_id": dry_run.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
        }

    @api.model
    def _get_effects(self):
        """What each automation does to a record, in words."""
        return {
            "cron_send_appointment_reminders": _("Reminder mail to the customer"),
            "cron_acknowledge_customers": _("Mail to the customer that a person will read it"),
            "cron_deliver_webhooks": _("Message sent to the system outside"),
            "cron_cleanup_old_appointments": _("Archived; nothing is deleted"),
            "cron_generate_appointment_statistics": _("A row of figures for each past week"),
            "automation_process_email": _("Read: accepted, or put up for review"),
            "automation_intake_answer": _("Answer to the sender of a request"),
            "automation_send_confirmation": _("Confirmation mail to the customer"),
            "automation_send_rescheduled": _("Mail about the new time to the customer"),
            "automation_send_updated": _("Mail about the changes to the customer"),
            "automation_send_cancelled": _("Mail about the cancellation to the customer"),
            "automation_notify_technician": _("Notification to the technician"),
            "automation_sync_ticket_status": _("Stage of the ticket set"),
            "automation_webhook_create": _("Read: accepted, or put up for review"),
            "automation_webhook_response": _("Message to the system outside"),
            "automation_reoffer_slot": _("Offer of the freed time to a waiting request"),
            "automation_tell_hit_visits": _("Activity about visits that fall into an absence"),
            "automation_tell_schedule_conflicts": _("Activity about visits in conflict"),
        }

    @api.model
    def _prepare_line_vals(self, automation, records):
        """One line a record: which, of whom, when, and who would be told."""
        if records._name != APPOINTMENT:
            return [
                {
                    "res_model": record._name,
                    "res_id": record.id,
                    "reference": record.display_name,
                    "moment": record.next_try,
                    "recipient": record.url,
                }
                for record in records
            ]
        entry = AUTOMATIONS[automation]
        recipients = records._describe_backlog_recipients(entry.audience, entry.notice)
        return [
            {
                "res_model": record._name,
                "res_id": record.id,
                "reference": record.name,
                "customer": record.partner_id.display_name or record.customer_name,
                "moment": record.start or record.requested_date,
                "recipient": recipients[record.id],
            }
            for record in records
        ]

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def action_switch_on(self):
        """Switch on, and leave alone what waits.

        A rule acts on later changes only. From a cron what waits is held
        back, if it knows how to; else the cron's runs take it.

        :raise AccessError: for whoever may not write crons and rules
        """
        self._check_one()
        backlog = self.env["support.backlog"]
        if AUTOMATIONS[self.automation].hold and not backlog._get_switch(self.automation).active:
            waiting = backlog._find(self.automation)
            if waiting:
                backlog._hold(self.automation, waiting)
        self._switch_on()
        self._log(_("What waits is left alone."))
        return self._close()

    def action_handle(self):
        """Switch on, and handle what waits: a rule on the spot, a cron with a run at once.

        :raise AccessError: for whoever may not write crons and rules
        """
        self._check_one()
        backlog = self.env["support.backlog"]
        waiting = backlog._find(self.automation)
        self._switch_on()
        if not AUTOMATIONS[self.automation].handler:
            backlog._get_switch(self.automation)._trigger()
        elif waiting:
            backlog._handle(self.automation, waiting)
        self._log(_("%(count)s that wait are handled too.", count=len(waiting)))
        return self._close()

    def _switch_on(self):
        # Not as superuser: Odoo's own rights say who may switch.
        switch = self.env["support.backlog"]._get_switch(self.automation).sudo(False)
        if not switch.sudo().active:
            # Here somebody has looked and decided.
            switch.with_context(support_center_backlog_decided=True).write({"active": True})

    def _log(self, message):
        self.env["support.automation.log"]._record(
            "switch_on", None, "ok", f"{self.name}: {message}"
        )

    def _close(self):
        if self.health_id:
            self.health_id.action_refresh()
        return {"type": "ir.actions.act_window_close"}
