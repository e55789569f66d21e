from odoo import _, api, fields, models

TICKET_STATES = [
    ("new", "New"),
    ("open", "Open"),
    ("pending", "Pending"),
    ("solved", "Solved"),
    ("cancelled", "Cancelled"),
]
# In these nothing more is to be done.
CLOSED_STATES = ("solved", "cancelled")


class SupportStage(models.Model):
    _name = "support.stage"
    _description = "Ticket Stage"
    _inherit = ["support.ids.mixin", "support.guarded.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        TICKET_STATES,
        required=True,
        default="open",
        help="What a ticket in this stage is; automation speaks of states, people of stages.",
    )
    team_ids = fields.Many2many(
        "support.team", string="Teams", help="Teams that use this stage; empty for all."
    )
    fold = fields.Boolean("Folded in Kanban")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        guard, remedy = self.env["support.company.guard"], _("Archive it instead.")
        guard._check_unused(self, "support.ticket", "stage_id", remedy)
