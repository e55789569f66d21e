from odoo import _, api, fields, models

from ...compat import check_access
from ...formatting import format_title


class SupportTeam(models.Model):
    _name = "support.team"
    _description = "Support Team"
    _inherit = ["support.ids.mixin", "support.guarded.mixin", "mail.alias.mixin", "mail.thread"]
    _order = "sequence, name"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    member_ids = fields.Many2many("res.users", string="Members", domain="[('share', '=', False)]")
    ticket_ids = fields.One2many("support.ticket", "team_id")
    alias_id = fields.Many2one(help="A mail to this address becomes a ticket of the team.")

    @api.constrains("company_id")
    def _check_company_of_tickets(self):
        self.env["support.company.guard"]._check_moved(
            self,
            "support.ticket",
            "team_id",
            [],
            _("Leave the company empty, for use in all companies, or make another one."),
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        guard, remedy = self.env["support.company.guard"], _("Archive it instead.")
        guard._check_unused(self, "support.ticket", "team_id", remedy)

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("support.ticket")
        if self.id:
            values["alias_defaults"] = {"team_id": self.id}
        return values

    def _get_first_stage(self):
        """The stage in which a ticket of this team starts, or of any team without one."""
        stages = self.env["support.stage"]
        own = ["|", ("team_ids", "=", False), ("team_ids", "in", self.ids)]
        # Another team's stage is better than no ticket.
        return stages.search(own, limit=1) or stages.search([], limit=1)

    def action_view_tickets(self):
        """Open the tickets of these teams."""
        check_access(self, "read")
        return {
            "type": "ir.actions.act_window",
            "name": format_title(_("Tickets"), self),
            "res_model": "support.ticket",
            "view_mode": "kanban,tree,form",
            "domain": [("team_id", "in", self.ids)],
            "context": {"default_team_id": self.id if len(self) == 1 else False},
        }
