from odoo import fields, models


class SupportDryRunLine(models.TransientModel):
    _name = "support.dry.run.line"
    _description = "Line of a Dry Run"
    _inherit = "support.ids.mixin"
    _order = "moment, id"

    dry_run_id = fields.Many2one("support.dry.run", required=True, ondelete="cascade", index=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Integer(readonly=True)
    reference = fields.Char(readonly=True)
    customer = fields.Char(readonly=True)
    moment = fields.Datetime("When", readonly=True)
    recipient = fields.Char(readonly=True)
