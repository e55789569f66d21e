from odoo import _, api, fields, models


class SupportSkill(models.Model):
    _name = "support.skill"
    _description = "Support Skill"
    _inherit = ["support.ids.mixin", "support.guarded.mixin"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()
    active = fields.Boolean(default=True)

    _sql_constraints = [
        ("name_unique", "UNIQUE (name)", "A skill of this name exists already."),
    ]

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        guard, remedy = self.env["support.company.guard"], _("Archive it instead.")
        guard._check_unused(self, "support.technician", "skill_ids", remedy)
        guard._check_unused(self, "support.appointment.type", "skill_ids", remedy)
