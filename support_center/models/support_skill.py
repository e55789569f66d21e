from odoo import fields, models


class SupportSkill(models.Model):
    _name = "support.skill"
    _description = "Support Skill"
    _inherit = ["support.guarded.mixin"]
    _order = "name"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer()
    active = fields.Boolean(default=True)

    _sql_constraints = [
        ("name_unique", "UNIQUE (name)", "A skill of this name exists already."),
    ]
