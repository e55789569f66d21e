from ast import literal_eval

from odoo import _, fields, models
from odoo.exceptions import AccessError, UserError

from ..compat import check_access
from ..models.automation.support_backlog import AUTOMATIONS
from ..models.health.support_health_check import SECTIONS, SEVERITIES


class SupportHealthLine(models.TransientModel):
    _name = "support.health.line"
    _description = "Line of Health"
    _inherit = "support.ids.mixin"
    _order = "rank, id"

    health_id = fields.Many2one("support.health", required=True, ondelete="cascade", index=True)
    section = fields.Selection(SECTIONS, required=True, readonly=True)
    # Worst first.
    rank = fields.Integer(readonly=True)
    name = fields.Char(readonly=True)
    severity = fields.Selection(SEVERITIES, "Verdict", required=True, readonly=True)
    # A text, since lists wrap texts and cut anything shorter off.
    message = fields.Text("Finding", readonly=True)
    count = fields.Integer(readonly=True)
    is_on = fields.Boolean("On", readonly=True)
    last_run = fields.Datetime(readonly=True)
    next_run = fields.Datetime(readonly=True)
    automation = fields.Char(readonly=True, help="Which of our rules or crons the line is about.")
    held_automation = fields.Char(readonly=True, help="Which cron the records are held back from.")
    # Where to mend it.
    res_model = fields.Char(readonly=True)
    res_id = fields.Integer(readonly=True)
    domain = fields.Char(readonly=True)
    action_xmlid = fields.Char(readonly=True)
    is_module_link = fields.Boolean(readonly=True)
    can_make_guarantee = fields.Boolean(readonly=True, help="The booking guarantee can be made.")
    can_resume_webhook = fields.Boolean(
        readonly=True, help="The response webhook can be switched on again."
    )
    can_open = fields.Boolean(compute="_compute_can_open")

    def _compute_can_open(self):
        is_system = self.env.user.has_group("base.group_system")
        access = self.env["ir.model.access"]
        for line in self:
            if line.action_xmlid or line.is_module_link:
                line.can_open = is_system
            else:
                line.can_open = bool(line.res_model) and access.check(
                    line.res_model, "read", raise_exception=False
                )

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_open(self):
        """Open the record or list that mends what the line tells of.

        :return: window action
        """
        self._check_one()
        if self.action_xmlid:
            return self.env["ir.actions.act_window"]._for_xml_id(self.action_xmlid)
        if self.is_module_link:
            module = self.env["ir.module.module"].search([("name", "=", "support_center")])
            return self._prepare_action("ir.module.module", res_id=module.id)
        domain = literal_eval(self.domain) if self.domain else None
        return self._prepare_action(self.res_model, domain=domain, res_id=self.res_id)

    def action_dry_run(self):
        """Show what the rule or cron would do now, and ask whether to switch it on."""
        self._check_one()
        return self.env["support.dry.run"]._open(self.automation, self.health_id)

    def action_send_held(self):
        """Let the cron handle what was held back."""
        self._check_may_decide()
        self.env["support.backlog"]._release(self._get_held_automation())
        self.health_id.action_refresh()

    def action_leave_held(self):
        """Leave what was held back as it is."""
        self._check_may_decide()
        self.env["support.backlog"]._leave(self._get_held_automation())
        self.health_id.action_refresh()

    def action_make_guarantee(self):
        """Let the database refuse double bookings again."""
        self._check_may_decide()
        self.env["support.booking.guarantee"]._create_constraint()
        self.health_id.action_refresh()
        return True

    def action_resume_webhook(self):
        """Send again to the address of the response webhook that was switched off.

        :raise UserError: where it is not switched off any more
        """
        self._check_may_decide()
        message = self.env["support.webhook.endpoint"]._resume_current()
        self.health_id.action_refresh()
        return self.env["support.settings.panel"]._prepare_notice(message)

    def _get_held_automation(self):
        """
        :return: str, the name of the automation of which this line holds something back
        :raise UserError: where it holds nothing back
        """
        if self.held_automation not in AUTOMATIONS:
            raise UserError(_("Nothing is held back here: refresh the page."))
        return self.held_automation

    def _check_may_decide(self):
        """:raise AccessError: for everybody but managers and administrators, on a page of theirs"""
        self._check_one()
        user = self.env.user
        if not (
            user.has_group("support_center.group_support_manager")
            or user.has_group("base.group_system")
        ):
            raise AccessError(_("Only a manager decides on this."))
        check_access(self, "write")

    def _prepare_action(self, model, domain=None, res_id=None):
        action = {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": model,
            "target": "current",
        }
        if res_id:
            return {**action, "view_mode": "form", "views": [[False, "form"]], "res_id": res_id}
        return {
            **action,
            "view_mode": "tree,form",
            "views": [[False, "list"], [False, "form"]],
            "domain": domain or [],
            # What is archived or switched off is often the very thing to look at.
            "context": {"active_test": False, "create": False} if domain else {},
        }
