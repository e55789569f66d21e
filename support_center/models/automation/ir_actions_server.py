from odoo import _, models
from odoo.exceptions import AccessError, UserError


class IrActionsServer(models.Model):
    _inherit = "ir.actions.server"

    def run(self):
        """Odoo runs a rule's action as superuser: everybody else has called it by hand.

        :raise AccessError: for an action of ours that is not the caller's to run
        :raise UserError: for one whose rule is switched off
        """
        if not self.env.su and not self.env.user.has_group("base.group_system"):
            self._check_rules_by_hand()
            self._check_crons_by_hand()
        return super().run()

    def _check_rules_by_hand(self):
        """Of a rule of ours a dispatcher may do once more what the rule does, while it is on.

        These actions have no groups, since the rule itself runs them for everybody.
        """
        # sudo: who plans visits may read no rules.
        owned = self.sudo().filtered("base_automation_id")
        names = owned.base_automation_id.get_external_id()
        for action in owned:
            rule = action.base_automation_id
            if not names[rule.id].startswith("support_center."):
                continue
            if not self.env.user.has_group("support_center.group_support_dispatcher"):
                raise AccessError(
                    _("Only a dispatcher runs “%(action)s” by hand.", action=action.name)
                )
            if not rule.active:
                raise UserError(
                    _(
                        "“%(action)s” was not run, since the automation rule “%(rule)s” is "
                        "switched off. Ask an administrator to switch it on.",
                        action=action.name,
                        rule=rule.name,
                    )
                )

    def _check_crons_by_hand(self):
        """What a scheduled action of ours does is run by its own user and by administrators."""
        # sudo: only administrators may read scheduled actions.
        crons = self.env["ir.cron"].sudo().with_context(active_test=False)
        crons = crons.search([("ir_actions_server_id", "in", self.ids)])
        names = crons.get_external_id()
        for cron in crons:
            if names[cron.id].startswith("support_center.") and cron.user_id != self.env.user:
                raise AccessError(
                    _("Only an administrator runs “%(action)s” by hand.", action=cron.name)
                )
