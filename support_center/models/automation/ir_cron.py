from odoo import api, models


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.onchange("active")
    def _onchange_active_support_backlog(self):
        return self.env["support.backlog"]._warn_of_switch(self)

    def write(self, vals):
        """Hold old work back from a job of ours that is switched on, see ``support.backlog``."""
        started = self.browse()
        context = dict(self.env.context)
        # The dry run has asked already.
        is_decided = context.pop("support_center_backlog_decided", False)
        if vals.get("active") and not is_decided:
            started = self.filtered(lambda cron: not cron.active)
        this = (
            self.with_context(context)  # pylint: disable=context-overridden
            if is_decided
            else self
        )
        result = super(IrCron, this).write(vals)
        if started:
            self.env["support.backlog"]._hold_old_work(started)
        return result

    def action_unarchive(self):
        """Show the dry run first where one of ours has a backlog; ``write`` switches at once."""
        return self.env["support.backlog"]._ask_instead(self) or super().action_unarchive()
