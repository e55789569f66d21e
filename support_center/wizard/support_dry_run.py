from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..formatting import format_title

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
    preview = fields.Char(readonly=True)
    count = fields.Integer(readonly=True)
    count_text = fields.Char(compute="_compute_count_text")
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

    @api.depends("count")
    def _compute_count_text(self):
        for dry_run in self:
            if dry_run.count == 1:
                dry_run.count_text = _("1 record waits for it:")
            else:
                count = self._get_backlog()._describe_count(dry_run.count)
                dry_run.count_text = _("%(count)s records wait for it:", count=count)

    @api.depends("automation")
    def _compute_can_switch(self):
        self.can_switch = self.env.user.has_group("base.group_system")

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    def _open(self, automation, health=None):
        """Look at what the automation would do now.

        :param str automation: a name in ``support.automation.registry``
        :param health: the ``support.health`` page to refresh afterwards
        :return: window action
        :raise UserError: if the rule or cron was deleted
        """
        entry = self._get_registry()._get_automations().get(automation)
        if not entry:
            raise UserError(_("There is no automation “%(name)s”.", name=automation))
        switch = self._get_registry()._get_switch(automation)
        if not switch:
            raise UserError(_("“%(name)s” was deleted.", name=automation))
        records, count = self._get_backlog()._look(automation, LIST_LIMIT)
        dry_run = self.create(
            {
                "automation": automation,
                "name": switch.name,
                "is_on": switch.active,
                "health_id": health and health.id,
                "acts_on_changes": not entry.domain,
                "can_leave": bool(entry.hold or entry.handler),
                "can_handle": bool(entry.hold or entry.handler),
                "effect": entry.effect,
                "preview": self._get_backlog()._describe_switch(automation),
                "count": count,
                "line_ids": [(0, 0, vals) for vals in self._prepare_line_vals(entry, records)],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": format_title(_("Dry Run"), switch),
            "res_model": self._name,
            "res_id": dry_run.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
        }

    @api.model
    def _open_instead(self, switches):
        """The dry run in place of an "Unarchive" from Odoo's menus, which cannot ask.

        :param switches: ``ir.cron`` or ``base.automation``
        :return: window action, or None where there is nothing to ask
        """
        if len(switches) != 1 or switches.active:
            return None
        name = self._get_registry()._get_names(switches).get(switches.id)
        return self._open(name) if name and self._get_backlog()._find(name, limit=1) else None

    @api.model
    def _get_registry(self):
        return self.env["support.automation.registry"]

    @api.model
    def _get_backlog(self):
        return self.env["support.automation.backlog"]

    @api.model
    def _prepare_line_vals(self, entry, records):
        """One line a record: which, of whom, when, and who would be told.

        :param entry: the ``Automation``
        """
        if records._name == "support.technician":
            recipients = records._describe_backlog_audience(entry)
            return [
                {
                    "res_model": record._name,
                    "res_id": record.id,
                    "reference": record.display_name,
                    "recipient": recipients[record.id],
                }
                for record in records
            ]
        if records._name != "support.appointment":
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
        recipients = records._describe_backlog_audience(entry)
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

        :raise AccessError: for a user who may not write crons and rules
        """
        self._check_one()
        backlog = self._get_backlog()
        registry = self._get_registry()
        has_hold = registry._get_automations()[self.automation].hold
        if has_hold and not registry._get_switch(self.automation).active:
            waiting = backlog._find(self.automation)
            if waiting:
                backlog._hold(self.automation, waiting)
        self._switch_on()
        self._log(_("What waits is left alone."))
        return self._close()

    def action_handle(self):
        """Switch on, and handle what waits: a rule on the spot, a cron with a run at once.

        :raise AccessError: for a user who may not write crons and rules
        """
        self._check_one()
        backlog = self._get_backlog()
        if self._get_registry()._get_automations()[self.automation].handler:
            waiting = backlog._find(self.automation)
            count = str(len(waiting))
            self._switch_on()
            if waiting:
                backlog._handle(self.automation, waiting)
        else:
            count = backlog._describe_count(backlog._count(self.automation))
            self._switch_on()
            self._get_registry()._get_switch(self.automation)._trigger()
        self._log(_("%(count)s that wait are handled too.", count=count))
        return self._close()

    def _switch_on(self):
        # Not as superuser: Odoo's own rights say who may switch.
        switch = self._get_registry()._get_switch(self.automation).sudo(False)
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
