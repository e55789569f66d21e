from odoo import api, models


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.onchange("active")
    def _onchange_active_support_backlog(self):
        return self.env["support.automation.backlog"]._warn_of_switch(self)

    def write(self, vals):
        """Hold old work back from a job of ours that is switched on, and wake one that is to run
        then; see ``support.automation.backlog``."""
        started = self.browse()
        context = dict(self.env.context)
        # The dry run has asked already.
        is_decided = context.pop("support_center_backlog_decided", False)
        if vals.get("active"):
            started = self.filtered(lambda cron: not cron.active)
        this = (
            self.with_context(context)  # pylint: disable=context-overridden
            if is_decided
            else self
        )
        result = super(IrCron, this).write(vals)
        if started:
            backlog = self.env["support.automation.backlog"]
            if not is_decided:
                backlog._hold_old_work(started)
            backlog._wake_switched_on(started)
        return result
